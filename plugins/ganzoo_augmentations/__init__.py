"""Augmentations of the samples that the discriminator sees, real and fake alike."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.augmentation(
        "flip",
        "ganzoo_augmentations.flip:Flip",
        summary="Mirror images, left to right",
        paper="arXiv:2006.06676, appendix B",
    )
    registry.augmentation(
        "diffaugment",
        "ganzoo_augmentations.diffaugment:DiffAugment",
        summary="Colour, translation and cutout, for training on little data",
        paper="arXiv:2006.10738, section 3.3",
    )
