"""Wasserstein GANs: weight clipping (arXiv:1701.07875), gradient penalty (arXiv:1704.00028),
Wasserstein divergence (arXiv:1712.01026), consistency term (arXiv:1803.01541)."""

from ganzoo import hookimpl
from ganzoo_wasserstein.recipes import RECIPES

WGAN, WGAN_GP = "arXiv:1701.07875", "arXiv:1704.00028"
WGAN_DIV, CT_GAN = "arXiv:1712.01026", "arXiv:1803.01541"


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "wasserstein",
        "ganzoo_wasserstein.losses:Wasserstein",
        summary="The difference of the critic's mean scores on data and on fakes",
        paper=f"{WGAN}, algorithm 1",
    )
    registry.penalty(
        "weight-clip",
        "ganzoo_wasserstein.penalties:WeightClip",
        summary="Keep every weight of the critic within a bound",
        paper=f"{WGAN}, algorithm 1",
    )
    registry.penalty(
        "gradient-penalty",
        "ganzoo_wasserstein.penalties:GradientPenalty",
        summary="The critic's gradients are pulled to norm 1 between data and fakes",
        paper=f"{WGAN_GP}, equation 3",
    )
    registry.penalty(
        "wasserstein-divergence",
        "ganzoo_wasserstein.penalties:Divergence",
        summary="The sixth power of the norm of the critic's gradients between data and fakes",
        paper=WGAN_DIV,
    )
    registry.penalty(
        "consistency-term",
        "ganzoo_wasserstein.consistency:ConsistencyTerm",
        summary="The same score for two passes of a real sample through dropout",
        paper=CT_GAN,
    )
    registry.game(
        "critic-first",
        "ganzoo_wasserstein.games:CriticFirst",
        summary="Many updates of the critic in the first steps, and at regular intervals",
        paper="the code of arXiv:1701.07875",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
