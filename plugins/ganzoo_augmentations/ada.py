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
    """Random changes of images, each made with the probability p, which adapts to D's overfitting:
    x (N, C, H, W) to (N, C, H, W) (arXiv:2006.06676, section 3 and appendix B).

    r_t = E sign(D(x)) over the real samples of ``interval`` updates of D. If r_t is above
    ``target``, p grows, else p shrinks, at the speed that takes p from 0 to 1 in ``kimg`` thousand
    real images; p stays in [0, 1]. The sign is positive above the score at which the loss gives a
    sample the probability 1/2 of being real. Where scores are no probabilities (a critic, a
    relativistic loss), it is positive above the middle of the mean scores of reals and fakes.

    The paper's default has three of its six groups of changes, and so has this class. All changes
    of position are one resampling, with bilinear interpolation and without the paper's low-pass
    filter. Values may leave the range, as in the authors' code.

    p is logged as ``ada_p``, and r_t as ``ada_r``.

    Args:
        p: the initial probability.
        target: target value of r_t.
        kimg: thousands of images in which p can go from 0 to 1; 0 keeps p constant.
        interval: updates of D between two changes of p.
        policy: the groups of changes. blit: mirror images, quarter turns and translations by whole
            pixels. geometry: scalings, rotations and translations by fractions of a pixel. color:
            brightness, contrast, inverted luma, hue and saturation; the last two leave gray images
            as they are, and only images of three channels have a hue.
    """

    label = "ada"
    p: Tensor  # ()
    r: Tensor  # (), the last r_t
    signs: Tensor  # (), the sum of the mean signs since the last change of p
    images: Tensor  # (), the real images since the last change of p
    updates: Tensor  # (), the updates of D since the last change of p

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
        self._processes = game.world.size

    def forward(self, batch: Batch) -> Batch:
        x = self.spec.centred(batch.x)  # in [-1, 1], as in the paper
        if "blit" in self.policy or "geometry" in self.policy:
            x = resampled(x, *self._origins(x))
        if "color" in self.policy:
            x = changed_colors(x, self.p)
        return batch.replace(x=self.spec.ranged(x))

    def _origins(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The source position of each pixel of the changed image: columns and rows, (N, H, W) each,
        in pixels from the centre. The changes are inverted from the last one to the first."""
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
        # Of all processes: their moves of this buffer are averaged, not added.
        images = self.images + len(real.batch) * self._processes
        updates = self.updates + 1
        due = updates >= self.interval
        r = signs / updates
        step = (r - self.target).sign() * images / (1000 * self.kimg)
        self.p.copy_(torch.where(due, (self.p + step).clamp(0, 1), self.p))
        self.r.copy_(torch.where(due, r, self.r))
        for buffer, total in ((self.signs, signs), (self.images, images), (self.updates, updates)):
            buffer.copy_(torch.where(due, torch.zeros_like(total), total))

    def _sign(self, real: Tensor, fake: Tensor) -> Tensor:
        """The mean sign of the real samples' scores, less the score of probability 1/2."""
        probability = self._probability(real)
        if probability is None:
            return (real - (real.mean() + fake.mean()) / 2).sign().mean()
        return (probability - 0.5).sign().mean()

    def report(self) -> dict[str, Tensor]:
        return {"ada_p": self.p.clone(), "ada_r": self.r.clone()}
