"""Who may import whom: the house rules, enforced from the syntax tree."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganzoo

ROOT = Path(__file__).parents[1]
EVERYTHING = {"*"}

# Each module of ganzoo, or a package for all modules in it that are not listed, and the modules of
# ganzoo that it may import at run time. `errors` may be imported by anybody. A new module must find
# its place here: that is the point.
ALLOWED = {
    "errors": set(),
    "pyramid": set(),
    "types": {"pyramid"},
    "recipe": set(),
    "schedules": set(),
    "ranges": {"schedules"},
    "rng": set(),
    "paths": set(),
    "device": set(),
    "machine": set(),
    "extras": set(),
    "interfaces": {"interfaces", "types"},
    "engine": set(),
    "engine.noise": {"interfaces", "types"},
    "engine.ema": {"schedules"},
    "engine.arithmetic": {"recipe"},
    "engine.determinism": set(),
    "engine.uncompiled": set(),
    "engine.optimizers": {"engine.optimizer_state", "engine.uncompiled", "schedules"},
    "engine.drawing": {"engine.noise", "engine.world", "interfaces", "types"},
    "engine.scoring": {"engine.drawing", "interfaces", "types"},
    "engine.game": {"engine.optimizers", "engine.scoring", "interfaces", "schedules", "types"},
    "engine.capturable": {"engine.game", "engine.optimizers", "interfaces"},
    "engine.graph": {
        *("engine.capturable", "engine.game", "engine.optimizers", "interfaces", "types"),
    },
    "engine.engine": {
        *("data", "engine.arithmetic", "engine.capturable", "engine.determinism", "engine.ema"),
        *("engine.game", "engine.graph", "engine.micro_batches", "engine.optimizers"),
        "engine.world",
        *("interfaces", "recipe", "rng", "types"),
    },
    "engine.world": set(),
    "engine.micro_batches": {"engine.game", "engine.sync_batch_norm", "types"},
    "engine.sync_batch_norm": set(),
    "engine.distributed": {
        *("engine.game", "engine.micro_batches", "engine.sync_batch_norm", "engine.world"),
        *("interfaces", "types"),
    },
    "registry": {"assembly.variants", "notebook.views", "paths", "recipe", "registry"},
    "registry.kinds": set(),
    "assembly": {
        *("assembly", "engine.game", "engine.micro_batches", "engine.optimizers"),
        *("engine.uncompiled", "interfaces", "recipe", "registry", "run.views", "schedules"),
        *("training.cadence", "types"),
    },
    "assembly.pixel_weights": {"assembly", "recipe", "registry", "types"},
    "assembly.variants": {"assembly.overrides", "recipe"},
    "assembly.overrides": {"assembly.setting_paths", "assembly.types_in_words", "recipe"},
    "assembly.setting_paths": {"recipe"},
    "assembly.types_in_words": set(),
    "data": {"data", "interfaces", "ranges", "types"},
    "data.batches": {"data.prefetch", "types"},
    "data.prefetch": set(),
    "run": {"engine.arithmetic", "interfaces", "recipe", "registry", "rng", "run", "types"},
    "run.image": {"assembly", "run", "types"},
    "run.interrupts": {"engine.world"},
    "run.provenance": {"assembly.types_in_words", "recipe", "registry", "run", "types"},
    "run.new": {"engine.arithmetic", "engine.world", "paths", "run", "types"},
    "run.folder": {"evaluation.results", "notebook.views", "paths", "run"},
    "run.listing": {"notebook.views", "paths", "run"},
    "run.hyperparameters": {"assembly.setting_paths", "recipe"},
    # The public API, the command line and the conformance suite see the rest.
    "training": set(),
    "training.memory": set(),
    "training.rehearsal": {
        *("engine.arithmetic", "engine.game", "engine.graph", "interfaces", "types"),
    },
    "training.probe": {
        *("data", "engine.arithmetic", "engine.game", "engine.graph", "recipe", "rng", "run"),
        *("training.rehearsal", "types"),
    },
    "training.throughput": {
        *("data", "engine.engine", "engine.uncompiled", "rng", "training.rehearsal"),
    },
    "training.profiling": {"engine.engine", "run"},
    "training.cadence": {"recipe"},
    "training.origin": {"engine.engine", "engine.game", "paths", "run"},
    "training.measuring": {"assembly", "data", "evaluation", "rng", "run", "sampling"},
    "training.loop": {
        *("engine.engine", "engine.world", "rng", "run", "training.cadence"),
        "training.throughput",
    },
    "training.overfitting": {
        *("assembly", "data", "engine.engine", "engine.game", "recipe", "registry", "rng"),
        "types",
    },
    "training.symptoms": {
        *("engine.engine", "registry", "run", "training.overfitting", "types"),
    },
    "training.learning_rates": {"engine.engine", "schedules"},
    "training.request": EVERYTHING,
    "training.prepare": EVERYTHING,
    "training.forecast": EVERYTHING,
    "training.train": EVERYTHING,
    "training.resume": EVERYTHING,
    "sampling": set(),
    "sampling.latents": set(),
    "sampling.styles": set(),
    "sampling.pieces": {"sampling.conditions", "types"},
    "sampling.encoding": {
        *("sampling.latents", "sampling.pieces", "sampling.targets", "types"),
    },
    "sampling.interpolation": {
        *("sampling.codes", "sampling.directions", "sampling.latents", "sampling.pieces"),
    },
    "sampling.mixing": {"sampling.pieces", "sampling.styles"},
    "sampling.sampler": {"engine.game", "types"},
    "sampling.labels": {"run"},
    "sampling.conditions": {"engine.game", "types"},
    "sampling.codes": {"engine.game", "types"},
    "sampling.prior_range": {"engine.game"},
    "sampling.z_parts": {"engine.game"},
    "sampling.translation": {"engine.drawing", "sampling.pieces", "sampling.targets"},
    "sampling.distance": {"types"},
    "sampling.targets": {"data", "paths", "recipe", "types"},
    "sampling.directions": {"engine.game", "sampling.prior_range", "types"},
    "sampling.projection": {
        *("engine.game", "engine.uncompiled", "evaluation.progress", "sampling", "types"),
    },
    "sampling.load": EVERYTHING,
    "sampling.export": EVERYTHING,
    "sampling.trained": EVERYTHING,
    "evaluation": {
        *("assembly", "data", "evaluation", "interfaces", "notebook.views", "recipe"),
        *("registry", "rng", "run", "types"),
    },
    "evaluation.evaluate": EVERYTHING,
    "evaluation.measure": {
        *("assembly", "evaluation", "interfaces", "recipe", "registry", "rng", "run"),
        *("sampling", "schedules", "types"),
    },
    "evaluation.rounding": set(),
    "evaluation.results": {"evaluation.rounding", "notebook.views", "run"},
    "watch": {"evaluation.report", "notebook.clock", "paths", "run", "watch"},
    "notebook": {"evaluation.rounding", "notebook", "paths", "run"},
    "notebook.progress": EVERYTHING,
    "experiments": EVERYTHING,
    "scaffold": {"__init__", "registry", "scaffold"},
    "testing": EVERYTHING,
    "cli": EVERYTHING,
    "__main__": {"cli"},
    "__init__": EVERYTHING,
}


def name_of(path: Path, root: Path) -> str:
    """ganzoo/run/grid.py as run.grid, ganzoo/run/__init__.py as run."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


EXAMPLES = ROOT / "ganzoo" / "scaffold" / "examples"  # plugins, which no module imports
MODULES = {
    name_of(path, ROOT / "ganzoo"): path
    for path in (ROOT / "ganzoo").rglob("*.py")
    if path.parent != EXAMPLES
}
PLUGINS = {path.name: path for path in (ROOT / "plugins").glob("ganzoo_*") if path.is_dir()}
PLUGIN_MODULES = [path for folder in PLUGINS.values() for path in folder.rglob("*.py")]


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of each import that happens at run time, inside functions too; the name is
    empty for ``import module``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from imports(other)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((module, alias.name) for alias in node.names)
        else:
            yield from imports(node)


def core_imports(source: str) -> set[str]:
    """The modules of ganzoo that the source imports, such as run.grid; __init__ for the public
    names, and the full name for a relative import, which the house does not use."""
    found = set()
    for module, name in imports(ast.parse(source)):
        if module == "ganzoo":
            found.add(name if name in MODULES else "__init__")
        elif module.startswith("ganzoo."):
            inner = module.removeprefix("ganzoo.")
            found.add(f"{inner}.{name}" if f"{inner}.{name}" in MODULES else inner)
        elif module.startswith("."):
            found.add(module)
    return found


def within(module: str, packages: set[str]) -> bool:
    parts = module.split(".")
    return any(".".join(parts[:n]) in packages for n in range(1, len(parts) + 1))


def core_offences(module: str, source: str) -> set[str]:
    """What a module of the core imports and may not."""
    parts = module.split(".")
    places = [".".join(parts[:n]) for n in range(len(parts), 0, -1)]
    allowed = next(ALLOWED[place] for place in places if place in ALLOWED)
    if allowed == EVERYTHING:
        allowed = {name.split(".")[0] for name in MODULES}
    return {name for name in core_imports(source) if not within(name, allowed | {"errors"})}


def plugin_offences(plugin: str, source: str) -> set[str]:
    """What a plugin imports and may not: the core's insides, and other plugins."""
    found = set()
    for module, name in imports(ast.parse(source)):
        top = module.split(".")[0]
        public = module == "ganzoo" and name in ganzoo.__all__
        if (top == "ganzoo" and not public) or (top.startswith("ganzoo_") and top != plugin):
            found.add(f"{module}:{name}")
    return found


def imports_a_plugin(source: str) -> bool:
    return any(module.split(".")[0] in PLUGINS for module, _ in imports(ast.parse(source)))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_of_the_core_imports_what_its_place_allows(module: str) -> None:
    top = module.split(".")[0]
    assert top in ALLOWED, f"give {module} a place in ALLOWED, and in docs/design.md"
    source = MODULES[module].read_text()
    assert not core_offences(module, source)
    assert not imports_a_plugin(source)


def test_every_place_in_the_table_is_taken() -> None:
    assert set(ALLOWED) <= set(MODULES)


@pytest.mark.parametrize("path", PLUGIN_MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_plugin_imports_only_the_public_names(path: Path) -> None:
    plugin = path.relative_to(ROOT / "plugins").parts[0]
    assert not plugin_offences(plugin, path.read_text())


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("types", "from ganzoo.recipe import Recipe"),
        ("types", "from ganzoo import recipe"),
        ("types", "import ganzoo.recipe"),
        ("types", "def f():\n    from ganzoo.engine.game import Game"),
        ("types", "from .recipe import Recipe"),
        ("engine.game", "from ganzoo import Recipe"),
        ("engine.game", "if True:\n    from ganzoo.recipe import Recipe"),
        ("run.grid", "from ganzoo.engine.engine import Engine"),
        ("engine.engine", "from ganzoo.run import checkpoint"),
        ("registry.kinds", "from ganzoo.interfaces import Loss"),
        ("data.batches", "from ganzoo.data.mnist import Mnist"),
        ("engine.engine", "from ganzoo.registry import Registry"),
    ],
)
def test_the_scan_sees_a_forbidden_import(module: str, source: str) -> None:
    assert core_offences(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("types", "from ganzoo.errors import GanzooError"),
        ("types", "if TYPE_CHECKING:\n    from ganzoo.engine.game import Game"),
        ("run.config", "from ganzoo.registry import Registry"),
        ("training.loop", "from ganzoo.run import checkpoint, picture"),
    ],
)
def test_the_scan_lets_an_allowed_import_pass(module: str, source: str) -> None:
    assert not core_offences(module, source)


@pytest.mark.parametrize(
    "source",
    [
        "from ganzoo.engine.engine import Engine",
        "from ganzoo.engine import engine",
        "import ganzoo.engine.engine",
        "from ganzoo_dcgan.networks import Generator",
    ],
)
def test_the_scan_sees_a_plugin_reach_too_far(source: str) -> None:
    assert plugin_offences("ganzoo_vanilla_mlp", source)


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    "code",
    ["import ganzoo", "import ganzoo; ganzoo.Registry.discover().entries()"],
    ids=["import", "discover"],
)
def test_torch_is_not_imported_by(code: str) -> None:
    heavy = f"{code}; import sys, json; print(json.dumps([*sys.modules]))"
    modules = json.loads(run_python(heavy))
    assert "ganzoo" in modules
    assert not {"torch", "torchvision", "numpy", "PIL"} & {*modules}


def test_the_light_public_names_do_not_import_torch() -> None:
    names = ["Registry", "Recipe", "Part", "Schedule", "Spec", "Data", "Weight", "hookimpl"]
    code = (
        f"import ganzoo, sys; [getattr(ganzoo, n) for n in {names}]; print('torch' in sys.modules)"
    )
    assert run_python(code).strip() == "False"


def test_every_public_name_is_there() -> None:
    for name in ganzoo.__all__:
        assert getattr(ganzoo, name) is not None
        assert name in dir(ganzoo)


def test_each_public_name_can_be_the_first_that_is_imported() -> None:
    """In another order of imports a cycle between two modules would be an ImportError."""
    code = (
        "import sys, ganzoo\n"
        "for home in sorted(set(ganzoo._HOMES.values())):\n"
        "    for name in [name for name in sys.modules if name.split('.')[0] == 'ganzoo']:\n"
        "        del sys.modules[name]\n"
        "    __import__(f'ganzoo.{home}')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonesuch"):
        ganzoo.nonesuch  # noqa: B018


def test_the_type_checker_sees_the_same_public_names() -> None:
    tree = ast.parse(MODULES["__init__"].read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {
        alias.name: str(node.module).removeprefix("ganzoo.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == ganzoo._HOMES
