"""The game of arXiv:1611.02163, equations 7 to 10."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import torch
from msgspec import Meta
from torch import Tensor, nn
from torch.func import functional_call

from ganzoo import Batch, Game, Schedule, Scores, UsageError

Few = Annotated[int, Meta(ge=0, le=100)]
ADAMS = ("adam", "adamw")  # they differ in the weight decay only, which must be 0
SMALLEST = 1e-30  # of a squared gradient: the root has no derivative at 0


class Unrolled(Game):
    """G's loss is the loss after k further updates of D, and its gradient goes through these
    updates: G sees how D will respond to a change of the samples (arXiv:1611.02163, equation 10).
    The k updates are computed for G's update alone; D's own weights change only in D's updates.

    The k updates use the real samples and the fakes of G's update, and lower D's loss without its
    penalties. They start from D's weights and, with ``inner = "adam"``, from moving averages of
    D's gradients, which the game computes as D's optimizer does, but before their norm is clipped.

    Args:
        k: how many updates of D; with 0 this is the standard game.
        inner: the rule of the k updates: "adam", with the settings of D's optimizer, which must be
            Adam without weight decay and lr_scale, with a schedule of its rate at most; or "sgd",
            with D's learning rate.
        lr: the learning rate of the k updates; none for that of D's optimizer.
    """

    capturable = True

    def __init__(
        self,
        *given: Any,
        k: Few = 5,
        inner: Literal["adam", "sgd"] = "adam",
        lr: Annotated[float, Meta(gt=0)] | None = None,
        **rules: Any,
    ) -> None:
        super().__init__(*given, **rules)
        self.k, self.inner, self.lr = k, inner, lr
        self._real: Batch | None = None

    def built(self) -> None:
        super().built()
        if not self.for_training:
            return
        self.register_buffer("rate", torch.zeros(()))
        size = sum(weight.numel() for weight in self.discriminator.parameters())
        if self.inner == "adam":
            self.register_buffer("first", torch.zeros(size))  # averages of D's gradient and of
            self.register_buffer("second", torch.zeros(size))  # its square, as one vector each
            self.register_buffer("count", torch.zeros(()))  # of the gradients in them

    def check(self, game: Game) -> None:
        super().check(game)
        if self.k:
            self._check_stack()
        if self.k and self.inner == "adam":
            self._check_adam()

    def _check_stack(self) -> None:
        """Raises UsageError if a game before this one reads scores of real samples in G's loss: it
        would have those of the D before the k updates."""
        first = next(each for each in type(self).__mro__ if "g_loss" in vars(each))
        if self.g_needs_real and not issubclass(first, Unrolled):
            raise UsageError(
                f"The game {first.__name__} comes before 'unrolled', and would have the scores of "
                "real samples by a D before its k updates: put 'unrolled' first in the list of "
                "games"
            )

    def _check_adam(self) -> None:
        """Raises UsageError if D's optimizer has a rule that the k updates do not have."""
        d = self.optimizers["d"]
        if d.factory.__name__.lower() not in ADAMS:
            raise UsageError(
                "The game 'unrolled' takes the settings of its k updates from D's optimizer, which "
                "is not Adam: choose adam for optimizer.d, or --set game.unrolled.inner=sgd"
            )
        ignored = [
            *(["weight_decay"] if self._settings().get("weight_decay") else []),
            *(["lr_scale"] if d.lr_scale else []),
            *(f"a schedule of {name}" for name in d.schedules if name != "lr"),
        ]
        if ignored:
            raise UsageError(
                f"The k updates of the game 'unrolled' cannot follow {ignored[0]} of optimizer.d: "
                "leave it out, or --set game.unrolled.inner=sgd"
            )

    def at(self, step: int, steps: int) -> None:
        super().at(step, steps)
        rate = self.optimizers["d"].schedules.get("lr", self._settings()["lr"])
        if self.lr is not None:
            rate = self.lr
        self.rate.fill_(rate.value(step - 1) if isinstance(rate, Schedule) else rate)

    def samples(self, players: tuple[str, ...], batch: Batch) -> tuple[Batch, Batch]:
        real, fake = super().samples(players, batch)
        self._real = real
        return real, fake

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        if self.k and self._real is not None:
            weights = self._weights_after(self._real, fake.batch)
            ahead, fake = self._scores(weights, self._real, fake.batch)
            real = ahead if self.g_needs_real else real
        return super().g_loss(real, fake)

    def gradients(self, player: str, parameters: Sequence[Tensor], step: int) -> None:
        super().gradients(player, parameters, step)
        if player == "d" and self.inner == "adam":
            weights = self.discriminator.parameters()
            moved = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
            with torch.no_grad():
                gradient = _flat(moved)
                averages = self._averaged(gradient, self.first, self.second)
                taken = gradient.isfinite().all()  # in fp16 D's optimizer leaves out other steps
                self.first.copy_(torch.where(taken, averages[0], self.first))
                self.second.copy_(torch.where(taken, averages[1], self.second))
                self.count += taken

    def _weights_after(self, real: Batch, fake: Batch) -> dict[str, Tensor]:
        """D's weights after k updates, as functions of the fakes."""
        weights: dict[str, Tensor] = dict(self.discriminator.named_parameters())
        state = (self.first, self.second) if self.inner == "adam" else ()
        for number in range(1, self.k + 1):
            loss = self.d_loss(*self._scores(weights, real, fake))
            moved = torch.autograd.grad(
                loss,
                [*weights.values()],
                create_graph=True,
                materialize_grads=True,  # 0 for weights that only a penalty trains
            )
            gradient = _flat(moved)
            if state:
                state = self._averaged(gradient, *state)
                gradient = self._direction(*state, number)
            moves = (self.rate * gradient).split([weight.numel() for weight in weights.values()])
            weights = {
                name: weight - move.view_as(weight)
                for (name, weight), move in zip(weights.items(), moves, strict=True)
            }
        return weights

    def _scores(
        self, weights: Mapping[str, Tensor], real: Batch, fake: Batch
    ) -> tuple[Scores, Scores]:
        """The scores by a D with other weights. Its buffers are copies, which are given up."""
        buffers = {name: buffer.clone() for name, buffer in self.discriminator.named_buffers()}
        other = {f"game.discriminator.{name}": t for name, t in {**buffers, **weights}.items()}
        scores: tuple[Scores, Scores] = functional_call(_Scoring(self), other, (real, fake))
        return scores

    def _averaged(self, gradient: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """The two averages of Adam (arXiv:1412.6980, algorithm 1) with one more gradient."""
        beta1, beta2 = self._settings()["betas"]
        return first.lerp(gradient, 1 - beta1), second.lerp(gradient.square(), 1 - beta2)

    def _direction(self, first: Tensor, second: Tensor, number: int) -> Tensor:
        """Adam's direction in the update with that number (from 1) after D's own updates."""
        settings = self._settings()
        beta1, beta2 = settings["betas"]
        first = first / (1 - beta1 ** (self.count + number))
        second = second / (1 - beta2 ** (self.count + number))
        return first / (second.clamp(min=SMALLEST).sqrt() + settings["eps"])

    def _settings(self) -> dict[str, Any]:
        """The options of D's optimizer, with its defaults."""
        settings = self.optimizers["d"]
        known = inspect.signature(settings.factory).parameters.values()
        return {**{option.name: option.default for option in known}, **settings.options}


class _Scoring(nn.Module):
    """``score_both`` of a game as a module, so that it can be called with other weights of D."""

    def __init__(self, game: Game) -> None:
        super().__init__()
        self.game = game

    def forward(self, real: Batch, fake: Batch) -> tuple[Scores, Scores]:
        return self.game.score_both(real, fake)


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])
