"""Runs, generators, results and components as text and as HTML."""

from __future__ import annotations

import html as escapes
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

import ganzoo
from ganzoo import Registry, Results
from ganzoo.evaluation import results
from ganzoo.experiments.outcome import Tuned, TunedTrial
from ganzoo.notebook import html
from ganzoo.run import Run
from ganzoo.run.listing import runs

from ..results import result_of
from ..toy import TOY, registry_of

Train = Callable[..., Run]


class Tags(HTMLParser):
    """The tags of a page, and whether each that is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.seen.append(tag)
        if tag not in ("img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags(page: str) -> list[str]:
    """The tags of a page that is whole and loads nothing."""
    assert "http" not in re.sub(r"base64,[^\"]+", "", page)
    found = Tags(page)
    assert not found.open
    assert "script" not in found.seen
    return found.seen


def test_a_run_in_a_line(train: Train) -> None:
    run = train(steps=2)
    assert repr(run) == f"Run('{run.path}', toy on toy, 2 steps)"


def test_a_run_shows_its_picture_its_curves_and_its_results(train: Train) -> None:
    run = train(steps=4)
    before = tags(run._repr_html_())
    assert before.count("img") == 2
    assert "table" not in before
    results.keep(run, [result_of("fd", 2.5, step=4), result_of("old", 9.9, step=2)])
    page = run._repr_html_()
    assert "table" in tags(page)
    assert "2.5" in page
    assert "9.9" not in page


def test_a_measured_run_has_a_curve_of_its_metric(tmp_path: Path) -> None:
    measuring = {"evaluate_every": 2, "metric": "modes", "evaluate_samples": 100}
    run = ganzoo.train("mixture", steps=4, out=tmp_path / "run", log="none", **measuring)
    assert tags(run._repr_html_()).count("img") == 2


def test_a_run_without_files_is_shown_too(train: Train) -> None:
    run = train(steps=2)
    for path in [run.metrics_file, *run.samples.iterdir()]:
        path.unlink()
    assert "img" not in tags(run._repr_html_())


def test_a_run_with_damaged_files_is_shown_with_the_reason(train: Train) -> None:
    run = train(steps=2)
    (run.path / results.FILE).write_text("{")
    page = run._repr_html_()
    tags(page)
    assert "evaluations.json is damaged" in page


def test_a_name_is_never_markup(train: Train, tmp_path: Path) -> None:
    run = train(steps=1)
    run.config["recipe"]["name"] = "<script>alert(1)</script>"
    run.write_config()
    damaged = result_of("<b>fd</b>", 1.0, step=1)
    results.keep(run, [damaged])
    for page in (
        run._repr_html_(),
        Results([damaged])._repr_html_(),
        runs(tmp_path)._repr_html_(),
        ganzoo.compare([run, train(steps=1)])._repr_html_(),
    ):
        tags(page)
        assert "<script>" not in page
        assert "<b>fd" not in page


def test_a_generator_is_a_picture(train: Train, registry: Registry) -> None:
    trained = ganzoo.load(train(steps=2), registry=registry)
    assert repr(trained).startswith("Trained(toy on toy, step 2: samples of the shape (1, 4, 4)")
    png = trained._repr_png_()
    assert png is not None
    picture = Image.open(io.BytesIO(png))
    assert picture.size == (50, 50)  # 8 images of 4 pixels, and 9 gaps of 2
    assert picture.tobytes() == ganzoo.grid(trained.sample(64), trained.spec).tobytes()


def test_results_are_a_line_each_and_a_table() -> None:
    found = Results([result_of("fd", 2.513, 0.04), result_of("recall", 0.5, None, False)])
    assert repr(found).splitlines() == [
        "fd 2.513 ± 0.040 ↓  40 fakes against 40 reals of toy (train)",
        "recall 0.5 ↑  40 fakes against 40 reals of toy (train)",
    ]
    assert tags(found._repr_html_()).count("tr") == 3
    assert repr(Results()) == "No results"


def test_the_results_of_a_run_are_shown_alike(train: Train) -> None:
    run = train(steps=2)
    results.keep(run, [result_of("fd", 2.5)])
    assert repr(run.results()).startswith("fd 2.50")


def test_the_registry_in_a_line_and_by_kind(registry: Registry) -> None:
    text = repr(registry)
    assert text.startswith("Registry(2 plugins, ")
    assert "1 of the kind recipe" in text
    assert "\n" not in text
    page = registry._repr_html_()
    assert "table" in tags(page)
    assert "non-saturating" not in page
    assert "toy" in page


def test_the_registry_names_the_plugins_that_are_not_in_use() -> None:
    registry = registry_of()
    registry.load("torn", lambda: 1 / 0)
    assert "The plugin torn is broken: ZeroDivisionError" in escapes.unescape(
        registry._repr_html_()
    )


def test_components_of_a_kind() -> None:
    found = ganzoo.components("loss")
    assert {entry.kind for entry in found} == {"loss"}
    assert "loss/hinge  " in repr(found)
    assert tags(found._repr_html_()).count("tr") == 1 + len(found)
    assert len(ganzoo.components()) > len(found)
    with pytest.raises(ganzoo.UsageError, match=r"no kind 'los'\. Did you mean 'loss'"):
        ganzoo.components("los")


def test_the_runs_of_a_folder(train: Train, tmp_path: Path) -> None:
    train(steps=2)
    found = runs(tmp_path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d  run-0  step 2 of 2", repr(found))
    assert tags(found._repr_html_()).count("tr") == 2


def test_a_comparison(train: Train) -> None:
    first, second = train(steps=2), train(steps=2, seed=1, set={"batch_size": 8})
    results.keep(first, [result_of("fd", 2.5)])
    comparison = ganzoo.compare([first, str(second.path)])
    page = comparison._repr_html_()
    assert tags(page).count("tr") == 3
    assert "2.5" in page
    assert "fd" in repr(comparison)
    rows = comparison.table()
    assert rows[0]["fd"] == 2.5
    assert [row["batch_size"] for row in rows] == [TOY.batch_size, 8]
    assert "fd" not in rows[1]
    json.dumps(rows)


def test_a_comparison_takes_a_list() -> None:
    with pytest.raises(ganzoo.UsageError, match="Give a list of runs"):
        ganzoo.compare("runs/a")


def test_the_outcome_of_a_search() -> None:
    best = TunedTrial(1, "tuning/trial-001", 2.0, {"lr": 0.01})
    tuned = Tuned(
        "fd", True, [best, TunedTrial(0, "tuning/trial-000", 3.0, {})], 1, 0, {"lr": 1.0}, "ganzoo"
    )
    assert tuned.best is best
    assert repr(tuned).splitlines()[0].split() == ["2", "tuning/trial-001", "lr=0.01"]
    assert tags(tuned._repr_html_()).count("tr") == 3
    assert "lr 100 %" in tuned._repr_html_()


def test_a_small_picture_is_enlarged_without_smoothing() -> None:
    def of(side: int) -> str:
        buffer = io.BytesIO()
        Image.new("L", (side, side)).save(buffer, format="PNG")
        return html.picture(buffer.getvalue(), "x")

    assert "width:392px;image-rendering:pixelated" in of(98)
    assert "pixelated" not in of(600)
