"""``ganzoo check``: a plugin held against the conformance suite."""

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
@click.option("--all", "everything", is_flag=True, help="Check all that is installed.")
@options.as_json
def check(plugin: str | None, everything: bool, as_json: bool) -> None:
    """Check a PLUGIN, by its name or as a FILE.py: each of its components with each rule.

    It says which rule is broken, where, and how to mend it, and exits with 1 if one is. Nothing is
    downloaded; what cannot be checked here is told.
    """
    if everything == bool(plugin):
        raise UsageError("Name a plugin, such as `ganzoo check vanilla-mlp`, or say --all.")
    registry, names = _found(plugin)  # a wrong name is told before torch is imported
    import torch

    from ganzoo.testing.findings import perform
    from ganzoo.testing.suite import plan

    torch.set_num_threads(1)  # for so little work, handing it around takes longer than doing it
    todo = plan(*names, registry=registry)
    done: list[Check] = []
    with _progress(todo, shown=not as_json) as advance:
        for subject, rule in todo:
            advance(subject, rule)
            done.append(perform(rule, subject))
            if not as_json:
                _tell(done[-1])
    findings = [finding for check in done for finding in check.findings]
    if as_json:
        click.echo(json.dumps(_plain(done), indent=2))
    else:
        _tell_skipped(done)
        click.secho(
            f"{_count(len(done), 'check')}, {_count(len(findings), 'finding')}",
            fg="red" if findings else "green",
        )
    if findings:
        raise click.exceptions.Exit(1)


def _found(plugin: str | None) -> tuple[Registry, list[str]]:
    """What there is, and the names of the plugins to check; none means all."""
    files = [plugin] if plugin and plugin.endswith(".py") else []
    registry = registry_of(files)
    if not plugin:
        return registry, []
    return registry, [registry.plugin(name_of(Path(plugin)) if files else plugin).name]


def _tell(check: Check) -> None:
    for finding in check.findings:
        click.echo(f"{finding}\n")


def _tell_skipped(done: list[Check]) -> None:
    """Each reason once a component, not once a rule."""
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


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


@contextmanager
def _progress(todo: list[tuple[Subject, Rule]], *, shown: bool) -> Iterator[Any]:
    """A bar with what is being checked, on a terminal; elsewhere nothing."""
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
