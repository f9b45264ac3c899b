"""The page of a component that is not a recipe."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from ganzoo.cli.listing import _options
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS
from gen.files import read
from gen.tables import cell, head, linked, with_error, year
from gen.zoo.catalogue import link, recipe_of, registry, variant_of
from gen.zoo.written import written

# The option that chooses a component of a kind.
CHOSEN = {
    **{kind.name: f"--{kind.option}" for kind in KINDS.values() if kind.option},
    "optimizer": "--set optimizer.g=",
    "metric": "--metric",
    "features": "--features",
}
BASES = ("vanilla-mlp", "dcgan", "hinge")  # recipes to try a component in
ITEM = re.compile(r"^    (\w+(?:, \w+)*): ", re.MULTILINE)


def page(entry: Entry) -> str:
    """The page of a component, as Markdown."""
    return "\n".join(_lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    component, text = entry.load(), written(entry, registry())
    yield f"# {entry.name}\n"
    yield f"{text.idea or entry.summary.rstrip('.') + '.'}\n"
    yield from _glance(entry, with_command="```sh" not in text.idea)
    if text.section("Objective"):
        yield f"## Definition\n\n{text.section('Objective')}\n"
    prose, meanings = split_doc(inspect.getdoc(component) or "")
    if prose:
        yield f"## In the code\n\n`{_target(entry, component)}`\n\n{prose}\n"
    yield "## Options\n"
    yield from _option_table(component, entry, meanings)
    yield from _sweep(entry)
    if text.section("Differences"):
        yield f"## What differs from the paper\n\n{text.section('Differences')}\n"
    if text.others:
        yield f"{text.others}\n"
    yield from _used_by(entry)
    yield f"[How to write a {entry.kind}](../../plugins/kinds/{entry.kind}.md).\n"


def _glance(entry: Entry, with_command: bool) -> Iterator[str]:
    if with_command and (command := _command(entry)):
        yield f"```sh\n{command}\n```\n"
    facts = {
        "Paper": linked(entry.paper),
        "Year": str(year(entry.paper) or ""),
        "Kind": entry.kind,
        "Plugin": entry.plugin,
    }
    yield '<div class="glance" markdown="1">\n'
    for fact, value in facts.items():
        if value:
            yield f"- **{fact}** {value}"
    yield "\n</div>\n"


def _target(entry: Entry, component: Any) -> str:
    """Where the component is defined."""
    if isinstance(entry.target, str):
        return entry.target.replace(":", ".")
    return f"{component.__module__}.{component.__qualname__}"


def _command(entry: Entry) -> str:
    """A command that uses the component: of a recipe that has it, or of another one with the
    component in it, for kinds that fit any recipe; none for other kinds."""
    if entry.kind not in CHOSEN:
        return ""
    option = CHOSEN[entry.kind]
    choice = f"{option}{entry.name}" if option.endswith("=") else f"{option} {entry.name}"
    if KINDS[entry.kind].on_request:
        return f"ganzoo evaluate RUN {choice}"
    users = [recipe.name for recipe in sorted(_users(entry), key=partial(_likeness, entry))]
    if users and entry.kind not in ("loss", "prior", "optimizer", "augmentation"):
        return f"ganzoo train {users[0]}"
    free = [base for base in BASES if base not in users]
    base = "dcgan" if entry.kind == "augmentation" else (free or BASES)[0]
    return f"ganzoo train {base} {choice}"


def _likeness(entry: Entry, recipe: Entry) -> tuple[bool, bool, bool]:
    """The order of recipes that show a component: of its own plugin first, then those that readers
    know, then those that are not variants."""
    return (
        recipe.plugin != entry.plugin,
        recipe.name not in BASES,
        variant_of(recipe) is not None,
    )


def split_doc(doc: str) -> tuple[str, dict[str, str]]:
    """A docstring as Markdown, and the meaning of each option under ``Args:``."""
    prose, _, arguments = doc.partition("Args:\n")
    parts = ITEM.split(arguments)
    meanings = dict(zip(parts[1::2], (" ".join(p.split()) for p in parts[2::2]), strict=True))
    each = {name: text for names, text in meanings.items() for name in names.split(", ")}
    return _markdown(prose.strip()), {name: _markdown(text) for name, text in each.items()}


def _markdown(text: str) -> str:
    """The text of a docstring: literals in single backquotes, and everything else as it is read."""
    pieces = text.replace("``", "`").split("`")
    pieces[::2] = [re.sub(r"([*<_\\$\[\]])", r"\\\1", piece) for piece in pieces[::2]]
    return linked("`".join(pieces))


def _option_table(component: Any, entry: Entry, meanings: dict[str, str]) -> Iterator[str]:
    rows = _options(component, entry)
    if not rows:
        yield f"The {entry.kind} has no options.\n"
        return
    yield head("option", "type", "default", "meaning")
    for row in rows:
        meaning = meanings.get(row["name"], "")
        mark = " A schedule can change it." if row["scheduled"] else ""
        yield (
            f"| `{row['path']}` | {cell(row['words'])} | `{cell(row['default'])}` "
            f"| {cell(meaning[:1].upper() + meaning[1:] + mark)} |"
        )
    yield ""


def _sweep(entry: Entry) -> Iterator[str]:
    """The line of the committed sweep that exchanges the loss or the prior for this one."""
    others = {"loss": ("prior", "normal"), "prior": ("loss", "non-saturating")}
    if entry.kind not in others:
        return
    other, kept = others[entry.kind]
    for line in read("zoo/sweep.json"):
        if line[entry.kind] == entry.name and line[other] == kept:
            yield "## Figures\n"
            yield head("metric", "mean and standard error")
            for name, mean in line["means"].items():
                arrow = "↓" if mean["lower_is_better"] else "↑"
                yield f"| {name} {arrow} | {with_error(mean['value'], mean['stderr'])} |"
            yield ""
            yield (
                f"The networks of vanilla-mlp with this {entry.kind}, {len(line['seeds'])} seeds, "
                f"{line['steps']:,} steps ([the protocol](../results.md#losses-and-priors)).\n"
            )


def _users(entry: Entry) -> list[Entry]:
    """The recipes that name the component."""
    return [
        recipe
        for recipe in registry().entries("recipe")
        if any(
            (kind, part.name) == (entry.kind, entry.qualified)
            for kind, _, part in recipe_of(recipe.qualified).parts()
        )
    ]


def _used_by(entry: Entry) -> Iterator[str]:
    if using := _users(entry):
        yield f"## Recipes with it\n\n{', '.join(map(link, using))}.\n"
