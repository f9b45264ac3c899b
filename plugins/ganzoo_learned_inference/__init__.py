"""GANs that infer the noise of a sample: InfoGAN, BiGAN, ALICE, AAE, VAE-GAN, VEEGAN."""

from ganzoo import hookimpl
from ganzoo_learned_inference.recipes import RECIPES

INFOGAN, BIGAN, AAE = "arXiv:1606.03657", "arXiv:1605.09782", "arXiv:1511.05644"
VAE_GAN, VEEGAN = "arXiv:1512.09300", "arXiv:1705.07761"


@hookimpl
def ganzoo_register(registry):
    registry.network(
        "noise-encoder",
        "ganzoo_learned_inference.networks:NoiseEncoder",
        summary="From a sample to its noise, for images and vectors",
    )
    registry.discriminator(
        "with-features",
        "ganzoo_learned_inference.networks:WithFeatures",
        summary="D with its hidden layer as a further output, and with heads for latent codes",
        paper=f"{INFOGAN}, section 6",
    )
    registry.prior(
        "noise-and-codes",
        "ganzoo_learned_inference.priors:NoiseAndCodes",
        summary="Noise, a category as a one-hot vector, and continuous codes",
        paper=f"{INFOGAN}, section 7.1",
    )
    registry.loss(
        "mutual-information",
        "ganzoo_learned_inference.losses:MutualInformation",
        summary="A term for another loss: D learns to read the codes, and G to show them",
        paper=f"{INFOGAN}, equation 6",
    )
    registry.loss(
        "log-odds",
        "ganzoo_learned_inference.losses:LogOdds",
        summary="G maximises the logarithm of the odds that its samples are real",
        paper=f"{VEEGAN}, algorithm 1",
    )
    registry.game(
        "bigan",
        "ganzoo_learned_inference.games:BiGAN",
        summary="D sees x with z, and the encoder fools it together with G",
        paper=f"{BIGAN}, equation 2",
    )
    registry.game(
        "aae",
        "ganzoo_learned_inference.autoencoders:AAE",
        summary="An autoencoder whose codes D compares with z of the prior",
        paper=f"{AAE}, section 2",
    )
    registry.game(
        "vae-gan",
        "ganzoo_learned_inference.autoencoders:VAEGAN",
        summary="A variational autoencoder whose distance is measured in a layer of D",
        paper=f"{VAE_GAN}, algorithm 1",
    )
    registry.game(
        "veegan",
        "ganzoo_learned_inference.games:VEEGAN",
        summary="D sees x with z, and the encoder finds the z of fakes",
        paper=f"{VEEGAN}, algorithm 1",
    )
    registry.metric(
        "reconstruction-accuracy",
        "ganzoo_learned_inference.reconstruction_accuracy:ReconstructionAccuracy",
        summary="Share of real samples whose reconstruction has their class, by a classifier",
    )
    registry.metric(
        "code-accuracy",
        "ganzoo_learned_inference.code_accuracy:CodeAccuracy",
        summary="Share of the fakes whose category matches their class, matched one to one",
        paper=f"{INFOGAN}, section 7.2",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
