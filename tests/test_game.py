"""The rules of play: who moves, what they see, what each minimises, and who gets a gradient."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganzoo import Discriminator, Game, Loss, Part, Penalty, Sample, Spec, Turn, Verdict
from ganzoo.optimizers import Scheduled

from .toy import TOY, ToyDiscriminator, ToyGenerator, ToyLoss, ToyPenalty, ToyPrior, game_of

SPEC = Spec((1, 4, 4))
STILL = TOY.but(discriminator=Part("toy", {"dropout": 0.0}))  # the same verdict every time


def made(loss: Loss | None = None, penalties=(), discriminator=None, **knobs) -> Game:
    """A game of toys, without dropout."""
    torch.manual_seed(0)
    game = Game(SPEC, ToyPrior(), loss or ToyLoss(), penalties, **knobs)
    game.generator = ToyGenerator(game.g_spec())
    game.discriminator = discriminator or ToyDiscriminator(game.d_spec(), dropout=0.0)
    return game


def batch(n: int = 6, seed: int = 1, y: bool = False) -> Sample:
    noise = torch.Generator().manual_seed(seed)
    x = torch.rand(n, 1, 4, 4, generator=noise) * 2 - 1
    return Sample(x=x, y=torch.arange(n) if y else None)


def with_noise(game: Game, movers: tuple[str, ...], seed: int = 2, step: int = 1) -> Turn:
    torch.manual_seed(seed)
    return game.turn(movers, batch(), step)


def grads(module: nn.Module) -> list[Tensor | None]:
    return [parameter.grad for parameter in module.parameters()]


def move(game: Game, turn: Turn) -> None:
    """Take the gradients of a turn as the engine does, without moving anybody."""
    waiting = len(turn.losses)
    for who, loss in turn.losses.items():
        waiting -= 1
        weights = [*game.players()[who].parameters()]
        torch.autograd.backward(loss, inputs=weights, retain_graph=waiting > 0)


# -- schedules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("knobs", "turns"),
    [
        ({}, [("d",), ("g",)]),
        ({"d_steps": 3}, [("d",), ("d",), ("d",), ("g",)]),
        ({"g_steps": 2}, [("d",), ("g",), ("g",)]),
        ({"g_steps": 0}, [("d",)]),
        ({"simultaneous": True}, [("d", "g")]),
    ],
)
def test_a_round(knobs, turns) -> None:
    assert [*made(**knobs).schedule(1)] == turns


def test_only_the_discriminators_turns_read_data_unless_the_generators_loss_needs_it() -> None:
    game = made()
    assert game.reads(("d",))
    assert game.reads(("d", "g"))
    assert not game.reads(("g",))
    game.loss.g_needs_real = True
    assert game.reads(("g",))


# -- one pass or two ---------------------------------------------------------------------------


class Seen(Discriminator):
    """Remembers the sizes of the batches it was given; ``one_pass`` as told."""

    one_pass = True

    def __init__(self, spec: Spec, one_pass: bool) -> None:
        super().__init__(spec)
        torch.manual_seed(3)
        self.last = nn.Linear(spec.size, 1)
        self.one_pass, self.sizes = one_pass, []

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        self.sizes.append(len(x))
        return self.last(x.flatten(1)), {"twice": 2 * x.flatten(1)}


def test_one_pass_over_both_equals_two_passes() -> None:
    once, twice = (made(discriminator=Seen(SPEC, one_pass)) for one_pass in (True, False))
    turns = [with_noise(game, ("d", "g")) for game in (once, twice)]
    assert once.discriminator.sizes == [12]
    assert twice.discriminator.sizes == [6, 6]
    for game, turn in zip((once, twice), turns, strict=True):
        assert turn.real.score.shape == turn.fake.score.shape == (6,)
        assert torch.equal(turn.real.aux["twice"], 2 * turn.real.sample.x.flatten(1))
        assert torch.equal(turn.fake.aux["twice"], 2 * turn.fake.sample.x.flatten(1))
        move(game, turn)
    for ours, theirs in zip(turns[0].losses.values(), turns[1].losses.values(), strict=True):
        torch.testing.assert_close(ours, theirs)
    for ours, theirs in zip(once.parameters(), twice.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_discriminator_with_batch_norm_judges_real_and_fake_apart() -> None:
    class Normed(ToyDiscriminator):
        def __init__(self, spec: Spec) -> None:
            super().__init__(spec)
            self.body.append(nn.BatchNorm1d(8))

    assert ToyDiscriminator(SPEC).one_pass
    assert not Normed(SPEC).one_pass


def test_one_pass_keeps_labels_and_codes_with_their_sample() -> None:
    class Labelled(Game):
        def judge(self, sample: Sample) -> Verdict:
            assert len(sample.y) == len(sample.x) == len(sample.code["c"])
            return Verdict(sample.y.float() + sample.code["c"], sample)

    game = Labelled(SPEC, ToyPrior())
    game.discriminator = Seen(SPEC, one_pass=True)
    real = batch(y=True).but(code={"c": torch.zeros(6), "only-real": torch.ones(6)})
    fake = batch(y=True).but(code={"c": torch.full((6,), 10.0)}, z=torch.ones(6, 3))
    verdicts = game.judge_both(real, fake)
    assert verdicts[0].score.tolist() == [0, 1, 2, 3, 4, 5]
    assert verdicts[1].score.tolist() == [10, 11, 12, 13, 14, 15]
    assert verdicts[0].sample is real
    assert verdicts[1].sample is fake


def test_a_packed_view_halves_the_verdicts() -> None:
    class Packed(Game):
        def view(self, sample: Sample) -> Sample:
            return sample.but(x=sample.x.reshape(-1, 2, 4, 4))

    game = Packed(SPEC, ToyPrior(), ToyLoss())
    game.generator = ToyGenerator(game.g_spec())
    game.discriminator = Seen(SPEC.but(shape=(2, 4, 4)), one_pass=True)
    turn = game.turn(("d",), batch(6), 1)
    assert turn.real.score.shape == turn.fake.score.shape == (3,)
    assert turn.real.sample.x.shape == (3, 2, 4, 4)


# -- verdicts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 1, 1, 1)])
def test_a_score_is_one_float32_a_sample(shape: tuple[int, ...]) -> None:
    verdict = Game.verdict(torch.ones(shape, dtype=torch.bfloat16), Sample())
    assert verdict.score.shape == (4,)
    assert verdict.score.dtype == torch.float32


def test_a_score_that_is_not_one_a_sample_is_refused() -> None:
    with pytest.raises(RuntimeError, match="shape"):
        Game.verdict(torch.ones(4, 2), Sample())


def test_as_many_fakes_as_reals_with_their_labels() -> None:
    game = made()
    fake = game.fake(batch(5, y=True))
    assert fake.x.shape == (5, 1, 4, 4)
    assert fake.z.shape == (5, 3)
    assert fake.y.tolist() == [0, 1, 2, 3, 4]


# -- gradients ---------------------------------------------------------------------------------


@pytest.mark.parametrize("one_pass", [True, False])
@pytest.mark.parametrize("who", ["d", "g"])
def test_in_alternating_turns_only_the_mover_gets_gradients(who: str, one_pass: bool) -> None:
    game = made(discriminator=Seen(SPEC, one_pass))
    turn = with_noise(game, (who,))
    assert [*turn.losses] == [who]
    move(game, turn)
    for name, player in game.players().items():
        if name == who:
            assert all(grad is not None and grad.abs().sum() > 0 for grad in grads(player)[-2:])
        else:
            assert all(grad is None for grad in grads(player))


def test_the_discriminators_turn_builds_no_graph_through_the_generator() -> None:
    turn = with_noise(made(), ("d",))
    assert not turn.fake.sample.x.requires_grad


def test_simultaneous_gradients_equal_those_written_by_hand() -> None:
    game, mine = made(simultaneous=True), made()
    move(game, with_noise(game, ("d", "g")))

    torch.manual_seed(2)
    fake = mine.generator(torch.randn(6, 3))
    real_score, fake_score = mine.discriminator(batch().x), mine.discriminator(fake)
    d_loss = softplus(-real_score).mean() + softplus(fake_score).mean()
    g_loss = softplus(-fake_score).mean()
    d_weights, g_weights = [*mine.discriminator.parameters()], [*mine.generator.parameters()]
    expected_d = torch.autograd.grad(d_loss, d_weights, retain_graph=True)
    expected_g = torch.autograd.grad(g_loss, g_weights)

    for player, expected in ((game.discriminator, expected_d), (game.generator, expected_g)):
        for grad, by_hand in zip(grads(player), expected, strict=True):
            torch.testing.assert_close(grad, by_hand)


def test_alternating_gradients_equal_the_simultaneous_ones_from_the_same_weights() -> None:
    together, apart = made(simultaneous=True), made()
    move(together, with_noise(together, ("d", "g")))
    for who in ("d", "g"):
        move(apart, with_noise(apart, (who,)))
    for ours, theirs in zip(grads(together), grads(apart), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_in_a_simultaneous_turn_both_see_the_weights_from_before_it() -> None:
    """G's step does not see D's, which the engine takes first."""
    game = made(simultaneous=True)
    turn = with_noise(game, ("d", "g"))
    before = [w.clone() for w in game.discriminator.parameters()]
    move(game, turn)
    Scheduled(TOY.optimizer["d"], game.discriminator.parameters()).step(1)
    moved = zip(before, game.discriminator.parameters(), strict=True)
    assert any(not torch.equal(old, new) for old, new in moved)
    assert all(grad is not None for grad in grads(game.generator))


# -- what the loss needs -----------------------------------------------------------------------


class Relativistic(Loss):
    g_needs_real = True

    def discriminator(self, real: Verdict, fake: Verdict) -> Tensor:
        return softplus(fake.score - real.score).mean()

    def generator(self, real: Verdict | None, fake: Verdict) -> Tensor:
        return softplus(real.score - fake.score).mean()


def test_the_generators_loss_is_shown_the_reals_only_if_it_needs_them() -> None:
    assert with_noise(made(), ("g",)).real is None
    game = made(Relativistic())
    turn = with_noise(game, ("g",))
    assert torch.equal(turn.real.sample.x, batch().x)
    move(game, turn)
    assert all(grad is not None for grad in grads(game.generator))
    assert all(grad is None for grad in grads(game.discriminator))


def test_losses_add() -> None:
    terms = ToyLoss(), Relativistic(), ToyLoss()
    both = terms[0] + terms[1] + terms[2]
    assert [*both.terms] == [*terms]
    assert both.g_needs_real
    assert not (ToyLoss() + ToyLoss()).g_needs_real
    real = Verdict(torch.tensor([1.0, 2.0]), Sample())
    fake = Verdict(torch.tensor([0.5, -1.0]), Sample())
    expected_d = sum(term.discriminator(real, fake) for term in terms)
    expected_g = sum(term.generator(real, fake) for term in terms)
    torch.testing.assert_close(both.discriminator(real, fake), expected_d)
    torch.testing.assert_close(both.generator(real, fake), expected_g)
    both.update(real, fake)
    assert [int(terms[0].seen), int(terms[2].seen)] == [1, 1]
    scores = {"score_real", "score_fake"}
    assert {*both.report(real, fake)} == {"d_real", "d_fake", "d_accuracy"} | scores
    assert torch.equal(both.probability(real.score), real.score.sigmoid())


def test_what_the_game_reports() -> None:
    game = made()
    real, fake = torch.tensor([2.0, -2.0, 0.1]), torch.tensor([-1.0, 1.0, -3.0])
    verdicts = Verdict(real, Sample()), Verdict(fake, Sample())
    losses = {"d": torch.tensor(3.0, requires_grad=True), "g": torch.tensor(4.0)}
    scalars = game.report(Turn(losses, *verdicts))
    told = {name: value.item() for name, value in scalars.items()}
    assert told == pytest.approx({
        "loss_d": 3.0, "loss_g": 4.0, "d_real": real.sigmoid().mean().item(),
        "d_fake": fake.sigmoid().mean().item(), "d_accuracy": 4 / 6,
    })  # fmt: skip
    assert not any(value.requires_grad for value in scalars.values())
    assert [*game.report(Turn({"g": losses["g"]}, None, verdicts[1]))] == ["loss_g"]


# -- penalties ---------------------------------------------------------------------------------


class Slope(Penalty):
    """R1 (arXiv:1801.04406, equation 9) on reals and fakes, from D's own graph."""

    needs_gradient = True

    def __init__(self, every: int = 1) -> None:
        super().__init__()
        self.every = every

    def forward(self, judge, real: Verdict, fake: Verdict) -> Tensor:
        assert real.sample.x.is_leaf
        slopes = [
            torch.autograd.grad(v.score.sum(), v.sample.x, create_graph=True)[0]
            for v in (real, fake)
        ]
        return torch.stack([slope.square().flatten(1).sum(1).mean() for slope in slopes]).sum()


class Clip(Penalty):
    def after(self, discriminator: nn.Module) -> None:
        assert not torch.is_grad_enabled()
        for weight in discriminator.parameters():
            weight.clamp_(-0.01, 0.01)


@pytest.mark.parametrize("every", [1, 3])
def test_a_penalty_is_due_every_so_many_rounds_and_weighs_as_much_more(every: int) -> None:
    plain, game = made(), made(penalties=[ToyPenalty(gamma=0.5, every=every)])
    for step in range(1, 7):
        without = with_noise(plain, ("d",), step=step)
        term = with_noise(game, ("d",), step=step).losses["d"] - without.losses["d"]
        expected = every * 0.5 * without.real.score.square().mean() if step % every == 0 else 0.0
        torch.testing.assert_close(term, torch.as_tensor(expected))


def test_penalties_add_and_are_no_business_of_the_generator() -> None:
    game = made(penalties=[ToyPenalty(gamma=1.0), ToyPenalty(gamma=2.0)])
    turn = with_noise(game, ("d",))
    plain = with_noise(made(), ("d",)).losses["d"]
    squares = turn.real.score.square().mean()
    torch.testing.assert_close(turn.losses["d"], plain + 3 * squares)
    torch.testing.assert_close(
        with_noise(game, ("g",)).losses["g"], with_noise(made(), ("g",)).losses["g"]
    )


@pytest.mark.parametrize("one_pass", [True, False])
@pytest.mark.parametrize("movers", [("d",), ("d", "g")])
def test_a_penalty_differentiates_by_the_samples(movers, one_pass: bool) -> None:
    game = made(penalties=[Slope()], discriminator=Seen(SPEC, one_pass))
    turn = with_noise(game, movers)
    assert turn.fake.sample.x.is_leaf == (movers == ("d",))
    weight = game.discriminator.last.weight  # D is linear: its slope is its weight, everywhere
    plain = game.loss.discriminator(turn.real, turn.fake)
    torch.testing.assert_close(turn.losses["d"], plain + 2 * weight.square().sum())
    move(game, turn)
    assert all(grad is not None for grad in grads(game.discriminator))
    assert all((grad is not None) == ("g" in movers) for grad in grads(game.generator))


def test_samples_require_no_gradient_while_no_penalty_is_due() -> None:
    game = made(penalties=[Slope(every=2)])
    assert not with_noise(game, ("d",), step=1).real.sample.x.requires_grad
    assert with_noise(game, ("d",), step=2).real.sample.x.requires_grad


def test_a_penalty_may_judge_any_other_sample() -> None:
    class Elsewhere(Penalty):
        def forward(self, judge, real: Verdict, fake: Verdict) -> Tensor:
            mixed = Sample(x=(real.sample.x + fake.sample.x) / 2)
            return judge(mixed).score.mean()

    game = made(penalties=[Elsewhere()], discriminator=Seen(SPEC, True))
    turn = with_noise(game, ("d",))
    halfway = (turn.real.score.mean() + turn.fake.score.mean()) / 2  # D is linear
    plain = game.loss.discriminator(turn.real, turn.fake)
    torch.testing.assert_close(turn.losses["d"], plain + halfway)


def test_after_the_discriminators_turn_its_weights_are_projected_and_the_loss_updated() -> None:
    game = made(penalties=[Clip()])
    game.after(with_noise(game, ("g",)))
    assert int(game.loss.seen) == 0
    assert max(weight.abs().max() for weight in game.discriminator.parameters()) > 0.01
    game.after(with_noise(game, ("d",)))
    assert int(game.loss.seen) == 1
    assert max(weight.abs().max() for weight in game.discriminator.parameters()) <= 0.01


# -- sampling ----------------------------------------------------------------------------------


def test_the_averaged_game_shares_all_but_the_generator() -> None:
    game = game_of(STILL)
    other = ToyGenerator(game.g_spec())
    twin = game.averaged(other)
    assert twin.generator is other
    assert game.generator is not other
    assert type(twin) is type(game)
    for name in ("discriminator", "loss", "penalties", "prior", "spec"):
        assert getattr(twin, name) is getattr(game, name)
    z = torch.randn(4, 3)
    assert torch.equal(twin.generate(Sample(z=z)).x, other(z))


def test_what_is_shared_is_what_sampling_needs() -> None:
    game = game_of(STILL.but(penalty=(Part("toy"),)))
    keys = {*game.shareable()}
    assert keys == {key for key in game.state_dict() if key.startswith("generator.")}
    assert {"loss.seen", "penalties.0.steps"} <= {*game.state_dict()}


def test_noise_has_labels_in_a_conditional_game() -> None:
    assert game_of(STILL, classes=3).noise(4).y is None
    game = game_of(STILL.but(game=Part("conditional")), classes=3)
    assert game.noise(5).y.tolist() == [0, 1, 2, 0, 1]
    assert game.noise(5, label=2).y.tolist() == [2] * 5


def test_noise_is_the_generators_it_is_given() -> None:
    game = game_of(STILL)
    draws = [game.noise(4, torch.Generator().manual_seed(seed)).z for seed in (7, 7, 8)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
