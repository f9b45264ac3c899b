"""The page "What is a GAN?": its figure 1 moves, its formulas are rendered, its plots are drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import Complaints, chromium, needs_chromium, served, sync_api
from .pages import DOCS

LEARN = DOCS / "learn"
PAGES = ("learn/gan", "ko/gan")


@pytest.fixture(scope="module")
def browser_at(site: Path) -> Iterator[tuple[sync_api.Browser, str]]:
    with served(site) as address, chromium() as browser:
        yield browser, address


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, browser_at) -> Iterator[sync_api.Page]:
    browser, address = browser_at
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.complaints = Complaints(page, address)
    page.goto(f"{address}{request.param}/")
    page.wait_for_selector(".gan-figure svg")
    yield page
    assert page.complaints == []
    page.close()


def number(page: sync_api.Page, name: str) -> float:
    return float(page.locator(f"[data-number={name}]").inner_text().replace("\N{MINUS SIGN}", "-"))


def press(page: sync_api.Page, slider: str, key: str, times: int = 1) -> None:
    page.focus(f".gan-figure input[name={slider}]")
    for _ in range(times):
        page.keyboard.press(key)


@needs_chromium
def test_equal_distributions_are_found_by_the_keyboard(page: sync_api.Page) -> None:
    press(page, "mean", "Home")  # 1.5
    press(page, "mean", "ArrowRight", times=50)
    press(page, "width", "Home")  # 0.32
    press(page, "width", "ArrowRight", times=18)
    assert number(page, "half") == pytest.approx(0.5, abs=1e-3)
    assert number(page, "value") == pytest.approx(-2 * math.log(2), abs=1e-3)
    assert number(page, "jsd") == pytest.approx(0, abs=1e-3)


@needs_chromium
def test_the_value_is_that_of_the_theorem_while_the_peak_is_dragged(page: sync_api.Page) -> None:
    before = number(page, "jsd")
    page.locator(".gan-figure").scroll_into_view_if_needed()
    peak = page.locator(".gan-figure .handle").bounding_box()
    x, y = peak["x"] + peak["width"] / 2, peak["y"] + peak["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 5):
        page.mouse.move(x - 15 * step, y)
        expected = -2 * math.log(2) + 2 * number(page, "jsd")
        assert number(page, "value") == pytest.approx(expected, abs=2e-3)
    page.mouse.up()
    assert number(page, "jsd") > before


@needs_chromium
def test_far_from_the_data_minimax_has_a_hundredth_of_the_slope(page: sync_api.Page) -> None:
    press(page, "mean", "Home")
    press(page, "width", "Home")
    assert number(page, "slope1") < number(page, "slope2") / 100
    page.click(".gan-figure [data-loss=minimax]")
    page.wait_for_function(
        "() => Number(document.querySelector('.gan-figure input[name=width]').value) > 0.4"
    )
    assert number(page, "jsd") > 0.6
    page.click(".gan-figure [data-loss=nonSaturating]")
    page.wait_for_function(
        "() => Number(document.querySelector('[data-number=jsd]').textContent) < 0.05"
    )


def test_every_formula_of_the_site_is_rendered(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    left = [str(path) for path, text in pages.items() if re.search(r'class="arithmatex">\\', text)]
    assert left == []
    assert all("<math" in pages[site / name / "index.html"] for name in PAGES)


def test_korean_pages_are_marked_as_korean(site: Path) -> None:
    for name, language in (("ko", "ko"), ("ko/gan", "ko"), ("learn/gan", "en")):
        text = (site / name / "index.html").read_text(encoding="utf-8")
        assert f'<html lang="{language}"' in text


def test_the_script_draws_the_figures_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(LEARN)
    import figures

    for page, folder in (("learn/gan.md", ""), ("ko/gan.md", "ko/")):
        text = (DOCS / page).read_text(encoding="utf-8")
        shown = set(re.findall(rf"images/learn/{folder}([\w-]+)-light\.svg", text))
        assert shown == set(figures.FIGURES)
    monkeypatch.setattr(figures, "OUT", tmp_path)
    figures.draw("saturation")
    assert {path.name for path in tmp_path.iterdir()} == {
        "saturation-light.svg",
        "saturation-dark.svg",
    }


@pytest.mark.parametrize("name", ["lessons", "saturation"])
def test_the_words_of_a_figure_have_a_translation(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(LEARN)
    import figures
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from titles import in_korean

    figure = Figure()
    figures.FIGURES[name][0](figure, figures.SCHEMES["light"])
    in_korean(figure)
    words = {text.get_text() for text in figure.findobj(Text)}
    english = {text for text in words if text.isascii() and re.search("[a-z]{2}", text)}
    assert english <= {"minimax", "non-saturating"}
