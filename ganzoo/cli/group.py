"""The group that all commands hang on: it finds plugins' commands, and tells errors."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

import ganzoo
from ganzoo.cli import processes
from ganzoo.errors import GanzooError, OfProcess, ToldElsewhere, near
from ganzoo.registry import Registry


class Told(click.ClickException):
    """An error as the command line shows it: a sentence on standard error, and an exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return self.code


def replace_unwritable() -> None:
    """Characters that standard output or error cannot encode are written as "?": a console of
    another code page, or a folder's name that is no UTF-8, never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Zoo(click.Group):
    """A group whose commands are ganzoo's own and those that plugins add."""

    _asked_plugins = False

    def invoke(self, ctx: click.Context) -> Any:
        tell_of_warnings()
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BaseException as error:
            if isinstance(error, ToldElsewhere):
                ctx.exit(error.exit_code)
            if isinstance(error, OfProcess):
                processes.speak()
            if ctx.params.get("debug") or isinstance(error, SystemExit):
                raise
            raise told(error) from error

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
            hint = f"The file of a command comes before it: `ganzoo --plugin FILE.py {name}`."
            hint = hint if late else near(name, self.commands)
            ctx.fail(f"There is no command {name!r}. {hint}")
        return super().resolve_command(ctx, args)

    def _ask_plugins(self, ctx: click.Context) -> None:
        if not self._asked_plugins:
            self._asked_plugins = True
            warnings.showwarning = _show_warning
            try:
                registry_of(ctx.params.get("plugin_files", ())).add_commands(self)
            except GanzooError as error:  # --help comes here before `invoke` can tell it
                raise told(error) from error


def told(error: BaseException) -> Told:
    """Any exception as a sentence."""
    if isinstance(error, GanzooError):
        return Told(str(error), error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        return Told("Interrupted.", 130)
    text = " ".join(str(error).split()) or "no message"
    if isinstance(error, MemoryError) or "allocate memory" in text or "out of memory" in text:
        return Told(
            "There is not enough memory for this. Ask for less: a smaller number or batch.", 1
        )
    return Told(
        f"{type(error).__name__}: {text}. This should have been a clearer message; "
        "`ganzoo --debug ...` shows where it comes from.",
        1,
    )


def registry_of(files: Iterable[str | Path] = ()) -> Registry:
    """The registry of this command: what is installed, and the one-file plugins it names."""
    return Registry.discover(map(Path, files))


class _Echo(logging.Handler):
    """What the library logs (a download has begun), on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        click.secho(self.format(record), err=True, dim=True)


def tell_of_warnings() -> None:
    """Show warnings, and what the library logs, on standard error."""
    warnings.showwarning = _show_warning
    log = logging.getLogger("ganzoo")
    if not log.handlers:
        log.addHandler(_Echo())
        log.setLevel(logging.INFO)


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
    is_eager=True,  # so that --help lists its commands
    help="Use a one-file plugin, its commands too. Repeatable.",
)
def zoo(debug: bool, plugin_files: tuple[str, ...]) -> None:
    """A GAN zoo in which every animal is a plugin.

    Begin with `ganzoo train vanilla-mlp`.
    """
