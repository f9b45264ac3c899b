"""A new plugin is written whole, or not at all, and over nothing."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

import ganzoo
from ganzoo import GanzooError, UsageError
from ganzoo.cli import zoo
from ganzoo.registry.entries import API_VERSION
from ganzoo.registry.kinds import KINDS
from ganzoo.scaffold.example import EXAMPLES, declared, kinds
from ganzoo.scaffold.write import fields_of, render, write


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_every_kind_has_an_example_and_a_test_of_it() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {*KINDS, *(f"test_{kind}" for kind in KINDS)}
    assert kinds() == [*KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_registers_a_component_of_its_kind_first(kind: str) -> None:
    first, *others = declared((EXAMPLES / f"{kind}.py").read_text())
    assert first.kind == kind
    assert first.summary
    assert all(other.name.startswith(f"{first.name}-") for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written(kind: str, tmp_path: Path) -> None:
    folder = write("my-thing", kind, tmp_path)
    assert folder == tmp_path / "my-thing"
    files = contents(folder)
    assert set(files) == {
        ".github/workflows/release.yml",
        ".github/workflows/test.yml",
        ".gitignore",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "src/my_thing/__init__.py",
        f"src/my_thing/{kind}.py",
        "src/my_thing/py.typed",
        "tests/test_conformance.py",
        f"tests/test_{kind}.py",
    }
    for name, text in files.items():
        placeholders = re.findall(r"\$\w+|\$\{(?!\{)", text)
        assert not placeholders, f"{name}: {placeholders}"
    assert f"GANZOO_API = {API_VERSION}" in files["src/my_thing/__init__.py"]
    assert 'conformance("my-thing")' in files["tests/test_conformance.py"]
    assert f"`ganzoo show {kind}/my-thing`" in files["README.md"]
    assert "python-version: ${{ matrix.python }}" in files[".github/workflows/test.yml"]

    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert project["name"] == "ganzoo-my-thing"
    assert "pip install ganzoo-my-thing\n" in files["README.md"]
    assert project["dependencies"] == [f"ganzoo>={ganzoo.__version__}"]
    assert project["entry-points"]["ganzoo"] == {"my-thing": "my_thing"}
    assert "pytest" in " ".join(project["optional-dependencies"]["dev"])
    summary = declared((EXAMPLES / f"{kind}.py").read_text())[0].summary
    assert summary in project["description"]
    assert "register" not in files[f"src/my_thing/{kind}.py"]
    assert f'"{summary}"' in files["src/my_thing/__init__.py"] or kind == "recipe"


def test_a_folder_is_as_open_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    modes = [path.stat().st_mode for path in (write("new", "loss", tmp_path), tmp_path / "other")]
    assert modes[0] == modes[1]


def test_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = (contents(write("same", "prior", tmp_path / place)) for place in "ab")
    assert one == two


@pytest.mark.parametrize("there", ["folder", "empty", "file", "link"])
def test_what_is_there_is_never_overwritten(there: str, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    if there == "file":
        target.write_text("precious")
    elif there == "link":
        target.symlink_to("nowhere")
    else:
        target.mkdir()
    if there == "folder":
        (target / "README.md").write_text("precious")
    before = [(path, path.lstat()) for path in sorted(tmp_path.rglob("*"))]
    with pytest.raises(UsageError, match="mine exists already, and is not changed"):
        write("mine", "loss", tmp_path)
    assert [(path, path.lstat()) for path in sorted(tmp_path.rglob("*"))] == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("stage", ["text", "rename"])
def test_nothing_half_written_is_left(
    error: BaseException, stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text = Path.write_text

    def fail(path: Path, *given: object, **named: object) -> int:
        if stage == "rename" or path.name != "pyproject.toml":
            return write_text(path, *given, **named)  # type: ignore[arg-type]
        assert list(tmp_path.rglob("LICENSE"))  # so some of it is there already
        raise error

    def rename(path: Path, target: Path) -> Path:
        raise error

    monkeypatch.setattr(Path, "write_text", fail)
    monkeypatch.setattr(Path, "rename", rename)
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else GanzooError
    with pytest.raises(expected) as caught:
        write("mine", "loss", tmp_path)
    assert not list(tmp_path.iterdir())
    if expected is GanzooError:
        assert "cannot be written: No space left on device. Choose another" in str(caught.value)


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no folder .*nowhere\. Make it first"):
        write("mine", "loss", tmp_path / "nowhere")
    assert not list(tmp_path.iterdir())


def test_the_module_of_a_package_is_the_example_without_its_registration() -> None:
    light, module = (
        render("loss", fields_of("mine", "loss"))[Path("src/mine") / name]
        for name in ("__init__.py", "loss.py")
    )
    lines = (EXAMPLES / "loss.py").read_text().splitlines()
    left = [line.replace(", register", "") for line in lines if not line.startswith("@register")]
    assert module.splitlines() == left
    assert 'registry.loss(\n        "mine",\n        "mine.loss:Hinge",' in light
    whole = render("recipe", fields_of("mine", "recipe"))
    assert "registry.recipe(MY_GAN)" in whole[Path("src/mine/__init__.py")]
    assert 'name="mine"' in whole[Path("src/mine/recipe.py")]


# -- the command -------------------------------------------------------------------------------


def test_new_says_what_to_do_next(tmp_path: Path) -> None:
    parent = tmp_path / "a place"
    parent.mkdir()
    done = CliRunner().invoke(zoo, ["new", "brand-new", "--dir", str(parent)])
    assert done.exit_code == 0, done.output
    assert [line[2:] for line in done.stdout.splitlines() if line.startswith("  ")] == [
        f"cd '{parent}/brand-new'",
        'pip install -e ".[dev]"',
        "pytest",
        "ganzoo train vanilla-mlp --loss brand-new --steps 500",
    ]
    assert done.stdout.endswith("Then change src/brand_new/loss.py as you need.\n")
    assert (parent / "brand-new" / "src" / "brand_new" / "loss.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mlp"], "'mlp' is taken: plugin 'vanilla-mlp' has a generator with this name"),
        (["Bad Name"], "such as 'bad-name'"),
        (["x", "--kind", "los"], "There is no kind 'los'. Did you mean 'loss'"),
        (["x", "--dir", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_wrong_usage(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(zoo, ["new", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert not done.stdout
    assert not list(tmp_path.iterdir())
