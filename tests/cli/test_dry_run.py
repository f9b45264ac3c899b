"""``ganzoo train --dry-run``, and ``ganzoo.estimate``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import ganzoo as library
from ganzoo import Engine, Registry
from ganzoo.cli.dry_run import size
from ganzoo.run.views import Images
from ganzoo.training import forecast

from ..plugins.small import images as small_images
from ..plugins.small import like_its_own, with_small_parts
from .conftest import Ganzoo
from .tools import NETWORKS, TINY, tiny


def test_the_samples_are_told_in_the_words_of_their_view(
    ganzoo: Ganzoo, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Images, "describe", lambda view: f"squares of {view.spec.shape[1]}")
    lines = ganzoo(*tiny(images, steps=20, out="r"), "--dry-run").stdout.splitlines()
    assert lines[1] == "Data: 20 squares of 8"
    lines = ganzoo("data", "verify", f"folder:{images}").stdout.splitlines()
    assert lines[1].startswith("  20 squares of ")


def test_it_prints_sizes_memory_speed_and_time_and_writes_nothing(
    ganzoo: Ganzoo, images: Path
) -> None:
    before = sorted(Path().iterdir())
    lines = ganzoo(*tiny(images, steps=2000, out="r"), "--dry-run").stdout.splitlines()
    assert lines[1] == "Data: 20 images of 8x8, gray, without labels"
    text = "\n".join(lines)
    for part in (
        r"  generator \(mlp\): [\d,]+ weights",
        r"  discriminator \(mlp\): [\d,]+ weights",
        r"Memory: about \S+ \w+, an estimate",
        r"Speed: [\d.]+ steps/s",
        r"Time: about \d+:\d\d:\d\d for 2,000 steps",
        "no run was written",
    ):
        assert re.search(part, text), part
    assert sorted(Path().iterdir()) == before


def test_json_has_the_same_numbers(ganzoo: Ganzoo, images: Path) -> None:
    told = json.loads(ganzoo(*tiny(images, steps=2000), "--dry-run", "--json").stdout)
    assert told["networks"].keys() == {"generator", "discriminator"}
    memory = told["memory"]
    assert memory["total"] == memory["weights"] + memory["activations"] + memory["data"]
    assert min(memory.values()) > 0
    assert told["seconds"] == pytest.approx(told["steps"] / told["steps_per_s"])
    assert told["dataset"]["count"] == 20


def test_bad_requests_are_refused_as_by_a_training(ganzoo: Ganzoo, images: Path) -> None:
    result = ganzoo(*tiny(images, loss="minmax"), "--dry-run", code=2)
    assert "minimax" in result.stderr


def request(images: Path, **changes: object) -> dict[str, object]:
    set_ = {**TINY, "generator.hidden": [32], **changes}
    return {**NETWORKS, "dataset": f"folder:{images}", "device": "cpu", "steps": 10, "set": set_}


def test_the_counts_are_those_of_the_networks(images: Path) -> None:
    estimate = library.estimate("vanilla-mlp", batch_size=4, **request(images))
    hidden, pixels = 32, 64
    generator = estimate.config["recipe"]["prior"]["dim"] * hidden + hidden
    assert estimate.networks["generator"] == generator + hidden * pixels + pixels
    weights = 4 * sum(estimate.networks.values())
    assert 4 * weights <= estimate.weights < 6 * weights  # weights, gradients, Adam's two, the EMA
    assert estimate.data == 20 * pixels
    assert estimate.steps == 10
    assert estimate.seconds == pytest.approx(10 * estimate.seconds_per_step)


def test_twice_the_batch_keeps_twice_the_intermediate_results(images: Path) -> None:
    small, large = (
        library.estimate("vanilla-mlp", batch_size=size, **request(images)).activations
        for size in (8, 16)
    )
    assert 1.5 < large / small < 2.1


def test_micro_batches_keep_fewer(images: Path) -> None:
    alike = {"game.share_fakes": False}  # fakes are shared in whole batches only
    whole, parts = (
        library.estimate("vanilla-mlp", batch_size=16, **request(images, **alike, **changes))
        for changes in ({}, {"optimizer.d.accumulate": 4, "optimizer.g.accumulate": 4})
    )
    assert parts.activations == pytest.approx(whole.activations / 4, rel=0.01)


REGISTRY = Registry.discover()
RECIPES = [REGISTRY.recipe(entry.name) for entry in REGISTRY.entries("recipe")]
PACKED = [one for one in RECIPES if any(each.bare == "pack" for each in one.augmentations)]


@pytest.mark.parametrize("recipe", PACKED, ids=lambda recipe: recipe.name)
def test_each_recipe_with_a_pack(recipe: library.Recipe, monkeypatch) -> None:
    monkeypatch.setattr(forecast, "SECONDS", 0.0)
    monkeypatch.setattr("ganzoo.training.prepare.load_data", lambda full, *_: (full, data))
    data = like_its_own(recipe)
    assert library.estimate(with_small_parts(recipe), steps=10, device="cpu").activations > 0


def test_networks_that_grow_need_the_memory_of_the_whole_networks(monkeypatch) -> None:
    monkeypatch.setattr(forecast, "SECONDS", 0.0)
    monkeypatch.setattr("ganzoo.training.prepare.load_data", lambda full, *_: (full, data))
    recipe, data = with_small_parts(REGISTRY.recipe("progressive")), small_images(1, 16, 16)
    growing, whole = (
        library.estimate(
            recipe,
            steps=1000,
            set={"generator.until": until, "discriminator.until": until},
            device="cpu",
        ).activations
        for until in (0.6, 0.001)
    )
    assert growing == whole


def test_steps_are_measured_over_the_whole_training(images: Path, monkeypatch) -> None:
    advance, visited = Engine.advance, []

    def noted(self: Engine) -> object:
        visited.append(self.step)
        return advance(self)

    monkeypatch.setattr(forecast, "SECONDS", 0.0)
    monkeypatch.setattr(Engine, "advance", noted)
    library.estimate("vanilla-mlp", batch_size=4, **{**request(images), "steps": 1000})
    assert {step // 100 for step in visited} == {1, 3, 5, 7, 9}


def test_it_says_that_steps_begin_when_the_data_is_read(
    ganzoo: Ganzoo, images: Path, tmp_path: Path
) -> None:
    begun = "Taking a few steps"
    assert begun in ganzoo(*tiny(images, steps=10), "--dry-run").stderr
    (tmp_path / "last.png").write_bytes(b"no image")
    assert begun not in ganzoo(*tiny(tmp_path, steps=10), "--dry-run", code=1).stderr
    table = ganzoo("train", "ctgan", "--steps=10", "--device=cpu", "--dry-run").stderr
    assert begun in table
    assert "large images" not in table


def test_packs_that_do_not_divide_sixteen(images: Path, monkeypatch) -> None:
    monkeypatch.setattr(forecast, "SECONDS", 0.0)
    pack = {"augment": "pack", "batch_size": 50}
    estimate = library.estimate(
        "vanilla-mlp", **pack, **request(images, **{"augmentations.pack.m": 5})
    )
    assert estimate.activations > 0
    (note,) = (each for each in estimate.config["dataset"]["notes"] if "several times" in each)
    assert note.endswith("`--batch-size 20` avoids this, and each smaller multiple of 5.")
    estimate = library.estimate(
        "vanilla-mlp", **pack, **request(images, **{"augmentations.pack.m": 25})
    )
    note = estimate.config["dataset"]["notes"][-1]
    assert note.endswith("The data is too small: each batch of this training has a multiple of 25.")


@pytest.mark.parametrize(
    ("count", "text"),
    [(12, "12 bytes"), (999.6, "1 kB"), (1_234_000, "1.23 MB"), (5e12, "5 TB")],
)
def test_sizes_in_words(count: float, text: str) -> None:
    assert size(count) == text
