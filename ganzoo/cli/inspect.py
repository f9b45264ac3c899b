"""``ganzoo data inspect``: a folder of images before a training."""

from __future__ import annotations

import json
import textwrap
import warnings
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.completion import names
from ganzoo.cli.group import registry_of
from ganzoo.cli.pictures import check_picture
from ganzoo.errors import GanzooError

if TYPE_CHECKING:
    from ganzoo.data.inspection import Inspection
    from ganzoo.training.forecast import Estimate

_NAMED = 5  # of a list in a line; further ones are only counted
_ESTIMATED = 64  # pixels of the longer side
_WIDTH = 80
_INDENT = 14


@click.command()
@click.argument("folder", metavar="folder:PATH")
@click.option(
    "--recipe",
    default="dcgan",
    show_default=True,
    metavar="NAME",
    shell_complete=names("recipe"),
    help="The recipe whose memory and time are estimated; none for no estimate.",
)
@options.settings("Change a setting for the estimate, such as dataset.size=64.")
@options.out("Write a contact sheet: some of the images, as a picture.", "FILE.png")
@options.as_json
def inspect(
    folder: str, recipe: str, settings: Sequence[str], out: str | None, as_json: bool
) -> None:
    """Show what is in a folder of images, before a training.

    The path may also be a file with images: .zip, .tar, .tar.gz, .npz, .npy or .parquet. Prints the
    number of images, their sizes, classes, copies and damaged files, and settings that fit.
    """
    check_picture(out)
    from ganzoo.assembly.settings import parse_setting
    from ganzoo.cli.decoding import decoding_bar
    from ganzoo.data import inspection

    path = Path(folder.removeprefix("folder:")).expanduser().absolute()
    changes = dict(map(parse_setting, settings))
    if recipe != "none":
        registry_of().recipe(recipe)  # an unknown name is refused before the images are read
    with decoding_bar(shown=not as_json):
        found = inspection.inspect(path)
        sheet = _sheet(found, Path(out)) if out else None
    if not as_json:
        for line in (*_contents(found, path), *_fits(found)):
            click.echo(line)
        if sheet:
            click.echo(_row("Sheet", str(sheet)))
    with decoding_bar(shown=not as_json):  # the images are decoded at the size of the training
        estimate = None if recipe == "none" else _estimate(found, path, recipe, changes)
    if as_json:
        about = {**inspection.plain(found), "sheet": sheet and str(sheet)}
        about["estimate"] = _plain(estimate) if estimate is not None else None
        click.echo(json.dumps(about, indent=2))
    elif estimate is not None:
        click.echo(_row("Estimate", _in_words(estimate, recipe)))


def _contents(found: Inspection, path: Path) -> Iterator[str]:
    yield f"{path.name}: {len(found):,} images"
    if len(found.splits) > 1:
        yield _row("Splits", _counts(found.splits))
    if found.classes:
        yield _row("Classes", f"{len(found.classes)}: {_counts(found.classes)}")
    sizes = {f"{height}x{width}": count for (height, width), count in found.sizes.most_common()}
    yield _row("Sizes", f"{_counts(sizes)} (height x width)")
    yield _row("Pixels", _counts(dict(found.modes.most_common())))
    if found.copies:
        spare = sum(len(group) - 1 for group in found.copies)
        groups = [" = ".join(group[:2]) for group in found.copies]
        has = "file has" if spare == 1 else "files have"
        yield _row("Copies", f"{spare:,} {has} the content of another: {_few(groups)}")
    if found.unreadable:
        faults = [f"{name} ({why})" for name, why in found.unreadable.items()]
        yield _row("Damaged", f"{len(faults):,}; a training stops at them: {_few(faults)}")
    for remark in found.remarks:
        yield _row("Remark", remark)


def _fits(found: Inspection) -> Iterator[str]:
    from ganzoo.cli.dry_run import size

    for setting in found.settings():
        yield _row("Set", f"--set {setting}")
    if found.channels == 1 and found.top:
        yield _row("Depth", "--set dataset.depth=16 keeps the 16 bits of gray images")
    for each in found.proposals():
        effect = "whole images" if each.whole else "some are cut"
        yield _row("Fits", f"--set dataset.size={each.setting:<9} {effect}, {size(each.bytes)}")
    if not all(each.whole for each in found.proposals()):
        yield _row("", "--set dataset.fit=pad or stretch    keeps the whole of every image")


def _estimate(
    found: Inspection, path: Path, recipe: str, changes: Mapping[str, Any]
) -> Estimate | str:
    """The estimate of a training at the largest proposed size up to ``_ESTIMATED`` pixels, unless
    the changes name a size; or the reason why there is none."""
    import ganzoo

    asked = dict(setting.split("=") for setting in found.settings())
    proposals = found.proposals()
    small = [each for each in proposals if max(each.size) <= _ESTIMATED]
    if proposals:
        asked["dataset.size"] = (small or proposals[:1])[-1].setting
    settings = {key: int(text) if text.isdecimal() else text for key, text in asked.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the remarks on the data are printed already
            return ganzoo.estimate(recipe, dataset=f"folder:{path}", set={**settings, **changes})
    except GanzooError as error:
        return str(error)


def _plain(estimate: Estimate | str) -> dict[str, object]:
    if isinstance(estimate, str):
        return {"error": estimate}
    return {
        "recipe": estimate.config["recipe"]["name"],
        "shape": estimate.config["dataset"]["shape"],
        "memory": estimate.memory,
        "steps": estimate.steps,
        "seconds": estimate.seconds,
        "device": estimate.config["device"],
    }


def _in_words(estimate: Estimate | str, recipe: str) -> str:
    from ganzoo.cli.dry_run import size
    from ganzoo.data.form import in_words

    if isinstance(estimate, str):
        return f"none for {recipe}: {estimate}"
    shape = estimate.config["dataset"]["shape"]
    return (
        f"{recipe} at {in_words(*shape[1:])} on {estimate.config['device']}: about "
        f"{size(estimate.memory)} of memory, {timedelta(seconds=round(estimate.seconds))} for "
        f"{estimate.steps:,} steps"
    )


def _sheet(found: Inspection, path: Path) -> Path | None:
    """Writes the contact sheet."""
    import torch

    from ganzoo.run import grid
    from ganzoo.run.files import write_whole
    from ganzoo.run.image_format import encoded

    if not found.thumbnails:
        return None
    images = torch.stack([torch.from_numpy(pixels) for pixels in found.thumbnails])
    write_whole(path, encoded(grid.image(grid.tile(images)), path))
    return path


def _row(head: str, text: str) -> str:
    """A head and a text, which is wrapped beside it."""
    lines = textwrap.wrap(text, _WIDTH - _INDENT, break_long_words=False, break_on_hyphens=False)
    return f"  {head:<{_INDENT - 2}}" + f"\n{' ' * _INDENT}".join(lines)


def _counts(counts: Mapping[str, int]) -> str:
    return _few([f"{name}: {count:,}" for name, count in counts.items()])


def _few(items: Sequence[str]) -> str:
    """The first items, and the number of further ones."""
    more = len(items) - _NAMED
    shown = ["".join(c if c.isprintable() else "?" for c in item) for item in items[:_NAMED]]
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")
