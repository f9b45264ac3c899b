"""Captured updates. A stand-in captures on the CPU: it computes the work again at each replay and
copies the results into the tensors of the first time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import ganzoo
from ganzoo import (
    Augmentation,
    Batch,
    Data,
    Engine,
    Game,
    Loss,
    Part,
    Recipe,
    Scores,
    UsageError,
    hookimpl,
)
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.capturable import update_keys
from ganzoo.engine.graph import WARM_UP, CudaCapture
from ganzoo.run import Run
from ganzoo.training.rehearsal import Rehearsal
from ganzoo.types import Losses

from .plugins.small import PLAIN, REGISTRY, images, shrunk
from .toy import TOY, ToyPlugin, engine_of, registry_of

STEPS = 18
SENTENCE = "Training without CUDA graphs: "
R1 = Part("r1", {"gamma": 1.0, "interval": 3})
LEAKY = Part("r1", {"gamma": {"schedule": "linear", "start": 2.0, "end": 0.3, "until": STEPS}})


class StandIn:
    """recorded, replayed: how many captures, and how many replays, there were. failing: whether
    every capture fails."""

    def __init__(self, failing: bool = False) -> None:
        self.recorded = self.replayed = 0
        self.failing = failing

    def aside(self, work: Callable[[], Any]) -> Any:
        return work()

    def record(self, work: Callable[[], Any]) -> tuple[Any, Callable[[], None]]:
        if self.failing:
            raise RuntimeError("operation not permitted when stream is capturing\nCUDA kernel ...")
        self.recorded += 1
        result = work()
        static = list(tensors(result))
        computed = [tensor.clone() for tensor in static]
        for tensor in static:
            empty(tensor)  # a capture computes nothing

        def replay() -> None:
            nonlocal computed
            self.replayed += 1
            computed = computed or list(tensors(work()))
            for tensor, value in zip(static, computed, strict=True):
                tensor.data.copy_(value)
            computed = []

        return result, replay


def empty(tensor: Tensor) -> None:
    tensor.data.fill_(float("nan") if tensor.is_floating_point() else -1)


def tensors(result: tuple[Losses, dict[str, list[Tensor | None]]] | None) -> Iterator[Tensor]:
    if result is None:  # of a rehearsal
        return
    losses, gradients = result
    yield from losses.by_player.values()
    for scores in (losses.real, losses.fake):
        if scores is not None:
            yield from (scores.score, *scores.aux.values(), *scores.batch.code.values())
    for player in gradients.values():
        yield from (gradient for gradient in player if gradient is not None)


def trained(recipe: Recipe, capture: Any = None, steps: int = STEPS, **options: Any) -> Any:
    """The state of a small engine after some steps, and its reports."""
    data = images(1, 16, 16, classes=3)
    engine = small_engine(recipe, data, capture=capture, **options)
    reports = [engine.advance() for _ in range(steps)]
    return engine.state(), reports


def small_engine(recipe: Recipe, data: Data, **options: Any) -> Engine:
    from ganzoo.assembly.build import build

    torch.manual_seed(0)
    game = build(recipe, data.spec(recipe.low, recipe.high), REGISTRY)
    game.prepare(data)
    return Engine(game, data, recipe, **options)


def small(name: str, **changes: Any) -> Recipe:
    recipe = shrunk(REGISTRY.recipe(name))
    return recipe.replace(steps=STEPS, **changes)


SHARED = (Part("standard", {"share_fakes": True}),)
RECIPES = {
    "vanilla-mlp": small("vanilla-mlp"),
    "wgan-gp": small("wgan-gp"),
    "wgan": small("wgan"),
    "ct-gan": small("ct-gan"),
    "began": small("began"),
    "mmd-gan": small("mmd-gan"),
    "fisher": small("fisher"),
    "latent optimisation of the best": small(
        "dcgan", game=(Part("standard"), Part("latent-optimisation"), Part("top-k"))
    ),
    "r3gan": small("r3gan"),
    "fastgan": small("fastgan"),
    "unrolled": small("unrolled-stacked"),
    "mgan": small("mgan-stacked"),
    "progressive": small("progressive"),
    "transgan": small("transgan-small"),
    "stylegan2": small("stylegan2-ada", penalties=(R1, Part("path-length", {"interval": 4}))),
    "dcgan": small("dcgan", game=(Part("standard"),)),
    "dcgan with shared fakes": small("dcgan", game=SHARED),
    "dcgan with shared fakes and an interval": small(
        "dcgan", game=SHARED, penalties=(R1, Part("path-length", {"interval": 4}))
    ),
    "dcgan with shared fakes after two updates of D": small(
        "dcgan", game=(Part("standard", {"share_fakes": True, "d_updates": 2}),)
    ),
    "labels": small("cgan"),
    "labels, attention and a spectral norm in both": small("biggan"),
    "comparisons of the samples of a batch": small("reacgan"),
    "an encoder": small("bigan"),
    "an encoder with a player of its own": small("vae-gan"),
    "latent codes": small("infogan"),
    "interval": small("dcgan", game=(Part("standard"),), penalties=(R1,)),
    "both at once": PLAIN.replace(steps=STEPS, game=(Part("standard", {"simultaneous": True}),)),
    "spectral norm": small("dcgan").replace(
        discriminator=Part("dcgan", {"width": 4, "spectral_norm": True})
    ),
    "states of augmentations and penalties": small(
        "dcgan",
        augmentations=(Part("ada", {"kimg": 0.1, "interval": 2}), Part("diffaugment")),
        penalties=(Part("lecam"), Part("consistency"), Part("path-length", {"interval": 2})),
    ),
    "bursts of the critic": small("wgan", game=(Part("critic-first", {"burst": 3, "again": 5}),)),
    "clipped gradients": PLAIN.replace(
        steps=STEPS, optimizer={p: Part("adam", {"lr": 0.01, "clip_norm": 0.1}) for p in "dg"}
    ),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_captured_updates_compute_what_eager_ones_do(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a GPU, no level is left out.
    monkeypatch.setattr("ganzoo_progressive.growth.Growing.is_skipped", lambda *_: False)
    expected, reports = trained(recipe)
    capture = StandIn()
    actual, captured = trained(recipe, capture)
    assert capture.recorded
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []
    assert captured == reports


def test_a_scheduled_number_changes_in_a_captured_update() -> None:
    recipe = small("dcgan", penalties=(LEAKY,))
    expected, reports = trained(recipe)
    capture = StandIn()
    actual, captured = trained(recipe, capture)
    assert capture.recorded == 2
    for ours, theirs in zip(captured, reports, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    for name in expected:
        if name.startswith("game."):
            torch.testing.assert_close(actual[name], expected[name], rtol=1e-3, atol=1e-3)


def test_an_update_is_captured_after_three_steps_and_replayed_from_then_on() -> None:
    capture = StandIn()
    engine = small_engine(RECIPES["interval"], images(1, 16, 16), capture=capture)
    counts = []
    for _ in range(STEPS):
        engine.advance()
        counts.append((capture.recorded, capture.replayed))
    # Without R1: the steps 1, 2, 4, then 5. With R1: 3, 6, 9, then 12. G: 1, 2, 3, then 4.
    assert WARM_UP == 3
    assert counts[:6] == [(0, 0), (0, 0), (0, 0), (1, 1), (2, 3), (2, 4)]
    assert [recorded for recorded, _ in counts[6:]] == [2] * 5 + [3] * 7


def test_components_have_plain_numbers_outside_of_a_capture() -> None:
    engine = small_engine(small("dcgan", penalties=(LEAKY,)), images(1, 16, 16), capture=StandIn())
    for step in range(6):
        engine.advance()
        assert engine.game.penalties[0].gamma == pytest.approx(2.0 - 1.7 * step / STEPS)


def test_a_checkpoint_of_a_captured_training_resumes_bit_for_bit() -> None:
    recipe = RECIPES["states of augmentations and penalties"]
    expected, _ = trained(recipe)
    data = images(1, 16, 16, classes=3)
    first = small_engine(recipe, data, capture=StandIn())
    for _ in range(10):
        first.advance()
    state = {name: tensor.clone() for name, tensor in first.state().items()}
    second = small_engine(recipe, data, capture=StandIn())
    second.restore(state, step=10)
    for _ in range(STEPS - 10):
        second.advance()
    actual = second.state()
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []


def test_an_update_that_keeps_fakes_and_the_update_that_uses_them_occur_in_the_same_steps() -> None:
    """Else one of the two could be captured without the other."""
    recipe = RECIPES["dcgan with shared fakes and an interval"]
    game = small_engine(recipe, images(1, 16, 16)).game
    pairs = {tuple(update_keys(game, [("d",), ("g",)], step)) for step in range(1, 25)}
    assert len(pairs) == 4  # with R1 or without, with path length or without
    assert len({d for d, _ in pairs}) == len({g for _, g in pairs}) == 4


def test_fakes_that_are_kept_for_the_next_step_are_not_captured() -> None:
    game = small_engine(RECIPES["dcgan with shared fakes"], images(1, 16, 16)).game
    alone = update_keys(game, [("d",)], 1) + update_keys(game, [("g",)], 2)
    assert alone == [None, None]
    twice = update_keys(game, [("d",), ("d",), ("g",), ("g",)], 1)
    assert None not in twice
    assert len(set(twice)) == 4


# -- without graphs ------------------------------------------------------------------------------


class Counting(Loss):
    """A loss that counts its updates in an attribute of Python."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return (fake.score - real.score).mean() * (self.seen + 1)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def updated(self, real: Scores, fake: Scores) -> None:
        self.seen += 1


class Replacing(Augmentation):
    """An augmentation that replaces its buffer, and does not change it in place."""

    moved: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("moved", torch.tensor(0.0))

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x + self.moved)

    def updated(self, real: Scores, fake: Scores) -> None:
        self.moved = self.moved + 0.1


class Unwilling(Augmentation):
    capturable = False


class Stepping(Augmentation):
    """An augmentation whose strength is the number of the step."""

    def at(self, step: int, steps: int) -> None:
        self.strength = step / steps

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x * self.strength)


class Late(Game):
    """A game whose losses read the number of the step."""

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        losses = super().losses(players, batch, step)
        return Losses(
            {player: loss * step for player, loss in losses.by_player.items()},
            losses.real,
            losses.fake,
        )


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("counting", Counting)
        registry.augmentation("replacing", Replacing)
        registry.augmentation("unwilling", Unwilling)
        registry.augmentation("stepping", Stepping)
        registry.game("late", Late)


ACCUMULATED = Part("sgd", {"lr": 0.1, "accumulate": 2})
OBSTACLES = {
    "accumulate": (
        {"optimizer": {"d": ACCUMULATED, "g": ACCUMULATED}},
        "optimizer.d.accumulate splits the batch",
    ),
    "not capturable": (
        {"augmentations": (Part("unwilling"),)},
        "Unwilling cannot be captured (its capturable is False)",
    ),
    "at": (
        {"augmentations": (Part("stepping"),)},
        "Stepping overrides at, which may read the number of the step",
    ),
    "losses": ({"game": (Part("late"),)}, "Late overrides losses, which may read the number"),
    "number": (
        {"loss": Part("counting")},
        "Counting.seen (loss) is not a buffer that is changed in place",
    ),
    "replaced buffer": (
        {"augmentations": (Part("replacing"),)},
        "Replacing.moved (augmentations.0) is not a buffer that is changed in place",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), OBSTACLES.values(), ids=OBSTACLES)
def test_a_game_that_cannot_be_captured_trains_eagerly_and_says_why(changes, reason) -> None:
    registry = registry_of(toy=ToyPlugin(), parts=Parts())
    recipe = TOY.replace(**changes)
    capture = StandIn()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        captured = engine_of(recipe, registry, capture=capture)
        for _ in range(6):
            captured.advance()
    assert [str(each.message).startswith(SENTENCE + reason) for each in told] == [True]
    assert not capture.recorded
    eager = engine_of(recipe, registry)
    for _ in range(6):
        eager.advance()
    expected, actual = eager.state(), captured.state()
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []


def test_a_training_goes_on_eagerly_after_a_failed_capture() -> None:
    recipe = RECIPES["dcgan"]
    expected, reports = trained(recipe)
    sentence = (
        f"{SENTENCE}the capture of the update of d failed (operation not permitted when stream is "
        "capturing)."
    )
    with pytest.warns(UserWarning, match=re.escape(sentence) + "$"):
        actual, captured = trained(recipe, StandIn(failing=True))
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []
    assert captured == reports


def test_the_generator_makes_new_fakes_where_the_capture_of_its_update_fails() -> None:
    capture = StandIn()
    engine = small_engine(RECIPES["dcgan with shared fakes"], images(1, 16, 16), capture=capture)
    recorded = capture.record

    def record(work: Callable[[], Any]) -> Any:
        made = recorded(work)
        capture.failing = True  # the second capture, of the generator's update
        return made

    capture.record = record
    for _ in range(WARM_UP):
        engine.advance()
    with pytest.warns(UserWarning, match="the capture of the update of g failed"):
        engine.advance()
    reports = engine.advance()
    assert capture.recorded == 1
    assert all(value.isfinite() for report in reports for value in report.values())


# -- the option ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked", "recorded"), [("auto", False), (False, False), (True, True)])
def test_a_run_records_whether_its_updates_are_captured(train, asked, recorded) -> None:
    run = train(steps=2, graphs=asked)
    assert run.config["graphs"] is recorded
    run = ganzoo.resume(run, steps=3, registry=registry_of(toy=ToyPlugin()))
    assert Run.open(run.path).config["graphs"] is recorded


def test_on_a_cpu_graphs_change_nothing_and_nobody_is_warned(train) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        runs = [train(steps=6, graphs=graphs) for graphs in (True, False)]
    with_graphs, without = ((run.path / "generator.safetensors") for run in runs)
    ours, theirs = load_file(with_graphs), load_file(without)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_any_other_value_of_graphs_is_refused(train) -> None:
    with pytest.raises(UsageError, match="graphs is True, False or 'auto', not 'yes'"):
        train(graphs="yes")


# -- the measurement before a training -------------------------------------------------------------


def rehearsal_of(recipe: Recipe) -> Rehearsal:
    engine = engine_of(recipe)
    return Rehearsal(engine.game, next(engine.batches), Arithmetic())


def test_a_rehearsal_replays_one_graph_of_the_whole_step() -> None:
    rehearsal, capture = rehearsal_of(TOY), StandIn()
    rehearsal.capture(capture)
    rehearsal.play()
    assert (capture.recorded, capture.replayed) == (1, 1)


def test_a_rehearsal_whose_capture_fails_computes_without_a_graph() -> None:
    rehearsal, capture = rehearsal_of(TOY), StandIn(failing=True)
    rehearsal.capture(capture)
    rehearsal.play()
    assert capture.replayed == 0


# -- on a GPU ------------------------------------------------------------------------------------


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_cuda_graphs_compute_what_eager_updates_do(recipe: Recipe) -> None:
    device = torch.device("cuda")
    expected, _ = trained(recipe, device=device)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a capture that failed
        actual, _ = trained(recipe, CudaCapture(device), device=device)
    for name, tensor in expected.items():
        if tensor.is_floating_point():
            torch.testing.assert_close(actual[name], tensor, rtol=1e-2, atol=1e-3)
