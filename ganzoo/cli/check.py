"""``ganzoo check``: the conformance suite on a plugin."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.group import registry_of
from ganzoo.errors import UsageError
from ganzoo.registry import Registry
from ganzoo.registry.plugin_file import name_of

if TYPE_CHECKING:
    from ganzoo.testing import Check, Rule
    from ganzoo.testing.subject import Subject


@click.command()
@click.argument("plugin", required=False, metavar="[PLUGIN]")
@click.option("--all", "everything", is_flag=True, help="Check all installed plugins.")
@options.as_json
@options.quiet("the findings")
def check(plugin: str | None, everything: bool, as_json: bool, quiet: bool) -> None:
    """Check the components of a PLUGIN by the rules of their kind.

    PLUGIN is a name or a FILE.py. Prints each broken rule, its place, and how to correct the fault.
    The exit code is 1 if a rule is broken. Nothing is downloaded. Components that cannot be checked
    here are listed.
    """
    if everything == bool(plugin):
        raise UsageError("Name a plugin, such as `ganzoo check vanilla-mlp`, or give --all.")
    registry, names = _plugins(plugin)  # before torch is imported: a wrong name fails at once
    import torch

    from ganzoo.testing.findings import perform
    from ganzoo.testing.suite import plan

    torch.set_num_threads(1)  # the tensors are so small that more threads are slower
    todo = plan(*names, registry=registry)
    done: list[Check] = []
    with _progress(todo, shown=not (as_json or quiet)) as advance:
        for subject, rule in todo:
            advance(subject, rule)
            done.append(perform(rule, subject))
            if not as_json:
                _print_findings(done[-1])
    findings = [finding for check in done for finding in check.findings]
    if as_json:
        click.echo(json.dumps(_plain(done), indent=2))
    elif not quiet:
        _print_skipped(done)
        click.secho(
            f"{_count(len(done), 'check')}, {_count(len(findings), 'finding')}",
            fg="red" if findings else "green",
        )
    if findings:
        raise click.exceptions.Exit(1)


def _plugins(plugin: str | None) -> tuple[Registry, list[str]]:
    """The registry, and the names of the plugins to check; an empty list means all."""
    files = [plugin] if plugin and plugin.endswith(".py") else []
    registry = registry_of(files)
    if not plugin:
        return registry, []
    return registry, [registry.plugin(name_of(Path(plugin)) if files else plugin).name]


def _print_findings(check: Check) -> None:
    for finding in check.findings:
        click.echo(f"{finding}\n")


def _print_skipped(done: list[Check]) -> None:
    """Print each reason once per component, not once per rule."""
    reasons = {(c.kind, c.name, c.skipped): None for c in done if c.skipped and not c.moot}
    for kind, name, reason in reasons:
        click.secho(f"not checked: {kind}/{name}: {reason}", dim=True)


def _plain(done: list[Check]) -> dict[str, Any]:
    return {
        "plugins": list(dict.fromkeys(check.plugin for check in done)),
        "checks": len(done),
        "findings": [finding.plain() for check in done for finding in check.findings],
        "skipped": [
            {
                "rule": c.rule.id,
                "plugin": c.plugin,
                "kind": c.kind,
                "name": c.name,
                "why": c.skipped,
            }
            for c in done
            if c.skipped and not c.moot
        ],
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


@contextmanager
def _progress(todo: list[tuple[Subject, Rule]], *, shown: bool) -> Iterator[Any]:
    """A progress bar with the current component and rule; only on a terminal."""
    if not shown or not sys.stdout.isatty():
        yield lambda subject, rule: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=30), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=len(todo))

        def advance(subject: Subject, rule: Rule) -> None:
            entry = subject.entry
            progress.advance(task)
            progress.update(task, description=f"{entry.kind}/{entry.name}: {rule.id}")

        yield advance
