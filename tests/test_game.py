"""The rules of play: who moves, what they see, what each minimises, and who gets a gradient."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganzoo import (
    Augmentation,
    Batch,
    Discriminator,
    Game,
    Loss,
    Losses,
    Part,
    Penalty,
    Scores,
    Spec,
    UsageError,
)
from ganzoo.engine.optimizers import OptimizerSettings

from .toy import TOY, ToyDiscriminator, ToyGenerator, ToyLoss, ToyPenalty, ToyPrior, game_of

SPEC = Spec((1, 4, 4))
STILL = TOY.replace(discriminator=Part("toy", {"dropout": 0.0}))  # the same scores every time


def made(
    loss: Loss | None = None, penalties=(), augmentations=(), discriminator=None, **options
) -> Game:
    """A game of toys, without dropout."""
    torch.manual_seed(0)
    game = Game(SPEC, ToyPrior(), loss or ToyLoss(), penalties, augmentations, **options)
    game.generator = ToyGenerator(game.g_spec())
    game.discriminator = discriminator or ToyDiscriminator(game.d_spec(), dropout=0.0)
    return game


def batch(n: int = 6, seed: int = 1, y: bool = False) -> Batch:
    noise = torch.Generator().manual_seed(seed)
    x = torch.rand(n, 1, 4, 4, generator=noise) * 2 - 1
    return Batch(x=x, y=torch.arange(n) if y else None)


def with_noise(game: Game, players: tuple[str, ...], seed: int = 2, step: int = 1) -> Losses:
    torch.manual_seed(seed)
    return game.losses(players, batch(), step)


def grads(module: nn.Module) -> list[Tensor | None]:
    return [parameter.grad for parameter in module.parameters()]


def backward(game: Game, losses: Losses) -> None:
    """Take the gradients of an update as the engine does, without a step."""
    waiting = len(losses.by_player)
    for player, loss in losses.by_player.items():
        waiting -= 1
        roles = game.players()[player]
        weights = [weight for role in roles for weight in game.get_submodule(role).parameters()]
        torch.autograd.backward(loss, inputs=weights, retain_graph=waiting > 0)


# -- the order of updates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "updates"),
    [
        ({}, [("d",), ("g",)]),
        ({"d_updates": 3}, [("d",), ("d",), ("d",), ("g",)]),
        ({"g_updates": 2}, [("d",), ("g",), ("g",)]),
        ({"g_updates": 0}, [("d",)]),
        ({"simultaneous": True}, [("d", "g")]),
    ],
)
def test_the_updates_of_a_step(options, updates) -> None:
    assert [*made(**options).updates(1)] == updates


def test_only_the_discriminators_updates_read_data_unless_the_generators_loss_needs_it() -> None:
    game = made()
    assert game.reads(("d",))
    assert game.reads(("d", "g"))
    assert not game.reads(("g",))
    game.loss.g_needs_real = True
    assert game.reads(("g",))


# -- one pass or two ---------------------------------------------------------------------------


class Seen(Discriminator):
    """Remembers the sizes of the batches it was given; ``joint_batch`` as given."""

    joint_batch = True

    def __init__(self, spec: Spec, joint_batch: bool) -> None:
        super().__init__(spec)
        torch.manual_seed(3)
        self.last = nn.Linear(spec.size, 1)
        self.joint_batch, self.sizes = joint_batch, []

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        self.sizes.append(len(x))
        return self.last(x.flatten(1)), {"twice": 2 * x.flatten(1)}


def test_one_pass_over_both_equals_two_passes() -> None:
    once, twice = (made(discriminator=Seen(SPEC, joint_batch)) for joint_batch in (True, False))
    updates = [with_noise(game, ("d", "g")) for game in (once, twice)]
    assert once.discriminator.sizes == [12]
    assert twice.discriminator.sizes == [6, 6]
    for game, losses in zip((once, twice), updates, strict=True):
        assert losses.real.score.shape == losses.fake.score.shape == (6,)
        assert torch.equal(losses.real.aux["twice"], 2 * losses.real.batch.x.flatten(1))
        assert torch.equal(losses.fake.aux["twice"], 2 * losses.fake.batch.x.flatten(1))
        backward(game, losses)
    for ours, theirs in zip(
        updates[0].by_player.values(), updates[1].by_player.values(), strict=True
    ):
        torch.testing.assert_close(ours, theirs)
    for ours, theirs in zip(once.parameters(), twice.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_discriminator_with_batch_norm_scores_real_and_fake_apart() -> None:
    class Normed(ToyDiscriminator):
        def __init__(self, spec: Spec) -> None:
            super().__init__(spec)
            self.body.append(nn.BatchNorm1d(8))

    assert ToyDiscriminator(SPEC).joint_batch
    assert not Normed(SPEC).joint_batch


def test_one_pass_keeps_labels_and_codes_with_their_sample() -> None:
    class Labelled(Game):
        def score(self, batch: Batch) -> Scores:
            assert len(batch.y) == len(batch.x) == len(batch.code["c"])
            return Scores(batch.y.float() + batch.code["c"], batch)

    game = Labelled(SPEC, ToyPrior())
    game.discriminator = Seen(SPEC, joint_batch=True)
    real = batch(y=True).replace(code={"c": torch.zeros(6), "only-real": torch.ones(6)})
    fake = batch(y=True).replace(code={"c": torch.full((6,), 10.0)}, z=torch.ones(6, 3))
    scores = game.score_both(real, fake)
    assert scores[0].score.tolist() == [0, 1, 2, 3, 4, 5]
    assert scores[1].score.tolist() == [10, 11, 12, 13, 14, 15]
    assert scores[0].batch is real
    assert scores[1].batch is fake


class Packed(Augmentation):
    """Pairs of samples as the channels of one (arXiv:1712.04086)."""

    def d_spec(self, spec: Spec) -> Spec:
        channels, *sides = spec.shape
        return spec.replace(shape=(2 * channels, *sides))

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x.reshape(-1, 2, 4, 4))


@pytest.mark.parametrize("joint_batch", [True, False])
def test_packing_halves_the_scores_and_keeps_the_samples(joint_batch: bool) -> None:
    packed = Seen(SPEC.replace(shape=(2, 4, 4)), joint_batch=joint_batch)
    game = made(augmentations=[Packed()], discriminator=packed)
    assert game.d_spec().shape == (2, 4, 4)
    losses = with_noise(game, ("d",))
    assert losses.real.score.shape == losses.fake.score.shape == (3,)
    assert torch.equal(losses.real.batch.x, batch().x)
    assert losses.fake.batch.x.shape == (6, 1, 4, 4)
    pairs = losses.fake.batch.x.reshape(3, 2, 4, 4)
    torch.testing.assert_close(losses.fake.score, packed(pairs)[0].squeeze(1))


# -- scores ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 1, 1, 1)])
def test_a_score_is_one_float32_a_sample(shape: tuple[int, ...]) -> None:
    scores = Game.scores(torch.ones(shape, dtype=torch.bfloat16), Batch())
    assert scores.score.shape == (4,)
    assert scores.score.dtype == torch.float32


@pytest.mark.parametrize("shape", [(4, 2), (4, 3, 3), (4, 1, 3, 3)])
def test_scores_of_patches_keep_their_shape(shape: tuple[int, ...]) -> None:
    assert Game.scores(torch.ones(shape), Batch()).score.shape == shape


class Patches(Discriminator):
    """A score for each of the four quarters of an image (arXiv:1611.07004, section 3.2.2)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.last = nn.Conv2d(spec.shape[0], 1, kernel_size=2, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(x).squeeze(1)


def test_a_loss_takes_scores_of_patches() -> None:
    game = made(discriminator=Patches(SPEC), simultaneous=True)
    losses = with_noise(game, ("d", "g"))
    assert losses.real.score.shape == losses.fake.score.shape == (6, 2, 2)
    real, fake = losses.real.score, losses.fake.score
    expected = softplus(-real).mean() + softplus(fake).mean()
    torch.testing.assert_close(losses.by_player["d"], expected)
    assert 0.0 <= game.report(losses)["d_accuracy"].item() <= 1.0
    backward(game, losses)
    assert all(grad is not None and grad.isfinite().all() for grad in grads(game))


def test_as_many_fakes_as_reals_with_their_labels() -> None:
    game = made()
    fake = game.fake(batch(5, y=True))
    assert fake.x.shape == (5, 1, 4, 4)
    assert fake.z.shape == (5, 3)
    assert fake.y.tolist() == [0, 1, 2, 3, 4]


# -- gradients ---------------------------------------------------------------------------------


@pytest.mark.parametrize("joint_batch", [True, False])
@pytest.mark.parametrize("player", ["d", "g"])
def test_only_the_player_of_an_update_gets_gradients(player: str, joint_batch: bool) -> None:
    game = made(discriminator=Seen(SPEC, joint_batch))
    losses = with_noise(game, (player,))
    assert [*losses.by_player] == [player]
    backward(game, losses)
    for name, (role,) in game.players().items():
        network = game.get_submodule(role)
        if name == player:
            assert all(grad is not None and grad.abs().sum() > 0 for grad in grads(network)[-2:])
        else:
            assert all(grad is None for grad in grads(network))


def test_the_discriminators_update_builds_no_graph_through_the_generator() -> None:
    losses = with_noise(made(), ("d",))
    assert not losses.fake.batch.x.requires_grad


def test_simultaneous_gradients_equal_those_written_by_hand() -> None:
    game, mine = made(simultaneous=True), made()
    backward(game, with_noise(game, ("d", "g")))

    torch.manual_seed(2)
    fake = mine.generator(torch.randn(6, 3))
    real_score, fake_score = mine.discriminator(batch().x), mine.discriminator(fake)
    d_loss = softplus(-real_score).mean() + softplus(fake_score).mean()
    g_loss = softplus(-fake_score).mean()
    d_weights, g_weights = [*mine.discriminator.parameters()], [*mine.generator.parameters()]
    expected_d = torch.autograd.grad(d_loss, d_weights, retain_graph=True)
    expected_g = torch.autograd.grad(g_loss, g_weights)

    for network, expected in ((game.discriminator, expected_d), (game.generator, expected_g)):
        for grad, by_hand in zip(grads(network), expected, strict=True):
            torch.testing.assert_close(grad, by_hand)


def test_alternating_gradients_equal_the_simultaneous_ones_from_the_same_weights() -> None:
    together, apart = made(simultaneous=True), made()
    backward(together, with_noise(together, ("d", "g")))
    for player in ("d", "g"):
        backward(apart, with_noise(apart, (player,)))
    for ours, theirs in zip(grads(together), grads(apart), strict=True):
        torch.testing.assert_close(ours, theirs)


# -- what the loss needs -----------------------------------------------------------------------


class Relativistic(Loss):
    g_needs_real = True

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(fake.score - real.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return softplus(real.score - fake.score).mean()


def test_the_generators_loss_is_shown_the_reals_only_if_it_needs_them() -> None:
    assert with_noise(made(), ("g",)).real is None
    game = made(Relativistic())
    losses = with_noise(game, ("g",))
    assert torch.equal(losses.real.batch.x, batch().x)
    backward(game, losses)
    assert all(grad is not None for grad in grads(game.generator))
    assert all(grad is None for grad in grads(game.discriminator))


def test_losses_add() -> None:
    terms = ToyLoss(), Relativistic(), ToyLoss()
    both = terms[0] + terms[1] + terms[2]
    assert [*both.terms] == [*terms]
    assert both.g_needs_real
    assert not (ToyLoss() + ToyLoss()).g_needs_real
    real = Scores(torch.tensor([1.0, 2.0]), Batch())
    fake = Scores(torch.tensor([0.5, -1.0]), Batch())
    expected_d = sum(term.discriminator(real, fake) for term in terms)
    expected_g = sum(term.generator(real, fake) for term in terms)
    torch.testing.assert_close(both.discriminator(real, fake), expected_d)
    torch.testing.assert_close(both.generator(real, fake), expected_g)
    both.updated(real, fake)
    assert [int(terms[0].seen), int(terms[2].seen)] == [1, 1]
    scores = {"score_real", "score_fake"}
    assert {*both.report(real, fake)} == {"d_real", "d_fake", "d_accuracy"} | scores
    assert torch.equal(both.probability(real.score), real.score.sigmoid())


def test_the_report_of_a_game() -> None:
    game = made()
    real, fake = torch.tensor([2.0, -2.0, 0.1]), torch.tensor([-1.0, 1.0, -3.0])
    scores = Scores(real, Batch()), Scores(fake, Batch())
    losses = {"d": torch.tensor(3.0, requires_grad=True), "g": torch.tensor(4.0)}
    scalars = game.report(Losses(losses, *scores))
    reported = {name: value.item() for name, value in scalars.items()}
    assert reported == pytest.approx({
        "loss_d": 3.0, "loss_g": 4.0, "d_real": real.sigmoid().mean().item(),
        "d_fake": fake.sigmoid().mean().item(), "d_accuracy": 4 / 6,
    })  # fmt: skip
    assert not any(value.requires_grad for value in scalars.values())
    assert [*game.report(Losses({"g": losses["g"]}, None, scores[1]))] == ["loss_g"]


# -- penalties ---------------------------------------------------------------------------------


class Slope(Penalty):
    """R1 (arXiv:1801.04406, equation 9) on reals and fakes, from D's own graph."""

    needs_gradient = True

    def __init__(self, interval: int = 1) -> None:
        super().__init__()
        self.interval = interval

    def forward(self, game, real: Scores, fake: Scores) -> Tensor:
        assert real.batch.x.is_leaf
        slopes = [
            torch.autograd.grad(scores.score.sum(), scores.batch.x, create_graph=True)[0]
            for scores in (real, fake)
        ]
        return torch.stack([slope.square().flatten(1).sum(1).mean() for slope in slopes]).sum()


class Clip(Penalty):
    def project(self, network: nn.Module) -> None:
        assert not torch.is_grad_enabled()
        for weight in network.parameters():
            weight.clamp_(-0.01, 0.01)


@pytest.mark.parametrize("interval", [1, 3])
def test_a_penalty_is_due_every_interval_and_weighs_as_much_more(interval: int) -> None:
    plain, game = made(), made(penalties=[ToyPenalty(gamma=0.5, interval=interval)])
    for step in range(1, 7):
        without = with_noise(plain, ("d",), step=step)
        term = with_noise(game, ("d",), step=step).by_player["d"] - without.by_player["d"]
        expected = (
            interval * 0.5 * without.real.score.square().mean() if step % interval == 0 else 0.0
        )
        torch.testing.assert_close(term, torch.as_tensor(expected))


def test_penalties_add_and_leave_the_generators_loss_alone() -> None:
    game = made(penalties=[ToyPenalty(gamma=1.0), ToyPenalty(gamma=2.0)])
    losses = with_noise(game, ("d",))
    plain = with_noise(made(), ("d",)).by_player["d"]
    squares = losses.real.score.square().mean()
    torch.testing.assert_close(losses.by_player["d"], plain + 3 * squares)
    torch.testing.assert_close(
        with_noise(game, ("g",)).by_player["g"], with_noise(made(), ("g",)).by_player["g"]
    )


@pytest.mark.parametrize("joint_batch", [True, False])
@pytest.mark.parametrize("players", [("d",), ("d", "g")])
def test_a_penalty_differentiates_by_the_samples(players, joint_batch: bool) -> None:
    game = made(penalties=[Slope()], discriminator=Seen(SPEC, joint_batch))
    losses = with_noise(game, players)
    assert losses.fake.batch.x.is_leaf == (players == ("d",))
    weight = game.discriminator.last.weight  # D is linear: its slope is its weight, everywhere
    plain = game.loss.discriminator(losses.real, losses.fake)
    torch.testing.assert_close(losses.by_player["d"], plain + 2 * weight.square().sum())
    backward(game, losses)
    assert all(grad is not None for grad in grads(game.discriminator))
    assert all((grad is not None) == ("g" in players) for grad in grads(game.generator))


def test_samples_require_no_gradient_while_no_penalty_is_due() -> None:
    game = made(penalties=[Slope(interval=2)])
    assert not with_noise(game, ("d",), step=1).real.batch.x.requires_grad
    assert with_noise(game, ("d",), step=2).real.batch.x.requires_grad


def test_a_penalty_may_score_any_other_sample() -> None:
    class Elsewhere(Penalty):
        def forward(self, game, real: Scores, fake: Scores) -> Tensor:
            mixed = Batch(x=(real.batch.x + fake.batch.x) / 2)
            return game.score(mixed).score.mean()

    game = made(penalties=[Elsewhere()], discriminator=Seen(SPEC, True))
    losses = with_noise(game, ("d",))
    halfway = (losses.real.score.mean() + losses.fake.score.mean()) / 2  # D is linear
    plain = game.loss.discriminator(losses.real, losses.fake)
    torch.testing.assert_close(losses.by_player["d"], plain + halfway)


def test_after_the_discriminators_update_its_weights_are_projected_and_the_loss_updated() -> None:
    game = made(penalties=[Clip()])
    game.updated(with_noise(game, ("g",)))
    assert int(game.loss.seen) == 0
    assert max(weight.abs().max() for weight in game.discriminator.parameters()) > 0.01
    game.updated(with_noise(game, ("d",)))
    assert int(game.loss.seen) == 1
    assert max(weight.abs().max() for weight in game.discriminator.parameters()) <= 0.01


# -- sampling ----------------------------------------------------------------------------------


def test_the_averaged_game_shares_all_but_the_generator() -> None:
    game = game_of(STILL)
    other = ToyGenerator(game.g_spec())
    twin = game.averaged({"generator": other})
    assert twin.generator is other
    assert game.generator is not other
    assert type(twin) is type(game)
    for name in ("discriminator", "loss", "penalties", "prior", "spec"):
        assert getattr(twin, name) is getattr(game, name)
    z = torch.randn(4, 3)
    assert torch.equal(twin.generate(Batch(z=z)).x, other(z))


def test_the_sampling_state_is_the_weights_that_sampling_needs() -> None:
    game = game_of(STILL.replace(penalties=(Part("toy"),)))
    keys = {*game.sampling_state()}
    assert keys == {key for key in game.state_dict() if key.startswith("generator.")}
    assert {"loss.seen", "penalties.0.steps"} <= {*game.state_dict()}


def test_a_conditional_game_is_refused_on_data_without_labels() -> None:
    recipe = TOY.replace(game=(Part("conditional"),))
    with pytest.raises(UsageError, match="ToyConditional draws samples by their labels, and this"):
        game_of(recipe, classes=0)


def test_noise_has_labels_in_a_conditional_game() -> None:
    assert game_of(STILL, classes=3).noise(4).y is None
    game = game_of(STILL.replace(game=Part("conditional")), classes=3)
    assert game.noise(5).y.tolist() == [0, 1, 2, 0, 1]
    assert game.noise(5, given={"label": 2}).y.tolist() == [2] * 5


def test_noise_is_the_generators_it_is_given() -> None:
    game = game_of(STILL)
    draws = [game.noise(4, seed).z for seed in (7, 7, 8)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


# -- fakes that both players see -------------------------------------------------------------------


def sharing(accumulate: int = 1, **options) -> Game:
    game = made(share_fakes=True, **options)
    game.optimizers = {"g": OptimizerSettings(torch.optim.SGD, accumulate=accumulate)}
    return game


def fakes_of_a_step(game: Game, updates: list[tuple[str, ...]]) -> list[Tensor]:
    torch.manual_seed(2)
    drawn = [game.losses(players, batch(), 1).fake for players in updates]
    return [scores.batch.x.detach() for scores in drawn if scores is not None]


def test_shared_fakes_are_those_of_the_last_update_of_d() -> None:
    first, last, shared = fakes_of_a_step(sharing(d_updates=2), [("d",), ("d",), ("g",)])
    assert torch.equal(shared, last)
    assert not torch.equal(first, last)


def test_shared_fakes_serve_one_update_of_g() -> None:
    seen = fakes_of_a_step(sharing(g_updates=2), [("d",), ("g",), ("g",)])
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[1], seen[2])


def test_without_sharing_each_update_has_its_own_fakes() -> None:
    seen = fakes_of_a_step(made(), [("d",), ("g",)])
    assert not torch.equal(*seen)


def test_fakes_are_not_shared_where_gradients_are_accumulated() -> None:
    seen = fakes_of_a_step(sharing(accumulate=2), [("d",), ("g",)])
    assert not torch.equal(*seen)


@pytest.mark.parametrize("g_needs_real", [True, False])
def test_fakes_are_not_shared_where_g_compares_them_with_real_samples(g_needs_real: bool) -> None:
    """The real samples of G's update are others, with other labels and conditions."""
    game = sharing()
    game.loss.g_needs_real = g_needs_real
    given = batch().replace(cond={"source": batch().tensor("x")})
    fakes = [game.losses(players, given, 1).fake.batch.x for players in (("d",), ("g",))]
    assert torch.equal(*fakes) is not g_needs_real


def test_g_has_its_gradient_through_shared_fakes_and_d_none_of_g() -> None:
    game = sharing()
    torch.manual_seed(2)
    d_losses = game.losses(("d",), batch(), 1)
    assert d_losses.fake is not None
    assert not d_losses.fake.batch.x.requires_grad
    backward(game, game.losses(("g",), batch(), 1))
    assert all(grad is not None for grad in grads(game.generator))
