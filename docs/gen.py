"""Fills in the parts of the pages that are generated, so that they cannot differ from the code.

A page marks a part with a comment on its own line, ``<!-- generated: rules loss -->``: the name of
a function below, and its arguments.
"""

from __future__ import annotations

import inspect
import json
import math
import re
import statistics
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import click

import ganzoo
from ganzoo.cli import zoo
from ganzoo.registry import hookspecs
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.suite import rules as all_rules

RESULTS = Path(__file__).parent / "zoo" / "results.json"
RACES = Path(__file__).parent / "races"
SWEEP = Path(__file__).parent / "zoo" / "sweep.json"
SPEED = Path(__file__).parents[1] / "benchmarks" / "results" / "speed.json"
REPRODUCED = Path(__file__).parent / "reproduce" / "goodfellow-2014.json"
MARK = re.compile(r"^<!-- generated: (\w+) ?(\S*) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the generated parts of a page; mkdocs calls it for each page."""
    return MARK.sub(lambda mark: "\n".join(PARTS[mark[1]](*mark[2].split())), markdown)


def hooks(family: str) -> Iterator[str]:
    """The hooks of a class in hookspecs.py."""
    for name in vars(getattr(hookspecs, family)):
        if name.startswith("ganzoo_"):
            yield from _documented(f"ganzoo.registry.hookspecs.{family}.{name}", name)


def interface(name: str) -> Iterator[str]:
    """A base class with its methods."""
    yield from _documented(f"ganzoo.{ganzoo._HOMES[name]}.{name}", f"ganzoo.{name}")


def api() -> Iterator[str]:
    """Every public name, by the module that holds it."""
    titles = {
        "training.train": "Training",
        "sampling.load": "Sampling",
        "evaluation.evaluate": "Evaluating",
        "experiments.interface": "Sweeps and searches",
        "run": "Runs",
        "registry": "The registry",
        "registry.hookspecs": "Registering",
        "recipe": "Recipes",
        "schedules": "Schedules",
        "ranges": "Ranges of options",
        "types": "Values",
        "engine.game": "The game",
        "interfaces": "Interfaces",
        "data.splits": "Splits",
        "assembly.build": "Building a game",
        "engine.engine": "The engine",
        "errors": "Errors",
    }
    before = ""
    for name in ganzoo.__all__:
        home = ganzoo._HOMES[name]
        title = titles.get(home, before)
        if title != before:
            yield f"## {title}\n"
            before = title
        yield from _documented(f"ganzoo.{home}.{name}", f"ganzoo.{name}")
    yield from _documented("ganzoo.registry.entries.Registrar", "registry")


# Each kind in a few words.
ABOUT = {
    "recipe": "a whole GAN: the components with their options, and the training",
    "generator": "a network from noise to samples",
    "discriminator": "a network from samples to scores",
    "network": "a further network of a game: an encoder, a second generator",
    "loss": "the number that each player minimises",
    "penalty": "a term added to a player's loss, or a constraint on its weights",
    "augmentation": "a change of the samples that D sees, real and fake alike",
    "prior": "the distribution of the noise",
    "game": "the rules: networks, players, the order of their updates, the loss of each player",
    "optimizer": "changes a player's weights by their gradients",
    "schedule": "a number that changes during the training",
    "dataset": "real samples",
    "features": "vectors by which samples are compared, such as a network's activations",
    "metric": "a comparison of fakes with real samples",
}
# The setting that chooses a component, for kinds without their own option.
CHOSEN = {
    "recipe": "`ganzoo train NAME`",
    "network": "`--set networks.ROLE=NAME`",
    "optimizer": "`--set optimizer.g=NAME`",
    "schedule": "a table in place of a number",
    "metric": "`ganzoo evaluate RUN --metric NAME`",
    "features": "`ganzoo evaluate RUN --features NAME`",
}


def kinds() -> Iterator[str]:
    """The table of kinds."""
    yield _head("kind", "meaning", "base class", "chosen with")
    for kind in KINDS.values():
        base = {"recipe": "`ganzoo.Recipe`", "optimizer": "`torch.optim.Optimizer`"}
        shown = f"`ganzoo.{kind.base.partition(':')[2]}`" if kind.base else base[kind.name]
        chosen = CHOSEN.get(kind.name) or f"`--{kind.option}`"
        yield f"| [{kind.name}]({kind.name}.md) | {ABOUT[kind.name]} | {shown} | {chosen} |"
    yield ""


def race() -> Iterator[str]:
    """The records in docs/races, the fastest to the first target first."""
    records = [json.loads(path.read_text()) for path in sorted(RACES.glob("*.json"))]
    if not records:
        yield "There is no record yet.\n"
        return
    targets = [standing["target"] for standing in records[0]["standings"]]
    yield _head(
        "recipe", *(f"fd {target:g}" for target in targets), "machine", "arithmetic", "date"
    )
    for record in sorted(records, key=lambda one: one["standings"][0]["seconds"] or math.inf):
        times = " | ".join(_time(standing) for standing in record["standings"])
        machine = record["machine"]
        where = machine.get("card") or f"{machine['processor']}, {machine['threads']} threads"
        arithmetic = f"{record['precision']}, {record['memory_format']}"
        name = record["recipe"]["name"]
        yield f"| `{name}` | {times} | {where} | {arithmetic} | {record['date']} |"
    yield ""
    for record in records:
        yield f"- `{record['recipe']['name']}`: `{' '.join(record['command'])}`"
    yield ""


def _time(standing: dict[str, Any]) -> str:
    """The seconds to a target, with their error, and the seeds that reached it."""
    if standing["seconds"] is None:
        return f"0 of {standing['seeds']}"
    error = "" if standing["stderr"] is None else f" ± {standing['stderr']:.0f}"
    return f"{standing['seconds']:.0f}{error} s ({standing['reached']} of {standing['seeds']})"


def rules(kind: str) -> Iterator[str]:
    """The rules of `ganzoo check` for a kind, or for a plugin as a whole."""
    yield "| rule | requirement |\n|---|---|"
    for rule in all_rules(kind):
        yield f"| `{rule.id}` | {_cell(rule.asks)} |"
    yield ""


def cli() -> Iterator[str]:
    """Every command of ganzoo, by the sections of its help, with its help and examples."""
    zoo.list_commands(click.Context(zoo))  # the plugins add theirs
    for title, names in zoo.sections.items():
        yield f"## {title}\n"
        for name in names:
            yield from _command(zoo.commands[name], f"ganzoo {name}", level=3)


def recipes() -> Iterator[str]:
    """Every recipe of the zoo: its summary, its command, its last samples."""
    registry = ganzoo.Registry.discover()
    seen = {line["recipe"]: line for line in reversed(_results()) if line["seed"] == 0}
    for entry in registry.entries("recipe"):
        yield f"### {entry.name}\n"
        yield f"{entry.summary}. {_paper(entry.paper)}\n"
        yield f"```sh\nganzoo train {entry.name}\n```\n"
        if line := seen.get(entry.name):
            yield f"![samples of {entry.name}](../{line['picture']}){{ width=320 }}\n"


def results(kind: str) -> Iterator[str]:
    """The results in docs/zoo/results.json for ``images`` or for ``mixtures``."""
    datasets = {"images": ("mnist",), "mixtures": ("ring-8", "grid-25")}[kind]
    lines = [line for line in _results() if line["dataset"] in datasets]
    yield from {"images": _image_table, "mixtures": _mixture_table}[kind](lines)
    yield ""


def parzen(form: str) -> Iterator[str]:
    """Table 1's row, measured by `ganzoo reproduce goodfellow-2014`, as ``curve`` or ``best``."""
    curves = json.loads(REPRODUCED.read_text())["table_1"]
    rows = {"averaged": curves["averaged"], "not averaged": curves["not_averaged"]}
    if form == "curve":
        yield _head("epoch", *rows)
        for points in zip(*rows.values(), strict=True):
            shown = (f"{point['parzen']:.1f} ± {point['stderr']:.1f}" for point in points)
            yield f"| {points[0]['epoch']:g} | {' | '.join(shown)} |"
    else:
        yield _head("weights", "at the end", "at its best", "the paper")
        for name, points in rows.items():
            best = max(points, key=lambda point: point["parzen"])
            ends = (
                f"{point['parzen']:.1f} ± {point['stderr']:.1f} (epoch {point['epoch']:g})"
                for point in (points[-1], best)
            )
            yield f"| {name} | {' | '.join(ends)} | 225 ± 2 |"
    yield ""


def sweep() -> Iterator[str]:
    """The means of docs/zoo/sweep.json over the seeds."""
    lines = json.loads(SWEEP.read_text())
    means = lines[0]["means"]
    heads = (f"{name} {'↓' if mean['lower_is_better'] else '↑'}" for name, mean in means.items())
    yield _head("loss", "prior", *heads)
    for line in lines:
        cells = (_with_error(mean["value"], mean["stderr"]) for mean in line["means"].values())
        yield f"| {line['loss']} | {line['prior']} | {' | '.join(cells)} |"
    yield ""


def speed(part: str) -> Iterator[str]:
    """A part of benchmarks/results/speed.json: ``machine``, ``compared``, ``scaling``, ``flat``."""
    measured = json.loads(SPEED.read_text())
    parts = {
        "machine": _machine,
        "compared": _compared,
        "scaling": _scaling,
        "flat": _flat,
    }
    known = part == "machine" or part in measured
    yield from parts[part](measured) if known else ["This part is not measured yet."]
    yield ""


def _machine(measured: dict[str, Any]) -> Iterator[str]:
    about = measured["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    clock = {"wall": "wall-clock time", "cpu": "CPU time, since other programs were running"}
    yield (
        f"Measured on {measured['date']}: {about['processor']}, {about['cores']} cores, "
        f"{about['threads']} threads of torch, {about['instructions']}; device {about['device']}; "
        f"Python {about['python']}, {versions}. Medians of {measured['turns']} turns of "
        f"{clock[measured['clock']]}."
    )


def _compared(measured: dict[str, Any]) -> Iterator[str]:
    yield _head("training", "loop", "ms a step", "share of the floor", "times the tutorial")
    for each in measured["compared"]:
        for loop, numbers in each["loops"].items():
            times = f"{numbers['of_tutorial']:.2f}" if "of_tutorial" in numbers else ""
            ours = loop if loop in ("floor", "tutorial", "torchgan") else f"ganzoo, {loop}"
            yield (
                f"| {each['subject']} | {ours} | {numbers['ms']:.1f} | {numbers['of_floor']:.0%} "
                f"| {times} |"
            )


def _scaling(measured: dict[str, Any]) -> Iterator[str]:
    yield _head("axis", "value", "ms a step", "time", "operations")
    for line in measured["scaling"]:
        yield (
            f"| {line['axis']} | {line['value']:,} | {line['ms']:.1f} | {line['time']:.2f} "
            f"| {line['operations']:.2f} |"
        )


def _flat(measured: dict[str, Any]) -> Iterator[str]:
    flat = measured["flat"]
    tenth = flat["steps"] // len(flat["steps_per_s"])
    yield (
        f"{flat['steps']:,} steps of small perceptrons: the speed in each tenth, and the greatest "
        "memory of the process until its end.\n"
    )
    yield _head("steps", "steps a second", "greatest memory, MiB")
    pairs = zip(flat["steps_per_s"], flat["peak_mib"], strict=True)
    for number, (speed, memory) in enumerate(pairs, start=1):
        yield f"| {number * tenth:,} | {speed:.0f} | {memory:.1f} |"


def _image_table(lines: list[dict[str, Any]]) -> Iterator[str]:
    """A row for each recipe: ``fd`` of each seed, and the means of all other numbers."""
    columns = {"precision": ".2f", "recall": ".2f", "confidence": ".3f", "classes": ".2f"}
    yield _head("recipe", "steps", "time", "device", "fd", *columns, "labels")
    for name, group in groupby(lines, _changed):
        runs = list(group)
        first, quality = runs[0], [run["quality"] for run in runs]
        seconds = statistics.mean(run["seconds"] for run in runs)
        fd = ", ".join(f"{found['fd']:.2f}" for found in quality if "fd" in found)
        means = (_plain_mean(quality, key, form) for key, form in columns.items())
        yield (
            f"| {name} | {first['steps']:,} | {_minutes(seconds)} "
            f"| {first['device']}, {first['precision']} | {fd} | {' | '.join(means)} "
            f"| {_plain_mean(quality, 'label_accuracy', '.1%')} |"
        )


def _changed(line: dict[str, Any]) -> str:
    """The name of a recipe, with its settings that are not the registered ones."""
    changed = (f", {key} {value}" for key, value in line.get("changed", {}).items())
    return line["recipe"] + "".join(changed)


def _plain_mean(quality: list[dict[str, Any]], key: str, form: str) -> str:
    """The mean over the runs that have the number; empty if none has it."""
    values = [found[key] for found in quality if key in found]
    return format(statistics.mean(values), form) if values else ""


def _mixture_table(lines: list[dict[str, Any]]) -> Iterator[str]:
    yield _head("recipe", "dataset", "seeds", "steps", "time of one", "modes", "high quality")
    for (dataset, recipe), group in groupby(lines, lambda line: (line["dataset"], line["recipe"])):
        runs = list(group)
        modes = _mean([run["quality"]["modes"] for run in runs])
        good = _mean([100 * run["quality"]["high_quality"] for run in runs])
        seconds = statistics.mean(run["seconds"] for run in runs)
        yield (
            f"| {recipe} | {dataset} | {len(runs)} | {runs[0]['steps']:,} | {_minutes(seconds)} "
            f"| {modes} | {good} % |"
        )


def _with_error(value: float, stderr: float) -> str:
    """The value, rounded to the second digit of the error, and the error."""
    digits = max(0, 1 - math.floor(math.log10(stderr))) if stderr else 3
    return f"{value:.{digits}f} ± {stderr:.{digits}f}"


def _head(*columns: str) -> str:
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def _mean(values: list[float]) -> str:
    """The mean and its standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {error:.1f}"


def _minutes(seconds: float) -> str:
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def _paper(reference: str) -> str:
    """arXiv numbers as links."""
    return re.sub(r"arXiv:(\d+\.\d+)", r"[arXiv:\1](https://arxiv.org/abs/\1)", reference)


def _results() -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = json.loads(RESULTS.read_text())
    return lines


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {path}\n"
    yield f"{_prose(command.help or '')}\n"
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}", level + 1)
        return
    context = click.Context(command, info_name=path)
    yield f"```text\n{path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    if examples := _examples(command.epilog or ""):
        yield f"```sh\n{examples}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield "| option | effect |\n|---|---|"
    for option in options:
        default = f" Default: {option.default}." if option.show_default else ""
        yield f"| `{_usage(option)}` | {_cell((option.help or '') + default)} |"
    yield ""


def _prose(help: str) -> str:
    """The help of a command as Markdown. Its lines after a \\b stay lines."""
    text, _, lines = inspect.cleandoc(help).partition("\b\n")
    return f"{text}```text\n{lines}\n```" if lines else text


def _examples(epilog: str) -> str:
    _, _, lines = epilog.partition("Examples:\n")
    return "\n".join(line.strip() for line in lines.splitlines())


def _usage(option: click.Option) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(option.type.choices)}"
    return f"{names} {option.metavar or 'N'}"


def _documented(path: str, heading: str) -> Iterator[str]:
    """Signature and docstring of an object, through mkdocstrings."""
    yield f"::: {path}\n    options:\n      heading: {heading}\n      toc_label: {heading}\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PARTS = {
    "api": api,
    "cli": cli,
    "hooks": hooks,
    "interface": interface,
    "kinds": kinds,
    "parzen": parzen,
    "race": race,
    "recipes": recipes,
    "results": results,
    "rules": rules,
    "speed": speed,
    "sweep": sweep,
}
