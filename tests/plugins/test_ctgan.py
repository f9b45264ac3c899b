"""CTGAN on tables: the encoding, the conditions, the game, and the metrics."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from ganzoo import Data, Engine, Part, Registry, Spec, Splits, UsageError, build
from ganzoo.cli.sampling import given_values
from ganzoo_ctgan.columns import Column, view_of_rows
from ganzoo_ctgan.conditions import category_weights, column_of, marginal
from ganzoo_ctgan.encoding import Encoding
from ganzoo_ctgan.games import category_number
from ganzoo_ctgan.metrics.classifier import TableClassifier, some
from ganzoo_ctgan.metrics.columns import Columns, kolmogorov_smirnov
from ganzoo_ctgan.metrics.pairs import ColumnPairs
from ganzoo_ctgan.mixtures import fitted
from ganzoo_ctgan.people import COLUMNS, People

REGISTRY = Registry.discover()
PEOPLE = People(count=600).load(Path(), "train")
SMALL = REGISTRY.recipe("ctgan").replace(batch_size=20, steps=2, ema=0.0)


def encoding(data: Data = PEOPLE, columns=COLUMNS, modes: int = 4) -> Encoding:
    encoded = Encoding(columns, modes)
    encoded.fit(data.x)
    return encoded


@pytest.fixture(scope="module")
def engine() -> Engine:
    torch.manual_seed(0)
    game = build(SMALL, PEOPLE.spec(), REGISTRY)
    game.prepare(PEOPLE)
    return Engine(game, PEOPLE, SMALL)


# -- the encoding --------------------------------------------------------------------------------


def test_the_encoding_of_every_row_is_inverted_exactly() -> None:
    test = People(seed=1).load(Path(), "test")
    one = encoding()
    assert torch.equal(one.decode(one.encode(test.x)), test.x)
    assert torch.equal(one.decode(one.encode(test.x, likeliest=True)), test.x)


def test_a_value_is_its_distance_from_its_mode_by_hand() -> None:
    one = Encoding((Column("a", decimals=2), Column("b", ("x", "y"))), modes=2)
    one.means[0] = torch.tensor([0.0, 100.0])
    one.stds[0] = torch.tensor([1.0, 5.0])
    one.weights[0] = torch.tensor([0.5, 0.5])
    rows = torch.tensor([[2.0, 0.0], [90.0, 1.0]])
    assert one.encode(rows).tolist() == [[0.5, 1, 0, 1, 0], [-0.5, 0, 1, 0, 1]]
    assert (one.width, one.choices, one.conditions) == (5, 4, 2)


def test_a_mode_is_drawn_by_its_probability_given_the_value() -> None:
    one = Encoding((Column("a"),), modes=3)
    one.means[0], one.stds[0] = torch.tensor([-1.0, 1.0, 0.0]), torch.ones(3)
    one.weights[0] = torch.tensor([0.25, 0.75, 0.0])  # the third mode is not there
    torch.manual_seed(0)
    modes = one.encode(torch.zeros(20_000, 1))[:, 1:]
    assert modes.mean(0).tolist() == pytest.approx([0.25, 0.75, 0.0], abs=0.01)


def test_the_mixture_has_the_modes_of_its_values() -> None:
    torch.manual_seed(0)
    x = torch.cat((torch.randn(1500), 20 + 2 * torch.randn(500)))
    weights, means, stds = fitted(x, 10, narrow=0.01)
    assert weights.tolist() == pytest.approx([0.75, 0.25], abs=0.01)
    assert means.tolist() == pytest.approx([0, 20], abs=0.3)
    assert stds.tolist() == pytest.approx([1, 2], abs=0.2)
    for value in (3.0, 0.1):  # the second one has a mean in float64 that is another number
        equal = fitted(torch.full((11,), value, dtype=torch.float64), 10, narrow=0.01)
        assert [each.tolist() for each in equal] == [[1], pytest.approx([value]), [0.01]]


def test_a_value_that_most_rows_have_is_a_mode_of_its_own() -> None:
    torch.manual_seed(0)
    x = torch.cat((torch.zeros(1900), 1900 + 400 * torch.randn(100)))
    weights, means, stds = fitted(x, 10, narrow=0.01)
    assert weights.tolist() == pytest.approx([0.95, 0.05], abs=0.002)
    assert means.tolist() == pytest.approx([0, 1900], abs=100)
    assert stds[0] < 1
    assert stds[1] == pytest.approx(400, rel=0.2)


def test_the_distances_that_d_sees_are_those_that_g_can_make() -> None:
    one = Encoding((Column("a"),), modes=1)  # of mean 0 and deviation 1
    rows = torch.tensor([[2.0], [40.0], [-40.0]])
    assert one.encode(rows)[:, 0].tolist() == [0.5, 10, -10]
    assert one.encode(rows, bounded=True)[:, 0].tolist() == [0.5, 1, -1]


def test_gumbel_softmax_draws_by_the_softmax_of_the_logits() -> None:
    one = Encoding((Column("b", ("x", "y", "z")),), modes=2)
    logits = torch.tensor([0.2, 0.3, 0.5]).log().expand(50_000, 3)
    made = one.activate(logits, torch.rand(50_000, 3), tau=0.2)
    assert made.sum(1).sub(1).abs().max() < 1e-5
    shares = made.argmax(1).bincount(minlength=3) / len(made)
    assert shares.tolist() == pytest.approx([0.2, 0.3, 0.5], abs=0.01)


# -- the conditions ------------------------------------------------------------------------------


def test_rows_and_columns_are_drawn_as_in_training_by_sampling() -> None:
    rows = torch.tensor([[0, 0], [0, 0], [0, 1], [1, 1]])  # two columns of two categories
    one = Encoding((Column("a", ("p", "q")), Column("b", ("r", "s"))), modes=1)
    hot, sizes = one.one_hot(rows), [2, 2]
    weights = category_weights(hot.sum(0), sizes)
    log = [math.log(1 + n) for n in (3, 1, 2, 2)]  # the counts of p, q, r, s
    q = [log[0] / (log[0] + log[1]), log[1] / (log[0] + log[1]), 0.5, 0.5]
    by_hand = [q[0] / 3, q[1] / 1, q[2] / 2, q[3] / 2]
    assert weights.tolist() == pytest.approx(by_hand)
    of_row = (hot.double() @ weights) / 2
    assert of_row.sum().item() == pytest.approx(1)
    assert of_row[3].item() == pytest.approx((by_hand[1] + by_hand[3]) / 2)
    torch.manual_seed(0)
    chosen = column_of(hot[3:].expand(20_000, -1), weights.float(), sizes).float().mean(0)
    assert chosen[0].item() == pytest.approx(by_hand[1] / (by_hand[1] + by_hand[3]), abs=0.015)


def test_the_conditions_of_samples_have_the_frequencies_of_the_data() -> None:
    torch.manual_seed(0)
    uniform = torch.rand(40_000, 2)
    shares = marginal(uniform, torch.tensor([30.0, 10.0, 0.0, 5.0, 15.0]), [2, 3]).mean(0)
    assert shares.tolist() == pytest.approx([0.375, 0.125, 0, 0.125, 0.375], abs=0.01)


# -- the game ------------------------------------------------------------------------------------


def test_fakes_have_the_condition_of_the_real_rows_and_d_sees_both(engine: Engine) -> None:
    game = engine.game
    real = game.real(next(engine.batches))
    fake = game.fake(real)
    width = game.encoding.width
    assert real.x.shape == fake.x.shape == (20, width)
    condition = real.cond["condition"]
    assert torch.equal(condition, fake.cond["condition"])
    assert condition.sum(1).tolist() == [1.0] * 20
    held = condition * game.encoding.one_hot(game.encoding.decode(real.x))
    assert torch.equal(held, condition)  # the condition is true of its row
    assert game.discriminator.spec.shape == (10 * (width + game.encoding.conditions),)
    engine.game.eval()
    other = real.replace(cond={"condition": condition.roll(1, 1)})
    assert not torch.equal(game.score(real).score, game.score(other).score)
    engine.game.train()


def test_the_noise_of_encoded_rows_is_moved_too() -> None:
    recipe = SMALL.replace(game=(*SMALL.game, Part("latent-optimisation")))
    game = build(recipe, PEOPLE.spec(), REGISTRY)
    game.prepare(PEOPLE)
    moved = Engine(game, PEOPLE, recipe)
    real = game.real(next(moved.batches))
    fake = game.fake(real)
    assert fake.x.shape == real.x.shape
    assert torch.equal(fake.cond["condition"], real.cond["condition"])
    assert fake.cond["latent_step"].any()
    for report in moved.advance():
        assert all(value.isfinite() for value in report.values())


def test_the_loss_of_g_has_the_cross_entropy_of_the_condition(engine: Engine) -> None:
    game = engine.game
    fake = game.score(game.fake(game.real(next(engine.batches))))
    logits, condition = (fake.batch.cond[name] for name in ("logits", "condition"))
    expected = 0.0
    parts = game.encoding.discrete(logits)
    for row in range(20):
        start = 0
        for part in parts:
            for k in range(part.shape[1]):
                if condition[row, start + k]:
                    expected += part[row].logsumexp(0).item() - part[row, k].item()
            start += part.shape[1]
    loss = game.g_loss(None, fake) - game.loss.generator(None, fake)
    assert loss.item() == pytest.approx(expected / 20, rel=1e-4)


def test_it_trains_and_samples_are_rows_that_repeat(engine: Engine) -> None:
    assert all(value.isfinite() for _ in range(2) for r in engine.advance() for value in r.values())
    game = engine.game.eval()
    with torch.no_grad():
        nine, five = (game.generate(game.noise(n, seed=3)).x for n in (9, 5))
        owners = game.noise(4, 0, {"owner": "yes"})
    assert nine.shape == (9, 8)
    assert torch.equal(nine[:5], five)
    assert set(nine[:, 7].tolist()) <= {0.0, 1.0}
    assert owners.cond["condition"][:, -1].tolist() == [1.0] * 4
    assert torch.equal(owners.cond["condition"], game.noise(4, 0, {"owner": 1}).cond["condition"])
    with pytest.raises(UsageError, match=r"no category 'maybe'. Its categories: 'no', 'yes'\."):
        game.noise(1, 0, {"owner": "maybe"})
    with pytest.raises(UsageError, match="one column"):
        game.noise(1, 0, {"owner": "yes", "job": "nurse"})


@pytest.mark.parametrize(
    ("categories", "value", "category"),
    [
        (("04", "03"), 3, "03"),
        (("04", "03"), 4.0, "04"),
        (("04", "03"), "3", "03"),
        (("04", "3", "03"), 3, "3"),
        (("04", "3", "03"), "003", None),
        (("0", "2", "5"), 1, None),
        (("2.50", "1.0"), 2.5, "2.50"),
        (("1234567.5", "0"), 1234567.5, "1234567.5"),
        (("yes", "Yes"), "Yes", "Yes"),
        (("yes", "Yes"), "YES", None),
        (("yes", "No"), "no", "No"),
        (("true", "false"), True, "true"),
        (("no", "yes"), True, None),
        (("no", "yes"), 1, "yes"),
        (("no", "yes"), 2, None),
        (("1", "2", "many"), 0, None),
    ],
)
def test_a_given_value_is_never_another_category(categories, value, category) -> None:
    place = category_number(Column("a", categories), value)
    assert (None if place is None else categories[place]) == category


def test_data_that_are_no_table_are_refused() -> None:
    with pytest.raises(UsageError, match="is for tables: choose --dataset people"):
        build(SMALL, Spec((2,), low=-math.inf, high=math.inf), REGISTRY)


def test_a_category_that_is_not_there_is_told_with_the_names_in_quotes() -> None:
    view = view_of_rows((Column("a=b", ("clerk, senior", r"\nurse")), Column("n")))
    data = Data(torch.tensor([[0.0, 1.0], [1.0, 2.0]] * 20), view=view)
    game = build(SMALL, data.spec(), REGISTRY)
    with pytest.raises(UsageError, match=r"categories: 'clerk, senior', '\\nurse'\."):
        game.noise(1, 0, {"a=b": "x"})


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("a=b=x", {"a=b": "x"}),
        ("a=x", {"a": "x"}),
        ("a=b=x=y", {"a=b": "x=y"}),
        ("a=b=3", {"a=b": 3}),
        ("c=1", {"c": 1}),  # an unknown name, which the game refuses
    ],
)
def test_a_given_name_may_have_an_equals_sign(text: str, given: dict[str, object]) -> None:
    game = SimpleNamespace(givable=lambda: ("a", "a=b"), conditions=lambda: ())
    assert given_values([text], SimpleNamespace(game=game)) == given


# -- metrics -------------------------------------------------------------------------------------


def test_the_distances_of_columns_and_of_pairs_by_hand() -> None:
    view = view_of_rows((Column("a", ("p", "q")), Column("b", ("r", "s"))))
    real = Data(torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), view=view)
    fake = Data(torch.tensor([[0.0, 0], [0, 0], [0, 0], [1, 1]]), view=view)
    assert Columns()(real, fake) == {"column_distance": 0.25, "worst_column": 0.25}
    assert ColumnPairs()(real, fake) == {"pair_distance": 0.5}
    assert kolmogorov_smirnov(torch.tensor([0.0, 1, 2, 3]), torch.tensor([2.0, 3, 4, 5])) == 0.5


def test_a_classifier_learns_nothing_from_independent_columns() -> None:
    view = view_of_rows((Column("a", decimals=2), Column("b", ("r", "s"))))
    torch.manual_seed(0)
    a = torch.randn(500, 1)
    real = Data(torch.cat((a, (a > 0).float()), 1), view=view)
    apart = Data(torch.cat((a, torch.randint(2, (500, 1)).float()), 1), view=view)
    splits = Splits(People(), Path())
    splits.put("train", Data(real.x.flip(0), view=view))
    metric = TableClassifier(splits)
    good, bad = metric(real, real), metric(real, apart)
    assert good["accuracy_by_fakes"] == good["accuracy_by_reals"] > 0.97
    assert bad["accuracy_by_fakes"] < 0.75
    assert bad["accuracy_lost"] == bad["accuracy_by_reals"] - bad["accuracy_by_fakes"]


def test_a_classifier_is_not_tested_on_the_rows_that_it_was_trained_on() -> None:
    splits = Splits(People(count=200), Path())
    metric = TableClassifier(splits)
    on_train = metric(splits["train"], PEOPLE)
    assert [*on_train] == ["accuracy_by_fakes"]
    assert "accuracy_lost are left out. To keep rows for a test" in metric.reading(on_train)
    held_out = metric(People(seed=1).load(Path(), "test"), PEOPLE)
    assert len(held_out) == 3
    assert metric.reading(held_out) == ""


def test_a_sorted_table_is_judged_as_a_shuffled_one_and_in_any_unit() -> None:
    view = view_of_rows(
        (Column("a", decimals=14), Column("c", decimals=14), Column("b", ("r", "s")))
    )
    torch.manual_seed(0)
    a = torch.randn(2000, 1)
    real = torch.cat((a, a * 1e-12, (a > 0).float()), 1)[a[:, 0].argsort()]
    splits = Splits(People(), Path())
    splits.put("train", Data(real, view=view))
    few = Data(real[torch.randperm(2000)[:400]], view=view)
    assert TableClassifier(splits)(few, few)["accuracy_by_reals"] > 0.97
    assert torch.equal(some(real, 400), some(real, 400))
    assert torch.equal(some(real, 5000), real)
    small = Data(
        real[:, 1:], view=view_of_rows((Column("c", decimals=14), Column("b", ("r", "s"))))
    )
    splits.put("train", small)
    assert TableClassifier(splits)(small, small)["accuracy_by_fakes"] > 0.97
    both = Data(real[:, :2], view=view_of_rows((Column("a"), Column("c", decimals=14))))
    apart = Data(torch.stack((real[:, 0], real[:, 1].flip(0)), 1), view=both.view)
    assert ColumnPairs()(both, apart)["correlation_difference"] == pytest.approx(2, abs=0.01)
