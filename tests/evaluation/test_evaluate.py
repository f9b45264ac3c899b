"""Evaluating a run: the right samples to the right metrics, and what is refused."""

from __future__ import annotations

import random
import statistics
from pathlib import Path
from typing import Any

import pytest
import torch

import ganzoo
from ganzoo import Data, DataUnavailable, GanzooError, Part, Registry, Run, UsageError
from ganzoo.evaluation import classifier_cache, results
from ganzoo.evaluation.classifier import fit
from ganzoo.evaluation.features import Coordinates
from ganzoo.evaluation.measure import draw
from ganzoo.run.grid import to_bytes
from ganzoo.run.views import Points
from ganzoo.testing.dummies import StandInFeatures

from . import metrics
from .metrics import Evaluate, by_name, with_metrics

# -- what is measured ------------------------------------------------------------------------------


def test_a_result_is_the_mean_over_fresh_fakes_with_its_standard_error(
    run: Run, registry: Registry, evaluate: Evaluate
) -> None:
    found = by_name(evaluate("gap", repeats=4, seed=7))
    trained = ganzoo.load(run, registry=registry)
    shown = [fake for _, fake in metrics.MeanGap.shown]
    drawn = [to_bytes(trained.sample(12, seed=seed), trained.spec) for seed in (7, 8, 9, 10)]
    assert len(shown) == 4
    for fake, x in zip(shown, drawn, strict=True):
        assert fake.x.dtype == torch.uint8
        assert torch.equal(fake.x, x)
        assert fake.y is None
    reals = metrics.SplitImages().load(Path(), "test").x.double().mean()
    gaps = [(reals - x.double().mean()).abs().item() for x in drawn]
    result = found["gap", "gap"]
    assert result.value == pytest.approx(statistics.fmean(gaps))
    assert result.stderr == pytest.approx(statistics.stdev(gaps) / 2)
    assert result.stderr > 0
    assert result.lower_is_better
    assert not found["gap", "fakes"].lower_is_better
    assert found["gap", "fakes"].stderr == 0


def test_one_repeat_has_no_standard_error(evaluate: Evaluate) -> None:
    (result, _) = evaluate("gap", repeats=1)
    assert result.stderr is None
    assert len(metrics.MeanGap.shown) == 1


def test_the_same_request_gives_the_same_numbers(evaluate: Evaluate) -> None:
    first, again, other = (evaluate(seed=seed, repeats=2) for seed in (0, 0, 5))
    assert first == again
    assert [r.value for r in first] != [r.value for r in other]


def test_the_callers_random_numbers_are_left_alone(evaluate: Evaluate) -> None:
    """Also by a metric that draws from torch's own generator."""
    torch.manual_seed(5)
    random.seed(5)
    expected = torch.rand(3), random.random()
    torch.manual_seed(5)
    random.seed(5)
    evaluate(repeats=1)
    assert torch.equal(torch.rand(3), expected[0])
    assert random.random() == expected[1]


def test_vectors_stay_what_they_are(train) -> None:
    registry = with_metrics(gap=metrics.MeanGap, only=metrics.OnlyVectors, sees=metrics.FeatureGap)
    run = train(steps=2, dataset="vectors", generator="plane", registry=registry)
    found = ganzoo.evaluate(run, samples=12, repeats=1, registry=registry, device="cpu")
    fake = metrics.MeanGap.shown[0][1]
    assert fake.x.dtype == torch.float32
    assert torch.equal(fake.x, ganzoo.load(run, registry=registry).sample(12, seed=0))
    assert {result.metric for result in found} == {"gap", "only", "sees"}
    assert by_name(found)["sees", "gap"].protocol.features == "coordinates"


def test_coordinates_without_distances_are_measured_by_name(train, monkeypatch) -> None:
    points = Data(torch.randn(40, 2), checksum="points", view=Part("points"))
    monkeypatch.setattr(metrics.Vectors, "load", lambda *_: points)
    registry = with_metrics(only=metrics.OnlyVectors, sees=metrics.FeatureGap)
    run = train(steps=1, dataset="vectors", generator="plane", registry=registry)

    def found(*names: str, registry: Registry = registry) -> set[str]:
        options = {"samples": 12, "repeats": 1, "registry": registry, "device": "cpu"}
        return {result.metric for result in ganzoo.evaluate(run, names or None, **options)}

    assert found() == {"only", "sees"}
    monkeypatch.setattr(Points, "distances", False)
    assert found() == {"only"}
    assert found("sees") == {"sees"}
    alone = with_metrics(sees=metrics.FeatureGap)
    assert found(registry=alone) == {"sees"}  # better than nothing


def test_labels_that_were_asked_for_are_told(train, registry: Registry) -> None:
    data = {"name": "toy", "classes": 3}
    run = train(steps=2, game="conditional", set={"dataset": data})
    ganzoo.evaluate(
        run, ["gap"], samples=7, repeats=1, registry=registry, features=StandInFeatures()
    )
    fake = metrics.MeanGap.shown[0][1]
    assert fake.classes == 3
    assert fake.y is not None
    assert fake.y.tolist() == [0, 1, 2, 0, 1, 2, 0]


def test_more_fakes_than_a_batch_are_those_of_sample(
    run: Run, registry: Registry, evaluate: Evaluate
) -> None:
    evaluate("gap", samples=1100, repeats=1)
    trained = ganzoo.load(run, registry=registry)
    x = to_bytes(trained.sample(1100, seed=0), trained.spec)
    assert torch.equal(metrics.MeanGap.shown[0][1].x, x)


# -- which metrics ---------------------------------------------------------------------------------


def test_the_default_is_every_metric_that_fits(run: Run, recwarn) -> None:
    registry = with_metrics(
        gap=metrics.MeanGap,
        late=metrics.RefusesLate,
        on_request=metrics.OnRequest,
        only_vectors=metrics.OnlyVectors,
    )
    found = ganzoo.evaluate(
        run, samples=12, repeats=2, registry=registry, features=StandInFeatures()
    )
    assert {result.metric for result in found} == {"gap"}
    assert len(recwarn) == 0


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("only-vectors", "is for vectors"), ("late", "has changed its mind")],
)
def test_a_metric_that_does_not_fit_says_so_where_it_was_asked_for(
    run: Run, name: str, sentence: str
) -> None:
    registry = with_metrics(late=metrics.RefusesLate, only_vectors=metrics.OnlyVectors)
    with pytest.raises(UsageError, match=sentence):
        ganzoo.evaluate(run, [name], samples=12, registry=registry, features=StandInFeatures())
    assert not (run.path / "evaluations.json").exists()


@pytest.mark.parametrize("given", [{}, {"only_vectors": metrics.OnlyVectors}])
def test_no_metric_that_fits(run: Run, given: dict[str, type]) -> None:
    installed = "only-vectors" if given else "none"
    with pytest.raises(UsageError, match=f"No metric fits this data. Installed: {installed}."):
        ganzoo.evaluate(run, registry=with_metrics(**given), features=StandInFeatures())


def test_a_metric_named_twice_is_computed_once(evaluate: Evaluate) -> None:
    found = evaluate("memory", "gap", "metrics:memory", repeats=1)
    assert [r.metric for r in found] == ["memory", "memory", "gap", "gap"]


def test_a_metric_that_is_not_there(evaluate: Evaluate) -> None:
    with pytest.raises(UsageError, match=r"There is no metric 'gpa'. Did you mean 'gap'\?"):
        evaluate("gpa")


def test_knobs_are_turned_and_checked(evaluate: Evaluate) -> None:
    (plain, _), (scaled, _) = (
        evaluate("gap", repeats=1, set=options) for options in ({}, {"gap.scale": 3})
    )
    assert scaled.value == pytest.approx(3 * plain.value)
    assert plain.protocol.options == {"scale": 1.0}
    assert scaled.protocol.options == {"scale": 3.0}
    for options, sentence in {
        "gap.scal": "has no option 'scal'. Did you mean 'scale'?",
        "gpa.scale": "'gpa' is not a metric of this evaluation. Did you mean 'gap'?",
        "scale": "'' is not a metric of this evaluation",
        "memory.data": "has no option 'data'",
    }.items():
        with pytest.raises(UsageError, match=sentence.replace("?", r"\?")):
            evaluate(set={options: 3})
    with pytest.raises(UsageError, match=r"gap.scale takes a number, not 'much'"):
        evaluate(set={"gap.scale": "much"})


# -- how many, of which split ----------------------------------------------------------------------


def test_the_metric_says_how_many_fakes_and_which_reals(run: Run) -> None:
    registry = with_metrics(gap=metrics.MeanGap, sees=metrics.FeatureGap)
    found = by_name(ganzoo.evaluate(run, repeats=1, registry=registry, features=StandInFeatures()))
    sees, gap = found["sees", "gap"].protocol, found["gap", "gap"].protocol
    assert (sees.fakes, sees.reals, sees.split) == (20, 40, "train")
    assert (gap.fakes, gap.reals, gap.split) == (10_000, 10, "test")
    assert found["gap", "fakes"].value == 10_000


def test_a_split_that_is_asked_for(evaluate: Evaluate) -> None:
    (result, _) = evaluate("gap", repeats=1, split="train")
    assert (result.protocol.split, result.protocol.reals) == ("train", 40)
    assert len(metrics.MeanGap.shown[0][0]) == 40
    with pytest.raises(UsageError, match=r"no split 'tset'. Did you mean 'test'"):
        evaluate("gap", split="tset")


def test_data_without_a_test_split_is_compared_with_what_there_is(
    train, registry: Registry
) -> None:
    run = train(steps=2, set={"dataset": {"name": "split", "tested": False}})
    request = {"samples": 12, "repeats": 1, "registry": registry, "features": StandInFeatures()}
    (result, _) = ganzoo.evaluate(run, ["gap"], **request)
    assert result.protocol.split == "train"
    with pytest.raises(UsageError, match=r"There is no test split."):
        ganzoo.evaluate(run, ["gap"], split="test", **request)


def test_too_few_samples(run: Run) -> None:
    registry = with_metrics(gap=metrics.MeanGap, greedy=metrics.Greedy)
    request = {"repeats": 1, "registry": registry, "features": StandInFeatures()}
    with pytest.raises(UsageError, match="at least 30 fake samples, not 29"):
        ganzoo.evaluate(run, ["greedy"], samples=29, split="train", **request)
    with pytest.raises(UsageError, match="at least 30 real samples, and the split 'test' has 10"):
        ganzoo.evaluate(run, ["greedy"], samples=30, **request)
    with pytest.warns(UserWarning, match="at least 30 real samples.* left out"):
        found = ganzoo.evaluate(run, samples=30, **request)
    assert {result.metric for result in found} == {"gap"}
    assert ganzoo.evaluate(run, ["greedy"], samples=30, split="train", **request)
    assert {result.metric for result in results.read(run)} == {"gap", "greedy"}


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"samples": 0}, "number of samples must be at least 1, not 0"),
        ({"repeats": 0}, "number of repeats must be at least 1, not 0"),
        ({"seed": -1}, "A seed is a whole number"),
        ({"seed": 2**63 - 1}, "A seed is a whole number"),
        ({"features": "clasifier"}, "no features 'clasifier'"),
        ({"device": "tpu"}, "no device 'tpu'"),
    ],
)
def test_a_request_that_makes_no_sense(
    evaluate: Evaluate, request_: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        evaluate(**request_)


# -- features --------------------------------------------------------------------------------------


def test_features_that_no_metric_asks_for_are_not_touched(evaluate: Evaluate) -> None:
    found = evaluate(repeats=1, features=metrics.Untouchable())
    assert {result.protocol.features for result in found} == {""}


def test_features_of_the_reals_are_computed_once(run: Run) -> None:
    asked: list[int] = []

    class Watched(StandInFeatures):
        def vectors(self, samples):
            asked.append(id(samples))
            return super().vectors(samples)

    registry = with_metrics(one=metrics.FeatureGap, other=metrics.FeatureGap)
    found = ganzoo.evaluate(run, repeats=2, registry=registry, features=Watched())
    assert {result.protocol.fingerprint for result in found} == {"0" * 16}
    reals, fakes = asked[0::2], asked[1::2]
    assert len({*reals}) == 1  # one object, so that features that keep them find them again
    assert fakes[0] == fakes[1]
    assert fakes[2] == fakes[3]


def test_a_metric_may_want_the_classifier_of_another_dataset(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GANZOO_CACHE", str(tmp_path / "data"))
    monkeypatch.setattr(classifier_cache, "fit", lambda samples, **_: fit(samples, steps=2))
    registry = with_metrics(gap=metrics.MeanGap, sees=metrics.FeatureGap, reads=metrics.ReadsBars)
    found = by_name(
        ganzoo.evaluate(run, samples=12, repeats=1, registry=registry, features=StandInFeatures())
    )
    seen = {name: result.protocol.features for (name, _), result in found.items()}
    assert seen == {"gap": "", "sees": "stand-in", "reads": "classifier of bars"}
    assert len(found["reads", "classes"].protocol.fingerprint) == 16
    assert found["reads", "classes"].value == 2


def test_the_classifier_of_a_dataset_that_is_not_here(run: Run) -> None:
    """Where nobody asked for the metric, the others are computed all the same."""

    class Lost(metrics.ReadsBars):
        features_of = "lost"

        def check(self, real):
            assert self.features.classes

    registry = with_metrics(gap=metrics.MeanGap, reads=Lost)
    request = {"samples": 12, "repeats": 1, "registry": registry, "features": StandInFeatures()}
    with pytest.raises(DataUnavailable, match="out of reach"):
        ganzoo.evaluate(run, ["reads"], **request)
    with pytest.warns(UserWarning, match="out of reach"):
        found = ganzoo.evaluate(run, **request)
    assert {result.metric for result in found} == {"gap"}


def test_features_that_cannot_be_had_are_told_before_anything_is_drawn(run: Run) -> None:
    class Missing(StandInFeatures):
        @property
        def fingerprint(self) -> str:
            raise GanzooError("There are no weights.")

    registry = with_metrics(gap=metrics.MeanGap, sees=metrics.FeatureGap)
    with pytest.raises(GanzooError, match=r"There are no weights."):
        ganzoo.evaluate(run, ["gap", "sees"], samples=12, registry=registry, features=Missing())
    assert not metrics.MeanGap.shown
    assert not (run.path / "evaluations.json").exists()


# -- what is wrong with the run, or with a metric --------------------------------------------------


def test_data_that_is_not_the_runs(run: Run, evaluate: Evaluate) -> None:
    run.config["dataset"]["checksum"] = "another"
    run.write_config()
    with pytest.raises(GanzooError, match=r"its checksum is toy, and was another.*--data-dir"):
        evaluate("gap")


def test_a_run_without_a_generator(run: Run, evaluate: Evaluate) -> None:
    run.generator.unlink()
    with pytest.raises(GanzooError, match="has no generator yet"):
        evaluate("gap")


def test_the_protocol_has_the_decay_of_the_step_where_it_is_scheduled(train, registry) -> None:
    decay = {"schedule": "linear", "start": 0.2, "end": 0.6}
    run = train(steps=4, dataset="split", set={"ema": decay})
    for weights, expected in (("ema", 0.2 + 0.4 * 3 / 4), ("raw", 0.0)):
        request = {"samples": 12, "registry": registry, "device": "cpu", "weights": weights}
        result = ganzoo.evaluate(run, ["gap"], features=StandInFeatures(), **request)[0]
        assert result.protocol.ema == pytest.approx(expected)


def test_a_generator_that_diverged(run: Run, evaluate: Evaluate, train) -> None:
    trained = ganzoo.load(run, registry=with_metrics())
    with torch.no_grad():
        trained.game.generator.last.weight.fill_(torch.nan)
    with pytest.raises(GanzooError, match="not finite: its training has diverged"):
        draw(trained, 5, 0)


def test_what_is_no_number_is_left_out(run: Run) -> None:
    request = {"samples": 12, "features": StandInFeatures(), "repeats": 2}
    with pytest.warns(UserWarning, match="'nan' gave bad = nan, nan: it is left out"):
        found = ganzoo.evaluate(run, registry=with_metrics(nan=metrics.NotANumber), **request)
    assert [result.name for result in found] == ["good"]


def test_a_metric_that_says_nothing_of_its_numbers(run: Run) -> None:
    registry = with_metrics(nameless=metrics.Nameless)
    with pytest.raises(GanzooError, match="no lower_is_better for 'what': `ganzoo check metrics`"):
        ganzoo.evaluate(run, samples=12, registry=registry, features=StandInFeatures())


# -- progress --------------------------------------------------------------------------------------


def test_progress_never_falls_and_says_what_is_done(run: Run) -> None:
    told: list[tuple[float, str]] = []
    registry = with_metrics(gap=metrics.MeanGap, late=metrics.RefusesLate, sees=metrics.FeatureGap)
    ganzoo.evaluate(
        run,
        repeats=2,
        samples=1200,
        registry=registry,
        features=StandInFeatures(),
        progress=lambda share, what: told.append((share, what)),
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.5 < shares[-1] <= 1
    said = list(dict.fromkeys(what for _, what in told))
    assert said == [
        "loading the features 'stand-in'",
        "repeat 1 of 2, drawing 1,200 samples",
        "repeat 1 of 2, gap",
        "repeat 1 of 2, late",
        "repeat 1 of 2, sees",
        "repeat 2 of 2, drawing 1,200 samples",
        "repeat 2 of 2, gap",
        "repeat 2 of 2, sees",
    ]
    drawing = [share for share, what in told if what == said[1]]
    assert len({*drawing}) == 4  # at the start, and after each of three pieces


def test_coordinates_are_no_class() -> None:
    assert Coordinates(metrics.Vectors().load(Path(), "train")).classes == 0
