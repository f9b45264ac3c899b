"""The scores of a game: the samples as the discriminator sees them, and its outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from torch import Tensor, nn

from ganzoo.engine.drawing import Drawing, taken
from ganzoo.errors import UsageError
from ganzoo.interfaces import Augmentation, Discriminator
from ganzoo.types import Batch, Scores, Spec


class Scoring(Drawing):
    """The methods of a game that score samples. A game may override each of them."""

    discriminator: Discriminator
    augmentations: nn.ModuleList

    def d_spec(self) -> Spec:
        """The discriminator's spec: the spec of the samples after the augmentations."""
        return self.augmented_spec(self.g_spec())

    def augmented_spec(self, spec: Spec) -> Spec:
        """The spec of samples of ``spec`` after the augmentations."""
        for augmentation in self._augmentations():
            spec = augmentation.d_spec(spec)
        return spec

    def score(self, batch: Batch) -> Scores:
        """The discriminator's scores of the batch after the augmentations. ``Scores.batch`` is the
        batch before them, so that penalties differentiate by the samples themselves."""
        seen = batch
        for augmentation in self._augmentations():
            seen = augmentation(seen)
        return self.scores(self.discriminate(seen), batch)

    def discriminate(self, batch: Batch) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        """The discriminator's output. No other method of the game calls the discriminator."""
        output: Tensor | tuple[Tensor, dict[str, Tensor]] = self.discriminator(
            self.d_input(batch), **taken(self.discriminator, batch)
        )
        return output

    def d_input(self, batch: Batch) -> Tensor:
        """The first argument of the discriminator: x."""
        return batch.tensor("x")

    @staticmethod
    def scores(output: Tensor | tuple[Tensor, dict[str, Tensor]], batch: Batch) -> Scores:
        """A discriminator's output as Scores, converted to float32."""
        score, aux = output if isinstance(output, tuple) else (output, {})
        score = score.float()  # (N,), (N, 1) or (N, ...) of patches
        return Scores(score.reshape(len(score)) if score[:1].numel() == 1 else score, batch, aux)

    def score_both(self, real: Batch, fake: Batch) -> tuple[Scores, Scores]:
        """The scores of real and fake samples. One pass computes both if the discriminator allows
        it, and if no penalty differentiates the scores: the backward pass of the penalty would
        otherwise compute both halves of the batch for each half."""
        differentiated = real.x is not None and real.x.requires_grad
        if differentiated or not self.discriminator.joint_batch:
            return self.score(real), self.score(fake)
        both = self.score(Batch.join((real, fake)))
        n = len(both.score) * len(real) // (len(real) + len(fake))
        real_aux = {key: value[:n] for key, value in both.aux.items()}
        fake_aux = {key: value[n:] for key, value in both.aux.items()}
        return Scores(both.score[:n], real, real_aux), Scores(both.score[n:], fake, fake_aux)

    def d_outputs(self) -> tuple[str, ...]:
        """The names of the discriminator's further outputs, in ``Scores.aux``."""
        names: tuple[str, ...] = self.discriminator.gives
        return names

    def require_outputs(self, component: str, names: Iterable[str], choose: str) -> None:
        """Raises UsageError if D does not give the outputs of these names beside the score. For the
        ``check`` of a component that reads them.

        component: the component, such as "The loss 'my-loss'". choose: the end of the sentence
        after "choose", such as "--discriminator my-d, or leave the loss out"."""
        given = self.d_outputs()
        for name in names:
            if name not in given:
                others = ", ".join(map(repr, given)) or "none"
                raise UsageError(
                    f"{component} needs a discriminator that gives {name!r} beside the score, and "
                    f"the further outputs of {type(self.discriminator).__name__} are: {others}. "
                    f"Choose {choose}."
                )

    def _augmentations(self) -> list[Augmentation]:
        return cast("list[Augmentation]", list(self.augmentations))
