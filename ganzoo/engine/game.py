"""The rules of a GAN: its networks, its players, the order of their updates, and the losses.

A GAN with other rules is a subclass of Game, which overrides the methods of these rules. Games can
be stacked: a method that changes only a part of a rule calls ``super()`` for the other parts.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, cast

import torch
from msgspec import Meta
from torch import Tensor, nn

from ganzoo.engine.optimizers import OptimizerSettings
from ganzoo.engine.scoring import Scoring
from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Augmentation, Loss, Network, NoisePrior, Penalty, View
from ganzoo.schedules import Schedule
from ganzoo.types import Batch, Data, Losses, Role, Scores, Spec

Updates = Annotated[int, Meta(ge=0, le=10_000)]


class Game(Scoring):
    """The game of arXiv:1406.2661, algorithm 1: ``d_updates`` updates of the discriminator, then
    ``g_updates`` updates of the generator. With ``simultaneous`` a step is one update of both at
    once, from the same forward pass. With ``share_fakes`` an update of the generator scores the
    fakes of the discriminator's last update (see ``samples``).

    ``build`` makes the game, sets each network of ``roles()`` as its attribute, under the name of
    the role, and calls ``built()``. A game for sampling has only the networks that sampling needs.

    spec, prior, loss, penalties, augmentations: the arguments of the constructor; ``spec`` is that
    of the data. for_training: False in a game that is built for sampling; ``build`` sets it before
    ``built()``. batch_size, steps: the batch size and the number of steps of the recipe; options
    that are moments of the training are annotated ``Moment``, and are steps. optimizers: the
    settings of each player's optimizer. averages: the decay of each average of the weights, or its
    schedule. world: the processes that train the game together; the engine sets it. view: how the
    samples are shown and saved; None if they cannot be drawn.

    exclusive: the rules of this game that only one game of a stack may have, in one word each:
    ``encoder`` for the training of an encoder, ``fakes`` for fakes of another kind or with other
    noise. Two games with the same word cannot be stacked.
    """

    exclusive: tuple[str, ...] = ()
    for_training: bool = True
    batch_size: int = 1
    steps: int = 1
    optimizers: Mapping[str, OptimizerSettings]
    averages: tuple[float | Schedule, ...] = (0.0,)
    view: View | None = None

    def __init__(
        self,
        spec: Spec,
        prior: NoisePrior,
        loss: Loss | None = None,
        penalties: Sequence[Penalty] = (),
        augmentations: Sequence[Augmentation] = (),
        *,
        d_updates: Updates = 1,
        g_updates: Updates = 1,
        simultaneous: bool = False,
        share_fakes: bool = False,
    ) -> None:
        super().__init__()
        if d_updates + g_updates == 0:
            raise ValueError("d_updates and g_updates must not both be 0")
        if simultaneous and (d_updates, g_updates) != (1, 1):
            raise ValueError("with simultaneous updates, d_updates and g_updates must be 1")
        self.spec = spec
        self.prior = prior
        self.loss = loss or Loss()
        self.penalties = nn.ModuleList(penalties)
        self.augmentations = nn.ModuleList(augmentations)
        self.share_fakes = share_fakes
        self._shared: Batch | None = None
        self._updates: list[tuple[str, ...]] = [("d", "g")]
        if not simultaneous:
            self._updates = [*[("d",)] * d_updates, *[("g",)] * g_updates]

    # -- the networks ----------------------------------------------------------------------------

    def roles(self) -> dict[str, Role]:
        """The networks of the game, by the name of their role, in the order in which they are made.
        A recipe names the component of a further role in ``networks``."""
        return {
            "generator": Role("generator", self.g_spec(), averaged=True, sampling=True),
            "discriminator": Role("discriminator", self.d_spec()),
        }

    def built(self) -> None:
        """Called when all networks are set, for a training and for sampling (``for_training``)."""

    @property
    def joined(self) -> int:
        """How many samples the augmentations join to one: a batch has a multiple of them."""
        return math.prod(augmentation.joins for augmentation in self._augmentations())

    @property
    def networks(self) -> dict[str, Network]:
        """The networks that were made, by role."""
        return {role: getattr(self, role) for role in self.roles() if hasattr(self, role)}

    # -- the players and their updates ------------------------------------------------------------

    def players(self) -> dict[str, list[str]]:
        """For each player, by name, the roles of the networks whose weights it changes. A list may
        also name another module of the game, such as ``loss``."""
        return {"d": ["discriminator"], "g": ["generator"]}

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        """The updates of a step (counted from 1), each as the tuple of its players."""
        return self._updates

    def reads(self, players: tuple[str, ...]) -> bool:
        """Whether an update needs a new batch of data. If not, it uses the batch of the last
        update, except in the first update of a step."""
        return "d" in players or self.g_needs_real

    @property
    def g_needs_real(self) -> bool:
        """Whether the real samples are scored in an update without D, too."""
        return self.loss.g_needs_real

    # -- the samples -----------------------------------------------------------------------------

    def real(self, batch: Batch) -> Batch:
        """The real samples that the discriminator scores, from a batch of data."""
        return batch

    # -- an update -------------------------------------------------------------------------------

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        """The scalar that each player of the update minimises, on one batch. The engine computes
        the gradient of each player's scalar by that player's weights only.

        This method computes the losses of d and g, and the penalties of all players. A game with a
        further player adds the player's loss to its penalties in ``by_player``."""
        d_moves, g_moves = "d" in players, any(player != "d" for player in players)
        due = self.due(players, step)
        real, fake = self.samples(players, batch)
        if any(penalty.needs_gradient for penalty in due):
            real, fake = _leaf(real), fake if g_moves else _leaf(fake)
        real_scores: Scores | None = None
        if d_moves or self.g_needs_real:
            real_scores, fake_scores = self.score_both(real, fake)
        else:
            fake_scores = self.score(fake)
        by_player: dict[str, Tensor] = {}
        if d_moves and real_scores is not None:
            by_player["d"] = self.d_loss(real_scores, fake_scores)
        if "g" in players:
            by_player["g"] = self.g_loss(real_scores, fake_scores)
        for penalty in due:
            term = penalty(self, real_scores, fake_scores)
            term = penalty.interval * term
            before = by_player.get(penalty.player)
            by_player[penalty.player] = term if before is None else before + term
        return Losses(by_player, real_scores, fake_scores)

    def due(self, players: tuple[str, ...], step: int) -> list[Penalty]:
        """The penalties that are added to the losses of an update in that step (from 1)."""
        return [p for p in self._penalties() if p.player in players and step % p.interval == 0]

    def samples(self, players: tuple[str, ...], batch: Batch) -> tuple[Batch, Batch]:
        """The real samples and the fakes of an update. With ``share_fakes``, an update of D alone
        keeps its fakes, with G's forward pass, for a following update of G alone."""
        g_moves = any(player != "d" for player in players)
        kept, self._shared = self._shared, None
        if kept is not None and players == ("g",) and len(kept) == len(batch):
            return self.real(batch), kept
        keeping = self.share_fakes and players == ("d",) and self._may_keep(batch)
        with torch.set_grad_enabled(g_moves or keeping):
            real = self.real(batch)
            fake = self.fake(real)
        if keeping:
            self._shared = fake
            fake = fake.map(Tensor.detach)
        return real, fake

    def forget_fakes(self) -> None:
        """Drop the fakes that an update of D has kept: the next update of G makes its own."""
        self._shared = None

    def _may_keep(self, batch: Batch) -> bool:
        """Not the fakes of micro-batches, and not fakes that G's loss compares with real samples of
        the same labels or conditions: the real samples of G's update have others."""
        compared = self.loss.g_needs_real and (self.conditional or bool(batch.cond))
        return not compared and all(one.accumulate == 1 for one in self.optimizers.values())

    def d_loss(self, real: Scores, fake: Scores) -> Tensor:
        """The scalar that D minimises, before the penalties."""
        return self.loss.discriminator(real, fake)

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        """The scalar that G minimises, before the penalties."""
        return self.loss.generator(real, fake)

    def gradients(self, player: str, parameters: Sequence[Tensor], step: int) -> None:
        """Called after the backward pass, before the player's weights change. It may change
        ``parameter.grad``, for example to add noise to the gradients or to centre them. With the
        precision fp16 a gradient may be infinite; the weights then stay as they are."""

    @torch.no_grad()
    def updated(self, losses: Losses) -> None:
        """Called after the weights have changed in an update. Projects the weights, and changes the
        state of the penalties of the update's players; after an update of D also the state of the
        loss and of the augmentations."""
        real, fake = losses.real, losses.fake
        moved = [penalty for penalty in self._penalties() if penalty.player in losses.by_player]
        for penalty in moved:
            for role in self.players()[penalty.player]:
                penalty.project(self.get_submodule(role))
        for penalty in moved:
            if fake is not None and (real is not None or penalty.player != "d"):
                penalty.updated(real, fake)
        if "d" in losses.by_player and real is not None and fake is not None:
            self.loss.updated(real, fake)
            for augmentation in self._augmentations():
                augmentation.updated(real, fake)

    @torch.no_grad()
    def report(self, losses: Losses) -> dict[str, Tensor]:
        """Scalars of an update for the log: the loss of each player, D's scores, and the reports of
        networks, prior, penalties and augmentations."""
        scalars = {f"loss_{player}": loss.detach() for player, loss in losses.by_player.items()}
        for source in self.children():  # not roles(), which would make specs in every update
            if isinstance(source, NoisePrior | Network):
                scalars.update(source.report())
        for penalty in self._penalties():
            if penalty.player in losses.by_player:
                scalars.update(penalty.report())
        if "d" in losses.by_player and losses.real is not None and losses.fake is not None:
            scalars.update(self.loss.report(losses.real, losses.fake))
            for augmentation in self._augmentations():
                scalars.update(augmentation.report())
        return scalars

    def reading(self, scalars: Mapping[str, float]) -> str:
        """What the last logged scalars of a training say about D, in sentences for the user; empty
        if nothing is known."""
        sentences = [self.loss.reading(scalars)]
        loss, undecided = scalars.get("loss_d"), self.undecided()
        if loss is not None and undecided is not None:
            penalised = any(penalty.player == "d" for penalty in self._penalties())
            sentences.append(
                f"D's loss is {loss:.3f}{' with its penalties' if penalised else ''}; the loss of "
                f"a D that cannot tell fakes from real samples is {undecided:.3f}."
            )
        return " ".join(filter(None, sentences))

    def undecided(self) -> float | None:
        """The value of ``loss_d``, without penalties, for a D that cannot tell fakes from real
        samples. None if it is not known, as in a game with its own ``losses`` or ``d_loss``, which
        overrides this method too."""
        own = type(self).losses is Game.losses and type(self).d_loss is Game.d_loss
        return self.loss.undecided() if own else None

    # -- before and after training ---------------------------------------------------------------

    def check(self, game: Game) -> None:
        by_network = "y" in self.generator.takes  # the generator's own check needs labels then
        if self.conditional and not self.spec.classes and not by_network:
            raise UsageError(
                f"The game {type(self).__name__} draws samples by their labels, and this data has "
                "none: choose a labelled dataset, or --game standard"
            )
        players = self.players()
        for penalty in self._penalties():
            if penalty.player not in players:
                raise UsageError(
                    f"The penalty {type(penalty).__name__} is for a player {penalty.player!r}, who "
                    f"does not play in this game. {near(penalty.player, players)}"
                )

    def row_weights(self, data: Data) -> Tensor | None:
        """(N,) float64 or float32, at least 0: how likely each row of the data is in a batch. The
        rows are then drawn at random, with replacement. None: every row comes once in an epoch.
        Called at the start of a new training, and of a training that is resumed."""
        return None

    def prepare(self, data: Data) -> None:
        """Called once before a new training."""
        self.loss.prepare(data)
        for network in self.networks.values():
            network.prepare(data)

    def sampling_state(self) -> dict[str, Tensor]:
        """The tensors of the prior, and of the networks whose role has ``sampling``."""
        roles = [role for role, about in self.roles().items() if about.sampling]
        public = tuple(f"{name}." for name in (*roles, "prior"))
        return {key: t for key, t in self.state_dict().items() if key.startswith(public)}

    def averaged(self, networks: Mapping[str, nn.Module]) -> Game:
        """The same game with other networks in some roles, for sampling with averaged weights. All
        other modules are shared."""
        twin = copy.copy(self)
        twin._modules = {**self._modules, **networks}
        return twin

    def _penalties(self) -> list[Penalty]:
        return cast("list[Penalty]", list(self.penalties))


def _leaf(batch: Batch) -> Batch:
    """The batch with a detached x that requires gradients."""
    assert batch.x is not None
    return batch.replace(x=batch.x.detach().requires_grad_())
