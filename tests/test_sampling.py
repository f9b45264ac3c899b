"""Drawing samples needs the generator's file alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import GanzooError, Registry, UsageError, hookimpl
from ganzoo.run import checkpoint

from .toy import ToyGenerator, ToyPlugin, ToyPrior, registry_of


class SamplingOnly:
    """The toy on a machine that has neither its data nor what only training needs."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.generator("toy", ToyGenerator)
        registry.prior("toy", ToyPrior)


def sampling_only() -> Registry:
    return registry_of(toy=SamplingOnly())


def test_the_file_alone_draws_what_its_run_draws(train, registry, tmp_path: Path) -> None:
    run = train(steps=5, penalty="toy")
    (tmp_path / "empty").mkdir()
    alone = shutil.copy(run.generator, tmp_path / "empty")
    from_run = ganzoo.load(run, registry=registry)
    from_file = ganzoo.load(alone, registry=sampling_only())
    samples = from_run.sample(20, seed=4)
    assert samples.shape == (20, 1, 4, 4)
    assert samples.dtype == torch.float32
    assert (samples >= -1).all()
    assert (samples <= 1).all()
    assert samples.std() > 0
    assert torch.equal(from_file.sample(20, seed=4), samples)
    assert torch.equal(ganzoo.load(run.path, registry=registry).sample(20, seed=4), samples)
    assert not torch.equal(from_file.sample(20, seed=5), samples)
    assert from_file.step == 5
    assert from_file.recipe == from_run.recipe
    assert [path.name for path in (tmp_path / "empty").iterdir()] == ["generator.safetensors"]


def test_samples_come_from_the_average_in_evaluation_mode(train, registry) -> None:
    run = train(steps=5)
    state, _ = checkpoint.read(run.checkpoints / "step-000005.safetensors")
    shared, _ = checkpoint.read(run.generator)
    assert shared
    for key, tensor in shared.items():
        name = key.removeprefix("generator.")
        assert torch.equal(tensor, state[f"ema.generator.{name}"])
    assert not torch.equal(shared["generator.last.weight"], state["game.generator.last.weight"])
    trained = ganzoo.load(run, registry=registry)
    assert not trained.game.generator.training
    z = trained.game.noise(8, seed=0).z
    alone = torch.cat([trained.game.generator(each[None]) for each in z])
    torch.testing.assert_close(trained.sample(8, seed=0), alone)


def test_drawing_many_is_drawing_in_pieces(train, registry, monkeypatch) -> None:
    trained = ganzoo.load(train(steps=2), registry=registry)
    whole = trained.sample(23)
    monkeypatch.setattr("ganzoo.sampling.pieces.BATCH", 5)
    torch.testing.assert_close(trained.sample(23), whole)


def test_drawing_does_not_disturb_the_global_generator(train, registry) -> None:
    trained = ganzoo.load(train(steps=2), registry=registry)
    before = torch.get_rng_state()
    trained.sample(3)
    trained.interpolate(2, 3)
    assert torch.equal(before, torch.get_rng_state())


def test_interpolation_goes_from_one_z_to_another_in_equal_steps(train, registry) -> None:
    trained = ganzoo.load(train(steps=3), registry=registry)
    way = trained.interpolate(2, 5, seed=1)
    assert way.shape == (10, 1, 4, 4)
    z = trained.game.noise(4, seed=1).z
    for row in (0, 1):
        for column in range(5):
            there = z[2 * row] + (z[2 * row + 1] - z[2 * row]) * column / 4
            expected = trained.game.generator(there[None])
            torch.testing.assert_close(way[5 * row + column], expected[0])


def test_labels_are_asked_of_games_that_draw_by_them(train, registry) -> None:
    labels = {"dataset.classes": 4}
    plain = ganzoo.load(train(steps=1, set=labels), registry=registry)
    with pytest.raises(UsageError, match="game 'standard' draws without labels"):
        plain.sample(3, label=0)
    asked = ganzoo.load(train(steps=1, set=labels, game="conditional"), registry=registry)
    assert asked.spec.classes == 4
    assert asked.sample(3, label=3).shape == (3, 1, 4, 4)
    for label in (4, -1):
        with pytest.raises(UsageError, match=f"run from 0 to 3; there is no label {label}"):
            asked.sample(3, label=label)
    with pytest.raises(UsageError, match="there is no label True"):
        asked.sample(3, given={"label": True})


@pytest.mark.parametrize("n", [0, -1])
def test_how_many_must_make_sense(train, registry, n: int) -> None:
    trained = ganzoo.load(train(steps=1), registry=registry)
    with pytest.raises(UsageError, match="at least 1"):
        trained.sample(n)
    with pytest.raises(UsageError, match="two columns at least"):
        trained.interpolate(n, 4)
    with pytest.raises(UsageError, match="two columns at least"):
        trained.interpolate(4, 1)


def test_a_run_without_a_generator_says_so(train, registry) -> None:
    run = train(steps=1)
    run.generator.unlink()
    with pytest.raises(GanzooError, match="no generator yet"):
        ganzoo.load(run, registry=registry)


def test_a_checkpoint_is_not_a_generator(train, registry) -> None:
    run = train(steps=1)
    with pytest.raises(GanzooError, match="is a checkpoint; samples are drawn from its run"):
        ganzoo.load(run.checkpoints / "step-000001.safetensors", registry=registry)


def test_a_damaged_generator_is_an_error(train, registry) -> None:
    run = train(steps=1)
    run.generator.write_bytes(run.generator.read_bytes()[:-1])
    with pytest.raises(GanzooError, match="damaged or cut short"):
        ganzoo.load(run, registry=registry)


def test_a_plugin_that_is_missing_is_named(train) -> None:
    run = train(steps=1)
    with pytest.raises(GanzooError, match=r"generator 'toy' comes from plugin 'toy'"):
        ganzoo.load(run, registry=registry_of())


def test_networks_that_have_changed_since_are_an_error(train) -> None:
    class Changed(SamplingOnly):
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.generator("toy", Wider)
            registry.prior("toy", ToyPrior)

    class Wider(ToyGenerator):
        def __init__(self, spec) -> None:
            super().__init__(spec, width=9)

    run = train(steps=1)
    with pytest.raises(GanzooError, match="do not fit the networks that are installed now"):
        ganzoo.load(run, registry=registry_of(toy=Changed()))


def test_an_absurd_width_in_a_file_is_refused_before_it_takes_memory(
    train, registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, width = train(steps=1), 10**8
    tensors, about = checkpoint.read(run.generator)
    about["config"]["recipe"]["generator"]["width"] = width
    file = tmp_path / "other.safetensors"
    checkpoint._write(file, tensors, about)
    filled = []
    monkeypatch.setattr(
        torch.nn.init, "kaiming_uniform_", lambda weight, *args, **kwargs: filled.append(weight)
    )
    with pytest.raises(GanzooError, match="do not fit its weights: they take more than"):
        ganzoo.load(file, registry=registry)
    assert not filled
    run.config["recipe"]["generator"]["width"] = width
    run.write_config()
    for weights in ("ema", "raw"):
        with pytest.raises(GanzooError, match="do not fit"):
            ganzoo.load(run.path, weights=weights, step=1, registry=registry)
    with pytest.raises(GanzooError, match="do not fit its weights: they take more than"):
        ganzoo.resume(run.path, steps=2, registry=registry)


def test_a_component_is_taken_from_the_plugin_that_the_run_was_made_with(train) -> None:
    """A name that two plugins now share is taken from the plugin the run was made with."""
    run = train(steps=2)
    here = ganzoo.load(run, registry=registry_of(toy=ToyPlugin())).sample(4)
    with_another = registry_of(other=ToyPlugin(), toy=ToyPlugin())
    assert torch.equal(ganzoo.load(run, registry=with_another).sample(4), here)


def test_a_class_is_asked_for_by_its_name(train, registry) -> None:
    names = {"dataset.classes": 4, "dataset.names": ["cat", "dog", "3", "0"]}
    asked = ganzoo.load(train(steps=1, set=names, game="conditional"), registry=registry)
    assert torch.equal(asked.sample(3, label="dog"), asked.sample(3, label=1))
    assert torch.equal(asked.interpolate(1, 2, label="dog"), asked.interpolate(1, 2, label=1))
    assert [asked.number_of(name) for name in ("cat", "3", "0", "1", "2")] == [0, 2, 3, 1, 2]
    assert asked.number_of(3) == 3  # a number is a number, whatever the names
    with pytest.raises(UsageError, match=r"There is no class 'dgo'\. Did you mean 'dog'\?"):
        asked.number_of("dgo")
    with pytest.raises(UsageError, match=r"no label 7\. They are 0 cat, 1 dog, 2 3, 3 0\."):
        asked.number_of("7")


def test_classes_without_names_go_by_their_numbers(train, registry) -> None:
    numbers = ganzoo.load(
        train(steps=1, set={"dataset.classes": 4}, game="conditional"), registry=registry
    )
    assert numbers.number_of("2") == 2
    with pytest.raises(UsageError, match=r"no class 'cat'\. Give a number from 0 to 3\."):
        numbers.number_of("cat")


# -- other weights, and the discriminator ----------------------------------------------------------


def test_weights_of_any_checkpoint_averaged_or_raw(train, registry) -> None:
    run = train(steps=6)  # checkpoints at 2, 4 and 6
    for step in (2, 4, 6):
        state, _ = checkpoint.read(run.checkpoints / f"step-{step:06d}.safetensors")
        for weights, part in (("raw", "game"), ("ema", "ema")):
            trained = ganzoo.load(run, weights=weights, step=step, registry=registry)
            assert trained.step == step
            ours = trained.game.generator.last.weight
            assert torch.equal(ours, state[f"{part}.generator.last.weight"])
    newest = ganzoo.load(run, registry=registry)
    raw = ganzoo.load(run, weights="raw", registry=registry)
    assert raw.step == newest.step == 6
    assert not torch.equal(raw.sample(3), newest.sample(3))
    again = ganzoo.load(run, step=6, registry=registry)
    assert torch.equal(again.sample(3), newest.sample(3))


def test_weights_that_there_are_not(train, registry) -> None:
    run = train(steps=2)
    with pytest.raises(UsageError, match=r"no weights 'emma'\. Did you mean 'ema'"):
        ganzoo.load(run, weights="emma", registry=registry)
    with pytest.raises(GanzooError, match="step"):
        ganzoo.load(run, step=1, registry=registry)
    with pytest.raises(UsageError, match="averaged weights of one step: load a run's folder"):
        ganzoo.load(run.generator, weights="raw", registry=registry)


@pytest.mark.parametrize("options", [{}, {"weights": "raw"}, {"step": 2}])
def test_the_discriminator_of_the_same_step(train, registry, options) -> None:
    run = train(steps=4)
    trained = ganzoo.load(run, registry=registry, **options)
    state, _ = checkpoint.read(run.checkpoints / f"step-{trained.step:06d}.safetensors")
    assert not trained.discriminator.training
    assert torch.equal(trained.discriminator.last.weight, state["game.discriminator.last.weight"])
    samples = trained.sample(3)
    assert trained.discriminator(samples).shape == (3,)
    assert torch.equal(trained.sample(3), samples)


def test_a_generators_file_has_no_discriminator(train, registry) -> None:
    trained = ganzoo.load(train(steps=2).generator, registry=registry)
    with pytest.raises(GanzooError, match="holds no discriminator: load the run's folder"):
        trained.discriminator  # noqa: B018


def test_samples_of_a_given_z(train, registry) -> None:
    trained = ganzoo.load(train(steps=2), registry=registry)
    z = trained.noise(5, seed=3).z
    torch.testing.assert_close(trained.sample(z=z), trained.sample(5, seed=3))
    torch.testing.assert_close(trained.sample(z=z[2:3]), trained.sample(5, seed=3)[2:3])
    torch.testing.assert_close(trained.sample(z=z.numpy()), trained.sample(z=z))


def test_loading_leaves_the_random_numbers_of_the_caller(train, registry) -> None:
    run = train(steps=2)
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    for options in ({}, {"weights": "raw"}):
        ganzoo.load(run, registry=registry, **options)
    assert torch.equal(torch.rand(3), expected)
