"""The residual discriminator of SNGAN, SAGAN and BigGAN, for images of any height and width from 8
pixels, and the ways in which it uses labels."""

from typing import Any, Literal

from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.nn.utils.parametrizations import spectral_norm as normalise_spectrally

from ganzoo import Count, Discriminator, Spec, UsageError, level_widths
from ganzoo_resnet.layers import Attention, Halving, initialise

Labels = Literal["none", "projection", "class", "proxy"]
GIVEN: dict[str, tuple[str, ...]] = {"class": ("class",), "proxy": ("embedding", "proxy")}


class ResNetDiscriminator(Discriminator):
    """Residual blocks halve the image down to a small map, and more blocks follow. The sum h of the
    last map over its pixels, (N, C'), has a linear layer for the score: (N, C, H, W) -> (N,)
    (arXiv:1802.05957, appendix B.4).

    Args:
        width: channels after the first block; after the second twice as many, and so on.
        channels_max: most channels; with channels_max = width all maps have the same number.
        blocks: further blocks at the size of the smallest map.
        labels: "projection": the inner product of h with a vector of the label is added to the
            score (arXiv:1802.05637, section 3). "class": the further output "class" has a logit
            for each class, (N, classes) (arXiv:1610.09585). "proxy": the further outputs
            "embedding" and "proxy", (N, dim), are unit vectors, a linear function of h and a vector
            of the label (arXiv:2111.01118, section 3). "none": the labels are not used.
        dim: length of the embedding with labels = "proxy".
        attention: whether there is self-attention at half the image's size (arXiv:1805.08318).
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1); the vectors of the labels too, for the projection.
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 256,
        blocks: Count = 1,
        labels: Labels = "none",
        dim: Count = 64,
        attention: bool = False,
        spectral_norm: bool = True,
    ) -> None:
        super().__init__(spec)
        self.labels = labels
        self.takes = ("y",) if labels in ("projection", "proxy") else ()
        self.gives = GIVEN.get(labels, ())
        larger = spec.pyramid()[:-1]
        channels = level_widths(len(larger), width, channels_max)
        layers: list[nn.Module] = []
        inputs = spec.shape[0]
        for level, (size, outputs) in enumerate(zip(larger, channels, strict=True)):
            layers.append(Halving(inputs, outputs, size, first=level == 0))
            if attention and level == 0:
                layers.append(Attention(outputs))
            inputs = outputs
        layers += [Halving(inputs, inputs, None) for _ in range(blocks)]
        self.body = nn.Sequential(*layers)
        self.score = nn.Linear(inputs, 1)
        classes = max(spec.classes, 1)
        if labels == "projection":
            self.label = nn.Embedding(classes, inputs)
        elif labels == "class":
            self.logits = nn.Linear(inputs, classes)
        elif labels == "proxy":
            self.embed, self.proxies = nn.Linear(inputs, dim), nn.Embedding(classes, dim)
        initialise(self)
        if spectral_norm:
            self.apply_spectral_norm()
            if labels == "projection":
                normalise_spectrally(self.label)

    def check(self, game: Any) -> None:
        super().check(game)
        if self.labels == "class" and not self.spec.classes:
            raise UsageError(
                "The discriminator 'resnet' predicts classes, and this data has no labels: choose "
                "a labelled dataset, or --set discriminator.labels=none"
            )

    def forward(
        self, x: Tensor, y: Tensor | None = None
    ) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x).relu().sum((2, 3))  # (N, C')
        score = self.score(h).squeeze(1)
        if self.labels == "projection":
            return score + (self.label(y) * h).sum(1)
        if self.labels == "class":
            return score, {"class": self.logits(h)}
        if self.labels == "proxy":
            vectors = {"embedding": self.embed(h), "proxy": self.proxies(y)}
            return score, {name: normalize(v.float()) for name, v in vectors.items()}
        return score
