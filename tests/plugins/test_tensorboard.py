"""The TensorBoard logger writes scalars, pictures and settings that TensorBoard reads."""

from __future__ import annotations

import pytest

import ganzoo
import ganzoo_tensorboard as plugin

from ..toy import ToyPlugin, registry_of

event_accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator",
    reason="pip install 'ganzoo[tensorboard]'",
)


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), tensorboard=plugin)


def events_of(run):
    events = event_accumulator.EventAccumulator(
        str(run.path / "tensorboard"), size_guidance={"images": 0}
    )
    return events.Reload()


def test_scalars_pictures_and_settings_are_written(train) -> None:
    run = train()
    events = events_of(run)
    logged = [(event.step, event.value) for event in events.Scalars("loss_d")]
    metrics = [(line["step"], line["loss_d"]) for line in run.metrics()]
    assert logged == [(step, pytest.approx(value)) for step, value in metrics]
    assert [image.step for image in events.Images("samples")] == [0, 1, 2, 3, 6]
    from tensorboard.plugins.hparams import metadata

    content = events.summary_metadata[metadata.SESSION_START_INFO_TAG].plugin_data.content
    settings = metadata.parse_session_start_info_plugin_data(content).hparams
    assert settings["optimizer.d.lr"].number_value == 0.01
    assert settings["generator"].string_value == "toy"
    content = events.summary_metadata[metadata.EXPERIMENT_TAG].plugin_data.content
    metric_infos = metadata.parse_experiment_plugin_data(content).metric_infos
    assert "loss_d" in {info.name.tag for info in metric_infos}


def test_a_resumed_run_goes_on_in_the_same_curves(train, registry) -> None:
    run = train()
    ganzoo.resume(run, steps=8, registry=registry)
    assert [event.step for event in events_of(run).Scalars("loss_d")] == [2, 4, 6, 8]


def test_two_runs_of_a_process_are_kept_apart_and_closed(train) -> None:
    one, other = train(), train(steps=2)
    assert len(events_of(one).Scalars("loss_d")) == 3
    assert len(events_of(other).Scalars("loss_d")) == 1
    with pytest.raises(ganzoo.GanzooError, match="diverged"):
        train(set={"loss.nan_after": 0})
    assert not plugin._WRITERS


def test_it_says_what_it_writes_how_to_see_it_and_how_to_leave_it_out(train, caplog) -> None:
    with caplog.at_level("INFO", "ganzoo"):
        run = train()
    assert "written into tensorboard/" in caplog.text
    assert f"tensorboard --logdir {run.path.parent}" in caplog.text
    assert "--log none" in caplog.text
    assert not (train(log="none").path / "tensorboard").exists()
