"""Layers and sizes that the networks of translations share."""

from torch import nn

from ganzoo import Data, Spec, UsageError

STD = 0.02  # of the first weights (arXiv:1611.07004, appendix 6.2)
Size = tuple[int, int]


def image_size(spec: Spec) -> Size:
    """The height and width of the images. Raises UsageError for other data, and for images with a
    side of fewer than 8 pixels."""
    if not spec.bounded:
        raise UsageError("This network translates images, and these samples are vectors.")
    return spec.pyramid()[0]


def check_source(data: Data, *, paired: bool = False) -> None:
    """Raises UsageError for data without images to translate, or if they must belong to x and do
    not."""
    if "source" not in data.cond:
        raise UsageError(
            "This network translates images, and the dataset has no images to translate: choose "
            "--dataset outlines, negatives, thicker or domains"
        )
    if paired and "source" in data.unpaired:
        raise UsageError(
            "This discriminator sees an image beside its source, and the images of this dataset "
            "are no pairs: make pairs of the images with --set dataset.paired=true, choose "
            "--dataset outlines, or --set discriminator.conditional=false"
        )


def halved_sizes(size: Size, least: int, most: int) -> list[Size]:
    """The size, its half, and so on, each rounded down: until the shorter side has fewer than
    ``least`` pixels, after at most ``most`` halvings."""
    sizes = [size]
    while min(sizes[-1]) >= least and len(sizes) <= most:
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return sizes


def down(inputs: int, outputs: int, *, bias: bool) -> nn.Conv2d:
    """A convolution to half the height and width, rounded down."""
    return nn.Conv2d(inputs, outputs, 4, 2, 1, bias=bias)


def normalisation(name: str, channels: int) -> list[nn.Module]:
    """The layer of the name ``batch``, ``instance`` or ``none``, as a list."""
    if name == "batch":
        return [nn.BatchNorm2d(channels)]
    return [nn.InstanceNorm2d(channels)] if name == "instance" else []


def initialise(network: nn.Module) -> None:
    """Draw the weights of the convolutions from N(0, 0.02²); their biases are 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0.0, STD)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
