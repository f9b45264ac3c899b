"""A logger that sends the settings, the scalars and the samples of a run to MLflow.

It needs ``pip install 'ganzoo[mlflow]'``, and is on where it is asked for: ``--log mlflow``. It
reads the variables of MLflow: MLFLOW_TRACKING_URI (else the file mlflow.db in the current folder)
and MLFLOW_EXPERIMENT_NAME (else "ganzoo").
"""

import logging
import os
import time

from ganzoo import hookimpl

_RUNS = {}  # MLflow's client and its name of the run, by the run's path
_LOG = logging.getLogger("ganzoo.mlflow")


@hookimpl
def ganzoo_register(registry):
    registry.logger(needs="mlflow", install="ganzoo[mlflow]")


@hookimpl
def ganzoo_run_started(run, step):
    from mlflow import MlflowClient
    from mlflow.entities import Param

    client, kept = MlflowClient(), run.path / "mlflow-run"
    if kept.exists():  # a resumed run goes on; MLflow takes a setting only once
        logged = kept.read_text()
        client.update_run(logged, status="RUNNING")
        changes = (run.config.get("resumed") or [{}])[-1].get("set", {})
        for path, value in changes.items():
            client.set_tag(logged, f"{path} from step {step}", str(value))
    else:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "ganzoo")
        known = client.get_experiment_by_name(name)
        experiment = known.experiment_id if known else client.create_experiment(name)
        logged = client.create_run(experiment, run_name=run.path.name).info.run_id
        settings = [Param(path, str(value)) for path, value in run.hyperparameters().items()]
        for first in range(0, len(settings), 100):  # as many as MLflow takes at once
            client.log_batch(logged, params=settings[first : first + 100])
        kept.write_text(logged)
    _RUNS[run.path] = client, logged
    _LOG.info("MLflow: the run %s at %s", logged, client.tracking_uri)
    _LOG.info("  to see it, with `pip install mlflow`: mlflow ui")


@hookimpl
def ganzoo_logged(run, step, scalars):
    if run.path in _RUNS:
        from mlflow.entities import Metric

        client, logged = _RUNS[run.path]
        now = int(1000 * time.time())
        metrics = [Metric(name, value, now, step) for name, value in scalars.items()]
        client.log_batch(logged, metrics=metrics)


@hookimpl
def ganzoo_sampled(run, path):
    if run.path in _RUNS and path is not None:
        client, logged = _RUNS[run.path]
        client.log_artifact(logged, str(path), "samples")


@hookimpl
def ganzoo_run_ended(run):
    _close(run, "FINISHED")


@hookimpl
def ganzoo_run_failed(run, error):
    interrupted = getattr(error, "exit_code", 1) == 130
    _close(run, "KILLED" if interrupted else "FAILED", f"{type(error).__name__}: {error}")


def _close(run, status, error=""):
    if run.path in _RUNS:
        client, logged = _RUNS.pop(run.path)
        if error:
            client.set_tag(logged, "error", error)
        client.set_terminated(logged, status)
