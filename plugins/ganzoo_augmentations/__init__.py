"""Augmentations of the samples that the discriminator sees, real and fake alike."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.augmentation(
        "small-affine",
        "ganzoo_augmentations.affine:SmallAffine",
        summary="Small rotations, scalings, shears and translations",
    )
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
    registry.augmentation(
        "ada",
        "ganzoo_augmentations.ada:ADA",
        summary="Many changes, with a probability that adapts to D's overfitting",
        paper="arXiv:2006.06676",
    )
    registry.augmentation(
        "instance-noise",
        "ganzoo_augmentations.instance_noise:InstanceNoise",
        summary="Gaussian noise, usually scheduled to 0",
        paper="arXiv:1701.04862, section 3",
    )
    registry.augmentation(
        "pack",
        "ganzoo_augmentations.pack:Pack",
        summary="D scores several samples at once, against mode collapse",
        paper="arXiv:1712.04086, section 2",
    )
