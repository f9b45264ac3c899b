"""``ganzoo tune``: trials that are runs, given up where they come to little."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from .conftest import Ganzoo
from .test_light import imports_torch
from .test_process import GANZOO
from .tools import TINY, config_of, settings, snapshot

MACHINES = ("machine-1", "machine-2")

# Its number is the batch size, whatever the samples are: which trial is best is known beforehand.
METRIC = '''
import json
from pathlib import Path
import ganzoo

class Size(ganzoo.Metric):
    """The batch size of the newest trial."""
    lower_is_better = {"size": True, "other": False}
    split = "train"

    def __call__(self, real, fake):
        newest = max(Path("t").glob("trial-*/config.json"))
        size = json.loads(newest.read_text())["recipe"]["batch_size"]
        if size == 13:
            raise ganzoo.GanzooError("Thirteen is refused.")
        return {"size": size, "other": size}

@ganzoo.hookimpl
def ganzoo_register(registry):
    registry.metric("size", Size)
'''


@pytest.fixture
def tune(images: Path) -> list[str]:
    Path("size.py").write_text(METRIC)
    often = {**TINY, "checkpoint_every": 1, "dataset": {"name": "folder", "path": str(images)}}
    fixed = settings(**{k: v for k, v in often.items() if k != "checkpoint_every"})
    options = ["--metric=size", "-n12", "--plugin=size.py", "--device=cpu", "--out=t"]
    return ["tune", "vanilla-mlp", *fixed, *options, "--steps=4", "--checks=2"]


def test_the_best_is_found_and_its_command_trains_it(ganzoo: Ganzoo, tune: list[str]) -> None:
    result = ganzoo(*tune, "--search=batch_size=2..12", "--trials=9")
    (
        *ranked,
        _,
        counts,
        _,
    ) = (line.split() for line in result.stdout.splitlines())
    sizes = [int(float(line[0])) for line in ranked]
    assert sizes == sorted(sizes)
    assert ranked[0][1:] == [ranked[0][1], f"batch_size={sizes[0]}"]
    done, pruned = int(counts[0]), int(counts[3])
    assert done == len(ranked)
    assert done + pruned == 9
    assert pruned > 0
    assert result.stderr.count("at step 2: pruned") == pruned
    command = shlex.split(result.stdout.splitlines()[-1])
    ganzoo(*command[1:], "--out=best")
    best = config_of(Path(ranked[0][1]))
    again = config_of(Path("best"))
    assert again["recipe"] == {
        **best["recipe"],
        "checkpoint_every": again["recipe"]["checkpoint_every"],
    }


def test_a_run_that_is_given_up_stops_there(ganzoo: Ganzoo, tune: list[str]) -> None:
    arguments = [*tune, "--search=batch_size=2..12", "--trials=9"]
    ganzoo(*arguments)
    newest = [max(path.glob("checkpoints/*")).stem for path in sorted(Path("t").glob("trial-*"))]
    assert {*newest} == {"step-000002", "step-000004"}


def test_it_goes_on_where_it_stopped(ganzoo: Ganzoo, tune: list[str]) -> None:
    search = "--search=batch_size=2..12"
    first = json.loads(ganzoo(*tune, search, "--trials=2", "--json").stdout)
    before = snapshot(Path("t/trial-000"))
    again = ganzoo(*tune, search, "--trials=4", "--json")
    assert again.stderr.count("trial ") == 2
    found = json.loads(again.stdout)["trials"]
    kept = {each["trial"]: each["value"] for each in found}
    assert {each["trial"]: each["value"] for each in first["trials"]}.items() <= kept.items()
    assert snapshot(Path("t/trial-000")) == before
    assert ganzoo(*tune, search, "--trials=3").stderr == ""
    other = ganzoo(*tune, "--search=batch_size=2..13", code=2)
    assert "t has the trials of a search with other settings" in other.stderr


def test_a_trial_that_fails_does_not_end_the_search(ganzoo: Ganzoo, tune: list[str]) -> None:
    result = ganzoo(*tune, "--search=batch_size=12,13", "--trials=6")
    assert "failed: Thirteen is refused." in result.stderr
    assert "batch_size=12" in result.stdout.splitlines()[0]
    assert " 0 failed" not in result.stdout


def test_a_suggested_number_is_one_that_can_be_typed(ganzoo: Ganzoo, tune: list[str]) -> None:
    search = ["--search=ema=0.5..0.9", "--search=batch_size=2..12", "--trials=11"]
    result = ganzoo(*tune, *search, "--set=checkpoint_every=6", "--checks=1", "--json")
    found = json.loads(result.stdout)
    for each in found["trials"]:
        assert each["set"]["ema"] == float(f"{each['set']['ema']:.4g}")
        recipe = config_of(Path(each["run"]))["recipe"]
        assert {key: recipe[key] for key in each["set"]} == each["set"]
    assert found["importances"]["batch_size"] > found["importances"]["ema"]
    lines = ganzoo(*tune, *search, "--set=checkpoint_every=6", "--checks=1").stdout.splitlines()
    (line,) = (line for line in lines if line.startswith("Share of each setting"))
    assert "batch_size" in line
    assert "ema" in line


def test_where_all_fail(ganzoo: Ganzoo, tune: list[str]) -> None:
    result = ganzoo(*tune, "--search=ema=0.5..0.6", "--set=batch_size=13", "--trials=2", code=1)
    assert "None of the 2 trials gave a number." in result.stderr.splitlines()[-1]


def test_what_no_one_foresaw_does_not_end_the_search(ganzoo: Ganzoo, tune: list[str]) -> None:
    text = METRIC.replace('ganzoo.GanzooError("Thirteen is refused.")', 'RuntimeError("no memory")')
    Path("size.py").write_text(text)
    result = ganzoo(*tune, "--search=batch_size=12,13", "--trials=6")
    assert "no memory" in result.stderr
    assert " 0 failed" not in result.stdout
    Path("size.py").write_text(METRIC.replace('"size": size', '"size": float("nan")'))
    result = ganzoo(*tune, "--search=batch_size=2..5", "--trials=1", "--out=u", code=1)
    assert "gave no finite size" in result.stderr.splitlines()[-1]


def test_two_at_once(ganzoo: Ganzoo, tune: list[str]) -> None:
    Path("t").mkdir()
    with FileLock("t/.lock"):
        result = ganzoo(*tune, "--search=ema=0.5..0.6", code=1)
    assert "Another process uses the folder t." in result.stderr


def test_steps_among_the_settings(ganzoo: Ganzoo, tune: list[str]) -> None:
    fewer = [word for word in tune if not word.startswith("--steps")]
    result = ganzoo(*fewer, "--set=steps=6", "--search=batch_size=2..12", "--trials=2")
    assert "2 trials done" in result.stdout
    newest = [max(path.glob("checkpoints/*")).stem for path in sorted(Path("t").glob("trial-*"))]
    assert newest == ["step-000006"] * 2


def test_more_may_be_better(ganzoo: Ganzoo, tune: list[str]) -> None:
    arguments = [*tune, "--metric=size.other", "--search=batch_size=2,12", "--trials=5", "--json"]
    values = [each["value"] for each in json.loads(ganzoo(*arguments).stdout)["trials"]]
    assert values == sorted(values, reverse=True)
    assert values[0] == 12


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
def test_an_interrupt_ends_the_search_and_not_just_the_trial(tune: list[str]) -> None:
    forever = [*tune, "--steps=100000000", "--search=batch_size=2..12"]
    with subprocess.Popen([*GANZOO, *forever], stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while not Path("t/trial-000/metrics.jsonl").exists() and time.monotonic() < deadline:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert error.splitlines()[-1].startswith("Interrupted. The trials so far are in t;")
    assert not Path("t/trial-001").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--search=batch_sise=1..2"], "A recipe has no setting 'batch_sise'"),
        (["--search=batch_size=0..2"], "expected a whole number >= 1"),
        (["--search=batch_size=2..1"], "LOW must be less than HIGH"),
        (["--search=ema=0.1..0.2", "--search=ema=0.1,0.2"], "ema is searched twice"),
        (["--search=steps=1..2"], "steps cannot be searched"),
        (["--search=ema=0.1..0.2", "--metric=sise"], "There is no metric 'sise'"),
        (["--search=ema=0.1..0.2", "--metric=size.othr"], "Did you mean 'other'"),
        (["--search=ema=0.1..0.2", "--metric=kid.kid_std"], "has no better direction"),
        (["--search=ema=0.1..0.2", "--metric=modes"], "'modes'"),
        (["--search=generator.hiden=[8],[9]"], "Did you mean 'hidden'"),
        ([], "Missing option '--search'"),
    ],
    ids=str,
)
def test_a_mistake_is_told_before_anything_is_trained(
    ganzoo: Ganzoo, tune: list[str], options: list[str], told: str
) -> None:
    assert told in ganzoo(*tune, *options, code=2).stderr.splitlines()[-1]
    assert not Path("t").exists()


def test_without_optuna_it_says_what_to_install(
    ganzoo: Ganzoo, tune: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    result = ganzoo(*tune, "--search=ema=0.5..0.6", code=1)
    assert "pip install 'ganzoo[tune]'" in result.stderr
    assert not Path("t").exists()


def test_a_mistake_imports_no_torch() -> None:
    assert imports_torch("tune", "vanilla-mlp", "--search=steps") == (False, 2)


def test_machines_with_one_storage_search_together(ganzoo: Ganzoo, tune: list[str]) -> None:
    storage = f"--storage={Path('shared.log').absolute()}"
    arguments = [*tune, "--search=batch_size=2..12", "--trials=4", storage]
    processes = []
    for machine in MACHINES:
        Path(machine).mkdir()
        Path(machine, "size.py").write_text(METRIC)
        words = [*GANZOO, *arguments]
        processes.append(subprocess.Popen(words, cwd=machine, stderr=subprocess.PIPE))
    errors = [process.communicate(timeout=240)[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    runs = [{path.name for path in Path(machine).glob("t/trial-*")} for machine in MACHINES]
    assert not runs[0] & runs[1]
    assert 4 <= len(runs[0] | runs[1]) <= 5  # one may have begun while the fourth was ending
    again = ganzoo(*arguments, "--json")  # nothing is left to do
    assert not again.stderr
    assert not Path("t").exists()
    ranked = json.loads(again.stdout)["trials"]
    assert ranked
    assert all("/machine-" in each["run"] for each in ranked)


@pytest.mark.parametrize("storage", ["nosql://host/name", "no/such/folder/shared.log"])
def test_a_storage_that_cannot_be_opened_is_told(
    ganzoo: Ganzoo, tune: list[str], storage: str
) -> None:
    result = ganzoo(*tune, "--search=batch_size=2..12", f"--storage={storage}", code=2)
    assert f"The storage {storage} cannot be opened" in result.stderr
    assert not Path("t").exists()
