"""Runs side by side: what may share a column, what differs, means over seeds, the best."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ganzoo import GanzooError, Run
from ganzoo.errors import UsageError
from ganzoo.evaluation.report import tables
from ganzoo.evaluation.report.columns import Column, notes
from ganzoo.evaluation.report.compare import Comparison, compare
from ganzoo.evaluation.report.groups import Mean, best
from ganzoo.evaluation.report.settings import telling

from ..evaluated import Make, result


def column(comparison: Comparison, name: str) -> Column:
    (found,) = [column for column in comparison.columns if column.name == name]
    return found


def means(comparison: Comparison) -> list[list[str]]:
    return [
        [tables.mean(comparison, group, column) for column in comparison.columns]
        for group in comparison.groups
    ]


# -- columns ---------------------------------------------------------------------------------------


def test_results_of_one_protocol_share_a_column(make: Make) -> None:
    found = compare(
        [
            make("a", result(3.0, repeats=1, seed=8), result(0.9, "recall", lower=False)),
            make("b", result(2.0)),
        ]
    )
    assert [column.head for column in found.columns] == ["fid ↓", "recall ↑"]
    fid = column(found, "fid")
    assert [row.results[fid.key].value for row in found.rows] == [3.0, 2.0]


def test_the_frechet_distance_is_the_first_column(make: Make) -> None:
    names = ("recall", "kid", "fd", "fid")
    found = compare([make("a", *(result(1.0, name) for name in names))])
    assert [column.name for column in found.columns] == ["fid", "fd", "recall", "kid"]


def test_a_number_without_a_direction_has_no_arrow_and_no_best(make: Make) -> None:
    runs = [make(f"{n}", result(n, "kid_std", None, 0.0), seed=n) for n in (1, 2)]
    found = compare([*runs, make("c", result(9.0, "kid_std", None, 0.0), set={"device": "mps"})])
    (std,) = found.columns
    assert std.head == "kid_std"
    assert found.best(std) is None


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({"fakes": 5000}, ["fid (n 5,000)", "fid (n 50)"]),
        ({"split": "train", "reals": 9}, ["fid (test split)", "fid (train split)"]),
        ({"options": {"k": 5}}, ["fid (k 3)", "fid (k 5)"]),
        ({"features": "inception"}, ["fid (pixels)", "fid (inception)"]),
        ({"fingerprint": "ab" * 8}, ["fid (features 00000000)", "fid (features abababab)"]),
        ({"version": "2", "fakes": 9}, ["fid (n 50, version 1)", "fid (n 9, version 2)"]),
        ({"checksums": {"test": "def"}}, ["fid (test abc)", "fid (test def)"]),
    ],
    ids=str,
)
def test_protocols_are_told_apart_in_words(
    make: Make, changes: dict[str, Any], labels: list[str]
) -> None:
    found = compare([make("a", result(3.0)), make("b", result(2.0, **changes), seed=1)])
    assert [column.label for column in found.columns] == labels
    assert [len(row.results) for row in found.rows] == [1, 1]
    assert [found.best(column) for column in found.columns] == [None, None]
    assert notes(found.columns)[-1].startswith("Do not compare numbers with different words")


def test_each_protocol_is_described_once(make: Make) -> None:
    one = [result(1.0, name) for name in ("fid", "kid", "recall")]
    (line,) = notes(compare([make("a", *one)]).columns)
    assert (
        line == "All numbers: 50 fakes against 100 reals of toy (test); features: pixels 00000000"
    )
    other = [result(1.0, name, fakes=9) for name in ("fid", "kid")]
    first, second, _ = notes(compare([make("b", *one, *other)]).columns)
    assert first.startswith("fid, kid (n 9): 9 fakes")
    assert second.startswith("All other numbers: 50 fakes")


def test_the_newest_step_counts_and_an_early_one_is_shown(make: Make) -> None:
    a = make("a", result(9.0, step=10), result(3.0))
    found = compare([a, make("b", result(2.0, step=10), set={"recipe.loss.name": "hinge"})])
    assert means(found) == [["3.00 ± 0.50"], ["2.00 ± 0.50 (step 10)"]]


# -- settings --------------------------------------------------------------------------------------


def test_only_the_settings_that_differ_are_listed(make: Make) -> None:
    penalty = [{"name": "r1", "gamma": 2.0}]
    changes = {"recipe.penalties": penalty, "recipe.optimizer.d.lr": 0.2, "recipe.summary": "x"}
    found = compare([make("a"), make("b", set=changes, seed=1)])
    assert [row.differs for row in found.rows] == [
        {"penalties": "none", "optimizer.d.lr": 0.1},
        {"penalties": "r1", "penalties.r1.gamma": 2.0, "optimizer.d.lr": 0.2},
    ]
    assert [row.seed for row in found.rows] == [0, 1]
    assert [group.label for group in found.groups] == [{"penalties": "none"}, {"penalties": "r1"}]
    assert tables.differing_too(found) == ["optimizer.d.lr"]


def test_other_data_and_another_plugin_of_the_same_name_are_differences(make: Make) -> None:
    changed = {"dataset.checksum": "def", "plugins.mine.sha256": "0" * 64}
    found = compare([make("a"), make("b", set=changed, seed=1)])
    assert found.rows[1].differs == {"plugin.mine": "1 00000000", "checksum.toy": "def"}
    assert not found.over_seeds()


def test_runs_in_folders_of_one_name_get_longer_names(make: Make) -> None:
    found = compare([make("x/run"), make("y/run")])
    assert [row.name for row in found.rows] == ["x/run", "y/run"]


def test_few_settings_tell_subjects_apart() -> None:
    table = [
        {"loss": loss, "scale": scale, "prior": prior}
        for loss, scale in (("minimax", "1"), ("hinge", "2"))
        for prior in ("normal", "uniform")
    ]
    assert telling(table) == ["loss", "prior"]
    assert telling(table[:1]) == []
    assert telling([{"loss": "hinge"}, {"loss": "hinge"}]) == []


# -- groups ----------------------------------------------------------------------------------------


def test_the_mean_and_its_standard_error_over_seeds(make: Make) -> None:
    found = compare(
        [
            make("a", result(1.0), seed=0),
            make("b", result(2.0), seed=1),
            make("c", result(6.0), seed=2),
            make("again", result(1.0), seed=0),
            make("other", result(0.0), set={"recipe.loss.name": "wasserstein"}),
        ]
    )
    groups = [[row.name for row in group.rows] for group in found.groups]
    assert groups == [["a", "b", "c"], ["again"], ["other"]]
    mean = found.groups[0].means[found.columns[0].key]
    assert (mean.value, mean.n) == (3.0, 3)
    assert mean.stderr == pytest.approx((7 / 3) ** 0.5)  # the variance is 7
    assert means(found) == [["3.0 ± 1.5"], ["1.00 ± 0.50"], ["0.00 ± 0.50"]]
    labels = [tuple(group.label.items()) for group in found.groups]
    assert len({*labels}) == 3  # the name of the run tells the repeated seed apart


def test_the_number_of_steps_tells_runs_apart_before_the_moments_of_their_schedules(
    make: Make,
) -> None:
    def trained_for(steps: int) -> Path:
        lr = {"schedule": "linear", "start": 0.1, "end": 0.0, "until": steps}
        chosen = {"recipe.optimizer.d.lr": lr, "recipe.steps": steps}
        run = make(f"for-{steps}", set=chosen)
        (run / "metrics.jsonl").write_text(f'{{"step": {steps}, "seconds": 1.0}}\n')
        return run

    found = compare([trained_for(40), trained_for(300)])
    assert [group.label for group in found.groups] == [{"steps": "40"}, {"steps": "300"}]
    assert tables.differing_too(found) == ["optimizer.d.lr.until"]


def test_missing_results_reduce_the_number_of_seeds(make: Make) -> None:
    runs = [make("a", result(1.0)), make("b", result(3.0), seed=1), make("c", seed=2)]
    assert means(compare(runs)) == [["2.0 ± 1.0 (2 of 3 seeds)"]]


def test_a_run_that_was_stopped_early_is_not_averaged(make: Make) -> None:
    a, b = make("a", result(1.0)), make("b", result(2.0), seed=1)
    (b / "metrics.jsonl").write_text('{"step": 10, "seconds": 1.0}\n')
    found = compare([a, b])
    assert not found.over_seeds()
    assert tables.attributes(found)["steps"] == ["20", "10 of 20"]


@pytest.mark.parametrize(
    ("values", "lower", "index"),
    [
        ([(1.0, 0.1), (2.0, 0.1)], True, 0),
        ([(1.0, 0.1), (2.0, 0.1)], False, 1),
        ([(1.0, 0.1), (2.0, 0.1)], None, None),
        ([(1.0, 0.12), (2.0, 0.12)], True, None),  # 4.3 standard errors to each side overlap
        ([(1.0, 0.1), (1.1, 0.1), (9.0, 0.1)], True, None),
        ([(1.0, None), (2.0, 0.1)], True, None),
        ([(1.0, 0.0), (1.0, 0.0)], True, None),
        ([(float("nan"), 0.1), (2.0, 0.1)], True, None),
        ([(1.0, 0.1)], True, None),
        ([None, (1.0, 0.1)], True, None),
        ([None, (2.0, 0.1), (1.0, 0.1)], True, 2),
    ],
)
def test_the_best_has_an_interval_apart_from_all_others(
    values: list[tuple[float, float | None] | None], lower: bool | None, index: int | None
) -> None:
    found = [None if value is None else Mean(*value, n=3) for value in values]
    assert best(found, lower) == index


def test_a_folder_of_images_goes_by_its_own_name(make: Make) -> None:
    run = make("a", set={"recipe.dataset": {"name": "folder", "path": "data/cats"}})
    assert compare([run]).rows[0].dataset == "cats"


def test_two_seeds_have_wide_intervals() -> None:
    low, high = Mean(1.0, 0.1, n=2).interval()
    assert (low, high) == pytest.approx((1 - 1.27062, 1 + 1.27062), abs=1e-5)
    assert best([Mean(1.0, 0.1, n=2), Mean(2.0, 0.1, n=2)], True) is None
    assert best([Mean(1.0, 0.1, n=5), Mean(2.0, 0.1, n=5)], True) == 0


def test_a_single_run_has_an_interval_over_its_sets_of_fakes() -> None:
    low, high = Mean(1.0, 0.1, n=1, repeats=3).interval()
    assert high - low == pytest.approx(2 * 0.430265, abs=1e-6)
    assert Mean(1.0, 0.1, n=1, repeats=1).interval() is None


# -- input -----------------------------------------------------------------------------------------


def test_a_damaged_line_is_left_out(make: Make) -> None:
    a, b = make("a"), make("b")
    with (a / "metrics.jsonl").open("a") as file:
        file.write('{"step": 30, "lo\n[1]\n{"step": 40, "loss_d": NaN, "seconds": 9}\n{"step"')
    with pytest.warns(UserWarning, match=r"Lines 3, 4 of .*metrics.jsonl are damaged") as warnings:
        found = compare([a, b])
    assert len(warnings) == 1  # the last line is being written
    assert [line["step"] for line in found.rows[0].metrics] == [10, 20, 40]


@pytest.mark.parametrize(
    "change", [{"recipe": []}, {"recipe.steps": "x"}, {"dataset": None}, {"plugins": {}}], ids=str
)
def test_a_damaged_configuration(make: Make, change: dict[str, Any]) -> None:
    with pytest.raises(
        GanzooError, match=r"config\.json is (damaged|not the configuration of a run)"
    ):
        compare([make("a"), make("b", set=change)])


def test_runs_are_folders_or_opened_and_each_is_given_once(make: Make) -> None:
    a, b = make("a"), make("b", seed=1)
    assert [row.name for row in compare([Run.open(a), b]).rows] == ["a", "b"]
    assert len(compare([a]).rows) == 1
    with pytest.raises(UsageError, match="is given 2 times"):
        compare([a, b, a.parent / "b" / ".." / "a"])
    with pytest.raises(UsageError, match="Name a run"):
        compare([])
    with pytest.raises(UsageError, match="Give a list of runs"):
        compare(str(a))


def test_runs_without_metrics(make: Make) -> None:
    runs = [make("a"), make("b")]
    for run in runs:
        (run / "metrics.jsonl").unlink()
    heads, rows = tables.of_runs(compare(runs))
    assert heads == ["run", "recipe", "differs", "dataset", "seed", "steps", "time"]
    assert rows[0] == ["a", "small", "", "toy", "0", "-", "-"]
