"""Warnings of a training that does not go well: D is always right, D overfits the training samples,
or all samples are alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ganzoo.engine.engine import Engine
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import Run, symptoms
from ganzoo.run.symptoms import Symptom
from ganzoo.training import overfitting
from ganzoo.training.overfitting import Measured
from ganzoo.types import Data, Spec, scale

ALWAYS_RIGHT = 0.95  # D's accuracy
PATIENCE = 300  # steps in which D has been right so often
ALIKE = 0.1  # the spread of the samples, as a share of that of the data
LEARNING = 2000  # steps in which samples may be alike, because G has only begun to learn
ROWS = 512  # samples of the data whose spread is measured

PASSES = 20  # through the data, before which D cannot know its samples by heart
R_T = 0.6  # the target of ADA (arXiv:2006.06676, section 3.1): below, D does not overfit
R_T_ALONE = 0.9  # without held-out samples; a D that does not overfit can reach 0.6 too
R_V = 0.5
APART = 1.2  # r_t - r_g of a D that is right for 80 % of the training samples and fakes


class Symptoms:
    """An observer that warns of each symptom once in a run, with the evidence and with settings to
    try. The symptoms are also written into the run's folder.

    held_out: gives samples that are not trained on, or None; it is called when D's scores of the
    training samples are suspicious."""

    def __init__(self, engine: Engine, held_out: Callable[[], Data | None] = lambda: None) -> None:
        self._engine, self._load_held_out = engine, held_out
        self._data_spread = spread(_rows(engine.data, engine.game.spec))
        self._right_since = 0  # the step since which D has always been right
        self._overfit_since: int | None = None  # the step since which D has overfitted
        self._held_out: Data | None = None
        self._loaded = False  # whether the held-out samples were looked for

    @hookimpl
    def ganzoo_run_started(self, run: Run, step: int) -> None:
        self._right_since = step
        self._file = run.symptoms_file
        self._known = {symptom.name for symptom in symptoms.read(self._file)}

    @hookimpl
    def ganzoo_logged(self, step: int, scalars: Mapping[str, float]) -> None:
        if scalars.get("d_accuracy", 0.0) < ALWAYS_RIGHT:
            self._right_since = step
        elif step - self._right_since >= PATIENCE:
            self._warn(
                "accuracy",
                step,
                f"D has been right for {100 * ALWAYS_RIGHT:.0f} % of the samples or more since "
                f"step {self._right_since}, so G learns little from it. Try a lower learning rate "
                "of D (--set optimizer.d.lr=...), a penalty (`ganzoo list penalty`), or, for a few "
                "thousand images or fewer, an augmentation (`ganzoo list augmentation`).",
            )

    @hookimpl
    def ganzoo_sampled(self, step: int, samples: Tensor) -> None:
        if step >= LEARNING and spread(samples) < ALIKE * self._data_spread:
            self._warn(
                "alike",
                step,
                f"The samples of step {step} are almost all alike: their spread is less than "
                f"{100 * ALIKE:.0f} % of that of the data. Try another loss (`ganzoo list loss`), "
                "a penalty (`ganzoo list penalty`), or a lower learning rate of G "
                "(--set optimizer.g.lr=...).",
            )
        if "overfitting" not in self._known:
            self._look_for_overfitting(step)

    def _look_for_overfitting(self, step: int) -> None:
        """Warn if D has overfitted at each picture of ``PATIENCE`` steps or more."""
        passes = step * self._engine.recipe.batch_size / len(self._engine.data)
        if passes < PASSES or self._engine.world.size > 1:
            return
        try:
            found = self._overfitting()
        except Exception:  # a plugin's component that cannot be copied, or memory for no copy
            self._known.add("overfitting")  # the training goes on without this measurement
            return
        if found is None:
            self._overfit_since = None
        elif self._overfit_since is None:
            self._overfit_since = step
        elif step - self._overfit_since >= PATIENCE:
            self._warn("overfitting", step, _overfitting_in_words(found, self._overfit_since))

    def _overfitting(self) -> Measured | None:
        """The overfitting of D, if it is above the limits."""
        found = overfitting.measure(self._engine, self._held_out)
        if found is None or found.r_t < R_T or found.r_t - found.r_g < APART:
            return None
        if not self._loaded:
            self._held_out, self._loaded = self._load_held_out(), True
            if self._held_out is not None:
                found = overfitting.measure(self._engine, self._held_out) or found
        if found.r_v is None:
            return found if found.r_t >= R_T_ALONE else None
        return found if found.r_v >= R_V else None

    def _warn(self, name: str, step: int, sentence: str) -> None:
        if name not in self._known:
            self._known.add(name)
            symptoms.tell_once(self._file, Symptom(name, step, sentence))


def _overfitting_in_words(found: Measured, since: int) -> str:
    evidence = (
        f"D takes {50 * (1 + found.r_t):.0f} % of the training samples for real "
        f"(r_t = {found.r_t:.2f}), and {50 * (1 + found.r_g):.0f} % of the fakes"
    )
    if found.r_v is not None:
        evidence += (
            ". Its mean score of held-out samples has moved by "
            f"{100 * found.r_v:.0f} % of the distance from that of training samples to that of "
            f"fakes (r_v = {found.r_v:.2f})"
        )
    return (
        f"D overfits the training samples since step {since} (arXiv:2006.06676): {evidence}. "
        "Try an augmentation (`ganzoo list augmentation`), more training samples, or an earlier "
        "generator (--evaluate-every keeps the best one)."
    )


def spread(samples: Tensor) -> float:
    """The standard deviation over the samples, (N, ...), as a mean over the numbers of a sample."""
    if len(samples) < 2:
        return float("inf")
    return float(samples.flatten(1).std(dim=0).mean())


def _rows(data: Data, spec: Spec) -> Tensor:
    """Some samples of the data, in the range of the spec."""
    rows = torch.linspace(0, len(data) - 1, min(ROWS, len(data))).long()
    return scale(data.x[rows.to(data.x.device)], spec).float()
