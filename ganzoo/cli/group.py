"""The group of all commands. It adds the commands of plugins, and shows errors as sentences."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

import click

import ganzoo
from ganzoo.cli import processes
from ganzoo.cli.sections import Sections
from ganzoo.errors import GanzooError, Interrupted, OfProcess, ToldElsewhere, near
from ganzoo.registry import Registry

INTERRUPTED = Interrupted.exit_code


class CommandError(click.ClickException):
    """An error of a command: a sentence for standard error, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return self.code

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence; an interruption by the user is not called an error."""
        if self.code == INTERRUPTED:
            click.echo(self.message, file=file or sys.stderr)
        else:
            super().show(file)


def replace_unwritable() -> None:
    """Write characters that standard output or error cannot encode as "?", so that a console with
    another encoding, or a folder's name that is not UTF-8, does not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Zoo(Sections):
    """A group with ganzoo's own commands and the commands of plugins."""

    _asked_plugins = False

    def invoke(self, ctx: click.Context) -> Any:
        show_warnings()
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BaseException as error:
            if isinstance(error, ToldElsewhere):
                ctx.exit(error.exit_code)
            if isinstance(error, OfProcess):
                processes.speak()
            if ctx.params.get("debug") or isinstance(error, SystemExit) or output_closed(error):
                raise  # click ends without a message if nobody reads the output
            raise command_error(error) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        self._ask_plugins(ctx)
        return list(self.commands)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.commands:
            self._ask_plugins(ctx)
        return super().get_command(ctx, name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        processes.check(name)
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            late = "--plugin" in args or any(word.startswith("--plugin=") for word in args)
            hint = f"Name the plugin file before the command: `ganzoo --plugin FILE.py {name}`."
            hint = hint if late else near(name, self.commands)
            ctx.fail(f"There is no command {name!r}. {hint}")
        return super().resolve_command(ctx, args)

    def _ask_plugins(self, ctx: click.Context) -> None:
        if not self._asked_plugins:
            self._asked_plugins = True
            warnings.showwarning = _show_warning
            try:
                registry_of(ctx.params.get("plugin_files", ())).add_commands(self)
            except GanzooError as error:  # with --help, `invoke` is not called
                raise command_error(error) from error


def output_closed(error: BaseException) -> bool:
    """Whether the error is that the reader of standard output has gone, as ``head`` does."""
    if not isinstance(error, BrokenPipeError):
        return False
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        return True
    return False


def command_error(error: BaseException) -> CommandError:
    """Any exception as a sentence with an exit code."""
    if isinstance(error, GanzooError):
        return CommandError(str(error), error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        return CommandError("Interrupted.", INTERRUPTED)
    text = " ".join(str(error).split()) or "no message"
    if isinstance(error, MemoryError) or "allocate memory" in text or "out of memory" in text:
        return CommandError(
            "There is not enough memory for this. Use fewer samples or a smaller batch.", 1
        )
    return CommandError(
        f"{type(error).__name__}: {text}. This should have been a clearer message; "
        "`ganzoo --debug ...` shows the traceback.",
        1,
    )


def registry_of(files: Iterable[str | Path] = ()) -> Registry:
    """The registry of a command: the installed plugins, and the one-file plugins that it names."""
    return Registry.discover(map(Path, files))


class _Echo(logging.Handler):
    """Prints the log messages of the library, such as the start of a download, each once in a
    command: a search has many trainings, and each of them tells where its curves go."""

    def __init__(self) -> None:
        super().__init__()
        self.told: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = self.format(record)
        if message not in self.told:
            self.told.add(message)
            click.secho(message, err=True, dim=True)


def show_warnings() -> None:
    """Show warnings and the log messages of the library on standard error."""
    warnings.showwarning = _show_warning
    log = logging.getLogger("ganzoo")
    log.setLevel(logging.INFO)
    for handler in [handler for handler in log.handlers if isinstance(handler, _Echo)]:
        log.removeHandler(handler)
    log.addHandler(_Echo())


def hide_messages() -> None:
    """Show the warnings of the library, and no other messages."""
    logging.getLogger("ganzoo").setLevel(logging.WARNING)


def _show_warning(message: Warning | str, *args: Any, **kwargs: Any) -> None:
    click.secho(f"Warning: {message}", err=True, fg="yellow")


@click.group(cls=Zoo, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ganzoo.__version__, prog_name="ganzoo")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--plugin",
    "plugin_files",
    type=click.Path(),
    metavar="FILE.py",
    multiple=True,
    is_eager=True,  # so that --help lists the file's commands
    help="Use a one-file plugin, with its commands. Repeatable.",
)
def zoo(debug: bool, plugin_files: tuple[str, ...]) -> None:
    """A GAN zoo in which every animal is a plugin.

    Begin with `ganzoo train vanilla-mlp`; `ganzoo COMMAND --help` has examples.
    """
