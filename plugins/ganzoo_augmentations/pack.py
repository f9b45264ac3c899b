"""Packing (PacGAN, arXiv:1712.04086)."""

import math
from typing import Any

from ganzoo import Augmentation, Batch, Count, Spec, UsageError


class Pack(Augmentation):
    """D scores m samples at once, joined along their first axis, so that D notices fakes that are
    too similar (arXiv:1712.04086, section 2): x (N, C, ...) to (N / m, m C, ...), each pack of real
    samples only or of fakes only. D sees neither labels nor conditions.

    Args:
        m: samples in a pack. With 1 the samples stay as they are.
    """

    def __init__(self, m: Count = 2) -> None:
        super().__init__()
        self.m = m

    def d_spec(self, spec: Spec) -> Spec:
        first, *rest = spec.shape
        return spec.replace(shape=(self.m * first, *rest))

    def check(self, game: Any) -> None:
        if self.m == 1:
            return
        # Packs in a row join the packs of one another: all of them have to divide the batch.
        packs = [each.m for each in game.augmentations if isinstance(each, Pack)]
        together = math.prod(packs)
        parts = max(settings.accumulate for settings in game.optimizers.values())
        size = game.batch_size // parts
        if size % together:
            part = "batch" if parts == 1 else "micro-batch"
            several = sum(m > 1 for m in packs) > 1
            who = "augmentations 'pack' together join" if several else "augmentation 'pack' joins"
            raise UsageError(
                f"The {who} {together} samples, and a {part} of {size} is no multiple of "
                f"{together}: choose another --batch-size or augmentations.pack.m"
            )
        if game.conditional or game.discriminator.takes or game.prior.codes:
            raise UsageError(
                "The augmentation 'pack' joins samples of several labels, conditions or codes, and "
                "this game scores each sample by its own: leave it out, or choose a recipe "
                "without them"
            )

    def forward(self, batch: Batch) -> Batch:
        if self.m == 1:
            return batch
        count, first, *rest = batch.x.shape
        packs = count // self.m  # the small batch of an estimate may have a few samples over
        return Batch(x=batch.x[: packs * self.m].reshape(packs, self.m * first, *rest))
