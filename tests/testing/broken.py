"""Components that are each wrong in one way: for every rule, one that breaks it and no other."""

from __future__ import annotations

import math
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganzoo import (
    Augmentation,
    Batch,
    Data,
    Features,
    Game,
    Losses,
    Metric,
    NoisePrior,
    Part,
    Penalty,
    Recipe,
    Registry,
    Schedule,
    Scores,
    Spec,
    UsageError,
    View,
    hookimpl,
)
from ganzoo.run.views import Images
from ganzoo.testing.dummies import (
    RECIPE,
    StandInData,
    StandInDiscriminator,
    StandInGenerator,
    StandInLoss,
    StandInPrior,
    tiny,
)

from ..toy import registry_of


@dataclass(frozen=True, eq=False)
class Broken:
    """A component that breaks ``rule``. ``seen``: words that the finding has."""

    rule: str
    kind: str
    target: Any
    seen: str
    summary: str = "Broken on purpose"

    @property
    def name(self) -> str:
        return self.target.name if isinstance(self.target, Recipe) else "broken"

    def registry(self) -> Registry:
        return registry_of(broken=self)

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.add(self.kind, self.name, self.target, self.summary)


BROKEN: list[Broken] = []


def breaks(rule: str, kind: str, seen: str) -> Callable[[Any], Any]:
    """The class below breaks that rule."""

    def collect(target: Any) -> Any:
        BROKEN.append(Broken(rule, kind, target, seen))
        return target

    return collect


# -- every component -------------------------------------------------------------------------------


class Fine(StandInLoss):
    """Has no fault."""


BROKEN += [
    Broken("resolves", "loss", "no.such.module:Thing", "No module named"),
    Broken("resolves", "penalty", nn.Identity, "does not derive from ganzoo.Penalty"),
    Broken("summary", "loss", Fine, "101 characters", summary="x" * 101),
    Broken(
        "plays",
        "recipe",
        RECIPE.replace(name="unknown-part", loss=Part("no-such-loss")),
        "no loss 'no-such-loss'",
    ),
]


@breaks("docstring", "loss", "it has no docstring")
class NoDocstring(Fine):
    pass


@breaks("options", "loss", "no readable annotation")
class OptionWithoutType(Fine):
    """Its option takes anything."""

    def __init__(self, scale=1.0) -> None:
        super().__init__()


@breaks("options", "generator", "is not of type int")
class OptionWithWrongDefault(StandInGenerator):
    """Its option's default is of another type."""

    def __init__(self, spec: Spec, width: int = "wide") -> None:  # type: ignore[assignment]
        super().__init__(spec)


# -- everything that plays -------------------------------------------------------------------------


@breaks("plays", "generator", "AssertionError")
class FailsForVectors(StandInGenerator):
    """Can be made for vectors, but not used."""

    def forward(self, z: Tensor) -> Tensor:
        assert self.spec.image
        return super().forward(z)


@breaks("plays", "generator", "no gradient reaches them")
class Detached(StandInGenerator):
    """Lets no gradient through."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z).detach()


@breaks("plays", "prior", "abstract class WithoutDraw")
class WithoutDraw(NoisePrior):
    """Does not say how noise is drawn."""

    dim = 6


@breaks("plays", "game", "not a tuple of the players")
class AStrangerMoves(Game):
    """Has an update of a player that does not exist."""

    def updates(self, step):
        return [("d",), ("e",)]


@breaks("plays", "game", "has no loss for 'g'")
class OnlyDMinimises(Game):
    """Gives G no loss."""

    def losses(self, players, batch, step):
        losses = super().losses(players, batch, step)
        return type(losses)({who: loss for who, loss in losses.by_player.items() if who == "d"})


@breaks("plays", "game", "an update of step 101 is ('e',)")
class AStrangerMovesLater(Game):
    """Has an update of a player that does not exist, after some steps."""

    def updates(self, step):
        return super().updates(step) if step <= 100 else [("e",)]


@breaks("plays", "game", "], from step 501")
class FailsLater(Game):
    """Fails in a later phase, with the same updates."""

    def losses(self, players, batch, step):
        if step > 100:
            raise KeyError("phase")
        return super().losses(players, batch, step)


@breaks("plays", "game", "no step has an update of player 'e'")
class IdlePlayer(Game):
    """Has a player whom no update names."""

    def players(self):
        return {**super().players(), "e": ["generator"]}


@breaks("plays", "optimizer", "have not changed")
class Asleep(torch.optim.SGD):
    """Moves no weight."""

    def __init__(self, params, lr: float = 0.1) -> None:
        super().__init__(params, lr=lr)

    def step(self, closure=None):
        pass


def from_the_system() -> float:
    """A random number that no seed governs."""
    return int.from_bytes(os.urandom(4), "big") / 2**32


@breaks("deterministic", "generator", "a second training")
class OwnNoise(StandInGenerator):
    """Draws noise from a source without a seed."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z + 0.1 * from_the_system() if self.training else z)


@breaks("resumes", "loss", "a resumed training")
class Forgetful(StandInLoss):
    """Keeps its state in a plain attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.k = 1.0

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.k * super().discriminator(real, fake)

    def updated(self, real: Scores, fake: Scores) -> None:
        self.k += 0.1


@breaks("resumes", "game", "a resumed training")
class ForgetfulGame(Game):
    """Counts its losses in a plain attribute, which matters after five steps only."""

    def __init__(self, *given, **options) -> None:
        super().__init__(*given, **options)
        self.count = 0

    def g_loss(self, real, fake):
        self.count += 1
        return super().g_loss(real, fake) * (2 if self.count > 5 else 1)


@breaks("resumes", "optimizer", "a resumed training")
class ForgetfulMomentum(torch.optim.Optimizer):
    """Keeps its momentum out of its state."""

    def __init__(self, params, lr: float = 0.01) -> None:
        super().__init__(params, {"lr": lr})
        self.momentum: dict[Tensor, Tensor] = {}

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    old = self.momentum.get(weight, torch.zeros_like(weight))
                    self.momentum[weight] = 0.9 * old + weight.grad
                    weight.sub_(group["lr"] * self.momentum[weight])


@breaks("resumes", "augmentation", "a resumed training")
class ForgetfulShare(Augmentation):
    """Keeps its strength in a plain attribute."""

    strength = 0.0

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x * (1 - self.strength))

    def updated(self, real: Scores, fake: Scores) -> None:
        self.strength = min(self.strength + 0.1, 0.5)


@breaks("resumes", "prior", "a resumed training")
class ForgetfulPrior(StandInPrior):
    """Keeps its random centre in a plain attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = random.random()

    def draw(self, n, *, device, generator=None):
        noise = super().draw(n, device=device, generator=generator)
        return noise.replace(z=noise.z + self.centre)


@breaks("device", "loss", "default device")
class OnesElsewhere(StandInLoss):
    """Makes its targets on the default device."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return (fake.score - torch.ones(fake.score.shape)).square().mean()


@breaks("device", "prior", "default device")
class NoiseElsewhere(StandInPrior):
    """Draws on the default device."""

    def draw(self, n, *, device, generator=None):
        return Batch(z=torch.randn(n, self.dim, generator=generator))


@breaks("autocast", "generator", "dtype")
class MixesPrecisions(StandInGenerator):
    """Joins a tensor in half precision to one in full precision."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.still = nn.Parameter(torch.zeros(spec.size))

    def forward(self, z: Tensor) -> Tensor:
        a = torch.lerp(self.body(z), self.still.expand(len(z), -1), 0.1)
        x = a.reshape(-1, *self.spec.shape)
        low, high = self.spec.low, self.spec.high
        return x.sigmoid() * (high - low) + low if self.spec.bounded else x


# -- networks --------------------------------------------------------------------------------------


@breaks("outputs", "generator", "is torch.float64")
class Double(StandInGenerator):
    """Computes in double precision at the end."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z).double()


@breaks("gradients", "generator", "'spare.weight'")
class SpareLayer(StandInGenerator):
    """Has a layer that it never uses."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.spare = nn.Linear(3, 3, bias=False)


@breaks("samples", "generator", "outside [-1, 1]")
class Unsquashed(StandInGenerator):
    """Leaves its output without bounds."""

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z).reshape(-1, *self.spec.shape)


@breaks("scores", "discriminator", "'total' of 16 samples")
class AuxOfBatch(StandInDiscriminator):
    """Gives one number for the batch beside the scores."""

    joint_batch = False
    gives = ("total",)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:  # type: ignore[override]
        score = super().forward(x)
        return score, {"total": score.sum()[None]}


@breaks("gives", "discriminator", "'twice' is returned and not declared")
class Undeclared(StandInDiscriminator):
    """Gives more than it declares."""

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:  # type: ignore[override]
        score = super().forward(x)
        return score, {"twice": 2 * score}


@breaks("gives", "discriminator", "'twice' is declared, not returned")
class Withheld(StandInDiscriminator):
    """Declares more than it gives."""

    gives = ("twice",)


@breaks("joint-batch", "discriminator", "depends on the batch")
class Centred(StandInDiscriminator):
    """Mixes the samples of a batch, and does not say so."""

    def forward(self, x: Tensor) -> Tensor:
        score = super().forward(x)
        return score - 0.5 * score.mean()


# -- losses and penalties --------------------------------------------------------------------------


@breaks("finite", "loss", "it is inf")
class LogOfZero(StandInLoss):
    """Takes the logarithm of a number that may be 0."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return -real.score.sigmoid().log().mean() - (1 - fake.score.sigmoid()).log().mean()


@breaks("gradients", "loss", "the generator's loss has no gradient")
class DeadEnd(StandInLoss):
    """Lets no gradient through to G."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.detach().mean()


@breaks("finite", "loss", "-100 to 100")
class NotAProbability(StandInLoss):
    """Takes a score for a probability."""

    def probability(self, score: Tensor) -> Tensor:
        return score


class Squared(Penalty):
    """The squared gradient at real samples: it has no fault."""

    needs_gradient = True

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        return self.gradient(real.score, real.batch.x).square().sum(1).mean()


@breaks("term", "penalty", "no gradient with respect to any weight")
class OnceOnly(Squared):
    """Cannot be differentiated again."""

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        return super().forward(game, real, fake).detach()


# -- augmentations, noise, games -------------------------------------------------------------------


@breaks("batch", "augmentation", "x has 16")
class HalfOfTheSamples(Augmentation):
    """Leaves out samples, and keeps their labels."""

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x[::2])


@breaks("gradients", "augmentation", "the first half of its output")
class Blended(Augmentation):
    """Blends each sample with another one of the batch."""

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=0.5 * (batch.x + batch.x.flip(0)))


@breaks("noise", "prior", "'bits', which draw() does not return")
class SecretCode(StandInPrior):
    """Names a latent code that no batch has."""

    codes = {"bits": 2}  # noqa: RUF012


class Category(StandInPrior):
    """Six categories as a one-hot vector."""

    def __init__(self) -> None:
        super().__init__()
        self.codes = {"category": 6}

    def draw(self, n, *, device, generator=None):
        category = torch.randint(6, (n,), device=device, generator=generator)
        return Batch(z=nn.functional.one_hot(category, 6).float(), code={"category": category})

    def give(self, noise, name, value):
        category = torch.full_like(noise.code[name], int(value))
        z = nn.functional.one_hot(category, 6).float()
        return noise.replace(z=z, code={name: category})


@breaks("noise", "prior", "give() fails for the value -1 of 'category'")
class AnyCategory(Category):
    """Does not refuse a category that does not exist."""


@breaks("noise", "prior", "give() takes the value 0.5 of 'category' for another value")
class RoundedCategory(Category):
    """Refuses numbers out of range, but not fractions."""

    def give(self, noise, name, value):
        if not 0 <= value < 6:
            raise UsageError(f"there is no category {value}.")
        return super().give(noise, name, value)


@breaks("generator", "prior", "it changes the global one")
class WastesDraws(StandInPrior):
    """Draws from the global generator beside the given one."""

    def draw(self, n, *, device, generator=None):
        torch.rand(1, device=device)
        return super().draw(n, device=device, generator=generator)


@breaks("samples", "game", "for the same seed")
class DeafGame(Game):
    """Does not draw from the generator that it is given."""

    def noise(self, n, generator=None, given=None):
        return super().noise(n, None, given)


@breaks("given", "game", "there is no 'colour'")
class PromisesAColour(Game):
    """Names a thing to hold that it cannot hold."""

    def givable(self):
        return ("colour",)

    def give(self, noise, name, value):
        raise UsageError(f"there is no {name!r}.")


@breaks("additions", "game", "no update calls a penalty of player 'd'")
class OwnLosses(Game):
    """Computes all losses by itself, and forgets the penalties."""

    def losses(self, players, batch, step):
        real, fake = self.samples(players, batch)
        real_scores, fake_scores = self.score(real), self.score(fake)
        losses = {"d": self.d_loss, "g": self.g_loss}
        by_player = {player: losses[player](real_scores, fake_scores) for player in players}
        return Losses(by_player, real_scores, fake_scores)


@breaks("additions", "game", "no update calls an augmentation")
class OwnScores(Game):
    """Scores samples by itself, and forgets the augmentations."""

    def score(self, batch):
        return self.scores(self.discriminate(batch), batch)


# -- optimizers, schedules, data, metrics ----------------------------------------------------------


@breaks("groups", "optimizer", "whose learning rate is 0")
class OneRate(torch.optim.Optimizer):
    """Moves every weight at its first rate."""

    def __init__(self, params, lr: float = 0.01) -> None:
        super().__init__(params, {"lr": lr})
        self.rate = lr

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.sub_(self.rate * weight.grad)


@breaks("values", "schedule", "it is inf")
class Endless(Schedule):
    """Grows without end."""

    def value(self, step: int) -> float:
        return math.inf if step > 150 else 1.1**step


@breaks("values", "schedule", "depends on earlier calls")
class Counts(Schedule):
    """Counts its calls."""

    calls = 0

    def value(self, step: int) -> float:
        self.calls += 1
        return 1.0 / self.calls


@breaks("values", "schedule", "until is 'the end'")
class Unending(Schedule):
    """Its end is no number."""

    until = "the end"  # type: ignore[assignment]

    def value(self, step: int) -> float:
        return 1.0


class FineData(StandInData):
    """Vectors with labels, without a fault."""

    def __init__(self) -> None:
        super().__init__((2,), classes=3, bounded=False)

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"there is no split {split!r}.")
        return self.changed(tiny(self.spec))

    def changed(self, data: Data) -> Data:
        return data


@breaks("loads", "dataset", "'no-such-split'")
class AnySplit(FineData):
    """Takes every split for the training split."""

    def load(self, root: Path, split: str) -> Data:
        return tiny(self.spec)


@breaks("data", "dataset", "x is torch.float64")
class DoubleData(FineData):
    """Is in double precision."""

    def changed(self, data: Data) -> Data:
        return Data(data.x.double(), data.y, data.classes)


@breaks("data", "dataset", "with 2 classes")
class OneClassTooMany(FineData):
    """Has a label that is not among its classes."""

    def changed(self, data: Data) -> Data:
        return Data(data.x, data.y, 2)


@breaks("deterministic", "dataset", "x differs")
class NewEveryTime(FineData):
    """Is made up anew every time."""

    def changed(self, data: Data) -> Data:
        return Data(torch.randn_like(data.x), data.y, data.classes)


@breaks("results", "metric", "has no entry for 'likeness'")
class UnknownResult(Metric):
    """Does not say which way is better."""

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"likeness": 1.0}


@breaks("shown", "view", "show() gives a Tensor")
class NoPicture(View):
    """Shows the samples as they are."""

    def show(self, samples: Tensor, **options: Any) -> Any:
        return samples


@breaks("ranked", "view", "metric = 'likness'")
class UnknownMetric(Images):
    """Trainings on such samples are ranked by a metric that does not exist."""

    metric = "likness"


@breaks("vectors", "features", "depends on the other samples")
class OfTheBatch(Features):
    """Vectors around the mean of the samples that are shown together."""

    name, fingerprint = "broken", ""

    def __init__(self, train: Data) -> None:
        self.dim = train.x[0].numel()

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        flat = samples.x.flatten(1).float()
        yield flat - flat.mean(0)

    def logits(self, samples: Data) -> Iterator[Tensor]:
        return iter(())


@breaks("evaluates", "generator", "differ when they are drawn again")
class NoisyInEvaluation(StandInGenerator):
    """Dropout that is on in evaluation, too."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(nn.functional.dropout(z, 0.5, training=True))


@breaks("evaluates", "generator", "depend on those drawn beside them")
class AmongOthers(StandInGenerator):
    """Each sample by its distance from the mean of the batch."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z - z.mean(0))


@breaks("evaluates", "generator", "another z gives the same samples")
class WithoutNoise(StandInGenerator):
    """Samples that depend on the number of rows of z only."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z * 0 + torch.arange(z.shape[1], device=z.device))


@breaks("noise", "prior", "all rows of z are equal")
class OneDraw(StandInPrior):
    """One draw for all rows."""

    def draw(self, n, *, device, generator=None):
        batch = super().draw(n, device=device, generator=generator)
        return batch.replace(z=batch.z[:1].expand(n, -1))


@breaks("finite", "loss", "probability falls where the score rises")
class Inverted(StandInLoss):
    """The probability of being a fake."""

    def probability(self, score: Tensor) -> Tensor:
        return (-score).sigmoid()


@breaks("results", "metric", "other numbers for the same samples")
class Clock(Metric):
    """The time of day."""

    lower_is_better: ClassVar = {"time": True}

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"time": float(time.perf_counter_ns())}


@breaks("results", "metric", "changes the samples")
class Eraser(Metric):
    """A mean, after which the samples are gone."""

    lower_is_better: ClassVar = {"mean": True}

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        mean = float(fake.x.double().mean())
        fake.x.zero_()
        return {"mean": mean}
