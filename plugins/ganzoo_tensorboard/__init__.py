"""An observer that writes a TensorBoard event log into the folder of every run.

It needs TensorBoard, from ``pip install 'ganzoo[tensorboard]'``, and does nothing without it. See
the curves of all runs with ``tensorboard --logdir runs``.
"""

from importlib.util import find_spec

from ganzoo import hookimpl

_WRITERS = {}  # by the run's path: a process may train several runs


@hookimpl
def ganzoo_run_started(run, step):
    if find_spec("tensorboard") is None:
        return
    from torch.utils.tensorboard import SummaryWriter

    # In a resumed run, hides values that were logged after this step.
    _WRITERS[run.path] = SummaryWriter(str(run.path / "tensorboard"), purge_step=step + 1)


@hookimpl
def ganzoo_logged(run, step, scalars):
    if run.path in _WRITERS:
        for name, value in scalars.items():
            _WRITERS[run.path].add_scalar(name, value, step)


@hookimpl
def ganzoo_sampled(run, step, path):
    """Log the picture from its file, so that TensorBoard shows the same picture."""
    if run.path in _WRITERS and path is not None:
        import numpy as np
        from PIL import Image

        with Image.open(path) as picture:
            grid = np.asarray(picture.convert("RGB"))
        _WRITERS[run.path].add_image("samples", grid, step, dataformats="HWC")


@hookimpl
def ganzoo_run_ended(run):
    _close(run)


@hookimpl
def ganzoo_run_failed(run):
    _close(run)


def _close(run):
    if run.path in _WRITERS:
        _WRITERS.pop(run.path).close()
