"""The rules of play: who the players are, whose turn it is, what each minimises.

A GAN that plays differently subclasses Game and overrides the rule that differs, never the loop.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from ganzoo.interfaces import Discriminator, Generator, Loss, NoisePrior, Penalty
from ganzoo.types import Sample, Samples, Spec, Turn, Verdict


class Game(nn.Module):
    """The game of arXiv:1406.2661, algorithm 1: ``d_steps`` turns of the discriminator, then
    ``g_steps`` of the generator; or, when ``simultaneous``, one turn in which both move at once,
    from the same forward pass.

    ``build`` constructs it, then sets ``generator`` and ``discriminator`` on it, made for
    ``g_spec()`` and ``d_spec()``. A game for sampling alone has no loss and no discriminator.
    """

    generator: Generator
    discriminator: Discriminator
    conditional: bool = False  # whether labels say what is drawn

    def __init__(
        self,
        spec: Spec,
        prior: NoisePrior,
        loss: Loss | None = None,
        penalties: Sequence[Penalty] = (),
        *,
        d_steps: int = 1,
        g_steps: int = 1,
        simultaneous: bool = False,
    ) -> None:
        super().__init__()
        if min(d_steps, g_steps) < 0 or d_steps + g_steps == 0:
            raise ValueError("d_steps and g_steps must not be negative, nor both 0")
        self.spec = spec
        self.prior = prior
        self.loss = loss or Loss()
        self.penalties = nn.ModuleList(penalties)
        self._schedule = [("d",)] * d_steps + [("g",)] * g_steps
        if simultaneous:
            if (d_steps, g_steps) != (1, 1):
                raise ValueError(
                    "a simultaneous round has one turn: leave d_steps and g_steps at 1"
                )
            self._schedule = [("d", "g")]  # type: ignore[list-item]

    # -- what the networks are built for ---------------------------------------------------------

    def g_spec(self) -> Spec:
        """The generator's spec: the data's, with the length of the noise."""
        return self.spec.but(z_dim=self.prior.dim)

    def d_spec(self) -> Spec:
        """The discriminator's spec, for what ``view`` shows it."""
        return self.g_spec()

    # -- who plays, and when ---------------------------------------------------------------------

    def players(self) -> dict[str, nn.Module]:
        """Each player's weights, by the name its optimizer goes by in the recipe."""
        return {"d": self.discriminator, "g": self.generator}

    def schedule(self, step: int) -> Iterable[tuple[str, ...]]:
        """The turns of a round (counted from 1), each the tuple of players that move in it."""
        return self._schedule

    def reads(self, movers: tuple[str, ...]) -> bool:
        """Whether a turn needs a fresh batch of data; else it sees the last turn's batch again."""
        return "d" in movers or self.loss.g_needs_real

    # -- what they see ---------------------------------------------------------------------------

    def real(self, batch: Sample) -> Sample:
        """What the discriminator is shown of a batch of data."""
        return batch

    def fake(self, real: Sample) -> Sample:
        """As many fakes as there are reals: noise from the prior, the reals' labels, G's x, in
        float32 whatever it computed in, as the reals are."""
        device = next(self.generator.parameters()).device
        noise = self.prior.draw(len(real), device=device)
        made = self.generate(noise.but(y=real.y))
        return made if made.x is None else made.but(x=made.x.float())

    def generate(self, noise: Sample) -> Sample:
        """Noise turned into samples: the one place where the generator is called."""
        return noise.but(x=self.generator(noise.z))

    def view(self, sample: Sample) -> Sample:
        """How samples are laid before the discriminator (PacGAN packs them)."""
        return sample

    def judge(self, sample: Sample) -> Verdict:
        """The discriminator's verdict: the one place where it is called."""
        return self.verdict(self.discriminator(sample.x), sample)

    @staticmethod
    def verdict(output: Tensor | tuple[Tensor, dict[str, Tensor]], sample: Sample) -> Verdict:
        """A discriminator's output as a Verdict, the score in float32 whatever it computed in."""
        score, aux = output if isinstance(output, tuple) else (output, {})
        return Verdict(score.float().reshape(len(score)), sample, aux)

    def judge_both(self, real: Sample, fake: Sample) -> tuple[Verdict, Verdict]:
        """The verdicts on real and fake: in one pass over both where the discriminator allows, and
        where no penalty is to differentiate it, which would go back through both for each."""
        real, fake = self.view(real), self.view(fake)
        differentiated = real.x is not None and real.x.requires_grad
        if differentiated or not self.discriminator.one_pass:
            return self.judge(real), self.judge(fake)
        both = self.judge(_join(real, fake))
        n = len(both.score) * len(real) // (len(real) + len(fake))
        real_aux = {key: value[:n] for key, value in both.aux.items()}
        fake_aux = {key: value[n:] for key, value in both.aux.items()}
        return Verdict(both.score[:n], real, real_aux), Verdict(both.score[n:], fake, fake_aux)

    # -- a turn ----------------------------------------------------------------------------------

    def turn(self, movers: tuple[str, ...], batch: Sample, step: int) -> Turn:
        """What each mover minimises, on one batch. Gradients are the engine's business: it takes
        each loss's by its player's weights alone."""
        d_moves, g_moves = "d" in movers, "g" in movers
        due = [p for p in self._penalties() if d_moves and step % p.every == 0]
        leaves = any(p.needs_gradient for p in due)
        with torch.set_grad_enabled(g_moves):
            real = self.real(batch)
            fake = self.fake(real)
        if leaves:
            real, fake = _leaf(real), fake if g_moves else _leaf(fake)
        real_verdict: Verdict | None = None
        if d_moves or self.loss.g_needs_real:
            real_verdict, fake_verdict = self.judge_both(real, fake)
        else:
            fake_verdict = self.judge(self.view(fake))
        losses: dict[str, Tensor] = {}
        if d_moves and real_verdict is not None:
            losses["d"] = self.loss.discriminator(real_verdict, fake_verdict)
            for penalty in due:
                term = penalty(self.judge, real_verdict, fake_verdict)
                losses["d"] = losses["d"] + penalty.every * term
        if g_moves:
            losses["g"] = self.loss.generator(real_verdict, fake_verdict)
        return Turn(losses, real_verdict, fake_verdict)

    def _penalties(self) -> list[Penalty]:
        return cast("list[Penalty]", list(self.penalties))

    @torch.no_grad()
    def after(self, turn: Turn) -> None:
        """Called when the movers of a turn have stepped: the loss's state, the projections."""
        if "d" in turn.losses and turn.real is not None and turn.fake is not None:
            self.loss.update(turn.real, turn.fake)
            for penalty in self._penalties():
                penalty.after(self.discriminator)

    @torch.no_grad()
    def report(self, turn: Turn) -> dict[str, Tensor]:
        """Scalars of a turn worth logging: what each mover minimised, and what D thought."""
        scalars = {f"loss_{who}": loss.detach() for who, loss in turn.losses.items()}
        if "d" in turn.losses and turn.real is not None and turn.fake is not None:
            scalars.update(self.loss.report(turn.real, turn.fake))
        return scalars

    # -- before and after play -------------------------------------------------------------------

    def prepare(self, data: Samples) -> None:
        """Called once, before a new training starts."""
        self.generator.prepare(data)
        self.discriminator.prepare(data)

    def noise(
        self, n: int, generator: torch.Generator | None = None, label: int | None = None
    ) -> Sample:
        """Noise for n samples, on the generator's device. In a conditional game it has labels,
        which cycle unless one is asked for."""
        device = next(self.generator.parameters()).device
        drawn = self.prior.draw(n, device=device, generator=generator)
        if not self.conditional:
            return drawn
        y = torch.arange(n, device=device) % self.spec.classes
        return drawn.but(y=y if label is None else torch.full_like(y, label))

    def shareable(self) -> dict[str, Tensor]:
        """The weights that sampling needs: all but what only training does."""
        private = ("discriminator.", "loss.", "penalties.")
        return {k: t for k, t in self.state_dict().items() if not k.startswith(private)}

    def averaged(self, generator: Generator) -> Game:
        """The same game with another generator, sharing everything else: for sampling from an
        average of the weights."""
        twin = copy.copy(self)
        twin._modules = {**self._modules, "generator": generator}
        return twin


def _join(real: Sample, fake: Sample) -> Sample:
    """Two batches as one, for what both of them have."""

    def cat(a: Tensor | None, b: Tensor | None) -> Tensor | None:
        return None if a is None or b is None else torch.cat((a, b))

    code = {
        key: torch.cat((real.code[key], fake.code[key])) for key in real.code if key in fake.code
    }
    return Sample(cat(real.x, fake.x), cat(real.z, fake.z), cat(real.y, fake.y), code)


def _leaf(sample: Sample) -> Sample:
    """The sample with an x that gradients can be taken by."""
    assert sample.x is not None
    return sample.but(x=sample.x.detach().requires_grad_())
