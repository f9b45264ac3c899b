"""The contrastive loss of arXiv:2111.01118, on the unit vectors that D gives as the further outputs
"embedding", f(x), and "proxy", a vector v(y) of the label; both (N, dim)."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import relu

from ganzoo import Loss, Positive, Scores, Share, Weight
from ganzoo_acgan.outputs import check, check_fakes

NEEDS = (("embedding", "proxy"), "--discriminator resnet --set discriminator.labels=proxy")


class DataToData(Loss):
    """The data-to-data cross-entropy D2D-CE (arXiv:2111.01118, section 3), an extra loss that is
    added to any other loss: D minimises it on real samples, and G on fakes.

    It is minus the logarithm of the share of exp(min(p - positive, 0) / temperature) in its sum
    with exp(max(n - negative, 0) / temperature) over the samples of other classes, with p the
    cosine of a sample's embedding with its proxy, and n that with the other sample. Cosines beyond
    the margins have no gradient.

    Args:
        weight: lambda.
        temperature: tau.
        positive: the margin of the cosine with the proxy, m_p.
        negative: the margin of the cosine with samples of other classes, m_n; 1 - m_p in the
            authors' code.
    """

    name = "d2d-ce"

    def __init__(
        self,
        weight: Weight = 0.5,
        temperature: Positive = 0.5,
        positive: Share = 0.98,
        negative: Share = 0.02,
    ) -> None:
        super().__init__()
        self.weight, self.temperature = weight, temperature
        self.positive, self.negative = positive, negative

    def check(self, game: Any) -> None:
        check(game, self.name, *NEEDS)
        check_fakes(game, self.name)

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.weight * self._value(real)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return self.weight * self._value(fake)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        """The mean cosines of the embeddings of real samples and of fakes with their proxies."""
        return {
            f"proxy_{name}": (scores.aux["embedding"] * scores.aux["proxy"]).sum(1).mean()
            for name, scores in (("real", real), ("fake", fake))
        }

    def _value(self, scores: Scores) -> Tensor:
        embedding, proxy = scores.aux["embedding"], scores.aux["proxy"]
        y = scores.batch.tensor("y")
        with torch.autocast(embedding.device.type, enabled=False):
            to_proxy, to_others = (embedding * proxy).sum(1), embedding @ embedding.T
        near = -relu(self.positive - to_proxy)[:, None] / self.temperature  # (N, 1)
        far = relu(to_others - self.negative) / self.temperature  # (N, N)
        both = torch.cat((near, far.masked_fill(y[:, None] == y, -torch.inf)), 1)
        return (both.logsumexp(1) - near.squeeze(1)).mean()
