"""The choice of a precision and a memory format by measuring."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import Engine, Part, Recipe, Registry, UsageError, rng
from ganzoo.assembly.build import build
from ganzoo.data.files import cache_dir
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.game import Game
from ganzoo.training import probe
from ganzoo.training.rehearsal import rehearsed_rows
from ganzoo.types import Data, Spec

REGISTRY = Registry.discover()
DCGAN = REGISTRY.recipe("dcgan").replace(
    generator=Part("dcgan", {"width": 2}),
    discriminator=Part("dcgan", {"width": 2}),
    batch_size=4,
)
MLP = DCGAN.replace(
    generator=Part("mlp", {"hidden": (8,)}), discriminator=Part("mlp", {"hidden": (8,)})
)
SLOW, FAST = 0.5, 0.1


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "cache"))


def images() -> Data:
    x = torch.randint(0, 256, (12, 1, 16, 16), generator=torch.Generator().manual_seed(0))
    return Data(x.to(torch.uint8))


def game_of(recipe: Recipe) -> Game:
    return build(recipe, images().spec(0.0, 1.0), REGISTRY)


def choose(recipe: Recipe = DCGAN, precision: str = "fp32", memory_format: str = "auto"):
    game = game_of(recipe)
    return probe.choose(
        game, images(), recipe, device="cpu", precision=precision, memory_format=memory_format
    )


def measuring(monkeypatch: pytest.MonkeyPatch, seconds: dict[str, float]) -> list[int]:
    """Replace the measurement by these seconds, SLOW for any other alternative; the list that is
    returned grows by one with each measurement."""
    calls: list[int] = []

    def measured(game, data, recipe, alternatives, *where) -> dict[str, float]:
        calls.append(len(alternatives))
        return {one.name: seconds.get(one.name, SLOW) for one in alternatives}

    monkeypatch.setattr(probe, "_measured", measured)
    return calls


def test_the_fastest_alternative_is_chosen_and_its_time_kept(monkeypatch) -> None:
    measuring(monkeypatch, {"bf16 channels-last": FAST})
    chosen = choose(precision="auto")
    assert (chosen.precision, chosen.memory_format) == ("bf16", "channels-last")
    assert chosen.seconds["bf16 channels-last"] == FAST
    assert len(chosen.seconds) == 4


def test_a_gain_of_less_than_five_percent_changes_nothing(monkeypatch) -> None:
    measuring(monkeypatch, {"fp32 channels-last": 0.96 * SLOW})
    assert choose().memory_format == "contiguous"


@pytest.mark.parametrize("precision", ["tf32", "fp16"])
def test_a_precision_of_gpus_is_chosen_with_its_fastest_format(monkeypatch, precision: str) -> None:
    measuring(monkeypatch, {f"{precision} channels-last": FAST})
    chosen = choose(precision=precision)
    assert (chosen.precision, chosen.memory_format) == (precision, "channels-last")


def test_a_measurement_is_read_from_the_cache_the_next_time(monkeypatch) -> None:
    calls = measuring(monkeypatch, {"fp32 channels-last": FAST})
    first, second = choose(), choose()
    assert first == second
    assert calls == [2]


def test_a_damaged_measurement_is_made_again(monkeypatch) -> None:
    calls = measuring(monkeypatch, {})
    choose()
    (kept,) = (cache_dir() / "arithmetic").iterdir()
    kept.write_text("{")
    choose()
    assert calls == [2, 2]


@pytest.mark.parametrize(
    ("recipe", "precision", "memory_format"),
    [
        (MLP, "fp32", "auto"),  # no convolutions
        (DCGAN, "fp32", "channels-last"),
        (DCGAN.replace(steps=99), "auto", "auto"),  # over before a measurement pays
    ],
)
def test_nothing_is_measured_without_need(monkeypatch, recipe, precision, memory_format) -> None:
    calls = measuring(monkeypatch, {})
    chosen = choose(recipe, precision, memory_format)
    assert not calls
    assert (chosen.precision, chosen.seconds) == ("fp32", {})
    assert chosen.memory_format == ("contiguous" if memory_format == "auto" else memory_format)


def test_bf16_that_is_slower_is_warned_of_with_the_ratio(monkeypatch) -> None:
    measuring(monkeypatch, {"fp32 contiguous": FAST})
    with pytest.warns(UserWarning, match=r"bf16 takes 5\.0 times as long as fp32"):
        assert choose(MLP, "bf16").precision == "bf16"


def test_bf16_that_is_faster_is_taken_without_a_word(monkeypatch) -> None:
    measuring(monkeypatch, {"bf16 contiguous": FAST})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        choose(MLP, "bf16")


@pytest.mark.parametrize("names", [("fp23", "auto"), ("fp32", "channels-first")])
def test_unknown_names(names: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match=f"{'fp23' if names[0] == 'fp23' else names[1]}"):
        choose(DCGAN, *names)


def test_a_real_measurement_moves_neither_weights_nor_random_numbers() -> None:
    torch.manual_seed(5)
    game = game_of(DCGAN)
    before = {name: tensor.clone() for name, tensor in game.state_dict().items()}
    state = torch.get_rng_state()
    chosen = probe.choose(
        game, images(), DCGAN, device="cpu", precision="auto", memory_format="auto"
    )
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in game.state_dict().items():
        assert torch.equal(tensor, before[name]), name
    assert min(chosen.seconds.values()) > 0
    assert len(chosen.seconds) == 4


def test_an_alternative_that_fails_is_never_chosen(monkeypatch) -> None:
    plain = Game.losses

    def losses(self, players, batch, step):
        if torch.is_autocast_enabled("cpu"):
            raise RuntimeError("no kernel for BFloat16")
        return plain(self, players, batch, step)

    monkeypatch.setattr(Game, "losses", losses)
    assert choose(DCGAN, "auto", "contiguous").precision == "fp32"


def test_a_training_in_channels_last_resumes_exactly() -> None:
    def engine() -> Engine:
        with rng.seeded(0):
            return Engine(
                game_of(DCGAN), images(), DCGAN, arithmetic=Arithmetic("fp32", "channels-last")
            )

    whole, first, second = engine(), engine(), engine()
    with rng.seeded(1):
        for _ in range(4):
            whole.advance()
    with rng.seeded(1):
        for _ in range(2):
            first.advance()
        saved = {name: tensor.contiguous().clone() for name, tensor in first.state().items()}
    second.restore(saved, step=2)
    for _ in range(2):
        second.advance()
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, second.state()[name]), name


def test_a_run_records_its_choice_and_resumes_with_it(train, registry) -> None:
    run = train(steps=2, precision="auto", memory_format="channels-last")
    assert (run.config["precision"], run.config["memory_format"]) == ("fp32", "channels-last")
    resumed = ganzoo.resume(run, steps=3, registry=registry)
    assert resumed.config["memory_format"] == "channels-last"


@pytest.mark.parametrize(
    ("batch_size", "shape", "rows"),
    [
        (64, (1, 28, 28), 16),
        (64, (3, 64, 64), 16),
        (64, (3, 96, 72), 9),
        (64, (3, 256, 256), 4),
        (2, (3, 256, 256), 2),
        (64, (2,), 16),
    ],
)
def test_large_images_are_few_in_a_rehearsal(batch_size: int, shape: tuple, rows: int) -> None:
    assert rehearsed_rows(batch_size, Spec(shape)) == rows


@pytest.mark.parametrize(
    ("batch_size", "joined", "rows"), [(50, 5, 20), (63, 3, 18), (100, 50, 50)]
)
def test_a_rehearsal_has_whole_packs(batch_size: int, joined: int, rows: int) -> None:
    assert rehearsed_rows(batch_size, Spec((1, 28, 28)), joined) == rows
