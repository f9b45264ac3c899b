"""A convolutional discriminator, for images of any size and channels."""

from ganzoo import Count, Discriminator, Spec, UsageError, register
from torch import Tensor, nn


@register("discriminator", "my-conv")
class Conv(Discriminator):
    """Two convolutions that halve height and width, and an affine map to the score.

    Args:
        channels: channels of the first convolution; the second has twice as many.
    """

    def __init__(self, spec: Spec, channels: Count = 32) -> None:
        super().__init__(spec)
        if not spec.image:
            raise UsageError("It is for images. For vectors use --discriminator mlp.")
        colours, height, width = spec.shape
        self.body = nn.Sequential(
            nn.Conv2d(colours, channels, kernel_size=4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, kernel_size=4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * channels * (height // 4) * (width // 4), 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).squeeze(1)  # (N, 1) -> (N,)
