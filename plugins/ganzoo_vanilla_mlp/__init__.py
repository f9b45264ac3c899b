"""The vanilla GAN of arXiv:1406.2661, between multilayer perceptrons: ganzoo's reference plugin.

Read it to write your own: this module only names the components, so it stays light; the modules
that hold them import torch.
"""

from ganzoo import hookimpl
from ganzoo_vanilla_mlp.recipes import RECIPES

PAPER = "arXiv:1406.2661"


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "mlp",
        "ganzoo_vanilla_mlp.networks:MLPGenerator",
        summary="A multilayer perceptron from z to x",
        paper=PAPER,
    )
    registry.discriminator(
        "mlp",
        "ganzoo_vanilla_mlp.networks:MLPDiscriminator",
        summary="A multilayer perceptron with leaky rectifiers and dropout",
        paper=PAPER,
    )
    registry.discriminator(
        "maxout",
        "ganzoo_vanilla_mlp.networks:MaxoutDiscriminator",
        summary="Maxout layers with dropout, as in the GAN paper",
        paper="arXiv:1302.4389",
    )
    registry.loss(
        "minimax",
        "ganzoo_vanilla_mlp.losses:Minimax",
        summary="The zero-sum game: G minimises log(1 - D(G(z)))",
        paper=f"{PAPER}, equation 1",
    )
    registry.loss(
        "non-saturating",
        "ganzoo_vanilla_mlp.losses:NonSaturating",
        summary="G maximises log D(G(z)) instead, which does not saturate",
        paper=f"{PAPER}, section 3",
    )
    registry.prior(
        "normal", "ganzoo_vanilla_mlp.priors:Normal", summary="Independent normal coordinates"
    )
    registry.prior(
        "uniform", "ganzoo_vanilla_mlp.priors:Uniform", summary="Independent uniform coordinates"
    )
    registry.prior(
        "uniform-sphere",
        "ganzoo_vanilla_mlp.priors:UniformSphere",
        summary="Uniform on a sphere",
        paper="arXiv:1609.04468, section 2",
    )
    registry.prior(
        "bernoulli",
        "ganzoo_vanilla_mlp.priors:Bernoulli",
        summary="Independent random bits, -1 or 1",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
