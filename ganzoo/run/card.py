"""The model card: the run's recipe, data and results, and how to draw samples from it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import GanzooError
from ganzoo.recipe import bare
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import checkpoint, hub, metrics
from ganzoo.run.config import named_classes, started_from
from ganzoo.run.files import write_whole
from ganzoo.run.folder import Run, data_name
from ganzoo.run.provenance import recipe_of
from ganzoo.run.step_files import step_files

if TYPE_CHECKING:
    from ganzoo.evaluation.results import Result


class Card:
    """An observer that writes README.md at every checkpoint."""

    def __init__(self) -> None:
        self._scalars: Mapping[str, float] = {}

    @hookimpl
    def ganzoo_logged(self, scalars: Mapping[str, float]) -> None:
        self._scalars = scalars

    @hookimpl
    def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
        scalars = self._scalars or _logged(run, step) or {}
        write_whole(_file(run), card(run, step, scalars, _results(run)))


def renew(run: Run, before: Sequence[Result]) -> None:
    """Write the card of a trained run anew, since it has more results than those ``before``. A card
    that somebody has edited is left as it is."""
    step = checkpoint.last_step(run)
    scalars = None if step is None else _logged(run, step)
    if step is None or scalars is None:
        return
    with suppress(OSError):  # a folder that cannot be written to
        if _file(run).read_bytes() == card(run, step, scalars, before):
            write_whole(_file(run), card(run, step, scalars, _results(run)))


def _logged(run: Run, step: int) -> dict[str, float] | None:
    """The last logged scalars; None if they are not of that step."""
    scalars = metrics.last(run.metrics_file)
    return scalars if scalars.pop("step", None) == step else None


def _file(run: Run) -> Path:
    return run.path / "README.md"


def _results(run: Run) -> Sequence[Result]:
    try:
        return run.results()
    except GanzooError:  # a damaged file, of which `ganzoo evaluate` tells
        return ()


def complete(run: Run, step: int) -> bool:
    """Whether generator and model card are those of ``step``, the last step of the run."""
    try:
        _, about = checkpoint.read(run.generator)
        text = _file(run).read_text(encoding="utf-8", errors="replace")
    except (GanzooError, OSError):
        return False
    return about["step"] == step and f"Trained for {step} of {step} steps" in text


def card(run: Run, step: int, scalars: Mapping[str, float], results: Sequence[Result]) -> bytes:
    """The model card, in Markdown, with the head that the Hugging Face Hub reads. ``results``: all
    of the run's."""
    best = checkpoint.best(run)
    steps = {step, best["step"]} if best else {step}
    head = hub.head(run, [each for each in results if each.protocol.step in steps])
    return (head + _text(run, step, scalars, best)).encode(errors="replace")


def _text(run: Run, step: int, scalars: Mapping[str, float], best: Mapping[str, Any] | None) -> str:
    config, recipe = run.config, run.config["recipe"]
    data, plugins = config["dataset"], _plugins(config)
    parts = components(recipe)
    checksum = f", SHA-256 `{data['checksum']}`" if data.get("checksum") else ""
    named = named_classes(data.get("labels", []), most=len(data.get("labels", [])))
    classes = f"Classes: {named}.\n\n" if named else ""
    notes = "".join(f"{note}\n\n" for note in data.get("notes", []))
    pictures = [*step_files(run.samples, ".png").values()]
    picture = f"![samples](samples/{pictures[-1].name})\n\n" if pictures else ""
    origin = f"{started_from(config['origin'])}\n\n" if config.get("origin") else ""
    return (
        f"# {recipe['name']} on {data_name(config)}\n\n"
        f"{recipe['summary']}{'. ' if recipe['summary'] else ''}{recipe['paper']}\n\n"
        f"{picture}"
        f"Trained for {step} of {recipe['steps']} steps of batch size {recipe['batch_size']}, "
        f"seed {config['seed']}, on {config['device']} in {config['precision']}.\n\n"
        f"{_best(best)}"
        f"{origin}"
        f"Data: {_data(config)}, split {data['split']}, {data['count']} samples{checksum}.\n\n"
        f"{classes}{notes}"
        "| part | component |\n|---|---|\n"
        + "".join(f"| {kind} | {name} |\n" for kind, name in parts.items())
        + "\n| metric | last value |\n|---|---|\n"
        + "".join(f"| {name} | {value:.4g} |\n" for name, value in scalars.items())
        + f"\n## {'Translating images' if config.get('translations') else 'Drawing samples'}\n\n"
        "You need only `generator.safetensors`, ganzoo and the plugins below.\n\n"
        f"{_use(config)}"
        "## Training it again\n\n"
        f"```sh\n{shlex.join(config['command'])}\n```\n\n"
        + "".join(f"- {name} {version}\n" for name, version in {**config["libraries"]}.items())
        + "".join(f"- plugin {name} {version}\n" for name, version in plugins.items())
    )


def _use(config: Mapping[str, Any]) -> str:
    """How to use the generator: a command, and the same in Python."""
    command, call = "ganzoo sample . -n 64", "samples = generator.sample(64, seed=0)"
    if config.get("translations"):
        command, call = "ganzoo translate . IMAGES", 'images = generator.translate("IMAGES")'
    return (
        f"```sh\n{command}\n```\n\n"
        f'```python\nimport ganzoo\n\ngenerator = ganzoo.load("generator.safetensors")\n{call}\n'
        "```\n\n"
    )


def _plugins(config: dict[str, Any]) -> dict[str, str]:
    """The plugins of the recipe's components, with their versions. config.json has all plugins that
    were installed."""
    used = {part.name.rpartition(":")[0] for _, _, part in recipe_of(config).parts()}
    return {name: about["version"] for name, about in config["plugins"].items() if name in used}


def _best(best: Mapping[str, Any] | None) -> str:
    if best is None:
        return ""
    return (
        f"Best {best['metric'].rpartition('.')[2]}: {best['value']:.4g} at step {best['step']}. "
        "That generator is in `generator-best.safetensors`.\n\n"
    )


def _data(config: dict[str, Any]) -> str:
    """The data in a few words: of a folder of images also its own name."""
    name, own = config["dataset"]["name"], data_name(config)
    return name if own == name else f"{name} {own}"


def components(recipe: dict[str, Any]) -> dict[str, str]:
    """The names of the components of a recipe, as config.json has it, by kind or network role."""

    def names(field: str, separator: str) -> str:
        return separator.join(bare(part["name"]) for part in recipe[field])

    losses = [recipe["loss"], *recipe["extra_losses"]]
    return {
        "generator": bare(recipe["generator"]["name"]),
        "discriminator": bare(recipe["discriminator"]["name"]),
        **{role: bare(part["name"]) for role, part in recipe["networks"].items()},
        "loss": " + ".join(bare(part["name"]) for part in losses),
        "penalties": names("penalties", ", ") or "none",
        "augmentations": names("augmentations", ", ") or "none",
        "prior": bare(recipe["prior"]["name"]),
        "game": names("game", " + "),
    }
