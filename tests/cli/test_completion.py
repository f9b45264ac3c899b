"""Shell completion: the script, the commands, and the names of what is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganzoo import Registry
from ganzoo.cli import zoo


def complete(line: str, shell: str = "bash") -> list[str]:
    """What the last word of a command line could become."""
    words = line.split(" ")
    environment = {
        "_GANZOO_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    result = CliRunner().invoke(zoo, [], prog_name="ganzoo", env=environment)
    return [each.partition(",")[2] for each in result.stdout.split()]


def installed(kind: str, start: str = "") -> list[str]:
    names = [entry.name for entry in Registry.discover().entries(kind)]
    return [name for name in names if name.startswith(start)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_produced(shell: str) -> None:
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("click asks bash for its version")
    environment = {**os.environ, "_GANZOO_COMPLETE": f"{shell}_source"}
    result = CliRunner().invoke(zoo, [], prog_name="ganzoo", env=environment)
    assert result.exit_code == 0
    assert "_GANZOO_COMPLETE" in result.stdout
    assert "_ganzoo_completion" in result.stdout


def test_commands() -> None:
    assert complete("ganzoo tr") == ["train", "translate"]
    everything = {"train", "resume", "sample", "interpolate", "list", "show", "plugins", "doctor"}
    assert {*everything, "data"} <= set(complete("ganzoo "))
    assert complete("ganzoo data f") == ["fetch"]


def test_recipes() -> None:
    assert complete("ganzoo train ") == installed("recipe")
    assert complete("ganzoo train vanilla-mlp-") == installed("recipe", "vanilla-mlp-") != []


@pytest.mark.parametrize(
    "kind", ["generator", "discriminator", "loss", "prior", "penalty", "game", "dataset"]
)
def test_components_by_their_option(kind: str) -> None:
    assert complete(f"ganzoo train vanilla-mlp --{kind} ") == installed(kind)


def test_the_start_of_a_component() -> None:
    assert complete("ganzoo train vanilla-mlp --prior uni") == ["uniform", "uniform-sphere"]


def test_what_can_be_shown() -> None:
    assert complete("ganzoo show loss/mini") == ["loss/minimax"]
    assert complete("ganzoo show minim") == ["minimax"]


def test_datasets_and_kinds() -> None:
    assert complete("ganzoo data verify mni") == ["mnist", "mnist-5k"]
    assert complete("ganzoo list rec") == ["recipe"]


def test_files_are_left_to_the_shell() -> None:
    for line in ("train vanilla-mlp --config r", "train a --out r"):
        assert complete(f"ganzoo {line}") == ["r"]


def test_a_run_is_a_folder_of_a_run_or_latest(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    for folder in ("runs/one", "runs/two", "sweeps/mlp/seed=0"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "config.json").write_text("{}")
    (tmp_path / "runs/notes").mkdir()
    monkeypatch.chdir(tmp_path)
    for command in ("sample", "resume", "evaluate", "compare runs/one", "nearest", "animate"):
        assert complete(f"ganzoo {command} ") == ["latest", "runs/one", "runs/two"]
    assert complete("ganzoo sample runs/t") == ["runs/two"]
    assert complete("ganzoo sample sweeps/") == ["sweeps/mlp/seed=0"]
    assert complete("ganzoo sample l") == ["latest"]


def test_devices() -> None:
    for command in ("train a", "resume r", "sample r", "evaluate r", "tune a"):
        line = f"ganzoo {command} --device "
        assert complete(line) == ["auto", "cpu", "cuda", "cuda:1", "mps"]


def test_paths_of_settings() -> None:
    line = "ganzoo train vanilla-mlp --set "
    assert {"generator=", "generator.hidden="} <= set(complete(f"{line}gen"))
    assert {"generator.hidden=", "generator.activation="} <= set(complete(f"{line}generator."))
    found = complete(f"{line}optimizer.g.l")
    assert {"optimizer.g.lr=", "optimizer.g.lr.end=", "optimizer.g.lr_scale="} <= set(found)
    assert complete(f"{line}steps") == ["steps="]
    assert complete(f"{line}steps=2") == []
    assert complete("ganzoo train vanilla-mlp --set nothing.at=") == []


def test_values_of_settings() -> None:
    line = "ganzoo train vanilla-mlp --set "
    assert complete(f"{line}loss=") == [f"loss={name}" for name in installed("loss")]
    assert complete(f"{line}prior=unif") == ["prior=uniform", "prior=uniform-sphere"]
    assert complete(f"{line}generator.activation=") == [
        f"generator.activation={name}" for name in ("relu", "leaky-relu", "gelu", "silu", "tanh")
    ]
    found = complete(f"{line}generator.bias_from_data=")
    assert found == ["generator.bias_from_data=true", "generator.bias_from_data=false"]


def test_labels_of_a_run(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, data in {"named": {"labels": ["cat", "dog"]}, "counted": {"classes": 3}}.items():
        about = {"recipe": {}, "seed": 0, "device": "cpu", "precision": "fp32", "plugins": {}}
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps({**about, "dataset": data}))
    for command in ("sample", "interpolate"):
        assert complete(f"ganzoo {command} named --label ") == ["cat", "dog"]
        assert complete(f"ganzoo {command} named --label d") == ["dog"]
        assert complete(f"ganzoo {command} counted --label ") == ["0", "1", "2"]
        assert complete(f"ganzoo {command} nothing --label ") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "words", "replies"),
    [
        ("ganzoo train x --set loss=min", "ganzoo train x --set loss = min", ["minimax"]),
        ("ganzoo train x --set generator.act", "ganzoo train x --set generator.act", None),
        ("ganzoo train x --loss=min", "ganzoo train x --loss = min", ["minimax"]),
        ("ganzoo trai", "ganzoo trai", ["train"]),
    ],
)
def test_bash_replaces_the_word_that_it_divides_at_equals(
    line: str, words: str, replies: list[str] | None, tmp_path: Path
) -> None:
    line, words = (text.replace(" x ", " vanilla-mlp ") for text in (line, words))
    script = CliRunner().invoke(zoo, ["completion", "bash"]).stdout
    command = tmp_path / "ganzoo"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ganzoo "$@"\n')
    command.chmod(0o755)
    run = f"""compopt() {{ :; }}; complete() {{ :; }}
{script}
COMP_LINE='{line}'; COMP_POINT={len(line)}; COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_ganzoo_completion "{command}"; printf '%s\\n' "${{COMPREPLY[@]}}" """
    found = subprocess.run(["bash", "-c", run], capture_output=True, text=True, check=True)
    assert found.stdout.split() == (replies or ["generator.activation="]), found.stderr
    assert "batch_size=" in complete("ganzoo tune vanilla-mlp --search b")
    assert complete("ganzoo train nothing --set gen") == []


def test_paths_of_the_settings_of_a_run(trained) -> None:
    assert "log_every=" in complete(f"ganzoo resume {trained} --set log")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_command_prints_the_script_and_its_installation(shell: str) -> None:
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("click asks bash for its version")
    text = CliRunner().invoke(zoo, ["completion", shell]).stdout
    assert text.startswith("# To install: add this line to ~/.")
    assert f"ganzoo completion {shell}" in text
    assert "_GANZOO_COMPLETE" in text
    assert ("nospace" in text) == (shell == "bash")


def test_another_shell_is_refused() -> None:
    result = CliRunner().invoke(zoo, ["completion", "fihs"])
    assert result.exit_code == 2
    assert "There is no shell 'fihs'. Did you mean 'fish'?" in result.stderr
