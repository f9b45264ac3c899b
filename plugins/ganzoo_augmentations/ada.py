"""Adaptive discriminator augmentation (arXiv:2006.06676)."""

from typing import Annotated, Any, Literal

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Batch, Count, NotNegative, Scores, Share
from ganzoo_augmentations.colors import changed_colors
from ganzoo_augmentations.images import ImageAugmentation
from ganzoo_augmentations.positions import moved, resampled, turned

Policy = Literal["blit", "geometry", "color"]
Sign = Annotated[float, Meta(gt=-1, lt=1)]


class ADA(ImageAugmentation):
    """Random changes of images, each made with the probability p, which follows how far D overfits:
    x (N, C, H, W) to (N, C, H, W) (arXiv:2006.06676, section 3 and appendix B).

    r_t = E sign(D(x)) over the real samples of ``interval`` updates of D. Where it is above
    ``target``, p grows, else it shrinks, at the speed that takes it from 0 to 1 in ``kimg``
    thousand real images; it stays in [0, 1]. D(x) is counted from the score at which the loss takes
    a sample for real with probability 1/2. Where scores are no probabilities (a critic, a
    relativistic loss), it is counted from the middle between the mean scores of reals and fakes.

    Of the paper's six groups of changes, the three that its default has. Positions are changed all
    at once, with bilinear interpolation and without the paper's low-pass filter. Values may leave
    the range, as in the authors' code.

    p is logged as ``ada_p``, and r_t as ``ada_r``.

    Args:
        p: the probability at the start.
        target: of r_t.
        kimg: thousands of images in which p can go from 0 to 1; 0 leaves p at its start.
        interval: p moves after every so many updates of D.
        policy: the groups of changes. blit: mirror images, quarter turns and translations by whole
            pixels. geometry: scalings, rotations and translations by fractions of a pixel. color:
            brightness, contrast, inverted luma, hue and saturation; the last two leave gray images
            as they are, and only images of three channels have a hue.
    """

    label = "ada"
    p: Tensor  # ()
    r: Tensor  # (), the last r_t
    signs: Tensor  # (), the sum of the mean signs since p moved
    images: Tensor  # (), the real images since p moved
    updates: Tensor  # (), since p moved

    def __init__(
        self,
        p: Share = 0.0,
        target: Sign = 0.6,
        kimg: NotNegative = 500.0,
        interval: Count = 4,
        policy: tuple[Policy, ...] = ("blit", "geometry", "color"),
    ) -> None:
        super().__init__()
        self.target, self.kimg, self.interval, self.policy = target, kimg, interval, policy
        for name, start in {"p": p, "r": 0.0, "signs": 0.0, "images": 0.0, "updates": 0.0}.items():
            self.register_buffer(name, torch.tensor(start))

    def check(self, game: Any) -> None:
        super().check(game)
        self._probability = game.loss.probability

    def forward(self, batch: Batch) -> Batch:
        middle, half = (self.spec.low + self.spec.high) / 2, (self.spec.high - self.spec.low) / 2
        x = (batch.x - middle) / half  # in [-1, 1], as the paper has images
        if "blit" in self.policy or "geometry" in self.policy:
            x = resampled(x, *self._origins(x))
        if "color" in self.policy:
            x = changed_colors(x, self.p)
        return batch.replace(x=middle + half * x)

    def _origins(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Where each pixel of the changed image comes from, (N, H, W) each: columns and rows in
        pixels from the centre. The changes are undone from the last one to the first."""
        height, width = x.shape[2:]
        u = torch.arange(width, device=x.device) - (width - 1) / 2
        v = torch.arange(height, device=x.device) - (height - 1) / 2
        u, v = u.expand(len(x), height, width), v[:, None].expand(len(x), height, width)
        if "geometry" in self.policy:
            u, v = moved(u, v, self.p)
        if "blit" in self.policy:
            u, v = turned(u, v, self.p)
        return u, v

    def updated(self, real: Scores, fake: Scores) -> None:
        if not self.kimg:
            return
        signs = self.signs + self._sign(real.score, fake.score)
        images, updates = self.images + len(real.batch), self.updates + 1
        due = updates >= self.interval
        r = signs / updates
        step = (r - self.target).sign() * images / (1000 * self.kimg)
        self.p = torch.where(due, (self.p + step).clamp(0, 1), self.p)
        self.r = torch.where(due, r, self.r)
        self.signs, self.images, self.updates = (
            torch.where(due, torch.zeros_like(each), each) for each in (signs, images, updates)
        )

    def _sign(self, real: Tensor, fake: Tensor) -> Tensor:
        """The mean sign of the real samples' scores, counted from the undecided score."""
        probability = self._probability(real)
        if probability is None:
            return (real - (real.mean() + fake.mean()) / 2).sign().mean()
        return (probability - 0.5).sign().mean()

    def report(self) -> dict[str, Tensor]:
        return {"ada_p": self.p, "ada_r": self.r}
