"""The core knows no family of GANs by name, and nobody but the engine trains: from the syntax tree.

Who may import whom is the business of test_imports.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from ganzoo import Registry
from ganzoo.registry.kinds import KINDS

from .test_imports import MODULES, PLUGIN_MODULES, ROOT, within

# -- names ---------------------------------------------------------------------------------------

# What is played, by the first-party plugin that brings it. Data, views and metrics are no family of
# GANs.
PLAYED = {
    plugin.name: {e.name for e in plugin.entries if e.kind not in ("dataset", "metric", "view")}
    for plugin in Registry.discover().plugins
    if plugin.distribution == "ganzoo" and plugin.name != "ganzoo"
}
# A plugin that is called after a field of the recipe is none either.
FAMILIES = {name for name, played in PLAYED.items() if played} - {k.field for k in KINDS.values()}
NAMES = FAMILIES.union(*PLAYED.values())
# Words that the core uses in their plain sense: of these, only a string that is just the name is a
# mention. ("ada" is part of "adam" and of "adapt".)
WORDS = {
    *("ada", "began", "cut", "cycle", "flip", "identity", "mixture", "modes", "normal", "pack"),
    *("patches", "projection", "replay", "rgan", "translation", "uniform"),
}

# What a module of the core may name all the same.
MAY_NAME = {
    "training.train": {"vanilla-mlp"},  # the recipe that ganzoo.train() takes where none is named
    "training.forecast": {"vanilla-mlp"},  # as ganzoo.estimate() does
    "recipe": {"normal"},  # the prior of a recipe that names none
    "data.inspection": {"modes"},  # of pixels, as Pillow calls them
    "cli.data": {"cut"},  # a line that is too long
    "cli.listing": {"cut"},  # likewise
    "cli.project": {"cut", "reconstruction"},  # likewise, and of an image
    "cli.reconstruct": {"reconstruction"},  # of an image
    "cli.terminal": {"cut"},  # a line that is too long
    "engine.graph": {"replay"},  # of a captured update
    "sampling.z_parts": {"normal", "uniform"},  # the distributions
    "cli.inspect": {"modes", "dcgan"},  # likewise, and the recipe whose training is estimated
    "cli.check": {"vanilla-mlp"},  # an example in a message
    "cli.examples": {"vanilla-mlp", "dcgan", "hinge", "minimax", "non-saturating"},
    "pyramid": {"mlp"},  # likewise
    "scaffold.write": {"vanilla-mlp"},  # the recipe that a new plugin is tried on
}


def mentions(source: str, names: set[str]) -> set[str]:
    """Which of the names the source says, in an identifier or a string that is no docstring."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) not in docstrings:
            for said in _said(node):
                found |= _longest({name for name in names if _names(name, said)})
    return found


def _longest(names: set[str]) -> set[str]:
    """Without those that are only part of another: who says vanilla-mlp does not say mlp."""
    return {name for name in names if not any(name in other for other in names - {name})}


def _said(node: ast.AST) -> Iterator[str]:
    """The identifiers and the string that one node holds."""
    for field in ("id", "attr", "arg", "name", "asname", "module", "value"):
        said = getattr(node, field, None)
        if isinstance(said, str):
            yield said


def _names(name: str, said: str) -> bool:
    if name in WORDS:
        return said == name
    tokens, words = (re.findall("[a-z0-9]+", text.lower()) for text in (said, name))
    apart = any(tokens[n : n + len(words)] == words for n in range(len(tokens)))
    joined = "".join(words).rstrip("0123456789")  # who says StyleGAN means StyleGAN2 as well
    return apart or (len(joined) > 2 and any(joined in token for token in tokens))


def test_the_families_are_found_through_the_registry() -> None:
    assert {"dcgan", "r1", "vanilla-mlp", "wasserstein"} <= FAMILIES
    assert {"wgan-gp", "non-saturating", "gradient-penalty", "r3gan"} <= NAMES
    assert WORDS <= NAMES


@pytest.mark.parametrize("module", sorted(MODULES))
def test_the_core_names_no_family(module: str) -> None:
    assert mentions(MODULES[module].read_text(), NAMES) == MAY_NAME.get(module, set())


@pytest.mark.parametrize(
    "source",
    [
        'x = "wgan-gp"',
        'x = "ganzoo_wasserstein.losses:Wasserstein"',
        'raise ValueError(f"{x} needs the gradient-penalty.")',
        "gradient_penalty = 1",
        "x.gradient_penalty()",
        "class GradientPenalty: ...",
        "def f(*, weight_clip): ...",
        "f(weight_clip=1)",
        "from x import DCGANGenerator",
        "from x import y as hinge",
        "import ganzoo_hinge.losses",
        'if name == "r1": ...',
        'x = "Those of the StyleGAN recipes"',
        'prior = "normal"',
        'def f():\n    "A docstring."\n    "hinge"',
    ],
)
def test_the_scan_sees_a_family_named(source: str) -> None:
    assert mentions(source, NAMES)


@pytest.mark.parametrize(
    "source",
    [
        '"""As in DCGAN."""',
        'class A:\n    """Unlike R1 (the hinge loss)."""',
        'def f():\n    """wgan-gp"""',
        "x = 1  # as dcgan does",
        'x = "1000 modes, a normal distribution, and uniform noise"',
        "normalise(uniform_)",
        'x = "organ, charged, r10, 2r1"',
    ],
)
def test_the_scan_lets_docstrings_comments_and_plain_words_pass(source: str) -> None:
    assert not mentions(source, NAMES)


# -- training ------------------------------------------------------------------------------------

# Modules that take gradients by weights, or move them; checks of a game and the classifier too. A
# projection moves z.
MAY_TRAIN = {
    *("assembly.optimizers", "engine", "evaluation", "sampling.projection", "testing"),
}


def training(source: str) -> set[str]:
    """The calls of backward and step in a source, and what it uses of torch.optim."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.rpartition(".")[2] in ("backward", "step"):
                found.add(called)
        used = [ast.unparse(node)] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.Import):
            used = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            used = [f"{node.module}.{alias.name}" for alias in node.names]
        if any(f"{name}.".startswith("torch.optim.") for name in used):
            found.add("torch.optim")
    return found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_but_the_engine_trains(module: str) -> None:
    if not within(module, MAY_TRAIN):
        assert not training(MODULES[module].read_text())


@pytest.mark.parametrize("path", PLUGIN_MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_no_plugin_has_a_training_loop(path) -> None:
    assert not training(path.read_text()), path.relative_to(ROOT)


def test_the_engine_does() -> None:
    assert training(MODULES["engine.engine"].read_text()) >= {"torch.autograd.backward"}
    assert training(MODULES["engine.optimizers"].read_text()) >= {
        "torch.optim",
        "self.optimizer.step",
    }


@pytest.mark.parametrize(
    "source",
    [
        "loss.backward()",
        "torch.autograd.backward(loss, inputs=weights)",
        "self.optimizers[player].step()",
        "optimizer.step(3)",
        "torch.optim.Adam(weights)",
        "from torch import optim",
        "from torch.optim import Adam",
        "import torch.optim",
        "import torch.optim as o",
        "def f():\n    for x in y:\n        d_loss.backward(retain_graph=True)",
    ],
)
def test_the_scan_sees_training(source: str) -> None:
    assert training(source)


@pytest.mark.parametrize(
    "source",
    [
        "torch.autograd.grad(score.sum(), x, create_graph=True)",
        "recipe.optimizer.d.lr",
        "self.step = step",
        '"loss.backward()"',
        "from ganzoo.engine.optimizers import PlayerOptimizer",
    ],
)
def test_the_scan_lets_a_penalty_differentiate(source: str) -> None:
    assert not training(source)
