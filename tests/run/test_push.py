"""``ganzoo.push``: the files, the licence, and a Hub that takes or refuses them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import GanzooError, Registry, Run, UsageError
from ganzoo.run.push import licence_of

from .hub_server import TOKEN, Hub, hub_server

Train = Callable[..., Run]


@pytest.fixture
def run(train: Train, tmp_path: Path) -> Run:
    secret = ["ganzoo", "train", "toy", f"--out={tmp_path}/secret/run"]
    return train(steps=3, command=secret)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    library = pytest.importorskip("huggingface_hub")
    constants = pytest.importorskip("huggingface_hub.constants")
    assert library.HfApi
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
    with hub_server() as server:
        monkeypatch.setattr(constants, "ENDPOINT", server.address)
        yield server


def edit(run: Run, old: str, new: str) -> None:
    path = run.path / "README.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_dry_run_names_the_files_and_sends_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)  # it is not needed
    done = ganzoo.push(run, "ada/toy", licence="MIT", dry_run=True)
    assert (done.url, done.licence) == ("", "mit")
    names = ["README.md", "config.json", "generator.safetensors", "samples/step-000003.png"]
    assert [*done.files] == names
    assert done.files["generator.safetensors"] == run.generator.stat().st_size


def test_the_pushed_files_can_be_sampled(
    run: Run, hub: Hub, registry: Registry, tmp_path: Path
) -> None:
    done = ganzoo.push(run, "ada/toy", licence="cc-by-4.0", private=True)
    assert done.url == f"{hub.address}/ada/toy"
    assert hub.repos == {"ada/toy": True}
    assert hub.commits == ["toy on toy, 3 steps, with ganzoo"]
    files = hub.files["ada/toy"]
    assert {name: len(content) for name, content in files.items()} == dict(done.files)
    for name, content in files.items():
        place = tmp_path / "clone" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        assert b"secret" not in content
    ours = ganzoo.load(run, registry=registry).sample(3)
    assert torch.equal(ganzoo.load(tmp_path / "clone", registry=registry).sample(3), ours)
    card = files["README.md"].decode()
    assert card.startswith("---\n")
    assert "\nlicense: cc-by-4.0\n" in card
    assert 'license: "unknown"' not in card
    assert 'license: "unknown"' in (run.path / "README.md").read_text(encoding="utf-8")


def test_a_second_push_goes_to_the_same_repository(run: Run, hub: Hub) -> None:
    for _ in range(2):
        assert ganzoo.push(run, "toy", licence="mit").url == f"{hub.address}/ada/toy"
    assert hub.repos == {"ada/toy": False}


def test_private_is_not_public(run: Run, hub: Hub) -> None:
    hub.repos["ada/toy"] = False
    with pytest.raises(UsageError, match="exists and is public"):
        ganzoo.push(run, "ada/toy", licence="mit", private=True)
    assert hub.files == {}


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(401, "hf auth login"), (403, "does not let you write"), (500, "refuses to take")],
)
def test_a_hub_that_refuses(run: Run, hub: Hub, status: int, sentence: str) -> None:
    hub.status = status
    with pytest.raises(GanzooError, match=sentence):
        ganzoo.push(run, "ada/toy", licence="mit")


def test_a_hub_that_is_not_there(run: Run, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = sys.modules["huggingface_hub.constants"]
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(GanzooError, match="cannot be reached"):
        ganzoo.push(run, "ada/toy", licence="mit")


def test_without_the_package(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(GanzooError, match=r"pip install 'ganzoo\[hub\]'"):
        ganzoo.push(run, "ada/toy", licence="mit")


def test_the_licence_of_an_edited_card_is_kept(run: Run) -> None:
    assert licence_of(run) is None
    with pytest.raises(UsageError, match="needs a licence"):
        ganzoo.push(run, "ada/toy", dry_run=True)
    edit(run, 'license: "unknown"', "license: cc0-1.0")
    assert ganzoo.push(run, "ada/toy", dry_run=True).licence == "cc0-1.0"
    assert ganzoo.push(run, "ada/toy", licence="other", dry_run=True).licence == "other"


@pytest.mark.parametrize(
    ("licence", "sentence"), [("mitt", "Did you mean 'mit'"), ("o\\g", "other")]
)
def test_an_unknown_licence_of_a_card_is_refused(run: Run, licence: str, sentence: str) -> None:
    edit(run, 'license: "unknown"', f"license: {licence}")
    with pytest.raises(UsageError, match=sentence):
        ganzoo.push(run, "ada/toy", dry_run=True)
    assert ganzoo.push(run, "ada/toy", licence="mit", dry_run=True).licence == "mit"


def test_a_picture_of_a_later_step_than_the_generator_is_not_sent(run: Run) -> None:
    picture = run.samples / "step-000003.png"
    (run.samples / "step-000004.png").write_bytes(picture.read_bytes())
    files = ganzoo.push(run, "ada/toy", licence="mit", dry_run=True).files
    assert [name for name in files if name.startswith("samples")] == ["samples/step-000003.png"]


def test_a_card_without_a_licence_or_a_head_gets_one(run: Run, hub: Hub) -> None:
    edit(run, 'license: "unknown"\n', "")
    ganzoo.push(run, "ada/toy", licence="mit")
    card = hub.files["ada/toy"]["README.md"].decode()
    assert card.startswith("---\nlicense: mit\nlibrary_name:") or "\nlicense: mit\n" in card
    (run.path / "README.md").write_text("# Mine\n\nlicense: of my own text\n", encoding="utf-8")
    ganzoo.push(run, "ada/toy", licence="mit")
    card = hub.files["ada/toy"]["README.md"].decode()
    assert card == "---\nlicense: mit\n---\n\n# Mine\n\nlicense: of my own text\n"


@pytest.mark.parametrize(
    ("repo", "licence", "sentence"),
    [
        ("a/b/c", "mit", "USER/NAME"),
        ("https://huggingface.co/a/b", "mit", "USER/NAME"),
        ("", "mit", "USER/NAME"),
        ("a/b", "mti", "Did you mean 'mit'"),
        ("a/b", "all rights reserved", "For one of your own: other"),
    ],
)
def test_bad_requests(run: Run, repo: str, licence: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        ganzoo.push(run, repo, licence=licence, dry_run=True)


def test_a_run_without_a_generator(run: Run) -> None:
    run.generator.write_bytes(run.generator.read_bytes()[:-3])
    with pytest.raises(GanzooError, match="damaged"):
        ganzoo.push(run, "ada/toy", licence="mit", dry_run=True)
    run.generator.unlink()
    with pytest.raises(GanzooError, match="no generator yet"):
        ganzoo.push(run, "ada/toy", licence="mit", dry_run=True)
    (run.path / "README.md").unlink()
    with pytest.raises(GanzooError, match="card of the run"):
        ganzoo.push(run, "ada/toy", licence="mit", dry_run=True)


@pytest.mark.parametrize("name", ["README.md", "generator.safetensors", "samples", "picture"])
def test_a_link_is_not_sent(run: Run, tmp_path: Path, name: str) -> None:
    """A run of somebody else must not choose which files of this machine are sent."""
    path = max(run.samples.iterdir()) if name == "picture" else run.path / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GanzooError, match="is a link"):
        ganzoo.push(run, "ada/toy", licence="mit", dry_run=True)


def test_the_configuration_has_no_path_of_this_machine(run: Run, hub: Hub) -> None:
    ganzoo.push(run, "ada/toy", licence="mit")
    config = json.loads(hub.files["ada/toy"]["config.json"])
    assert config["command"][-1] == "--out=run"
