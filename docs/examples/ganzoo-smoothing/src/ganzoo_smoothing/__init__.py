"""One-sided label smoothing for ganzoo: a loss, a prior, a recipe, an observer.

This module only names the components, so that `ganzoo list` is fast: the
modules that import torch are loaded when one of their components is used.
"""

from ganzoo import hookimpl

from ganzoo_smoothing.accuracy import ganzoo_logged, ganzoo_run_started
from ganzoo_smoothing.recipes import SMOOTH_MLP

__all__ = ["GANZOO_API", "ganzoo_logged", "ganzoo_register", "ganzoo_run_started"]

GANZOO_API = 1  # the version of the plugin API that the plugin was written for


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "one-sided",
        "ganzoo_smoothing.losses:OneSided",
        summary="Non-saturating, with a target below 1 for real samples",
        paper="arXiv:1606.03498, section 3.4",
    )
    registry.prior(
        "laplace",
        "ganzoo_smoothing.priors:Laplace",
        summary="Laplace coordinates: heavier tails than normal coordinates",
    )
    registry.recipe(SMOOTH_MLP)
