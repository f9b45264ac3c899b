"""Translation of images: pix2pix, CycleGAN and CUT, with datasets and metrics for them."""

from ganzoo import hookimpl
from ganzoo_translation.recipes import CUT, CYCLEGAN, PIX2PIX, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "unet",
        "ganzoo_translation.unet:UNet",
        summary="Halvings and doublings, with connections between maps of equal size",
        paper=f"{PIX2PIX}, section 3.2.1",
    )
    registry.generator(
        "residual-translator",
        "ganzoo_translation.residual:ResidualTranslator",
        summary="Halvings, residual blocks and doublings of the image to translate",
        paper=f"{CYCLEGAN}, section 4",
    )
    registry.discriminator(
        "patches",
        "ganzoo_translation.patches:PatchDiscriminator",
        summary="Scores each patch of an image, beside the image that it was translated from",
        paper=f"{PIX2PIX}, section 3.2.2",
    )
    registry.loss(
        "paired-l1",
        "ganzoo_translation.losses:PairedL1",
        summary="The mean absolute difference between a fake and the real image of its condition",
        paper=f"{PIX2PIX}, equation 3",
    )
    registry.penalty(
        "cycle",
        "ganzoo_translation.penalties:Cycle",
        summary="An image that is translated there and back stays the same",
        paper=f"{CYCLEGAN}, equation 2",
    )
    registry.penalty(
        "identity",
        "ganzoo_translation.penalties:Identity",
        summary="An image that is of the domain already stays the same",
        paper=f"{CYCLEGAN}, section 5.2",
    )
    registry.penalty(
        "patch-nce",
        "ganzoo_translation.contrast:PatchNCE",
        summary="A patch of a translation is found again among the patches of its source",
        paper=f"{CUT}, section 3",
    )
    registry.game(
        "replay",
        "ganzoo_translation.games:Replay",
        summary="D sees earlier fakes too, from a pool",
        paper=f"{CYCLEGAN}, section 4",
    )
    registry.game(
        "two-way",
        "ganzoo_translation.games:TwoWay",
        summary="Two generators translate in opposite directions, each with its own discriminator",
        paper=f"{CYCLEGAN}, section 3",
    )
    registry.game(
        "patch-contrast",
        "ganzoo_translation.contrast:PatchContrast",
        summary="The standard game, with perceptrons that compare patches by G's encoder",
        paper=f"{CUT}, section 3",
    )
    registry.dataset(
        "outlines",
        "ganzoo_translation.changed:Outlines",
        summary="images and their outlines, in pairs; made from MNIST or another dataset",
    )
    registry.dataset(
        "negatives",
        "ganzoo_translation.changed:Negatives",
        summary="images and negatives of other images; made from MNIST or another dataset",
    )
    registry.dataset(
        "thicker",
        "ganzoo_translation.changed:Thicker",
        summary="images and thicker versions of other images; made from MNIST or another dataset",
    )
    registry.dataset(
        "domains",
        "ganzoo_translation.domains:Domains",
        summary="two datasets or folders of images, one to be translated to the other",
    )
    registry.metric(
        "translation-error",
        "ganzoo_translation.metrics:TranslationError",
        summary="The difference between translations and the images that they should be",
    )
    registry.metric(
        "translation-class",
        "ganzoo_translation.metrics:TranslationClass",
        summary="The share of translations that keep the class of their source",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
