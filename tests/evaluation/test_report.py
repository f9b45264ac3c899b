"""The report of one run or many as one HTML page."""

from __future__ import annotations

import base64
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ganzoo.evaluation.report import html as report
from ganzoo.evaluation.report.compare import compare
from ganzoo.evaluation.report.curves import band
from ganzoo.evaluation.report.export import as_csv
from ganzoo.evaluation.report.panels import panels
from ganzoo.evaluation.report.pictures import spread

from ..evaluated import PIXEL, Make, make_sweep, result


class Page(HTMLParser):
    """The tags of a page, and the addresses that it names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def page_of(*runs: Path) -> str:
    return report.page(compare(runs))


def test_the_page_needs_no_network_and_no_script(make: Make) -> None:
    text = page_of(make("a", result(1.0)), make("b", result(2.0), seed=1))
    page = Page(text)
    assert "script" not in page.tags
    assert all(address.startswith("data:") for address in page.addresses)
    assert len(page.addresses) == 3  # two pictures and the table
    assert not re.findall(r"@import|url\((?!#)", text)
    assert text.count('>loss D <span class="key">loss_d</span></figcaption>') == 1
    assert page_of(make("c"), make("d")).count("ganzoo evaluate") == 1


def test_the_caption_of_a_run_that_has_logged_nothing_has_no_steps(make: Make) -> None:
    run = make("a")
    assert ", seed 0, 20 steps</p>" in page_of(run)
    (run / "metrics.jsonl").write_text("")
    assert ", seed 0</p>" in page_of(run)


def test_a_page_of_one_run_has_its_results_its_pictures_and_its_settings(make: Make) -> None:
    run = make("a", result(1.0), result(0.3, "recall", lower=False))
    (run / "samples" / "step-000000.png").write_bytes(PIXEL)
    text = page_of(run)
    assert "<th>fid ↓</th><td>1.00 ± 0.50</td>" in text
    assert re.findall(r'alt="([^"]*)"', text) == ["Samples at step 0", "Samples at step 20"]
    assert "<th>generator.hidden</th>" in text


def test_the_frechet_distance_is_beside_the_name_of_the_setting(tmp_path: Path) -> None:
    text = page_of(*make_sweep(tmp_path))
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", text)
    assert heads[:3] == ["setting", "fd (n 50) ↓", "fd (n 20) ↓"]


def test_only_the_best_is_marked(tmp_path: Path) -> None:
    text = page_of(*make_sweep(tmp_path))
    assert '<td class="best">2.600 ± 0.058 ★</td>' in text
    assert not re.findall(r'class="best">(0\.7600|1\.0200|0\.001) ', text)


def test_the_link_is_the_table_as_csv(tmp_path: Path) -> None:
    runs = make_sweep(tmp_path)
    (address,) = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]*)"', page_of(*runs))
    assert base64.b64decode(address).decode() == as_csv(compare(runs))


def test_plots_take_the_colour_of_the_text(make: Make) -> None:
    text = page_of(make("a"), make("b"))
    assert "currentColor" in text
    assert "#010203" not in text
    assert "#000000" not in text
    assert "prefers-color-scheme: dark" in text


def test_text_from_runs_is_escaped(make: Make) -> None:
    bad = "<b>&\"'$x$"
    run = make(f"{bad}1", result(1.0, bad), set={"recipe.loss.name": bad, "recipe.name": bad})
    (run / "metrics.jsonl").write_text(json.dumps({"step": 1, bad: 1.0, "seconds": 1.0}) + "\n")
    for page in (page_of(run, make("b", result(1.0))), page_of(run)):
        assert "<b>" not in page
        assert page.count("&lt;b&gt;&amp;&#34;&#39;$x$") > 3


def test_runs_without_metrics_and_pictures(make: Make) -> None:
    runs = [make("a"), make("b")]
    for run in runs:
        (run / "metrics.jsonl").unlink()
        (run / "samples" / "step-000020.png").unlink()
    page = page_of(*runs)
    assert "Nothing was logged." in page
    assert page.count("no pictures of samples") == 2
    assert "no pictures of samples" in page_of(runs[0])


def test_more_settings_than_colours_differ_in_dashes(make: Make) -> None:
    runs = [make(f"run-{n}", set={"recipe.optimizer.d.lr": n / 10}) for n in range(10)]
    swatches = {*re.findall(r'stroke="#\w+" stroke-dasharray="[^"]*"', page_of(*runs))}
    assert len(swatches) == 10


# -- parts -----------------------------------------------------------------------------------------


def test_a_panel_has_each_setting_with_its_error_bars_and_seeds(tmp_path: Path) -> None:
    found = {panel.column.label: panel for panel in panels(compare(make_sweep(tmp_path)))}
    assert "missing_classes" not in found  # 0 everywhere
    marks = found["fd (n 50)"].marks
    assert [mark.best for mark in marks] == [False, False, True, False]
    assert [len(mark.seeds) for mark in marks] == [3, 3, 3, 3]
    for mark in marks:
        wide, one = mark.bars
        assert 0 < wide.start < one.start < mark.place < one.end < wide.end < 100
        half = 4.3027 * (mark.place - one.start)  # of three seeds
        assert mark.place - wide.start == pytest.approx(half, abs=0.05)
    places = [place for place, _ in found["fd (n 50)"].ticks]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_a_single_number_has_no_panel(make: Make) -> None:
    assert panels(compare([make("a", result(1.0))])) == []


def test_equal_numbers_have_a_panel(make: Make) -> None:
    runs = [make("a", result(1.0, stderr=None)), make("b", result(1.0, stderr=None))]
    (panel,) = panels(compare(runs))
    assert [mark.place for mark in panel.marks] == [50.0, 50.0]


def test_a_band_reaches_from_the_lowest_to_the_highest_seed(make: Make) -> None:
    runs = [make(str(seed), seed=seed) for seed in range(3)]
    (runs[0] / "metrics.jsonl").write_text(
        '{"step": 10, "loss_d": 0.1, "seconds": 9}\n{"step": 20, "loss_d": NaN, "seconds": 9}\n'
    )
    (group,) = compare(runs).groups
    first, second = band(group, "loss_d")
    assert first == (10, 0.1, pytest.approx(0.2), 0.3)
    assert second == (20, 0.1, pytest.approx(0.125), 0.15)


def test_a_step_without_finite_values_is_a_gap(make: Make) -> None:
    run = make("a")
    (run / "metrics.jsonl").write_text('{"step": 10, "loss_d": NaN, "seconds": 9}\n')
    ((step, *values),) = band(compare([run]).groups[0], "loss_d")
    assert step == 10
    assert all(map(math.isnan, values))


def test_pictures_are_spread_over_the_training_from_the_first_to_the_newest(make: Make) -> None:
    run = make("a")
    (run / "samples" / "step-000020.png").unlink()
    for step in (0, *range(100, 5100, 100)):
        (run / "samples" / f"step-{step:06d}.png").write_bytes(PIXEL)
    steps = [picture.step for picture in spread(compare([run]).rows[0], 6)]
    assert steps == [0, 100, 300, 800, 2000, 5000]
