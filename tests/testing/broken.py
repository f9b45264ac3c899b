"""Components that are each wrong in one way: for every rule, one that breaks it and no other."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo import (
    SGD,
    Data,
    Game,
    Metric,
    Part,
    Penalty,
    Recipe,
    Registry,
    Scores,
    Spec,
    UsageError,
    hookimpl,
)
from ganzoo.testing.cases import tiny
from ganzoo.testing.dummies import (
    RECIPE,
    StandInData,
    StandInDiscriminator,
    StandInGenerator,
    StandInLoss,
    StandInPrior,
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
    others: tuple[tuple[str, str, Any], ...] = ()  # what it needs beside it: kind, name, target

    @property
    def name(self) -> str:
        return self.target.name if isinstance(self.target, Recipe) else "broken"

    def registry(self) -> Registry:
        return registry_of(broken=self)

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.add(self.kind, self.name, self.target, self.summary)
        for kind, name, target in self.others:
            registry.add(kind, name, target, "Beside it")


BROKEN: list[Broken] = []


def breaks(rule: str, kind: str, seen: str, *others: tuple[str, str, Any]) -> Callable[[Any], Any]:
    """The class below breaks that rule."""

    def collect(target: Any) -> Any:
        BROKEN.append(Broken(rule, kind, target, seen, others=others))
        return target

    return collect


# -- every component -------------------------------------------------------------------------------


class Fine(StandInLoss):
    """Nothing is wrong with it."""


BROKEN += [
    Broken("resolves", "loss", "no.such.module:Thing", "No module named"),
    Broken("resolves", "loss", nn.Identity, "does not derive from ganzoo.Loss"),
    Broken("resolves", "recipe", "tests.testing.broken:NAMED", "calls itself 'stand-in'"),
    Broken("summary", "loss", f"{__name__}:Fine", "it has none", summary=""),
    Broken("summary", "loss", Fine, "2 lines", summary="One line,\nand another"),
    Broken("summary", "loss", Fine, "101 characters", summary="x" * 101),
]
NAMED = RECIPE


@breaks("docstring", "loss", "it has none")
class NoDocstring(Fine):
    pass


@breaks("options", "loss", "that word is taken")
class KnobCalledName(Fine):
    """A recipe could not turn its option."""

    def __init__(self, name: str = "x") -> None:
        super().__init__()


@breaks("options", "loss", "no annotation")
class KnobWithoutType(Fine):
    """Its option takes anything."""

    def __init__(self, scale=1.0) -> None:
        super().__init__()


@breaks("options", "loss", "read as a Sequential")
class KnobOfStrangeType(Fine):
    """Its option cannot be written down."""

    def __init__(self, body: nn.Sequential | None = None) -> None:
        super().__init__()


@breaks("options", "generator", "is no int")
class KnobWithWrongDefault(StandInGenerator):
    """Its option's default is of another type."""

    def __init__(self, spec: Spec, width: int = "wide") -> None:  # type: ignore[assignment]
        super().__init__(spec)


@breaks("builds", "loss", "refuses every spec")
class KnobWithoutDefault(Fine):
    """It cannot be made from its defaults."""

    def __init__(self, scale: float = -1.0) -> None:
        super().__init__()
        if scale < 0:
            raise UsageError("scale must not be negative.")


# -- generators ------------------------------------------------------------------------------------


@breaks("builds", "generator", "ValueError: not enough values")
class ImagesOnly(StandInGenerator):
    """Takes every spec for an image's, and does not say so."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.channels, self.height, self.width = spec.shape


@breaks("runs", "generator", "IndexError")
class FailsForVectors(StandInGenerator):
    """Can be made for vectors, but not used."""

    def forward(self, z: Tensor) -> Tensor:
        x = super().forward(z)
        assert x.shape[2] > 0
        return x


@breaks("shape", "generator", "not (8, 1, 28, 28)")
class Flat(StandInGenerator):
    """Leaves images flat."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z).flatten(1)


@breaks("range", "generator", "outside [-1, 1]")
class Unsquashed(StandInGenerator):
    """Leaves the range to luck."""

    def forward(self, z: Tensor) -> Tensor:
        return self.body(z).reshape(-1, *self.spec.shape)


@breaks("dtype", "generator", "x is torch.float64")
class Double(StandInGenerator):
    """Computes in double precision at the end."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z).double()


@breaks("finite", "generator", "of x are not")
class NotANumber(StandInGenerator):
    """Its first sample is not a number."""

    def forward(self, z: Tensor) -> Tensor:
        x = super().forward(z).clone()
        x[0] = float("nan")
        return x


@breaks("device", "generator", "default device")
class MadeElsewhere(StandInGenerator):
    """Adds a tensor that it makes on the default device."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z) + torch.zeros(self.spec.shape)


@breaks("autocast", "generator", "dtype")
class MixesPrecisions(StandInGenerator):
    """Puts what autocast made of half precision together with what is in full."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.still = nn.Parameter(torch.zeros(spec.size))

    def forward(self, z: Tensor) -> Tensor:
        a = torch.lerp(self.body(z), self.still.expand(len(z), -1), 0.1)
        x = a.reshape(-1, *self.spec.shape)
        return (
            x.sigmoid() * (self.spec.high - self.spec.low) + self.spec.low
            if self.spec.bounded
            else x
        )


@breaks("gradients", "generator", "'spare.weight'")
class SpareLayer(StandInGenerator):
    """Has a layer that it never uses."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.spare = nn.Linear(3, 3)


@breaks("gradients", "generator", "no gradient at all")
class Detached(StandInGenerator):
    """Lets no gradient through."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z).detach()


def from_the_system(shape: tuple[int, ...]) -> Tensor:
    """Random numbers that no seed governs."""
    dice = torch.Generator().manual_seed(int.from_bytes(os.urandom(4), "big"))
    return torch.rand(shape, generator=dice, device="cpu")


@breaks("deterministic", "generator", "one making to the next")
class OwnFirstWeights(StandInGenerator):
    """Draws its first weights from nowhere known."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body[0].bias.data = from_the_system((16,))


@breaks("deterministic", "generator", "one time to the next")
class OwnNoise(StandInGenerator):
    """Draws noise from nowhere known."""

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z + 0.1 * from_the_system(tuple(z.shape)))


@breaks("state", "generator", "when read back")
class PlainAttribute(StandInGenerator):
    """Keeps a random number where no checkpoint sees it."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.scale = 0.5 + random.random()

    def forward(self, z: Tensor) -> Tensor:
        return super().forward(z * self.scale)


# -- discriminators --------------------------------------------------------------------------------


@breaks("shape", "discriminator", "is (8, 1)")
class Column(StandInDiscriminator):
    """Leaves a last dimension of 1."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).unsqueeze(1)


@breaks("shape", "discriminator", "aux['total'] of 8 samples")
class AuxOfBatch(StandInDiscriminator):
    """Gives one number for the batch beside the scores."""

    joint_batch = False

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:  # type: ignore[override]
        score = super().forward(x)
        return score, {"total": score.sum()}


@breaks("one-pass", "discriminator", "depend on the batch")
class Centred(StandInDiscriminator):
    """Mixes the samples of a batch, and does not say so."""

    def forward(self, x: Tensor) -> Tensor:
        score = super().forward(x)
        return score - score.mean()


@breaks("gradients", "discriminator", "none reaches the samples")
class Blind(StandInDiscriminator):
    """Lets no gradient through to the samples."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.detach())


# -- losses ----------------------------------------------------------------------------------------


@breaks("runs", "loss", "NotImplementedError")
class HalfALoss(StandInLoss):
    """Does not say what G minimises."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        raise NotImplementedError


@breaks("scalars", "loss", "discriminator has the shape (8,)")
class OnePerSample(StandInLoss):
    """Forgets the mean."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return fake.score.square() - real.score


@breaks("finite", "loss", "it is inf")
class LogOfZero(StandInLoss):
    """Takes the logarithm of what may be 0."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return -real.score.sigmoid().log().mean() - (1 - fake.score.sigmoid()).log().mean()


@breaks("finite", "loss", "gradient is not finite")
class RootOfZero(StandInLoss):
    """Is 0 where its gradient is infinite."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return (real.score - fake.score).square().sqrt().mean()


@breaks("gradients", "loss", "G's loss has no gradient")
class DeadEnd(StandInLoss):
    """Lets no gradient through to G."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.detach().mean()


@breaks("gradients", "loss", "on real samples")
class HalfBlind(StandInLoss):
    """Does not look at real samples."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return fake.score.mean()


@breaks("update", "loss", "RuntimeError")
class BadUpdate(StandInLoss):
    """Fails after D's step."""

    def updated(self, real: Scores, fake: Scores) -> None:
        fake.score.mean().backward()


@breaks("probability", "loss", "-100 to 100")
class NotAProbability(StandInLoss):
    """Takes a score for a probability."""

    def probability(self, score: Tensor) -> Tensor:
        return score


@breaks("needs-real", "loss", "NoneType")
class SecretlyRelative(StandInLoss):
    """Reads the real samples in G's turn, and does not say so."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is None or real.score is not None
        return (real.score - fake.score).mean()  # type: ignore[union-attr]


@breaks("state", "loss", "the discriminator's loss differs")
class Forgetful(StandInLoss):
    """Keeps what it learns where no checkpoint sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.k = 1.0

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.k * super().discriminator(real, fake)

    def updated(self, real: Scores, fake: Scores) -> None:
        self.k += 0.1


@breaks("device", "loss", "default device")
class OnesElsewhere(StandInLoss):
    """Makes its targets on the default device."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return (fake.score - torch.ones(len(fake.score))).square().mean()


@breaks("autocast", "loss", "dtype")
class LossOfMixedPrecision(StandInLoss):
    """Puts half and full precision together."""

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        eye = torch.eye(len(fake.score), device=fake.score.device)
        return torch.dot(nn.functional.linear(fake.score, eye), fake.score) / len(fake.score)


# -- penalties -------------------------------------------------------------------------------------


class FinePenalty(Penalty):
    """The squared gradient at real samples: nothing is wrong with it."""

    needs_gradient = True
    create_graph = True

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        x = real.batch.x
        assert x is not None
        (slope,) = torch.autograd.grad(
            real.score.sum(), x, create_graph=self.create_graph, retain_graph=True
        )
        return slope.square().flatten(1).sum(1).mean()


@breaks("runs", "penalty", "RuntimeError")
class SecretlyDifferentiates(FinePenalty):
    """Differentiates by the samples, and does not say so."""

    needs_gradient = False


@breaks("scalars", "penalty", "shape (8,)")
class PenaltyPerSample(FinePenalty):
    """Forgets the mean."""

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return super().forward(game, real, fake) * torch.ones_like(real.score)


@breaks("finite", "penalty", "gradient is not finite")
class PenaltyWithRoot(FinePenalty):
    """Is 0 where its gradient is infinite."""

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return (0 * real.score).square().mean().sqrt()


@breaks("gradients", "penalty", "no gradient by any weight")
class OnceOnly(FinePenalty):
    """Cannot be differentiated again."""

    create_graph = False


@breaks("every", "penalty", "it is 0")
class Never(FinePenalty):
    """Waits for 0 steps."""

    every = 0


@breaks("after", "penalty", "is not finite")
class DividesByZero(FinePenalty):
    """Ruins D's weights."""

    def project(self, network: nn.Module) -> None:
        for weight in network.parameters():
            weight.div_(0.0)


@breaks("device", "penalty", "default device")
class ShareElsewhere(FinePenalty):
    """Draws on the default device."""

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return (torch.rand(len(real.score)) * real.score).square().mean()


@breaks("deterministic", "penalty", "one time to the next")
class PenaltyAtRandom(FinePenalty):
    """Weighs by what no seed governs."""

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return super().forward(game, real, fake) * float(from_the_system((1,)))


@breaks("state", "penalty", "what it adds differs")
class ForgetfulPenalty(FinePenalty):
    """Keeps what it learns where no checkpoint sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        self.calls += 1
        return self.calls * super().forward(game, real, fake)


@breaks("autocast", "penalty", "dtype")
class PenaltyOfMixedPrecision(FinePenalty):
    """Puts half and full precision together."""

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        eye = torch.eye(len(real.score), device=real.score.device)
        return torch.dot(nn.functional.linear(real.score, eye), real.score)


# -- priors ----------------------------------------------------------------------------------------


class FinePrior(StandInPrior):
    """Nothing is wrong with it."""


def z_as(change: Callable[[Tensor], Tensor]) -> Callable[..., Any]:
    """A draw whose z is changed in some way."""

    def draw(self, n, *, device, generator=None):
        sample = StandInPrior.draw(self, n, device=device, generator=generator)
        return sample.replace(z=change(sample.z))

    return draw


@breaks("runs", "prior", "RuntimeError")
class CannotDraw(FinePrior):
    """Fails as it draws."""

    draw = z_as(lambda z: z.reshape(-1, 7))


@breaks("shape", "prior", "z is (1, 1, 6)")
class DeepNoise(FinePrior):
    """Its z has a dimension too many."""

    draw = z_as(lambda z: z.unsqueeze(1))


@breaks("shape", "prior", "code['bit'] is (1,)")
class OneCode(FinePrior):
    """Draws a code for the batch, not one for each sample."""

    def draw(self, n, *, device, generator=None):
        sample = super().draw(n, device=device, generator=generator)
        return sample.replace(code={"bit": torch.ones(1, device=device)})


@breaks("dim", "prior", "dim is 6, and z has a length of 12")
class LongerThanItSays(FinePrior):
    """Its z is longer than dim."""

    draw = z_as(lambda z: z.repeat(1, 2))


@breaks("dim", "prior", "from 8 to 9")
class DeafKnob(FinePrior):
    """Its option does nothing."""

    def __init__(self, dim: int = 6) -> None:
        super().__init__()


@breaks("dtype", "prior", "float64")
class DoubleNoise(FinePrior):
    """Draws in double precision."""

    draw = z_as(lambda z: z.double())


@breaks("finite", "prior", "z is not")
class InfiniteNoise(FinePrior):
    """Takes the logarithm of 0."""

    draw = z_as(lambda z: z * (z * 0).exp().sub(1).log())


@breaks("device", "prior", "default device")
class NoiseElsewhere(FinePrior):
    """Draws where it likes."""

    def draw(self, n, *, device, generator=None):
        sample = super().draw(n, device=device, generator=generator)
        return sample.replace(z=sample.z + torch.ones(self.dim))


@breaks("deterministic", "prior", "from the global one all the same")
class DeafToGenerator(FinePrior):
    """Does not draw from the generator that it is given."""

    def draw(self, n, *, device, generator=None):
        return super().draw(n, device=device)


@breaks("deterministic", "prior", "it moves the global one")
class WastesDraws(FinePrior):
    """Draws from the global generator beside the one that it is given."""

    def draw(self, n, *, device, generator=None):
        torch.rand(1, device=device)
        return super().draw(n, device=device, generator=generator)


@breaks("state", "prior", "something else")
class ForgetfulPrior(FinePrior):
    """Keeps its random centre where no checkpoint sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.centre = random.random()

    def draw(self, n, *, device, generator=None):
        sample = super().draw(n, device=device, generator=generator)
        return sample.replace(z=sample.z + self.centre)


# -- games -----------------------------------------------------------------------------------------


@breaks("schedule", "game", "step 1 has no turns")
class NobodyMoves(Game):
    """Has no turns."""

    def updates(self, step):
        return ()


@breaks("schedule", "game", "'e' is to move")
class AStrangerMoves(Game):
    """Has a turn of somebody who does not play."""

    def updates(self, step):
        return [("d",), ("e",)]


@breaks("plays", "game", "AttributeError")
class CannotBePlayed(Game):
    """Fails in every turn."""

    def real(self, batch):
        return batch.image


@breaks("plays", "game", "no loss for 'g'")
class OnlyDMinimises(Game):
    """Gives G nothing to minimise."""

    def losses(self, players, batch, step):
        losses = super().losses(players, batch, step)
        return type(losses)({who: loss for who, loss in losses.by_player.items() if who == "d"})


@breaks("plays", "game", "'g' has not moved")
class WrongWeights(Game):
    """Names as G's weights some that no loss depends on."""

    def __init__(self, spec, prior, loss=None, penalties=()) -> None:
        super().__init__(spec, prior, loss, penalties)
        self.idle = nn.Linear(2, 2)

    def players(self):
        return {**super().players(), "g": self.idle}


@breaks("samples", "game", "under the same seed")
class DeafGame(Game):
    """Does not draw from the generator that it is given."""

    def noise(self, n, generator=None, label=None):
        return super().noise(n, None, label)


@breaks("samples", "game", "others")
class DeafToLabels(Game):
    """Draws whichever label it likes."""

    conditional = True

    def __init__(self, spec, prior, loss=None, penalties=()) -> None:
        super().__init__(spec, prior, loss, penalties)
        if not spec.classes:
            raise UsageError("it needs labelled data.")

    def noise(self, n, generator=None, label=None):
        return super().noise(n, generator)


# -- datasets --------------------------------------------------------------------------------------


class FineData(StandInData):
    """Vectors with labels: nothing is wrong with it."""

    splits = ("train", "test")

    def __init__(self) -> None:
        super().__init__((2,), classes=3, bounded=False)

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"there is no split {split!r}.")
        return self.changed(tiny(self.spec))

    def changed(self, data: Data) -> Data:
        return data


@breaks("loads", "dataset", "OSError")
class CannotLoad(FineData):
    """Fails as it loads."""

    def changed(self, data: Data) -> Data:
        raise OSError("out of paper")


@breaks("loads", "dataset", "'no-such-split'")
class AnySplit(FineData):
    """Takes every split for the training split."""

    def load(self, root: Path, split: str) -> Data:
        return tiny(self.spec)


@breaks("shape", "dataset", "x is torch.float64")
class DoubleData(FineData):
    """Is in double precision."""

    def changed(self, data: Data) -> Data:
        return Data(data.x.double(), data.y, data.classes)


@breaks("labels", "dataset", "with 2 classes")
class OneClassTooMany(FineData):
    """Has a label that is not among its classes."""

    def changed(self, data: Data) -> Data:
        return Data(data.x, data.y, 2)


@breaks("labels", "dataset", "classes is 3, y missing")
class ClassesWithoutLabels(FineData):
    """Has classes and no labels."""

    def changed(self, data: Data) -> Data:
        return Data(data.x, None, 3)


@breaks("deterministic", "dataset", "x differs")
class NewEveryTime(FineData):
    """Is made up anew every time."""

    def changed(self, data: Data) -> Data:
        return Data(torch.randn_like(data.x), data.y, data.classes)


# -- metrics ---------------------------------------------------------------------------------------


class FineMetric(Metric):
    """Nothing is wrong with it."""

    lower_is_better = {"distance": True}  # noqa: RUF012

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"distance": 1.0}


@breaks("builds", "metric", "ValueError")
class CannotBeMade(FineMetric):
    """Fails as it is made."""

    def __init__(self) -> None:
        raise ValueError("out of paper")


@breaks("runs", "metric", "ZeroDivisionError")
class CannotBeCalled(FineMetric):
    """Fails as it is called."""

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"distance": 1 / 0}


@breaks("results", "metric", "says nothing of 'likeness'")
class UnknownResult(FineMetric):
    """Does not say which way is better."""

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"likeness": 1.0}


# -- recipes ---------------------------------------------------------------------------------------


class OnlyReal(StandInLoss):
    """G's loss depends on D's scores on real samples alone."""

    g_needs_real = True

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return real.score.mean()


class Diverges(Forgetful):
    """Is not a number from its third update on."""

    def updated(self, real: Scores, fake: Scores) -> None:
        super().updated(real, fake)
        if self.k > 1.25:
            self.k = float("nan")


class SameNoise(StandInPrior):
    """Always draws the same."""

    def draw(self, n, *, device, generator=None):
        return super().draw(n, device=device, generator=torch.Generator().manual_seed(0))


def bad(name: str, **changes: Any) -> Recipe:
    return RECIPE.replace(name=name, summary="Broken on purpose", **changes)


BROKEN += [
    Broken("parts", "recipe", bad("unknown-part", loss=Part("no-such-loss")), "no loss"),
    Broken(
        "parts", "recipe", bad("unknown-option", game=Part("standard", {"d_stepz": 2})), "'d_stepz'"
    ),
    Broken("builds", "recipe", bad("no-optimizer", optimizer={"d": SGD()}), "names no optimizer"),
    Broken(
        "gradients",
        "recipe",
        bad("stuck", loss=Part("only-real")),
        "'g' is 0 everywhere",
        others=(("loss", "only-real", OnlyReal),),
    ),
    Broken(
        "trains",
        "recipe",
        bad("diverging", loss=Part("diverges")),
        "diverged",
        others=(("loss", "diverges", Diverges),),
    ),
    Broken(
        "resumes",
        "recipe",
        bad("forgetful", loss=Part("forgets")),
        "tensors differ",
        others=(("loss", "forgets", Forgetful),),
    ),
    Broken(
        "samples",
        "recipe",
        bad("monotonous", prior=Part("same")),
        "the same under another seed",
        others=(("prior", "same", SameNoise),),
    ),
]
