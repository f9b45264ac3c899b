"""Every page of the site in Chromium, as wide as a desktop's window and as a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .browser import Complaints, chromium, needs_chromium, served, sync_api

pytestmark = needs_chromium
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
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
    return sorted(str(page.relative_to(site).parent) for page in site.rglob("index.html"))


def test_every_page_opens_without_a_complaint(
    site: Path, address: str, browser: sync_api.Browser
) -> None:
    """No error, no request to another host, no sideways scrolling, no picture without a text."""
    found = []
    page = browser.new_page(viewport=DESKTOP)
    complaints = Complaints(page, address)
    for path in pages(site):
        page.set_viewport_size(DESKTOP)
        page.goto(f"{address}{path}/", wait_until="load")
        too_wide = [1280] * page.evaluate(WIDER)
        nameless = page.evaluate(NAMELESS)
        page.set_viewport_size(PHONE)
        too_wide += [390] * page.evaluate(WIDER)
        if complaints or too_wide or nameless:
            found.append((path, list(complaints), too_wide, nameless))
        complaints.clear()
    assert found == []
    assert len(pages(site)) > 50


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
