"""A logger that writes the curves, the samples and the settings of a run for TensorBoard, into the
folder ``tensorboard`` of the run.

It needs TensorBoard, from ``pip install 'ganzoo[tensorboard]'``.
"""

import logging
import shlex

from ganzoo import hookimpl

_WRITERS = {}  # by the run's path: a process may train several runs
_LOG = logging.getLogger("ganzoo.tensorboard")


@hookimpl
def ganzoo_register(registry):
    registry.logger(needs="tensorboard", install="ganzoo[tensorboard]", default=True)


@hookimpl
def ganzoo_run_started(run, step):
    from torch.utils.tensorboard import SummaryWriter

    # In a resumed run, hides values that were logged after this step.
    _WRITERS[run.path] = SummaryWriter(str(run.path / "tensorboard"), purge_step=step + 1)
    _LOG.info("TensorBoard: the curves are written into tensorboard/ in the run's folder.")
    _LOG.info("  to see them: tensorboard --logdir %s", shlex.quote(str(run.path.parent)))
    _LOG.info("  to leave them out: --log none")


@hookimpl
def ganzoo_logged(run, step, scalars):
    if run.path in _WRITERS:
        writer = _WRITERS[run.path]
        for name, value in scalars.items():
            writer.add_scalar(name, value, step)


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
def ganzoo_run_ended(run, scalars):
    """Log the settings beside the last scalars: a row of TensorBoard's page HParams."""
    if run.path in _WRITERS:
        from torch.utils.tensorboard.summary import hparams

        # SummaryWriter.add_hparams would write a file of its own, behind which TensorBoard no
        # longer reads this one.
        for summary in hparams(run.hyperparameters(), dict(scalars)):
            _WRITERS[run.path].file_writer.add_summary(summary)
    _close(run)


@hookimpl
def ganzoo_run_failed(run):
    _close(run)


def _close(run):
    if run.path in _WRITERS:
        _WRITERS.pop(run.path).close()
