"""``ganzoo evaluate``: a table with its protocol, JSON, and one sentence for what cannot be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ganzoo import Run
from ganzoo.cli.evaluate import _bar, _clock, _lines
from ganzoo.evaluation import results
from ganzoo.evaluation.rounding import shown

from .conftest import Ganzoo
from .test_completion import complete, installed
from .test_light import imports_torch
from .tools import snapshot, tiny, write_images

PLUGIN = '''
import os, time
from pathlib import Path
import ganzoo


class Gap(ganzoo.Metric):
    """How far the means lie apart."""
    lower_is_better = {"gap": True, "size": False}
    split = "train"

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def __call__(self, real, fake):
        gap = (real.x.double().mean() - fake.x.double().mean()).abs().item()
        return {"gap": self.scale * gap, "size": float(len(fake))}


class Sees(Gap):
    """Looks at features."""

    def __init__(self, features: ganzoo.Features) -> None:
        self.features = features
        self.scale = 1.0


class OnlyVectors(Gap):
    """Is not for images."""

    def check(self, real):
        raise ganzoo.UsageError("The metric 'only-vectors' is not for images.")


class Greedy(Gap):
    """Needs many."""
    min_samples = 1000


class Waits(Gap):
    """Is interrupted, by Python or by a person."""

    def __call__(self, real, fake):
        if "WAITING" not in os.environ:
            raise KeyboardInterrupt
        Path(os.environ["WAITING"]).touch()
        time.sleep(60)


ganzoo.register("metric", "gap")(Gap)
ganzoo.register("metric", "sees")(Sees)
ganzoo.register("metric", "only-vectors")(OnlyVectors)
ganzoo.register("metric", "greedy")(Greedy)
ganzoo.register("metric", "waits")(Waits)
'''


@pytest.fixture(autouse=True)
def plugin() -> Path:
    path = Path("mine.py")
    path.write_text(PLUGIN)
    return path


def arguments(run: Path, *metrics: str) -> list[str]:
    named = [f"--metric={name}" for name in metrics]
    return ["evaluate", str(run), "--plugin=mine.py", "-n12", "--device=cpu", *named]


def test_a_table_with_its_protocol(ganzoo: Ganzoo, run: Path) -> None:
    before = snapshot(run)
    result = ganzoo(*arguments(run, "gap"), "--repeats=2", "--seed=4")
    kept = results.read(Run.open(run))
    gap, size = kept
    assert result.stdout.splitlines() == [
        f"{run} at step 20",
        "",
        f"  gap       {shown(gap.value, gap.stderr)}  ↓",
        f"  gap.size  {'12 ± 0':<{len(shown(gap.value, gap.stderr))}}  ↑",
        "  12 fakes, 2 times ± standard error (seeds 4 to 5), against 20 reals of folder (train)",
        "",
        "↓ lower is better, ↑ higher is better",
    ]
    assert size.value == 12
    after = snapshot(run)
    assert {*after} - {*before} == {"evaluations.json", ".evaluations.lock"}
    changed = {name for name, content in before.items() if after.get(name) != content}
    assert changed == {"README.md"}  # its head has the results


def test_progress_is_lines_on_standard_error(ganzoo: Ganzoo, run: Path) -> None:
    lines = ganzoo(*arguments(run, "gap"), "--repeats=2").stderr.splitlines()
    assert [line.partition("repeat")[2] for line in lines] == [
        " 1 of 2, drawing 12 samples",
        " 1 of 2, gap",
        " 2 of 2, drawing 12 samples",
        " 2 of 2, gap",
    ]
    assert lines[0].startswith("  0 %")
    assert " left, " in lines[-1]


def test_quiet_shows_no_progress(ganzoo: Ganzoo, run: Path) -> None:
    result = ganzoo(*arguments(run, "gap"), "--quiet", "--repeats=1")
    assert result.stderr == ""
    assert "12 fakes (seed 0), against 20 reals of folder (train)" in result.stdout


def test_json_is_what_is_kept(ganzoo: Ganzoo, run: Path) -> None:
    result = ganzoo(*arguments(run, "gap"), "--json", "--repeats=2")
    found = json.loads(result.stdout)
    assert result.stderr == ""
    assert (found["run"], found["step"]) == (str(run), 20)
    assert found["results"] == json.loads((run / "evaluations.json").read_text())["results"]
    assert found["results"][0]["protocol"]["version"]  # of a file: its digest


def test_knobs_and_split(ganzoo: Ganzoo, run: Path) -> None:
    both = [
        json.loads(ganzoo(*arguments(run, "gap"), "--json", "--repeats=1", *more).stdout)
        for more in ([], ["--set=gap.scale=2", "--split=train"])
    ]
    plain, scaled = (found["results"][0] for found in both)
    assert scaled["value"] == pytest.approx(2 * plain["value"])
    assert scaled["key"] != plain["key"]


def test_what_differs_in_protocol_stands_in_another_group(ganzoo: Ganzoo, run: Path) -> None:
    """One line for each protocol, whatever the order."""
    (Path("more.py")).write_text(
        "import ganzoo, mine\n\n\n"
        "class Fewer(mine.Gap):\n    '''Takes fewer.'''\n    num_fakes = 5\n\n\n"
        "ganzoo.register('metric', 'fewer')(Fewer)\n"
    )
    command = arguments(run, "gap", "fewer")
    command.remove("-n12")
    environment = {**os.environ, "PYTHONPATH": "."}
    done = subprocess.run(
        [sys.executable, "-m", "ganzoo", *command, "--plugin=more.py", "--repeats=1", "-q"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert sum("fakes (seed 0)" in line for line in lines) == 2
    assert any(line.startswith("  10,000 fakes") for line in lines)
    assert any(line.startswith("  5 fakes") for line in lines)


MISTAKES = {
    "--metric=gpa": (2, "There is no metric 'gpa'. Did you mean 'gap'"),
    "--metric=only-vectors": (2, "The metric 'only-vectors' is not for images."),
    "--metric=greedy": (2, "needs at least 1000 fake samples, not 12: use -n"),
    "--metric=gap -n0": (2, "It must be at least 1, not 0."),
    "--metric=gap --repeats=0": (2, "It must be at least 1, not 0."),
    "--metric=gap --seed=-1": (2, "It must be at least 0, not -1."),
    "--metric=gap --split=trian": (2, "The dataset has no split 'trian'. Did you mean 'train'"),
    "--metric=gap --split=test": (2, "The dataset has no split 'test'. Known: train."),
    "--metric=gap --features=pixels": (2, "There is no features 'pixels'."),
    "--metric=sees --features=classifier": (2, "needs labels; these samples have none"),
    "--metric=sees --features=coordinates": (2, "The features 'coordinates' are for vectors"),
    "--metric=gap --set=gap.scal=2": (2, "has no option 'scal'. Did you mean 'scale'?"),
    "--metric=gap --set=gap.scale=x": (2, "gap.scale takes a number, not 'x'"),
    "--metric=gap --set=gpa.scale=2": (2, "'gpa' is not a metric of this evaluation"),
    "--metric=gap --set=scale": (2, "--set takes KEY=VALUE"),
    "--metric=gap --device=tpu": (2, "There is no device 'tpu'."),
}


@pytest.mark.parametrize(("line", "code", "sentence"), [(k, *v) for k, v in MISTAKES.items()])
def test_a_mistake_is_told_in_a_sentence(
    ganzoo: Ganzoo, run: Path, line: str, code: int, sentence: str
) -> None:
    before = snapshot(run)
    result = ganzoo(*arguments(run), *line.split(), code=code)
    error = result.stderr.splitlines()[-1]
    assert error.startswith("Error: ")
    assert sentence in error
    assert "clearer message" not in error
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert snapshot(run) == before


def test_a_run_that_cannot_be_evaluated(ganzoo: Ganzoo, run: Path, tmp_path: Path) -> None:
    def error(path: Path) -> str:
        return ganzoo(*arguments(path, "gap"), code=1).stderr

    assert "There is no run folder" in error(tmp_path / "none")
    assert "is not a run folder" in error(run / "samples")
    (run / "generator.safetensors").unlink()
    assert "has no generator yet: it was stopped before its first checkpoint" in error(run)
    assert not (run / "evaluations.json").exists()


def test_data_that_is_not_the_runs(ganzoo: Ganzoo, tmp_path: Path) -> None:
    images = write_images(tmp_path / "images")
    ganzoo(*tiny(images, steps=1, out="r"))
    next(images.iterdir()).unlink()
    error = ganzoo(*arguments(Path("r"), "gap"), code=1).stderr
    assert "differs from the data that" in error
    assert "Name the right data with --dataset folder:PATH." in error


def test_features_that_cannot_be_downloaded(
    ganzoo: Ganzoo, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch_fidelity")
    import torch

    def unreachable(*arguments: object, **named: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    before = snapshot(run)
    error = ganzoo(*arguments(run, "sees"), code=1).stderr.splitlines()[-1]
    assert "cannot be downloaded (no network). Put https://" in error
    assert "--features classifier" in error
    assert snapshot(run) == before


def test_an_interrupt_writes_nothing(ganzoo: Ganzoo, run: Path) -> None:
    before = snapshot(run)
    error = ganzoo(*arguments(run, "gap", "waits"), code=130).stderr.splitlines()[-1]
    assert error == "Interrupted."
    assert snapshot(run) == before


def test_ctrl_c_ends_the_process_and_leaves_no_file_behind(run: Path, tmp_path: Path) -> None:
    before, waiting = snapshot(run), tmp_path / "waiting"
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "ganzoo", *arguments(run, "gap", "waits")],
        env={**os.environ, "WAITING": str(waiting), "TMPDIR": str(tmp_path / "tmp")},
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs are born deaf to SIGINT, and so are their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not waiting.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert error.splitlines()[-1] == "Interrupted."
    assert snapshot(run) == before
    assert not [*(tmp_path / "tmp").iterdir()]


@pytest.mark.parametrize(
    ("value", "stderr", "text"),
    [
        (12.3456, None, "12.346"),
        (0.000012345, None, "1.2345e-05"),
        (12.3456, 0.0512, "12.346 ± 0.051"),
        (12.3456, 1.26, "12.3 ± 1.3"),
        (123456.7, 1234.5, "123457 ± 1234"),
        (8.0, 0.0, "8 ± 0"),
        (0.5, 1e-9, "0.5 ± 1.0e-09"),
    ],
)
def test_numbers_are_shown_to_the_second_digit_of_their_error(
    value: float, stderr: float | None, text: str
) -> None:
    assert shown(value, stderr) == text


def test_the_bar_on_a_terminal() -> None:
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    with _bar(Console(file=out, force_terminal=True, width=100)) as tell:
        tell(0.0, "repeat 1 of 2, [gap]")
        tell(0.5, "repeat 2 of 2, [gap]")
    assert "50 %" in out.getvalue()
    assert "repeat 2 of 2, [gap]" in out.getvalue()


def test_the_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    left = _clock()
    now = 130.0
    assert left(0.25) == "1:30 left, "
    assert left(0.0) == left(0.01) == left(1.0) == ""


def test_a_long_step_gives_a_sign_of_life(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    tell = _lines(interval=30)
    for seconds in (0, 10, 20, 31, 40):
        now = float(seconds)
        tell(0.0, "slowly")
    assert capsys.readouterr().err.splitlines() == ["  0 %  slowly"] * 2


def test_metrics_are_completed() -> None:
    assert complete("ganzoo evaluate run --metric ") == installed("metric") != []
    assert "inception" in complete("ganzoo evaluate run --features ")


def test_a_mistake_is_told_without_torch(run: Path) -> None:
    assert imports_torch("evaluate", str(run), "--metric=gpa", "--plugin=mine.py")[1] == 2
    assert imports_torch("evaluate", str(run), "--metric=moes") == (False, 2)
    assert imports_torch("evaluate", "--help") == (False, 0)


FEATURES = '''
import torch
import ganzoo

@ganzoo.register("features", "halves")
class Halves(ganzoo.Features):
    """The mean gray of the upper and of the lower half."""
    fingerprint, dim = "", 2

    def __init__(self, train, dataset, device, told, power: int = 1):
        assert len(train) and callable(told) and device == "cpu"
        self.name, self.power = f"halves of {dataset}", power

    def vectors(self, samples):
        for piece in samples.x.float().split(8):
            halves = [half.flatten(1).mean(1) ** self.power for half in piece.chunk(2, 2)]
            yield torch.stack(halves, 1)

    def logits(self, samples):
        return iter(())
'''


def test_features_of_a_plugin(ganzoo: Ganzoo, run: Path) -> None:
    Path("halves.py").write_text(FEATURES)
    arguments = ["evaluate", str(run), "--metric=fd", "-n12", "--device=cpu", "--json"]
    by = ["--features=halves", "--plugin=halves.py"]
    (result,) = json.loads(ganzoo(*arguments, *by).stdout)["results"]
    assert (result["name"], result["protocol"]["features"]) == ("fd", "halves of folder")
    wrong = ganzoo(*arguments, "--features=halfs", "--plugin=halves.py", code=2)
    assert "There is no features 'halfs'. Did you mean 'halves'" in wrong.stderr
    listed = json.loads(ganzoo("list", "features", "--plugin=halves.py", "--json").stdout)
    assert [each["name"] for each in listed] == ["classifier", "coordinates", "halves", "inception"]
    shown = json.loads(ganzoo("show", "features/halves", "--plugin=halves.py", "--json").stdout)
    assert [option["name"] for option in shown["options"]] == ["power"]
