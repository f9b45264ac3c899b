"""Games in which D sees each sample with its noise: BiGAN and VEEGAN."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Batch, Loss, Scores, Spec, UsageError, Weight
from ganzoo_learned_inference.encoding import WithEncoder, WithPosterior, drawn, half_squares


class Paired(WithEncoder):
    """D sees each x with a z: a real x with E(x), and a fake G(z) with its z. The numbers of x and
    of z are joined to one vector, so any D for vectors can be used."""

    def d_spec(self) -> Spec:
        spec = super().d_spec()
        return spec.replace(shape=(spec.size + self.prior.dim,))

    def real(self, batch: Batch) -> Batch:
        return batch.replace(z=self.encode(batch).z)

    def d_input(self, batch: Batch) -> Tensor:
        x, z = super().d_input(batch), batch.tensor("z")
        return torch.cat((x.flatten(1), z.to(x.dtype)), 1)  # (N, spec.size + z_dim)


class BiGAN(Paired):
    """D tells pairs (x, E(x)) of real samples from pairs (G(z), z) of fakes, and G and E together
    fool it (arXiv:1605.09782, equation 2). Where they succeed, E inverts G (theorem 2).

    G and E minimise the loss of G with the roles of the pairs exchanged: -log D(G(z), z) and
    -log(1 - D(x, E(x))) with the loss of the GAN paper, which do not saturate (section 3.4). For
    other losses, the second term is the loss of G for minus the scores of real pairs. A loss of D
    that changes when real and fake scores are exchanged and their signs turned, such as
    least-squares, is refused.

    Args:
        cycle: factor of half the squared distance of x from its reconstruction G(E(x)), which G and
            E minimise, too (ALICE, arXiv:1709.01215, section 3.1); 0 for BiGAN.
    """

    g_needs_real = True

    def __init__(self, *given: Any, cycle: Weight = 0.0, **options: Any) -> None:
        super().__init__(*given, **options)
        self.cycle = cycle

    def check(self, game: Any) -> None:
        super().check(game)
        self.loss.check(self)  # ``antisymmetric`` calls it without D's further outputs
        if not (self.loss.g_needs_real or antisymmetric(self.loss)):
            raise UsageError(
                "The game 'bigan' exchanges the roles of real and fake pairs for the loss of G and "
                f"E, and the loss {type(self.loss).__name__} has no meaning for exchanged roles: "
                "choose another one, such as --loss non-saturating or --loss hinge."
            )

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        loss = super().g_loss(real, fake)
        assert real is not None
        if not self.loss.g_needs_real:  # else its loss of G reads the scores of real pairs, too
            exchanged = Scores(-real.score, real.batch, real.aux)
            loss = loss + self.loss.generator(None, exchanged)
        if self.cycle:
            again = self.generate(real.batch).tensor("x")
            loss = loss + self.cycle * half_squares(again, real.batch.tensor("x"))
        return loss


class VEEGAN(WithPosterior, Paired):
    """D tells pairs (x, z) of real samples, with z drawn from E's distribution of z given x, from
    pairs (G(z), z). G fools it; and G and E minimise the squared distance of z to E's mean for
    G(z), which no generator can that leaves out modes and with them parts of z (arXiv:1705.07761,
    equation 4 and algorithm 1). E's variance is fitted by maximum likelihood to these distances; G
    has no gradient of this likelihood, and E no other loss.

    Args:
        weight: factor of the mean over the samples of |z - E(G(z))|²; 1 in the paper.
    """

    def __init__(self, *given: Any, weight: Weight = 1.0, **options: Any) -> None:
        super().__init__(*given, **options)
        self.weight = weight

    def real(self, batch: Batch) -> Batch:
        with torch.no_grad():
            mean, log_variance = self.posterior(batch)
        return batch.replace(z=drawn(mean, log_variance))

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        mean, _ = self.posterior(fake.batch)
        # The variance is fitted by E alone: G has no gradient of the likelihood.
        _, log_variance = self.posterior(fake.batch.replace(x=fake.batch.tensor("x").detach()))
        distance = (mean - fake.batch.tensor("z")).square()  # (N, z_dim)
        likelihood = log_variance + distance.detach() / log_variance.exp()
        terms = self.weight * distance + likelihood / 2
        return super().g_loss(real, fake) + terms.sum(1).mean()


def antisymmetric(loss: Loss) -> bool:
    """Whether D's loss stays the same if the scores of real and fake samples are exchanged and
    their signs turned. Of a sum, its first loss decides."""
    loss = getattr(loss, "terms", [loss])[0]
    one, other = torch.tensor([0.3, -1.2]), torch.tensor([0.9, -0.4])
    given, exchanged = (
        loss.discriminator(Scores(real, Batch()), Scores(fake, Batch()))
        for real, fake in ((one, other), (-other, -one))
    )
    return torch.allclose(given, exchanged)
