"""The MLflow logger, with the real library and a database in a file."""

from __future__ import annotations

import os

import pytest

import ganzoo
import ganzoo_mlflow as plugin

from ..toy import ToyPlugin, registry_of

mlflow = pytest.importorskip("mlflow", reason="pip install 'ganzoo[mlflow]'")
pytest.importorskip("sqlalchemy", reason="pip install 'ganzoo[mlflow]'")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of the database, which takes seconds to make."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture
def client(folder, monkeypatch, request):
    monkeypatch.chdir(folder)  # MLflow puts the pictures of a local database here
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/runs.db")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", request.node.name)
    return mlflow.MlflowClient()


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), mlflow=plugin)


def only_run(client):
    experiment = client.get_experiment_by_name(os.environ["MLFLOW_EXPERIMENT_NAME"])
    (run,) = client.search_runs([experiment.experiment_id])
    return run


def steps(client, run) -> list[int]:
    return [metric.step for metric in client.get_metric_history(run.info.run_id, "loss_d")]


def test_settings_scalars_and_samples_arrive(client, train) -> None:
    run = train(log="mlflow")
    logged = only_run(client)
    assert logged.info.run_name == run.path.name
    assert logged.info.status == "FINISHED"
    assert logged.data.params == {k: str(v) for k, v in run.hyperparameters().items()}
    assert logged.data.metrics["loss_d"] == pytest.approx(run.metrics()[-1]["loss_d"])
    assert steps(client, logged) == [2, 4, 6]
    pictures = client.list_artifacts(logged.info.run_id, "samples")
    assert [picture.path for picture in pictures] == [
        f"samples/step-{step:06}.png" for step in (0, 1, 2, 3, 6)
    ]
    assert not plugin._RUNS


def test_a_resumed_run_goes_on_in_the_same_run_of_mlflow(client, train, registry) -> None:
    run = train(log="mlflow")
    ganzoo.resume(run, steps=8, set={"optimizer.d.lr": 0.5}, registry=registry)
    logged = only_run(client)
    assert steps(client, logged) == [2, 4, 6, 8]
    assert logged.info.status == "FINISHED"
    assert logged.data.tags["optimizer.d.lr from step 6"] == "0.5"


def test_a_run_that_fails_is_a_failed_run_there_too(client, train) -> None:
    with pytest.raises(ganzoo.GanzooError, match="diverged"):
        train(log="mlflow", set={"loss.nan_after": 2})
    logged = only_run(client)
    assert logged.info.status == "FAILED"
    assert "diverged" in logged.data.tags["error"]


def test_it_says_where_the_run_is(client, train, caplog) -> None:
    with caplog.at_level("INFO", "ganzoo"):
        train(log="mlflow")
    assert client.tracking_uri in caplog.text
