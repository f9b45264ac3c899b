"""A logger that sends the settings, the scalars and the samples of a run to Weights & Biases.

It needs ``pip install 'ganzoo[wandb]'``, and is on where it is asked for: ``--log wandb``. It reads
the variables of W&B: WANDB_PROJECT (else "ganzoo"), WANDB_ENTITY, WANDB_MODE=offline.
"""

import logging
import os
import secrets
import shlex

from ganzoo import hookimpl

_RUNS = {}  # by the run's path: a process may train several runs
_LOG = logging.getLogger("ganzoo.wandb")


@hookimpl
def ganzoo_register(registry):
    registry.logger(needs="wandb", install="ganzoo[wandb]")


@hookimpl(tryfirst=True)  # before the live display, which would hide W&B's question for a login
def ganzoo_run_started(run):
    import wandb

    _RUNS[run.path] = logged = wandb.init(
        project=os.environ.get("WANDB_PROJECT", "ganzoo"),
        name=run.path.name,
        id=_id(run),
        resume="allow",
        dir=run.path,
        config=run.hyperparameters(),
        allow_val_change=True,  # in a resumed run
        reinit="create_new",
        settings=wandb.Settings(silent=True, console="off"),  # the console is ganzoo's
    )
    if logged.offline:
        _LOG.info("W&B: the run is written into wandb/ in its folder.")
        _LOG.info("  to send it: wandb sync %s", shlex.quote(logged.settings.sync_dir))
    else:
        _LOG.info("W&B: the run is at %s", logged.url)


@hookimpl
def ganzoo_logged(run, step, scalars):
    if run.path in _RUNS:
        _RUNS[run.path].log(dict(scalars), step=step)


@hookimpl
def ganzoo_sampled(run, step, path):
    if run.path in _RUNS and path is not None:
        import wandb

        _RUNS[run.path].log({"samples": wandb.Image(str(path))}, step=step)


@hookimpl
def ganzoo_run_ended(run, scalars):
    if run.path in _RUNS:
        _RUNS[run.path].summary.update(dict(scalars))
        _RUNS.pop(run.path).finish()


@hookimpl
def ganzoo_run_failed(run, error):
    """W&B shows the run as failed, until it is resumed."""
    if run.path in _RUNS:
        _RUNS[run.path].summary["error"] = f"{type(error).__name__}: {error}"
        _RUNS.pop(run.path).finish(exit_code=getattr(error, "exit_code", 1))


def _id(run):
    """W&B's name of the run: the same after the run is resumed."""
    path = run.path / "wandb" / "id"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(secrets.token_hex(8))
    return path.read_text()
