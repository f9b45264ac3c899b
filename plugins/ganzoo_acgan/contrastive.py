"""The contrastive losses of arXiv:2006.12681 and arXiv:2111.01118, on the unit vectors that D gives
as the further outputs "embedding", f(x), and "proxy", a vector v(y) of the label; both (N, dim)."""

from abc import abstractmethod
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import relu

from ganzoo import Loss, Positive, Scores, Share, Weight
from ganzoo_acgan.outputs import check, given

NEEDS = (("embedding", "proxy"), "--discriminator resnet --set discriminator.labels=proxy")


class Contrastive(Loss):
    """An extra loss, added to any other loss: D minimises it on real samples, and G on fakes.
    Subclasses define ``value``."""

    name: str
    weight: float

    def check(self, game: Any) -> None:
        check(game, self.name, *NEEDS)

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
        given(scores, self.name, *NEEDS)
        embedding, proxy = scores.aux["embedding"], scores.aux["proxy"]
        y = scores.batch.tensor("y")
        with torch.autocast(embedding.device.type, enabled=False):
            to_proxy, to_others = (embedding * proxy).sum(1), embedding @ embedding.T
        return self.value(to_proxy, to_others, y[:, None] == y).mean()

    @abstractmethod
    def value(self, to_proxy: Tensor, to_others: Tensor, same: Tensor) -> Tensor:
        """(N,): the loss of each sample. to_proxy: (N,), the cosines of the embeddings with their
        proxies. to_others: (N, N), with each other. same: (N, N), whether the labels are equal."""


class ConditionalContrastive(Contrastive):
    """2C (arXiv:2006.12681, section 3.2): minus the logarithm of the share that the proxy of a
    sample and the other samples of its class have in the sum of exp(cosine / temperature) over the
    proxy and all other samples of the batch.

    Args:
        weight: lambda.
        temperature: t.
    """

    name = "conditional-contrastive"

    def __init__(self, weight: Weight = 1.0, temperature: Positive = 1.0) -> None:
        super().__init__()
        self.weight, self.temperature = weight, temperature

    def value(self, to_proxy: Tensor, to_others: Tensor, same: Tensor) -> Tensor:
        itself = torch.eye(len(same), dtype=torch.bool, device=same.device)
        proxy = to_proxy[:, None] / self.temperature
        others = (to_others / self.temperature).masked_fill(itself, -torch.inf)
        of_class = others.masked_fill(~same, -torch.inf)
        everything = torch.cat((proxy, others), 1).logsumexp(1)
        return everything - torch.cat((proxy, of_class), 1).logsumexp(1)


class DataToData(Contrastive):
    """The data-to-data cross-entropy D2D-CE (arXiv:2111.01118, section 3): minus the logarithm of
    the share of exp(min(p - positive, 0) / temperature) in its sum with exp(max(n - negative, 0) /
    temperature) over the samples of other classes, with p the cosine of a sample's embedding with
    its proxy, and n that with the other sample. Cosines beyond the margins have no gradient.

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

    def value(self, to_proxy: Tensor, to_others: Tensor, same: Tensor) -> Tensor:
        near = -relu(self.positive - to_proxy)[:, None] / self.temperature
        far = relu(to_others - self.negative) / self.temperature
        both = torch.cat((near, far.masked_fill(same, -torch.inf)), 1)
        return both.logsumexp(1) - near.squeeze(1)
