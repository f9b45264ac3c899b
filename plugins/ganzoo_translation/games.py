"""The games of translations: a pool of earlier fakes, and translation in two directions."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from ganzoo import Batch, Count, Game, Losses, Role, UsageError
from ganzoo_translation.pool import Pool

BACKWARD = "backward"
# The network of the other direction, by the name of each network and pool.
OTHER = {
    "generator": "inverse",
    "inverse": "generator",
    "discriminator": "source_discriminator",
    "source_discriminator": "discriminator",
    "pool": "source_pool",
    "source_pool": "pool",
}


class Replay(Game):
    """The standard game, in which an update of D alone sees earlier fakes too, from a pool
    (arXiv:1703.10593, section 4).

    Args:
        pool: images in the pool.
    """

    def __init__(self, *given: Any, pool: Count = 50, **options: Any) -> None:
        super().__init__(*given, **options)
        self.pool = Pool(pool, self.spec.shape)

    def check(self, game: Game) -> None:
        super().check(game)
        if self.share_fakes:
            raise UsageError("The fakes of a pool are not shared: leave out game.share_fakes")
        if ("d",) not in self.updates(1):
            raise UsageError(
                "The pool is for updates of the discriminator alone: leave out game.simultaneous"
            )
        if self.d_spec() != self.augmented_spec(self.g_spec()):
            raise UsageError(
                "The pool keeps images alone, and another game of this recipe gives the "
                "discriminator more than images, or no images: leave out the pool or that game"
            )
        for network in self.networks.values():
            if network is self.discriminator and network.takes:
                raise UsageError(
                    "The pool keeps images alone, and the discriminator also takes "
                    f"{network.takes[0]!r}: choose one that takes images alone, such as "
                    "--set discriminator.conditional=false"
                )

    def samples(self, players: tuple[str, ...], batch: Batch) -> tuple[Batch, Batch]:
        real, fake = super().samples(players, batch)
        if players != ("d",):
            return real, fake
        return real, fake.replace(x=self.pool(fake.tensor("x")))


class TwoWay(Replay):
    """Two generators translate between two domains, in opposite directions, each against a
    discriminator of its own (arXiv:1703.10593, section 3).

    ``generator`` translates ``cond["source"]`` of a batch to the domain of x, ``inverse`` x to the
    domain of the source. ``source_discriminator`` scores images of the domain of the source. In
    each update the losses, the penalties and the augmentations of both directions are computed. In
    the second one the source and x are exchanged, and so are the two networks of each kind. D's
    scores in the log are those of the first direction.

    Args:
        pool: images in the pool of each direction.
    """

    capturable = True

    def __init__(self, *given: Any, pool: Count = 50, **options: Any) -> None:
        super().__init__(*given, pool=pool, **options)
        self.source_pool = Pool(pool, self.spec.shape)

    def roles(self) -> dict[str, Role]:
        return {
            **super().roles(),
            "inverse": Role("generator", self.g_spec(), averaged=True, sampling=True),
            "source_discriminator": Role("discriminator", self.d_spec()),
        }

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator", "source_discriminator"], "g": ["generator", "inverse"]}

    def d_outputs(self) -> tuple[str, ...]:
        others = self.source_discriminator.gives
        return tuple(name for name in super().d_outputs() if name in others)

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        there = super().losses(players, batch, step)
        back = super(TwoWay, self.other()).losses(players, exchanged(batch), step)
        by_player = {
            player: loss + back.by_player[player] for player, loss in there.by_player.items()
        }
        return Losses(by_player, there.real, there.fake)

    def undecided(self) -> float | None:
        one = self.loss.undecided()
        return None if one is None else 2 * one  # D's loss is the sum of both directions

    def other(self) -> Game:
        """The game of the other direction, with the same networks in other roles."""
        return self.averaged({name: getattr(self, other) for name, other in OTHER.items()})

    def translated_back(self, batch: Batch, images: Tensor) -> Tensor:
        """The translations of ``images``, of the domain of x, to that of the source, (N, C, H, W).
        ``batch``: what the generator takes beside the images."""
        given = batch.replace(cond={**batch.cond, "source": images})
        made: Tensor = self.averaged({"generator": self.inverse}).generate(given).tensor("x")
        return made

    def translations(self) -> Mapping[str, str]:
        return {**super().translations(), BACKWARD: "x"}

    def translate(self, noise: Batch, direction: str) -> Batch:
        if direction != BACKWARD:
            return super().translate(noise, direction)
        return noise.replace(x=self.translated_back(noise, noise.tensor("source")))

    def check(self, game: Game) -> None:
        super().check(game)
        for role in ("generator", "inverse"):
            if "source" not in getattr(self, role).takes:
                raise UsageError(
                    f"The {role} of a translation takes an image 'source': choose one that does, "
                    "such as residual-translator"
                )


def exchanged(batch: Batch) -> Batch:
    """The batch with x as the source, and the source as x."""
    cond = {**batch.cond, "source": batch.tensor("x")}
    return batch.replace(x=batch.tensor("source"), cond=cond)
