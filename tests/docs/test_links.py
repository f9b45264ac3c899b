"""Every link within the site leads to a file of the site, and to a place that the file has."""

from __future__ import annotations

import functools
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The addresses that a page refers to, and the names of its places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.places |= {name for key in ("id", "name") if (name := given.get(key))}
        if tag != "link" or given.get("rel") != "canonical":
            self.addresses |= {value for key in ("href", "src") if (value := given.get(key))}


@functools.cache
def _read(path: Path) -> _Page:
    return _Page(path.read_text(encoding="utf-8"))


def _broken(page: Path, address: str, site: Path) -> bool:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return False
    start = site if parts.path.startswith("/") else page.parent
    target = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return True
    place = unquote(parts.fragment)
    return bool(place) and target.suffix == ".html" and place not in _read(target).places


def test_every_link_leads_somewhere(site: Path) -> None:
    pages = {page: _read(page) for page in site.rglob("*.html")}
    broken = [
        (str(page.relative_to(site)), address)
        for page, content in pages.items()
        for address in sorted(content.addresses)
        if _broken(page, address, site)
    ]
    assert broken == []
    assert sum(len(content.addresses) for content in pages.values()) > 1000
