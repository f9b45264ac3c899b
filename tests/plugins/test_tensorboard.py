"""The TensorBoard observer writes what was logged, and is not there without TensorBoard."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PIL import Image

import ganzoo_tensorboard as plugin


@pytest.fixture
def run(tmp_path):
    return SimpleNamespace(path=tmp_path)


def test_scalars_and_pictures_are_logged(run):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    picture = run.path / "grid.png"
    Image.new("L", (4, 6), 255).save(picture)
    plugin.ganzoo_run_started(run=run, step=0)
    plugin.ganzoo_logged(run=run, step=5, scalars={"loss_d": 1.5})
    plugin.ganzoo_sampled(run=run, step=5, path=picture)
    plugin.ganzoo_run_ended(run=run)
    events = accumulator.EventAccumulator(str(run.path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss_d")] == [(5, 1.5)]
    assert (events.Images("samples")[0].width, events.Images("samples")[0].height) == (4, 6)


def test_without_tensorboard_nothing_is_written(run, monkeypatch):
    monkeypatch.setattr(plugin, "find_spec", lambda name: None)
    plugin.ganzoo_run_started(run=run, step=0)
    plugin.ganzoo_logged(run=run, step=5, scalars={"loss_d": 1.5})
    plugin.ganzoo_run_failed(run=run)
    assert list(run.path.iterdir()) == []
