"""The networks: an encoder, and a discriminator that also shows what it has computed."""

from torch import Tensor, nn

from ganzoo import Count, Discriminator, Network, Spec
from ganzoo_learned_inference.bodies import Norm, Width, body, initialise


class NoiseEncoder(Network):
    """E(x), from a sample to its noise: (N, *spec.shape) -> (N, z_dim), any real numbers. Of images
    it takes convolutions as D of arXiv:1511.06434.

    Args:
        width: channels of the first convolution, each after it has twice as many; 0 for none.
        hidden: width of each fully connected hidden layer.
        norm: normalisation of all hidden layers but the first.
    """

    def __init__(
        self,
        spec: Spec,
        width: Width = 32,
        hidden: tuple[Count, ...] = (512,),
        norm: Norm = "batch",
    ) -> None:
        super().__init__(spec)
        self.body, units = body(spec, width, hidden, norm)
        self.last = nn.Linear(units, spec.z_dim)
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.body(x))


class WithFeatures(Discriminator):
    """D(x), and as the further output ``features``, (N, units), the map after its convolutions, or
    x itself for a D without convolutions. If the prior has latent codes, a network Q on D's last
    hidden layer reads each code (arXiv:1606.03657, section 6): the further output with the name of
    the code has a number for each of its elements in z: logits for a code of categories, the mean
    for a code of numbers.

    (N, *spec.shape) -> (N,), and the further outputs.

    Args:
        width: channels of the first convolution of images, each after it has twice as many; 0 for
            none.
        hidden: width of each fully connected hidden layer.
        norm: normalisation of all hidden layers but the first.
        q_hidden: width of the hidden layer of Q.
    """

    def __init__(
        self,
        spec: Spec,
        width: Width = 32,
        hidden: tuple[Count, ...] = (512,),
        norm: Norm = "batch",
        q_hidden: Count = 128,
    ) -> None:
        super().__init__(spec)
        self.convolutions, between = body(spec, width, (), norm)
        first: Norm = norm if spec.image and width else "none"
        self.dense, units = body(Spec((between,)), 0, hidden, norm, first)
        self.last = nn.Linear(units, 1)
        if spec.codes:
            self.q, q_units = body(Spec((units,)), 0, (q_hidden,), norm, norm)
            heads = {name: nn.Linear(q_units, size) for name, size in spec.codes.items()}
            self.heads = nn.ModuleDict(heads)
        self.gives = ("features", *spec.codes)
        initialise(self)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        features = self.convolutions(x)
        h = self.dense(features)  # (N, units)
        further = {"features": features}
        if self.spec.codes:
            q = self.q(h)  # (N, q_hidden)
            further |= {name: head(q) for name, head in self.heads.items()}
        return self.last(h).squeeze(1), further
