"""GANs that are hard to fit into a library, each as a one-file plugin on public names alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

import ganzoo
from ganzoo import Batch, Game, Registry, Run, Trained

FOLDER = Path(__file__).parent
NAMES = ("infogan", "bigan", "cyclegan")
# For each, a network that is swapped by the name of its role.
SWAPPED = {
    "infogan": ("discriminator", "discriminator"),
    "bigan": ("networks.encoder", "network"),
    "cyclegan": ("networks.generator_a", "generator"),
}


def registry_of(name: str) -> Registry:
    return Registry.discover([FOLDER / f"{name}.py"])


def trained_run(name: str, registry: Registry, out: Path, steps: int, **changes) -> Run:
    return ganzoo.train(
        f"{name}:{name}",  # the zoo may have a recipe of the same name
        set={"batch_size": 4, "samples": 4, "log_every": 5, **changes},
        steps=steps,
        out=out,
        device="cpu",
        registry=registry,
    )


def weights_of(run: Run, registry: Registry) -> dict[str, Tensor]:
    """Everything in the game, its averages apart: replay pools and all."""
    return ganzoo.load(run, weights="raw", registry=registry).game.state_dict()


@pytest.mark.parametrize("name", NAMES)
def test_a_resumed_training_ends_where_an_unbroken_one_does(name: str, tmp_path: Path) -> None:
    registry = registry_of(name)
    whole = trained_run(name, registry, tmp_path / "whole", 40)
    half = trained_run(name, registry, tmp_path / "half", 20)
    before = weights_of(half, registry)
    resumed = ganzoo.resume(half, steps=40, registry=registry)
    expected, weights = weights_of(whole, registry), weights_of(resumed, registry)
    assert expected.keys() == weights.keys()
    assert all(torch.equal(weights[key], tensor) for key, tensor in expected.items())
    assert any(not torch.equal(before[key], tensor) for key, tensor in expected.items())
    same = (ganzoo.load(run, registry=registry).sample(6) for run in (whole, resumed))
    assert torch.equal(*same)


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_drawn_from_the_generators_file_alone(name: str, tmp_path: Path) -> None:
    registry = registry_of(name)
    run = trained_run(name, registry, tmp_path / "run", 5)
    file = run.generator.rename(tmp_path / "generator.safetensors")
    trained = ganzoo.load(file, registry=registry)
    x = trained.sample(70)
    assert x.shape == (70, *trained.spec.shape)
    assert x.isfinite().all()
    assert not hasattr(trained.game, "discriminator")
    assert torch.equal(x, ganzoo.load(run, step=5, registry=registry).sample(70))


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_swapped_by_the_name_of_its_role(name: str, tmp_path: Path) -> None:
    registry = registry_of(name)
    path, kind = SWAPPED[name]
    role = path.rpartition(".")[2]
    usual = registry.recipe(f"{name}:{name}")
    part = getattr(usual, role, None) or usual.networks[role]

    class Narrow(registry.get(kind, f"{name}:{part.bare}").load()):
        def __init__(self, spec: ganzoo.Spec) -> None:
            super().__init__(spec, width=3)

    class Plugin:
        @ganzoo.hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.add(kind, "narrow", Narrow)

    registry.load("narrow", Plugin)
    run = trained_run(name, registry, tmp_path / "run", 3, **{path: "narrow"})
    game = ganzoo.load(run, weights="raw", registry=registry).game
    assert isinstance(getattr(game, role), Narrow)


# -- each by itself ------------------------------------------------------------------------------


def loaded(name: str, tmp_path: Path, steps: int, **changes) -> Trained:
    registry = registry_of(name)
    run = trained_run(name, registry, tmp_path / "run", steps, **changes)
    return ganzoo.load(run, registry=registry)


def test_infogan_draws_by_a_given_code_and_its_discriminator_reads_it(tmp_path: Path) -> None:
    trained = loaded("infogan", tmp_path, 300, batch_size=64, **{"optimizer.d.lr": 2e-3})
    noise = trained.noise(8, given={"category": 3, "slope": -0.5})
    assert noise.code["category"].tolist() == [3] * 8
    assert noise.z[:, 4:].tolist() == [[0, 0, 0, 1, 0, 0, 0, 0, -0.5]] * 8
    given = {"category": 3, "slope": -0.5}
    assert torch.equal(trained.generate(noise), trained.sample(8, given=given))
    drawn = trained.noise(400)
    _, codes = trained.discriminator(trained.generate(drawn))
    read = codes["category"].argmax(1) == drawn.code["category"]
    assert read.float().mean() > 0.5  # by chance 1 in 8
    with pytest.raises(ganzoo.UsageError, match="Categories run from 0 to 7; there is no 8"):
        trained.sample(1, given={"category": 8})


def test_bigan_encodes_with_the_averaged_encoder_of_its_file(tmp_path: Path) -> None:
    trained = loaded("bigan", tmp_path, 10)
    x = trained.sample(5)
    z = trained.game.encoder(x)
    assert z.shape == (5, 2)
    assert trained.generate(Batch(z=z)).shape == x.shape
    raw = ganzoo.load(tmp_path / "run", weights="raw", registry=registry_of("bigan"))
    assert not torch.equal(z, raw.game.encoder(x))


def test_cyclegan_translates_and_its_pools_do_not_travel(tmp_path: Path) -> None:
    trained = loaded("cyclegan", tmp_path, 20, **{"game.pool": 6})
    game: Game = trained.game
    assert not [key for key in game.sampling_state() if "pool" in key]
    a = torch.rand(3, 1, 8, 8) * 2 - 1
    there = trained.generate(Batch(cond={"a": a}))
    assert there.shape == game.generator_a(there).shape == a.shape
    whole = ganzoo.load(tmp_path / "run", weights="raw", registry=registry_of("cyclegan")).game
    assert int(whole.pool_a.count) == int(whole.pool_b.count) == 6
    assert whole.pool_a.images.any()
