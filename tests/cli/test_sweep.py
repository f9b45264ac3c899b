"""``ganzoo sweep``: runs of their own, begun again where they stopped, compared in the end."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from safetensors.torch import load_file

from ganzoo import Run
from ganzoo.run import checkpoint
from ganzoo.run.lock import locked

from .conftest import Ganzoo
from .test_process import GANZOO
from .tools import config_of, snapshot, tiny

METRIC = '''
import ganzoo

class Gap(ganzoo.Metric):
    """How far the means lie apart."""
    lower_is_better = {"gap": True}
    split = "train"

    def __call__(self, real, fake):
        return {"gap": (real.x.double().mean() - fake.x.double().mean()).abs().item()}

@ganzoo.hookimpl
def ganzoo_register(registry):
    registry.metric("gap", Gap)
'''


@pytest.fixture
def sweep(images: Path) -> list[str]:
    """The arguments of a sweep of tiny runs, which are measured by one metric."""
    Path("gap.py").write_text(METRIC)
    _, recipe, *options = tiny(images, steps=20)
    measured = ["--metric=gap", "--count=12", "--plugin=gap.py"]
    return ["sweep", recipe, *options, *measured, "--out=s"]


def test_runs_a_comparison_and_nothing_left(ganzoo: Ganzoo, sweep: list[str]) -> None:
    arguments = [*sweep, "--loss=minimax", "--loss=non-saturating", "--seeds=2", "--jobs=2"]
    result = ganzoo(*arguments)
    names = [f"loss={loss},seed={n}" for loss in ("minimax", "non-saturating") for n in (0, 1)]
    assert sorted(path.parent.name for path in Path("s").glob("*/config.json")) == names
    assert config_of(Path("s", names[3]))["seed"] == 1
    lines = result.stdout.splitlines()
    means = lines[lines.index("Mean ± standard error over seeds") :]
    assert means[1].split()[:2] == ["loss", "seeds"]
    assert [line.split()[:3] for line in means[2:4]] == [
        ["minimax", "0,", "1"],
        ["non-saturating", "0,", "1"],
    ]
    assert lines[-1] == "s/comparison.html"
    assert "4 of 4" in result.stderr
    assert result.stderr.splitlines()[:2] == [
        "4 of 4 runs are left.",
        "They will take about 1 s: training 1 s, measuring 1 s.",
    ]

    weights = {k: v for k, v in snapshot(Path("s")).items() if k.endswith("safetensors")}
    again = ganzoo(*arguments, "--json")  # nothing is left to do
    assert again.stderr.count("was done") == 4
    assert "are left" not in again.stderr
    assert [mean["means"][0]["n"] for mean in json.loads(again.stdout)["seeds"]] == [2, 2]
    assert weights == {k: v for k, v in snapshot(Path("s")).items() if k.endswith("safetensors")}
    assert ganzoo(*arguments, "--dry-run").stdout == ""

    table = ganzoo(*arguments, "--format=csv").stdout.splitlines()
    assert table[0].startswith("run,recipe,dataset,seed,steps,seconds,")
    assert len(table) == 5
    compared = ganzoo("compare", *(Path("s", name) for name in names)).stdout
    assert result.stdout == f"{compared}\ns/comparison.html\n"


def test_without_a_metric_a_run_is_measured_by_two_once(
    ganzoo: Ganzoo, sweep: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "no-weights"))
    fewer = [word for word in sweep if word not in ("--metric=gap", "--count=12")]
    cheap, everything = (
        ganzoo(*fewer, "--seeds=2", "--dry-run", *options).stdout.splitlines()[0]
        for options in ([], ["--metric=all"])
    )
    assert "--metric" not in cheap  # images without labels need Inception, which is not here
    digits = ganzoo("sweep", "vanilla-mlp", "--dataset=mnist-5k", "--seeds=2", "--dry-run").stdout
    assert "--metric fd --metric precision-recall --repeats 1" in digits
    assert "--metric" not in everything
    assert "--repeats 3" in everything
    assert "--metric" not in ganzoo("sweep", "mixture", "--seeds=2", "--dry-run").stdout


def test_a_dry_run_prints_commands_that_do_it(ganzoo: Ganzoo, sweep: list[str]) -> None:
    arguments = [*sweep, "--prior=normal", "--seeds=2", "--dry-run"]
    lines = ganzoo(*arguments).stdout.splitlines()
    assert not Path("s").exists()
    assert len(lines) == 2
    train, evaluate = (shlex.split(part)[1:] for part in lines[1].split(" && "))
    ganzoo(*train)
    ganzoo(*evaluate)
    assert config_of(Path("s/seed=1"))["seed"] == 1
    assert len(ganzoo(*arguments).stdout.splitlines()) == 1


def test_a_run_is_that_of_train(ganzoo: Ganzoo, sweep: list[str], images: Path) -> None:
    ganzoo(*sweep, "--prior=uniform", "--seeds=2")
    recorded = config_of(Path("s/seed=1"))["command"]
    assert recorded[:2] == ["ganzoo", "train"]
    ganzoo(*tiny(images, steps=20), "--prior=uniform", "--seed=1", "--out=alone")
    weights = [Path(run, "generator.safetensors") for run in ("s/seed=1", "alone")]
    one, other = (load_file(path) for path in weights)
    assert {*one} == {*other}
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_what_is_left_of_each(ganzoo: Ganzoo, sweep: list[str], trained: Path) -> None:
    """One is trained but not measured, one stopped halfway, one before its first checkpoint."""

    def left(*options: str) -> list[list[str]]:
        lines = ganzoo(*sweep, "--seeds=3", "--dry-run", *options).stdout.splitlines()
        words = [[part.split()[:2] for part in line.split(" && ")] for line in lines]
        return [[second if first == "ganzoo" else first for first, second in w] for w in words]

    for seed in range(3):
        path = Path(shutil.copytree(trained, f"s/seed={seed}"))
        (path / "config.json").write_text(json.dumps({**config_of(path), "seed": seed}))
    (Path("s/seed=1") / "checkpoints" / "step-000020.safetensors").unlink()
    shutil.rmtree(Path("s/seed=2/checkpoints"))
    assert left() == [["evaluate"], ["resume", "evaluate"], ["rm", "train", "evaluate"]]
    ganzoo("evaluate", "s/seed=0", "--metric=gap", "--count=12", "--plugin=gap.py")
    assert left() == [["resume", "evaluate"], ["rm", "train", "evaluate"]]
    assert left("--count=13")[0] == ["evaluate"]
    assert left("--repeats=3") == left()
    assert left("--repeats=4")[0] == ["evaluate"]
    everything = [word for word in sweep if word not in ("--metric=gap", "--count=12")]
    lines = ganzoo(*everything, "--seeds=3", "--dry-run").stdout.splitlines()
    assert len(lines) == 3  # the one has a metric, by fewer samples than its protocol's


def test_one_that_fails_does_not_hold_up_the_others(ganzoo: Ganzoo, sweep: list[str]) -> None:
    refusal = """if (fake.x % 255 == 0).all():
            raise ganzoo.GanzooError("All is black or white.")
        return"""
    Path("gap.py").write_text(METRIC.replace("return", refusal))
    diverging = "--set=optimizer.g.lr=0.001,1e30"
    others = [word for word in sweep if "optimizer.g.lr" not in word]
    result = ganzoo(*others, diverging, "--seeds=2", code=1)
    assert "2 of 4 runs failed:\n  optimizer.g.lr=1e30,seed=0: " in result.stderr
    assert "All is black or white." in result.stderr
    assert "s/logs/optimizer.g.lr=1e30,seed=1.log" in result.stderr
    assert "0, 1" in result.stdout  # the seeds of the two other runs


def test_an_interrupt_leaves_checkpoints_and_the_same_command_goes_on(
    ganzoo: Ganzoo, sweep: list[str]
) -> None:
    often = [word for word in sweep if word not in ("--steps=20", "--set=checkpoint_every=10")]
    arguments = [*often, "--steps=10000000", "--jobs=2"]
    command = [*GANZOO, *arguments, "--seeds=3"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            logged = [Path("s", f"seed={seed}", "metrics.jsonl") for seed in (0, 1)]
            deadline = time.monotonic() + 60
            while not all(path.exists() for path in logged) and time.monotonic() < deadline:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert error.splitlines()[-1].startswith("Interrupted. The runs so far are in s;")
    assert "Traceback" not in error
    for seed in (0, 1):
        assert checkpoint.last_step(Run.open(f"s/seed={seed}")) is not None
    assert not Path("s/seed=2").exists()
    lines = ganzoo(*arguments, "--seeds=3", "--dry-run").stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["resume", "resume", "train"]


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--seeds=1"], 2, "This sweep has only one run"),
        (["--loss=hing"], 2, "Did you mean 'hinge'"),
        (["--metric=all"], 2, "names every metric: name no other beside it"),
        (["--metric=fidd"], 2, "There is no metric 'fidd'"),
        (["--metric=modes"], 2, "'modes'"),
        (["--metric=precision-recall", "--count=2"], 2, "needs at least"),
        (["--penalty=weight-clip", "--set=discriminator.spectral_norm=false,true"], 2, "spectral"),
        (["--set=steps=10,20,"], 2, "empty value"),
        (["--seeds=0"], 2, "It must be at least 1, not 0."),
        (["--plugin=nope.py"], 2, "nope.py"),
        (["--out=t.csv"], 2, "--format csv > t.csv"),
        (["--format=md", "--json"], 2, "name two formats"),
    ],
    ids=str,
)
def test_a_mistake_is_told_before_anything_is_trained(
    ganzoo: Ganzoo, sweep: list[str], options: list[str], code: int, told: str
) -> None:
    result = ganzoo(*sweep, *options, code=code)
    assert told in result.stderr.splitlines()[-1]
    assert not Path("s").exists()


def test_two_at_once(ganzoo: Ganzoo, sweep: list[str]) -> None:
    Path("s").mkdir()
    with FileLock("s/.lock"):
        assert "Another process uses the folder s." in ganzoo(*sweep, code=1).stderr


def test_a_run_that_is_being_trained_is_no_stale_one(
    ganzoo: Ganzoo, sweep: list[str], trained: Path
) -> None:
    path = Path(shutil.copytree(trained, "s/seed=0"))
    shutil.rmtree(path / "checkpoints")
    (path / "checkpoints").mkdir()
    with FileLock(path / ".lock"):
        assert "being trained" in ganzoo(*sweep, "--dry-run", code=1).stderr
    assert path.exists()


def test_a_metric_by_its_plugin_and_a_dataset_among_the_settings(
    ganzoo: Ganzoo, sweep: list[str], images: Path
) -> None:
    others = [word for word in sweep if not word.startswith(("--dataset", "--metric"))]
    arguments = [*others, "--metric=gap:gap", f"--set=dataset=folder:{images}", "--dry-run"]
    lines = ganzoo(*arguments).stdout.splitlines()
    assert len(lines) == 3
    assert all("--metric gap:gap" in line for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_no_training_outlives_its_sweep(sweep: list[str], number: signal.Signals) -> None:
    often = [word for word in sweep if word not in ("--steps=20", "--set=checkpoint_every=10")]
    command = [*GANZOO, *often, "--steps=10000000", "--seeds=2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while not Path("s/seed=0/metrics.jsonl").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            process.send_signal(number)
            process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    with locked(Run.open("s/seed=0")):  # nobody trains it
        pass


def test_a_folder_of_other_settings_is_left_alone(
    ganzoo: Ganzoo, sweep: list[str], trained: Path
) -> None:
    shutil.copytree(trained, "s/seed=0")
    before = snapshot(Path("s"))
    result = ganzoo(*sweep, "--batch-size=3", code=2)
    assert "s/seed=0 was trained with other settings" in result.stderr
    assert snapshot(Path("s")) == before
