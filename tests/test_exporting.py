"""``ganzoo.export``: the generator in other formats, with the same samples."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

import ganzoo
from ganzoo import (
    Batch,
    Game,
    GanzooError,
    Generator,
    NoisePrior,
    Registry,
    Run,
    Spec,
    UsageError,
)
from ganzoo.assembly.build import build
from ganzoo.assembly.variants import bound
from ganzoo.recipe import to_dict
from ganzoo.sampling import export as exporting
from ganzoo.sampling.sampler import Sampler, half_weights, halved, plain_weights
from ganzoo.sampling.trained import Trained
from ganzoo.sampling.z_parts import parts

from .plugins.small import GENERATORS, affordable, like_its_own
from .toy import TOY, ToyGenerator

Train = Callable[..., Run]
ZOO = Registry.discover()
PLAIN = ["torchscript", "safetensors"]
BOTH = pytest.mark.parametrize("half", [False, True], ids=["float32", "float16"])


@pytest.fixture
def run(train: Train) -> Run:
    return train(steps=3)


def of_recipe(name: str) -> Trained:
    """The generator of a recipe of the zoo, with weights that give samples of all sizes."""
    recipe = bound(affordable(name), ZOO)
    spec = like_its_own(recipe).spec(recipe.low, recipe.high)
    torch.manual_seed(0)
    game = build(recipe, spec, ZOO, training=False)
    with torch.no_grad():
        for weight in game.generator.parameters():
            if weight.ndim > 1 and weight.std() < 0.5:  # others are scaled in each forward pass
                nn.init.kaiming_normal_(weight)
    config = {"recipe": to_dict(recipe), "dataset": {"name": "some"}, "plugins": {}}
    return Trained(game, config, 7)


def difference(trained: Trained, format: str, half: bool) -> float:
    inputs = exporting._inputs(trained, exporting.TRACED)
    sampler = Sampler(trained.game, list(inputs)).eval()
    sampler = half_weights(sampler) if half else sampler
    _, play = exporting.WRITERS[format](sampler, inputs, trained, half)
    assert sampler(*inputs.values()).abs().max() > 0.01  # samples that could differ
    return exporting._difference(sampler, play, trained)


@pytest.mark.parametrize(
    ("format", "half"),
    [("onnx", False), ("onnx", True), ("torchscript", False), ("safetensors", True)],
)
@pytest.mark.parametrize("recipe", sorted({*GENERATORS} - {"ctgan"}))
def test_every_generator_of_the_zoo_gives_the_same_samples(
    recipe: str, format: str, half: bool
) -> None:
    if format == "onnx":
        pytest.importorskip("onnxruntime")
    assert difference(of_recipe(recipe), format, half) < 1e-4


def test_a_table_is_refused() -> None:
    """Its rows have categories, which further random numbers choose, and rounded numbers, which
    the arithmetic of another program can round to the next number."""
    sentence = r"draws each sample with the random numbers 'choices' beside z"
    with pytest.raises(UsageError, match=sentence):
        difference(of_recipe("ctgan"), "safetensors", half=False)


def test_labels_are_an_input() -> None:
    assert [*exporting._inputs(of_recipe("cgan"), 3)] == ["z", "label"]


def test_codes_are_inputs() -> None:
    class Sloped(NoisePrior):
        dim, codes = 3, {"slope": 2, "unused": 1}

        def draw(self, n: int, *, device: Any, generator: Any = None) -> Batch:
            z = torch.randn(n, 3, generator=generator)
            return Batch(z=z, code={"slope": z[:, :2] + 1, "unused": z[:, :1]})

    class Taking(ToyGenerator):
        takes = ("slope",)

        def forward(self, z: Tensor, slope: Tensor) -> Tensor:
            return super().forward(z) + slope.sum(1)[:, None, None, None]

    spec = Spec((1, 4, 4), z_dim=3)
    game = Game(spec, Sloped())
    game.generator = Taking(spec).eval()
    trained = Trained(game, {"recipe": to_dict(TOY), "dataset": {"name": "toy"}, "plugins": {}}, 1)
    assert [*exporting._inputs(trained, 3)] == ["z", "slope"]
    for format in PLAIN:
        assert difference(trained, format, half=False) < 1e-4


def drawing_from(prior: NoisePrior) -> Game:
    game = Game(Spec((1, 4, 4), z_dim=prior.dim), prior)
    game.generator = ToyGenerator(game.spec)
    return game


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("normal", {"dim": 5, "std": 2.0}, {"length": 5, "kind": "normal", "std": 2.0}),
        ("normal", {"dim": 1}, {"length": 1, "kind": "normal", "std": 1.0}),
        ("uniform", {"dim": 3}, {"length": 3, "kind": "uniform", "low": -1.0, "high": 1.0}),
        ("uniform-sphere", {"dim": 64}, {"length": 64, "kind": "other"}),
        ("bernoulli", {"dim": 4}, {"length": 4, "kind": "other"}),
    ],
)
def test_a_file_says_what_its_z_is(
    name: str, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    prior = ZOO.get("prior", name).load()(**options)
    assert parts(drawing_from(prior)) == [expected]


def test_a_file_says_where_the_codes_of_z_are() -> None:
    class Coded(NoisePrior):
        dim, codes = 9, {"kind": 4, "pair": 2}

        def draw(self, n: int, *, device: Any, generator: Any = None) -> Batch:
            kind = torch.eye(4)[torch.randint(4, (n,), generator=generator)]
            pair = torch.rand(n, 2, generator=generator) * 2 - 1
            first, last = torch.randn(2, n, 1, generator=generator)
            code = {"kind": kind.argmax(1), "pair": pair}
            return Batch(z=torch.cat((first, kind, pair, last, last), 1), code=code)

        def give(self, noise: Batch, name: str, value: float) -> Batch:
            first, kind, pair, last = noise.tensor("z").split((1, 4, 2, 2), 1)
            if name == "kind":
                kind = torch.eye(4)[int(value)].expand_as(kind)
            else:
                pair = torch.full_like(pair, value)
            return noise.replace(z=torch.cat((first, kind, pair, last), 1))

    assert parts(drawing_from(Coded())) == [
        {"length": 1, "kind": "normal", "std": 1.0},
        {"name": "kind", "length": 4, "kind": "category"},
        {"name": "pair", "length": 2, "kind": "uniform", "low": -1.0, "high": 1.0},
        {"length": 2, "kind": "other"},  # one number, twice
    ]


@pytest.mark.parametrize("format", PLAIN)
def test_a_file_without_ganzoo_gives_the_samples_of_the_run(
    run: Run, registry: Registry, format: Any
) -> None:
    done = ganzoo.export(run, format, registry=registry)
    assert done.path == run.path / f"exported{exporting.SUFFIXES[format]}"
    assert done.difference < 1e-4
    trained = ganzoo.load(run, registry=registry)
    z = trained.noise(9, seed=3).z
    if format == "torchscript":
        theirs = torch.jit.load(done.path)(z)
    else:
        theirs = ganzoo.load(done.path, registry=registry).sample(z=z)
    torch.testing.assert_close(theirs, trained.sample(z=z))


def test_onnx_without_ganzoo(run: Run, registry: Registry) -> None:
    runtime = pytest.importorskip("onnxruntime")
    done = ganzoo.export(run, "onnx", registry=registry)
    session = runtime.InferenceSession(done.path, providers=["CPUExecutionProvider"])
    trained = ganzoo.load(run, registry=registry)
    z = trained.noise(9, seed=3).z
    (theirs,) = session.run(["samples"], {"z": z.numpy()})
    torch.testing.assert_close(torch.from_numpy(theirs), trained.sample(z=z), rtol=0, atol=1e-4)
    about = json.loads(session.get_modelmeta().custom_metadata_map["ganzoo"])
    assert (about["recipe"], about["shape"], about["range"]) == ("toy", [1, 4, 4], [-1.0, 1.0])


def test_half_keeps_matrices_in_float16(run: Run, registry: Registry, tmp_path: Path) -> None:
    half = ganzoo.export(run, "safetensors", half=True, registry=registry)
    assert half.path.name == "exported-half.safetensors"
    from safetensors.torch import load_file

    for name, tensor in load_file(half.path).items():
        kept = torch.float16 if tensor.ndim > 1 else torch.float32
        assert tensor.dtype in (kept, torch.int64), name
    ours = ganzoo.load(half.path, registry=registry).sample(5)
    torch.testing.assert_close(
        ours, ganzoo.load(run, registry=registry).sample(5), atol=0.01, rtol=0
    )


def test_a_weight_beyond_float16_is_refused() -> None:
    with pytest.raises(GanzooError, match="beyond the range of float16"):
        halved(torch.full((2, 2), 1e6))


class Noisy(ToyGenerator):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) + 0.1 * torch.randn(len(z), *self.spec.shape)


class Fixed(ToyGenerator):
    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) * float(len(z))


class Normed(ToyGenerator):
    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        spectral_norm(self.last)


@BOTH
@pytest.mark.parametrize("format", exporting.SUFFIXES)
def test_spectral_norm(train: Train, registry: Registry, format: Any, half: bool) -> None:
    if format == "onnx":
        pytest.importorskip("onnxruntime")
    registry_generator(registry, Normed)
    run = train(steps=2, generator="other")
    assert ganzoo.export(run, format, half=half, registry=registry).difference < 1e-4


@pytest.mark.parametrize("made", [Noisy, Fixed])
def test_a_generator_that_cannot_be_exported_leaves_no_file(
    train: Train, registry: Registry, made: type[Generator]
) -> None:
    registry_generator(registry, made)
    run = train(steps=2, generator="other")
    before = {*run.path.iterdir()}
    with pytest.raises(GanzooError, match="differ from those of PyTorch"):
        ganzoo.export(run, "torchscript", registry=registry)
    assert {*run.path.iterdir()} == before


def registry_generator(registry: Registry, made: type[Generator]) -> None:
    class Plugin:
        @ganzoo.hookimpl
        def ganzoo_register(self, registry: Any) -> None:
            registry.generator("other", made)

    registry.load("others", Plugin)


def test_the_best_weights_have_a_name_of_their_own(run: Run, registry: Registry) -> None:
    done = ganzoo.export(run, "torchscript", weights="raw", half=True, registry=registry)
    assert done.path.name == "exported-raw-half.pt"


def test_a_generators_file_is_enough(run: Run, registry: Registry, tmp_path: Path) -> None:
    alone = tmp_path / "generator.safetensors"
    alone.write_bytes(run.generator.read_bytes())
    done = ganzoo.export(alone, "torchscript", registry=registry)
    assert done.path == tmp_path / "exported.pt"
    assert done.inputs == {"z": "(n, 3) float32"}


@pytest.mark.parametrize(
    ("format", "out", "sentence"),
    [
        ("onyx", None, "Did you mean 'onnx'"),
        ("torchscript", "a.onnx", r"FILE\.pt"),
        ("torchscript", "missing/a.pt", "There is no folder"),
    ],
)
def test_bad_requests(
    run: Run, registry: Registry, format: Any, out: str | None, sentence: str
) -> None:
    with pytest.raises((GanzooError, UsageError), match=sentence):
        ganzoo.export(run, format, out=out, registry=registry)


def test_onnx_without_its_packages(
    run: Run, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(GanzooError, match=r"pip install 'ganzoo\[export\]'"):
        ganzoo.export(run, "onnx", registry=registry)
    assert not (run.path / "exported.onnx").exists()


def test_a_copy_with_plain_weights_leaves_the_original_as_it_is() -> None:
    trained = of_recipe("sagan")
    sampler = Sampler(trained.game, ["z", "label"]).eval()
    before = {name: weight.clone() for name, weight in sampler.state_dict().items()}
    plain = plain_weights(sampler)
    assert any(".parametrizations." in name for name in before)
    assert not any(".parametrizations." in name for name in plain.state_dict())
    inputs = exporting._inputs(trained, 3).values()
    torch.testing.assert_close(plain(*inputs), sampler(*inputs))
    after = sampler.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(weight, after[name]) for name, weight in before.items())
