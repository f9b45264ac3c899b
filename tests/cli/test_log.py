"""``--log`` and $GANZOO_LOG: where a training's curves go, and what is said of it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from .conftest import Ganzoo
from .test_light import imports_torch
from .test_sweep import METRIC
from .tools import TINY, config_of, settings, tiny

needs_tensorboard = pytest.mark.skipif(
    find_spec("tensorboard") is None, reason="pip install 'ganzoo[tensorboard]'"
)


@needs_tensorboard
def test_by_default_tensorboard_writes_and_says_so(
    ganzoo: Ganzoo, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANZOO_LOG")
    result = ganzoo(*tiny(images, steps=1, out="r"))
    assert list(Path("r/tensorboard").glob("events*"))
    first, see, leave_out = result.stderr.splitlines()
    assert "tensorboard/ in the run's folder" in first
    assert see.endswith(f"tensorboard --logdir {Path.cwd()}")
    assert leave_out.endswith("--log none")
    assert config_of(Path("r"))["loggers"] == ["tensorboard"]

    assert ganzoo("resume", "r", "--steps=2", "--log=none").stderr == ""
    assert len(list(Path("r/tensorboard").glob("events*"))) == 1
    assert ganzoo(*tiny(images, steps=1, out="q"), "--quiet").stderr == ""
    assert list(Path("q/tensorboard").glob("events*"))


@needs_tensorboard
def test_a_search_says_it_once(
    ganzoo: Ganzoo, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("optuna", reason="pip install 'ganzoo[tune]'")
    monkeypatch.delenv("GANZOO_LOG")
    Path("gap.py").write_text(METRIC)
    fixed = [*settings(**TINY), f"--set=dataset=folder:{images}"]
    searched = ["--search=batch_size=2..4", "--metric=gap", "--count=12", "--plugin=gap.py"]
    how = ["--steps=2", "--trials=2", "--checks=1", "--device=cpu"]
    result = ganzoo("tune", "vanilla-mlp", *fixed, *searched, *how)
    assert result.stderr.count("to leave them out") == 1
    assert len(list(Path("tuning/vanilla-mlp").glob("*/tensorboard"))) == 2


def test_with_none_nothing_is_written(ganzoo: Ganzoo, images: Path) -> None:
    assert ganzoo(*tiny(images, steps=1, out="r"), "--log=none").stderr == ""
    assert not Path("r/tensorboard").exists()
    assert config_of(Path("r"))["loggers"] == []


def test_an_option_wins_over_the_variable(
    ganzoo: Ganzoo, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANZOO_LOG", "no-such-logger")
    told = ganzoo(*tiny(images, steps=1), code=2).stderr
    assert "GANZOO_LOG: There is no logger 'no-such-logger'" in told
    ganzoo(*tiny(images, steps=1, out="r"), "--log=none")


def test_a_wrong_name_is_told_before_torch_is_imported() -> None:
    assert imports_torch("train", "vanilla-mlp", "--log=wanb") == (False, 2)
