"""The contrastive loss of patches (arXiv:2007.15651, section 3)."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import Batch, Count, Game, Penalty, Positive, Scores, UsageError, Weight


class Heads(nn.ModuleList):
    """For each map of a generator's encoder, a perceptron that makes a vector of length 1 of each
    of its pixels: (N, C, h, w) at S places, int64 (S,), to (N, S, dim)."""

    def __init__(self, channels: tuple[int, ...], dim: int) -> None:
        super().__init__(
            nn.Sequential(nn.Linear(each, dim), nn.ReLU(), nn.Linear(dim, dim)) for each in channels
        )

    def forward(self, maps: list[Tensor], places: list[Tensor]) -> list[Tensor]:
        return [
            F.normalize(head(each.flatten(2)[:, :, at].transpose(1, 2)), dim=2)
            for head, each, at in zip(self, maps, places, strict=True)
        ]


class PatchContrast(Game):
    """The standard game, in which G also has a perceptron for each map of its encoder, which the
    penalty ``patch-nce`` uses (arXiv:2007.15651, section 3). G's fakes carry the real images of
    their update, as the condition ``target``.

    Args:
        dim: length of the vectors of the perceptrons.
    """

    def __init__(self, *given: Any, dim: Count = 256, **options: Any) -> None:
        super().__init__(*given, **options)
        self.dim = dim

    def built(self) -> None:
        super().built()
        if not hasattr(self.generator, "maps"):
            raise UsageError(
                "The game 'patch-contrast' needs a generator that gives the maps of its encoder, "
                "such as residual-translator"
            )
        if self.for_training:
            self.heads = Heads(self.generator.map_channels, self.dim)

    def players(self) -> dict[str, list[str]]:
        players = super().players()
        return {**players, "g": [*players["g"], "heads"]}

    def fake(self, real: Batch) -> Batch:
        made = super().fake(real)
        return made.replace(cond={**made.cond, "target": real.tensor("x")})


class PatchNCE(Penalty):
    """Each patch of a translation is like the patch at the same place of its source, and unlike the
    other patches of the source: weight times the cross-entropy of finding the patch among the
    others (arXiv:2007.15651, equations 3 and 4).

    A patch is the part of the image that one pixel of a map of G's encoder depends on. Vectors of
    patches are compared by their scalar product. With ``identity``, the penalty is the mean of two
    terms: one compares translations with their sources, and the other one compares translations of
    real images of the target domain with these images, which G should not change.

    Args:
        weight: of the penalty.
        temperature: by which scalar products are divided.
        patches: most places in each map.
        identity: also compare real images with their translations.
    """

    player = "g"
    last: Tensor  # (), in the last update

    def __init__(
        self,
        weight: Weight = 2.0,
        temperature: Positive = 0.07,
        patches: Count = 256,
        identity: bool = True,
    ) -> None:
        super().__init__()
        self.weight, self.temperature = weight, temperature
        self.patches, self.identity = patches, identity
        self.register_buffer("last", torch.tensor(0.0))

    def check(self, game: Any) -> None:
        if not hasattr(game, "heads"):
            raise UsageError(
                "The penalty 'patch-nce' needs the game 'patch-contrast': choose it, as the recipe "
                "cut does, or leave the penalty out"
            )

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        batch = fake.batch
        term = self.contrast(game, batch.tensor("x"), batch.tensor("source"))
        if self.identity:
            target = batch.tensor("target")
            given = batch.replace(cond={**batch.cond, "source": target})
            same = game.generate(given).tensor("x")
            term = (term + self.contrast(game, same, target)) / 2
        self.last.copy_(term.detach())
        return self.weight * term

    def contrast(self, game: Any, made: Tensor, source: Tensor) -> Tensor:
        """The mean cross-entropy over maps, images and places. The gradient goes through the
        vectors of ``made``, not through those of ``source``."""
        maps = game.generator.maps(made)
        places = [self.places(each) for each in maps]
        queries = game.heads(maps, places)
        with torch.no_grad():
            keys = game.heads(game.generator.maps(source), places)
        terms = [nce(*pair, self.temperature) for pair in zip(queries, keys, strict=True)]
        return torch.stack(terms).mean()

    def places(self, of: Tensor) -> Tensor:
        """Places of a map (N, C, h, w), drawn without repetition, int64 (S,)."""
        count = of.shape[2] * of.shape[3]
        return torch.rand(count, device=of.device).argsort()[: self.patches]

    def report(self) -> dict[str, Tensor]:
        return {"patch_nce": self.last.clone()}


def nce(queries: Tensor, keys: Tensor, temperature: float) -> Tensor:
    """The mean cross-entropy of finding the key of each query among the S keys of its image
    (arXiv:2007.15651, equation 3). Both (N, S, dim), of length 1."""
    logits = (queries @ keys.transpose(1, 2) / temperature).flatten(0, 1).float()
    right = torch.arange(keys.shape[1], device=keys.device).repeat(len(keys))
    return F.cross_entropy(logits, right)
