"""Runs side by side: what may share a column, what differs, means over seeds, and the report."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ganzoo import GanzooError, Run
from ganzoo.errors import UsageError
from ganzoo.evaluation import results
from ganzoo.evaluation.report import html as report
from ganzoo.evaluation.report.compare import Column, Comparison, best, compare
from ganzoo.evaluation.results import Protocol, Result
from ganzoo.evaluation.rounding import shown

Make = Callable[..., Path]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
CONFIG: dict[str, Any] = {
    "recipe": {
        "name": "small",
        "summary": "",
        "paper": "",
        "generator": {"name": "mlp", "hidden": [8]},
        "loss": {"name": "mine:minimax"},
        "penalties": [],
        "dataset": {"name": "toy"},
        "optimizer": {"d": {"name": "adam", "lr": 0.1}},
        "steps": 20,
    },
    "seed": 0,
    "device": "cpu",
    "precision": "fp32",
    "dataset": {"name": "toy", "checksum": "abc"},
    "plugins": {"mine": {"version": "1", "sha256": "f" * 64}},
}
PROTOCOL = Protocol(
    metric="fid",
    plugin="metrics",
    version="1",
    options={"k": 3},
    dataset="toy",
    dataset_options={},
    checksums={"test": "abc"},
    split="test",
    reals=100,
    fakes=50,
    features="pixels",
    fingerprint="0" * 8,
    repeats=3,
    seed=0,
    step=20,
    ema=None,
    versions={},
)


def result(value: float, name: str = "fid", lower: bool = True, **changes: Any) -> Result:
    protocol = Protocol(**{**vars(PROTOCOL), **changes})
    return Result(name, value, 0.5, lower, protocol)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A run's folder, with as much in it as a comparison reads. ``set``: by dotted path."""

    def call(name: str, *found: Result, set: dict[str, Any] | None = None, seed: int = 0) -> Path:
        config = {**copy.deepcopy(CONFIG), "seed": seed}
        for path, value in (set or {}).items():
            *heads, last = path.split(".")
            node = config
            for head in heads:
                node = node[head]
            node[last] = value
        run = Run.create(tmp_path / name, config)
        lines = [{"step": s, "loss_d": 1 / s, "seconds": 2.0 * s} for s in (10, 20)]
        run.metrics_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
        (run.samples / "step-000020.png").write_bytes(PIXEL)
        if found:
            results.keep(run, found)
        return run.path

    return call


def column(comparison: Comparison, name: str) -> Column:
    (found,) = [column for column in comparison.columns if column.name == name]
    return found


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
    assert found.best(fid) == {"b"}
    assert found.best(column(found, "recall")) == set()  # of one there is no best


def test_results_whose_protocols_differ_never_do(make: Make) -> None:
    one, other = result(3.0), result(2.0, fakes=60, options={"k": 5})
    found = compare([make("a", one), make("b", other)])
    keys = [one.protocol.key, other.protocol.key]
    assert [column.head for column in found.columns] == [f"fid {key} ↓" for key in keys]
    assert [len(row.results) for row in found.rows] == [1, 1]
    assert [found.best(column) for column in found.columns] == [set(), set()]
    assert report.notes(found.columns)[-1] == (
        "The protocols of fid differ; do not compare their columns: "
        f"{keys[0]} has options.k=3, fakes=50; {keys[1]} has options.k=5, fakes=60."
    )


def test_the_newest_step_counts_and_an_early_one_is_told(make: Make) -> None:
    a = make("a", result(9.0, step=10), result(3.0))
    found = compare([a, make("b", result(2.0, step=10))])
    (fid,) = found.columns
    cells = [report.cell(found, row, fid, shown) for row in found.rows]
    assert cells == ["3.00 ± 0.50", "2.00 ± 0.50 (step 10) ★"]


@pytest.mark.parametrize(
    ("values", "lower", "names"),
    [
        ({"a": 1.0, "b": 2.0}, True, {"a"}),
        ({"a": 1.0, "b": 2.0}, False, {"b"}),
        ({"a": 1.0, "b": 1.0}, True, {"a", "b"}),
        ({"a": float("nan"), "b": 2.0}, True, {"b"}),
        ({"a": float("nan"), "b": float("inf")}, True, set()),
        ({"a": 1.0}, True, set()),
    ],
)
def test_the_best(values: dict[str, float], lower: bool, names: set[str]) -> None:
    assert best(values, lower) == names


def test_only_the_settings_that_differ_are_told(make: Make) -> None:
    penalty = [{"name": "r1", "gamma": 2.0}]
    changes = {"recipe.penalties": penalty, "recipe.optimizer.d.lr": 0.2, "recipe.summary": "x"}
    found = compare([make("a"), make("b", set=changes, seed=1)])
    assert [row.differs for row in found.rows] == [
        {"penalties": "none", "optimizer.d.lr": 0.1},
        {"penalties": "r1", "penalties.r1.gamma": 2.0, "optimizer.d.lr": 0.2},
    ]
    assert [row.seed for row in found.rows] == [0, 1]


def test_other_data_and_another_plugin_by_the_same_name_are_told(make: Make) -> None:
    changed = {"dataset.checksum": "def", "plugins.mine.sha256": "0" * 64}
    found = compare([make("a"), make("b", set=changed, seed=1)])
    assert found.rows[1].differs == {"plugin.mine": "1 00000000", "checksum.toy": "def"}
    assert not found.summaries


def test_runs_in_folders_of_one_name_are_told_apart(make: Make) -> None:
    found = compare([make("x/run"), make("y/run")])
    assert [row.name for row in found.rows] == ["x/run", "y/run"]


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
    (summary,) = found.summaries
    assert [row.name for row in summary.rows] == ["a", "b", "c"]
    mean = summary.means[found.columns[0].key]
    assert (mean.value, mean.n) == (3.0, 3)
    assert mean.stderr == pytest.approx((7 / 3) ** 0.5)  # the variance is 7
    (cells,) = report.means(found, shown)
    assert cells == ["small", "loss=minimax", "toy", "20", "0, 1, 2", "3.0 ± 1.5 (n = 3)"]


def test_of_means_only_their_own_differences_are_told(make: Make) -> None:
    other = {"recipe.loss.name": "wasserstein"}
    runs = [make(f"a{n}", result(n), seed=n) for n in (1, 2)]
    runs += [make(f"b{n}", result(n + 1), seed=n, set=other) for n in (1, 2)]
    runs.append(make("c", set={"precision": "bf16"}))
    cells = [*report.means(compare(runs), shown)]
    assert [row[1] for row in cells] == ["loss=minimax", "loss=wasserstein"]
    assert [row[-1].endswith("★") for row in cells] == [True, False]


def test_a_run_that_did_not_come_as_far_is_not_averaged(make: Make) -> None:
    a, b = make("a", result(1.0)), make("b", result(2.0), seed=1)
    (b / "metrics.jsonl").write_text('{"step": 10, "seconds": 1.0}\n')
    found = compare([a, b])
    assert not found.summaries
    assert report.about(found.rows[1])[3] == "10 of 20"


def test_a_damaged_line_is_passed_over(make: Make) -> None:
    a, b = make("a"), make("b")
    with (a / "metrics.jsonl").open("a") as file:
        file.write('{"step": 30, "lo\n[1]\n{"step": 40, "loss_d": NaN, "seconds": 9}\n{"step"')
    with pytest.warns(UserWarning, match=r"Lines 3, 4 of .*metrics.jsonl are damaged") as told:
        found = compare([a, b])
    assert len(told) == 1  # the last is being written
    assert [line["step"] for line in found.rows[0].metrics] == [10, 20, 40]
    assert "<svg" in report.page(found, shown)


@pytest.mark.parametrize(
    "change", [{"recipe": []}, {"recipe.steps": "x"}, {"dataset": None}, {"plugins": {}}], ids=str
)
def test_a_damaged_configuration(make: Make, change: dict[str, Any]) -> None:
    with pytest.raises(
        GanzooError, match=r"config\.json is (damaged|not the configuration of a run)"
    ):
        compare([make("a"), make("b", set=change)])


def test_a_run_is_given_once_and_not_alone(make: Make) -> None:
    a = make("a")
    with pytest.raises(UsageError, match="is given 2 times"):
        compare([a, make("b"), a.parent / "b" / ".." / "a"])
    with pytest.raises(UsageError, match="two runs or more"):
        compare([a])


class Page(HTMLParser):
    """What a page is made of, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_needs_no_network_and_no_script(make: Make) -> None:
    text = report.page(compare([make("a", result(1.0)), make("b", result(2.0))]), shown)
    page = Page(text)
    assert "script" not in page.tags
    assert [load[:22] for load in page.loads] == ["data:image/png;base64,"] * 2
    assert not re.findall(r"@import|url\((?!#)", text)
    assert text.count("<figcaption>loss_d</figcaption>") == 1
    assert report.page(compare([make("c"), make("d")]), shown).count("ganzoo evaluate") == 1


def test_plots_take_the_colour_of_the_text(make: Make) -> None:
    text = report.page(compare([make("a"), make("b")]), shown)
    assert "currentColor" in text
    assert "#010203" not in text
    assert "#000000" not in text
    assert "prefers-color-scheme: dark" in text


def test_what_runs_say_is_escaped(make: Make) -> None:
    bad = "<b>&\"'$x$"
    run = make(f"{bad}1", result(1.0, bad), set={"recipe.loss.name": bad, "recipe.name": bad})
    (run / "metrics.jsonl").write_text(json.dumps({"step": 1, bad: 1.0, "seconds": 1.0}) + "\n")
    page = report.page(compare([run, make("b", result(1.0))]), shown)
    assert "<b>" not in page
    assert page.count("&lt;b&gt;&amp;&#34;&#39;$x$") > 5


def test_runs_that_left_little_behind(make: Make) -> None:
    runs = [make("a"), make("b")]
    for run in runs:
        (run / "metrics.jsonl").unlink()
        (run / "samples" / "step-000020.png").unlink()
    found = compare(runs)
    page = report.page(found, shown)
    assert report.about(found.rows[0]) == ["small", "toy", "0", "-", "-"]
    assert "Nothing was logged." in page
    assert page.count("no pictures of samples") == 2


def test_more_runs_than_colours_are_told_apart_by_dashes(make: Make) -> None:
    found = compare([make(f"run-{n}", seed=n) for n in range(10)])
    page = report.page(found, shown)
    swatches = {*re.findall(r'stroke="#\w+" stroke-dasharray="[^"]*"', page)}
    assert len(swatches) == 10
