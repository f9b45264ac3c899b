"""Every page of the site in Chromium, as wide as a desktop's window and as a phone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import Complaints, chromium, needs_chromium, served, sync_api

pytestmark = needs_chromium
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TABS = 4  # pages that are loaded at a time
WIDER = """() => document.documentElement.scrollWidth > innerWidth"""
# Pictures and controls that a screen reader could not name.
NAMELESS = """() => [
    ...document.querySelectorAll("img:not([alt]), canvas:not([aria-label])"),
    ...[...document.querySelectorAll("article :is(input, select, button)")].filter(
        (each) => !(each.labels?.length || each.ariaLabel || each.title || each.textContent)
    ),
].map((each) => each.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    with chromium() as browser:
        yield browser


def pages(site: Path) -> list[str]:
    """Every page of the site, but of the pages of components, which one template makes, one in
    four; those of recipes have pictures and curves, and are all among them."""
    paths = sorted(str(page.relative_to(site).parent) for page in site.rglob("index.html"))
    components = [path for path in paths if path.startswith("zoo/") and path.count("/") == 2]
    left_out = {path for path in components if not path.startswith("zoo/recipe/")}
    left_out -= set(sorted(left_out)[::4])
    return [path for path in paths if path not in left_out]


def test_every_page_opens_without_a_complaint(
    site: Path, address: str, browser: sync_api.Browser
) -> None:
    """No error, no request to another host, no sideways scrolling, no picture without a text. The
    pages have an index for the search without content, since its processing takes longer than the
    rest of a page; another test searches."""
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    empty = json.dumps({**index, "docs": []})
    context.route("**/search/search_index.json", lambda route: route.fulfill(body=empty))
    tabs = [context.new_page() for _ in range(TABS)]
    complaints = [Complaints(tab, address) for tab in tabs]
    paths, found = pages(site), []
    for start in range(0, len(paths), TABS):
        opened = list(zip(paths[start : start + TABS], tabs, complaints, strict=False))
        for path, tab, _ in opened:
            tab.goto(f"{address}{path}/", wait_until="commit")
        for path, tab, said in opened:
            tab.wait_for_load_state("load")
            faults = [*too_wide(tab), *tab.evaluate(NAMELESS)]
            if said or faults:
                found.append((path, [*said, *faults]))
            said.clear()
    assert found == []
    assert len(paths) > 50


def too_wide(tab: sync_api.Page) -> list[str]:
    """The widths at which a page scrolls sideways. A tab begins with the width that it has, so that
    every other page of it is loaded as on a phone."""
    sizes = sorted((DESKTOP, PHONE), key=lambda size: size != tab.viewport_size)
    found = []
    for size in sizes:
        tab.set_viewport_size(size)
        if tab.evaluate(WIDER):
            found.append(f"it scrolls sideways at {size['width']}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_scheme_is_that_of_the_system(
    scheme: str, address: str, browser: sync_api.Browser
) -> None:
    page = browser.new_page(viewport=PHONE, color_scheme=scheme)
    page.goto(address)
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g)")
    assert (sum(map(int, shade[:3])) > 3 * 127) == (scheme == "light")


def test_a_search_arrives(address: str, browser: sync_api.Browser) -> None:
    page = browser.new_page(viewport=DESKTOP)
    page.goto(address)
    page.locator(".md-search__input").first.click()
    page.keyboard.type("wasserstein", delay=20)
    page.locator(".md-search-result__link").first.click()
    page.wait_for_url("**/?h=*")
    assert "wasserstein" in page.locator("article").inner_text().lower()


def test_an_unknown_address_gets_help(site: Path, address: str, browser: sync_api.Browser) -> None:
    """The page 404.html, which a server shows for an unknown address."""
    page = browser.new_page(viewport=DESKTOP)
    complaints = Complaints(page, address)
    page.goto(f"{address}404.html")
    assert page.locator("article h1").inner_text() == "There is no such page"
    for link in page.locator("article a").all():
        path = link.get_attribute("href")
        assert path is not None
        assert (site / path.lstrip("/") / "index.html").is_file(), path
    assert complaints == []
