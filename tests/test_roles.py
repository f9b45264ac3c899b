"""Networks by role: a game's further networks, what they take from a batch, and where they go."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

import ganzoo
from ganzoo import (
    Batch,
    Data,
    Discriminator,
    Game,
    Generator,
    Metric,
    Network,
    Part,
    Role,
    UsageError,
    hookimpl,
)
from ganzoo.assembly.build import build
from ganzoo.assembly.overrides import override
from ganzoo.run import checkpoint

from .toy import (
    TOY,
    ToyDiscriminator,
    ToyImages,
    ToyPlugin,
    ToyPrior,
    engine_of,
    game_of,
    registry_of,
)


class Encoder(Network):
    """From a sample to noise (arXiv:1605.09782)."""

    def __init__(self, spec, scale: float = 1.0) -> None:
        super().__init__(spec)
        self.last = nn.Linear(spec.size, spec.z_dim)
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        return self.scale * self.last(x.flatten(1))


class Bidirectional(Game):
    """G starts from what the encoder makes of the reals, and both move together."""

    def roles(self) -> dict[str, Role]:
        spec = self.g_spec()
        return {
            **super().roles(),
            "encoder": Role("network", spec, Part("encoder"), averaged=True, sampling=True),
            "critic": Role("discriminator", spec, Part("toy")),
        }

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator", "critic"], "g": ["generator", "encoder"]}

    def fake(self, real: Batch) -> Batch:
        return self.generate(Batch(z=self.encoder(real.x)))

    def built(self) -> None:
        self.calls = [*getattr(self, "calls", []), sorted(self.networks)]


class Demanding(Game):
    """A network without a default."""

    def roles(self) -> dict[str, Role]:
        return {**super().roles(), "teacher": Role("network", self.g_spec())}


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.network("encoder", Encoder)
        registry.game("bidirectional", Bidirectional)
        registry.game("demanding", Demanding)


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), roles=Parts())


BIGAN = TOY.replace(game=Part("bidirectional"))
NAMED = BIGAN.replace(networks={"encoder": Part("encoder", {"scale": 0.5})})


# -- which networks ------------------------------------------------------------------------------


def test_a_role_is_played_by_the_recipes_network_or_by_its_default(registry) -> None:
    game = game_of(NAMED, registry)
    assert [*game.networks] == ["generator", "discriminator", "encoder", "critic"]
    assert (type(game.encoder), game.encoder.scale) == (Encoder, 0.5)
    assert game.encoder.spec == game.g_spec()
    assert type(game.critic) is ToyDiscriminator
    assert game_of(BIGAN, registry).encoder.scale == 1.0


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (
            TOY.replace(game=Part("demanding")),
            r"'demanding' plays with a network 'teacher', and the recipe names none: give one of "
            r"kind network, with --set networks\.teacher=NAME",
        ),
        (
            BIGAN.replace(networks={"encodr": Part("encoder")}),
            "names a network 'encodr', which the game 'bidirectional' does not play .*'encoder'",
        ),
        (TOY.replace(networks={"encoder": Part("encoder")}), "'standard' does not play with"),
        (BIGAN.replace(networks={"encoder": Part("lost")}), "There is no network 'lost'"),
        (BIGAN.replace(networks={"critic": Part("encoder")}), "no discriminator 'encoder'"),
    ],
    ids=["missing", "misspelt", "of-another-game", "unknown", "of-another-kind"],
)
def test_a_role_that_cannot_be_played_is_refused(registry, recipe, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        game_of(recipe, registry)


def test_built_is_called_once_when_all_networks_are_there(registry, train) -> None:
    assert game_of(BIGAN, registry).calls == [["critic", "discriminator", "encoder", "generator"]]
    sampling = build(BIGAN, game_of().spec, registry, training=False)
    assert sampling.calls == [["encoder", "generator"]]
    assert game_of(BIGAN, registry).for_training
    assert not sampling.for_training
    run = train(recipe=BIGAN, registry=registry, steps=2)
    assert ganzoo.load(run, registry=registry).game.calls == [["encoder", "generator"]]

    calls = []

    class Watched(Bidirectional):
        def built(self) -> None:
            calls.append(sorted(self.networks))

    class Watching(Parts):
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.network("encoder", Encoder)
            registry.game("bidirectional", Watched)

    watching = registry_of(toy=ToyPlugin(), roles=Watching())
    ganzoo.resume(run, steps=3, registry=watching)
    assert calls == [["critic", "discriminator", "encoder", "generator"]]


# -- where they go -------------------------------------------------------------------------------


def test_the_weights_of_a_player_are_those_of_its_roles(registry) -> None:
    engine = engine_of(NAMED, registry)
    before = {name: weight.clone() for name, weight in engine.game.named_parameters()}
    engine.advance()
    moved = {
        name.partition(".")[0]
        for name, weight in engine.game.named_parameters()
        if not torch.equal(before[name], weight)
    }
    assert moved == {"generator", "encoder", "discriminator"}  # no loss reads the critic's scores
    own = [id(weight) for weight in engine.optimizers["g"].parameters]
    roles = (engine.game.generator, engine.game.encoder)
    assert own == [id(weight) for network in roles for weight in network.parameters()]


def test_averaged_and_sampling_roles(registry, train) -> None:
    run = train(recipe=NAMED, registry=registry, steps=3)
    assert run.config["recipe"]["networks"] == {
        "encoder": {"name": "roles:encoder", "scale": 0.5},
        "critic": {"name": "toy:toy"},
    }
    shared, _ = checkpoint.read(run.generator)
    state, _ = checkpoint.of_step(run)
    assert {name.partition(".")[0] for name in shared} == {"generator", "encoder"}
    assert {name.split(".")[1] for name in state if name.startswith("ema.")} == {
        *("generator", "encoder")
    }
    assert torch.equal(shared["encoder.last.weight"], state["ema.encoder.last.weight"])
    assert not torch.equal(shared["encoder.last.weight"], state["game.encoder.last.weight"])
    raw = ganzoo.load(run, weights="raw", registry=registry).game.encoder.last.weight
    assert torch.equal(raw, state["game.encoder.last.weight"])


def test_a_run_with_further_roles_resumes_exactly(registry, train) -> None:
    straight = train(recipe=NAMED, registry=registry, steps=6)
    half = train(recipe=NAMED, registry=registry, steps=3)
    ours = checkpoint.of_step(ganzoo.resume(half, steps=6, registry=registry))[0]
    theirs = checkpoint.of_step(straight)[0]
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []


def test_a_network_of_a_role_is_swapped_by_a_setting(registry, train) -> None:
    run = train(recipe=BIGAN, registry=registry, steps=1, set={"networks.encoder": "encoder",
                "networks.encoder.scale": 0.25})  # fmt: skip
    assert run.config["recipe"]["networks"]["encoder"] == {"name": "roles:encoder", "scale": 0.25}


@pytest.mark.parametrize(
    "set",
    [{"networks.encoder.scale": 0.25}, {"networks": {"encoder": {"scale": 0.25}}}],
    ids=["option", "table"],
)
def test_an_option_of_the_games_own_network_is_set(registry, train, set) -> None:
    run = train(recipe=BIGAN, registry=registry, steps=1, set=set)
    assert run.config["recipe"]["networks"]["encoder"] == {"name": "roles:encoder", "scale": 0.25}
    assert ganzoo.load(run, registry=registry).game.encoder.scale == 0.25


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("networks.encodr.scale", "names a network 'encodr'.*Did you mean 'encoder'"),
        ("networks.encoder.scal", "network 'encoder' has no option 'scal'"),
        ("networks.teacher.scale", "plays with a network 'teacher', and the recipe names none"),
    ],
)
def test_an_option_of_a_network_that_there_is_not_is_refused(registry, path, message) -> None:
    game = "demanding" if "teacher" in path else "bidirectional"
    with pytest.raises(UsageError, match=message):
        game_of(override(TOY, [("game", game), (path, 0.25)]), registry)


# -- what networks take --------------------------------------------------------------------------


class TakesAll(Generator):
    takes = ("y", "angle", "mask")

    def __init__(self, spec) -> None:
        super().__init__(spec)
        self.last = nn.Linear(spec.z_dim, spec.size)
        self.seen = []

    def forward(self, z: Tensor, y: Tensor, angle: Tensor, mask: Tensor) -> Tensor:
        self.seen.append((y, angle, mask))
        return self.last(z).reshape(-1, *self.spec.shape)


class Judge(Discriminator):
    takes = ("mask",)

    def __init__(self, spec) -> None:
        super().__init__(spec)
        self.last = nn.Linear(spec.size, 1)
        self.seen = []

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        self.seen.append(mask)
        return self.last(x.flatten(1))


class AnglePrior(ToyPrior):
    def draw(self, n, *, device, generator=None) -> Batch:
        noise = super().draw(n, device=device, generator=generator)
        return noise.replace(code={"angle": noise.z[:, :1]})


class Masked(ToyImages):
    def load(self, root, split: str) -> Data:
        rows = torch.arange(self.count, dtype=torch.float32)
        return dataclasses.replace(super().load(root, split), cond={"mask": rows[:, None]})


class Labels(Metric):
    """How far the counts of the labels lie apart, which cycle unless they come with conditions."""

    lower_is_better: ClassVar[dict[str, bool]] = {"apart": True}

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        of_real, of_fake = (data.y.bincount(minlength=4) / len(data) for data in (real, fake))
        return {"apart": float((of_real - of_fake).abs().sum())}


class Takers:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.dataset("masked", Masked)
        registry.generator("takes-all", TakesAll)
        registry.discriminator("takes-mask", Judge)
        registry.prior("angle", AnglePrior)


TAKING = TOY.replace(
    generator=Part("takes-all"), discriminator=Part("takes-mask"), prior=Part("angle")
)


def test_networks_take_labels_codes_and_the_datas_conditions() -> None:
    registry = registry_of(toy=ToyPlugin(), takers=Takers())
    mask = torch.arange(40.0)[:, None]  # the number of the sample, whose label is its rest by 4
    engine = engine_of(TAKING, registry, classes=4, cond={"mask": mask})
    for _ in range(3):
        engine.advance()
    generator, discriminator = engine.game.generator, engine.game.discriminator
    assert len(generator.seen) == 6
    for y, angle, cond in generator.seen:
        assert y.dtype == torch.int64
        assert torch.equal(y, cond[:, 0].long() % 4)
        assert angle.shape == (16, 1)
    joined = discriminator.seen[0]  # the reals' and the fakes' in one batch
    assert len(joined) == 32
    assert torch.equal(joined[:16], joined[16:])


def test_a_run_draws_by_the_conditions_of_the_first_samples(train) -> None:
    registry = registry_of(toy=ToyPlugin(), takers=Takers())
    recipe = TAKING.replace(dataset=Part("masked", {"count": 6, "classes": 4}))
    run = train(recipe=recipe, registry=registry, steps=3)  # pictures of nine samples
    assert [path.name for path in sorted(run.samples.iterdir())] == [
        f"step-00000{step}.png" for step in range(4)
    ]
    trained = ganzoo.load(run, registry=registry)
    sentence = r"takes a condition 'mask' with each sample: .*--given mask=FILE\.npy.* data=\."
    with pytest.raises(UsageError, match=sentence):
        trained.sample(2)
    noise = trained.noise(9).replace(cond={"mask": torch.ones(9, 1)})
    assert trained.generate(noise).shape == (9, 1, 4, 4)


def test_samples_are_drawn_by_the_conditions_and_labels_of_data(
    train, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganzoo.sampling.pieces.BATCH", 5)
    registry = registry_of(toy=ToyPlugin(), takers=Takers())
    recipe = TAKING.replace(dataset=Part("masked", {"count": 6, "classes": 4}))
    trained = ganzoo.load(train(recipe=recipe, registry=registry, steps=1), registry=registry)
    data = Masked(6, 4).load(Path(), "train")
    generator = trained.game.generator

    def drawn(n: int, **request) -> tuple[list[int], list[int]]:
        generator.seen.clear()
        assert trained.sample(n, data=data, **request).shape == (n, 1, 4, 4)
        ys, _, masks = (
            torch.cat(one).flatten().long().tolist() for one in zip(*generator.seen, strict=True)
        )
        return masks, ys

    masks, ys = drawn(15)
    assert sorted(masks[:6]) == sorted(masks[6:12]) == [*range(6)]
    assert masks[:6] != [*range(6)]
    assert ys == [int(data.y[row]) for row in masks]
    assert drawn(15) == (masks, ys)
    assert drawn(7)[0] == masks[:7]
    assert drawn(15, seed=1)[0] != masks
    assert drawn(15, label=2) == (masks, [2] * 15)
    assert drawn(3, given={"mask": torch.full((1, 1), 9.0)})[0] == [9] * 3


def test_an_evaluation_draws_by_the_conditions_of_the_real_split(train) -> None:
    class Judged(Takers):
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            super().ganzoo_register(registry)
            registry.metric("labels", Labels)

    registry = registry_of(toy=ToyPlugin(), takers=Judged())
    recipe = TAKING.replace(dataset=Part("masked", {"count": 6, "classes": 4}))
    run = train(recipe=recipe, registry=registry, steps=1)
    (result,) = ganzoo.evaluate(run, ["labels"], samples=12, registry=registry, device="cpu")
    assert result.value == 0


def test_a_network_that_takes_labels_is_refused_on_data_without() -> None:
    with pytest.raises(UsageError, match="TakesAll takes labels, and this data has none"):
        game_of(TAKING, registry_of(toy=ToyPlugin(), takers=Takers()))


def test_a_network_that_takes_a_tensor_that_is_missing_is_an_error() -> None:
    engine = engine_of(TAKING, registry_of(toy=ToyPlugin(), takers=Takers()), classes=4)
    with pytest.raises(UsageError, match=r"The samples of this training have no 'mask'"):
        engine.advance()


def test_a_game_whose_generator_takes_labels_is_conditional() -> None:
    game = game_of(TAKING, registry_of(toy=ToyPlugin(), takers=Takers()), classes=4)
    assert game.conditional
    assert game.givable() == ("label",)
    assert game.noise(5).y.tolist() == [0, 1, 2, 3, 0]
