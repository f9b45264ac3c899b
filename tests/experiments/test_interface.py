"""``ganzoo.sweep`` and ``ganzoo.tune``: the commands, called from Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganzoo
from ganzoo.experiments import interface
from ganzoo.registry.decorator import forget

SCRIPT = """
from pathlib import Path
import ganzoo
with Path("began.txt").open("a") as file:  # a script without the usual guard is run only once
    file.write("once\\n")
request = dict(
    loss=["minimax", "hinge"], seeds=1, jobs=2, steps=4, metrics=["modes"], samples=50, out="s"
)
first = ganzoo.sweep("mixture", **request)
print(first.table()[1]["loss"], len(first.rows))
print(repr(ganzoo.sweep("mixture", **request)) == repr(first))
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    forget(__name__)


def test_a_script_sweeps_and_the_same_call_finds_the_runs_done(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["hinge 2", "True"], done.stderr
    assert (tmp_path / "began.txt").read_text() == "once\n"
    runs = ganzoo.runs("s")
    assert sorted(run.path.name for run in runs) == ["loss=hinge,seed=0", "loss=minimax,seed=0"]
    assert all("modes" in run.numbers for run in runs)


def test_a_run_that_fails_is_left_out_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = ganzoo.train("mixture", steps=1, out="s/loss=hinge,seed=0")

    def play(plan, trials, jobs, started, progress, perform):
        return [(trial, "" if "hinge" in trial.name else "no memory") for trial in trials]

    monkeypatch.setattr(interface.sweeping, "play", play)
    request = {"loss": ["minimax", "hinge"], "metrics": ["modes"], "steps": 1, "out": "s"}
    with (
        pytest.warns(UserWarning, match="loss=minimax,seed=0 failed: no memory"),
        pytest.raises(ganzoo.GanzooError, match="1 of 2 runs failed, so none can be compared"),
    ):
        ganzoo.sweep("mixture", seeds=1, **request)
    assert done.path.exists()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"losses": ["hinge"]}, "no component 'losses'"),
        ({"loss": ["minmax", "hinge"]}, "Did you mean 'minimax'"),
        ({"loss": "hinge", "seeds": 1}, "only one run"),
        ({"loss": ["hinge", "minimax"], "seeds": 0}, "seeds is 0"),
        ({"set": {"batch_size": 64}}, "batch_size: give a list of values"),
        ({"loss": ["hinge", "minimax"], "metrics": ["fdd"]}, "no metric 'fdd'"),
    ],
)
def test_a_mistake_is_told_before_any_training(
    request_: dict[str, object], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ganzoo.UsageError, match=message):
        ganzoo.sweep("mixture", **request_)
    assert list(tmp_path.iterdir()) == []


def test_components_of_a_script_cannot_be_swept() -> None:
    @ganzoo.register("loss", "mine")
    class Mine(ganzoo.Loss):
        """A loss of this script."""

        def discriminator(self, real, fake):
            return fake.score.mean() - real.score.mean()

        def generator(self, real, fake):
            return -fake.score.mean()

    with pytest.raises(ganzoo.UsageError, match=r"Write them into a file"):
        ganzoo.sweep("mixture", loss=["mine", "hinge"], metrics=["modes"], seeds=1)


@pytest.mark.parametrize(
    ("value", "typed"),
    [([64, 128], "64,128"), ([[16], [8, 8]], "[16],[8, 8]"), (["a", "b,c"], 'a,"b,c"')],
)
def test_the_values_of_a_setting_as_typed(value: list[object], typed: str) -> None:
    assert interface._values("key", value) == typed


def test_a_search_gives_its_trials_the_best_first() -> None:
    pytest.importorskip("optuna")
    request = {"metric": "modes", "trials": 3, "checks": 1, "samples": 50, "steps": 2, "out": "t"}
    tuned = ganzoo.tune("mixture", {"batch_size": [8, 16]}, set={"log_every": 1}, **request)
    values = [trial.value for trial in tuned.trials]
    assert values == sorted(values, reverse=not tuned.lower_is_better)
    assert tuned.command.startswith("ganzoo train mixture ")
    assert ganzoo.Run.open(tuned.best.run).config["recipe"]["steps"] == 2
    again = ganzoo.tune("mixture", {"batch_size": [8, 16]}, set={"log_every": 1}, **request)
    assert repr(again) == repr(tuned)


def test_a_search_needs_values() -> None:
    with pytest.raises(ganzoo.UsageError, match="nothing to search"):
        ganzoo.tune("mixture", {})
    with pytest.raises(ganzoo.UsageError, match="LOW must be less than HIGH"):
        ganzoo.tune("mixture", {"optimizer.g.lr": "1..0"})
    with pytest.raises(ganzoo.UsageError, match="1 or more trials"):
        ganzoo.tune("mixture", {"batch_size": [1, 2]}, trials=0)
