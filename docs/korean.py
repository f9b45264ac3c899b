"""Marks the pages in docs/ko as Korean, for screen readers, search engines and fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

_korean: list[str] = []  # the canonical addresses of the Korean pages, where the site has one


def on_pre_build(**_: Any) -> None:
    """Forget the pages of an earlier build; mkdocs calls it before each."""
    _korean.clear()


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Set the language of a page; mkdocs calls it for each page."""
    if not page.file.src_uri.startswith("ko/"):
        return output
    if page.canonical_url:
        _korean.append(page.canonical_url)
    return output.replace('<html lang="en"', '<html lang="ko"', 1)


def on_post_build(config: Any, **_: Any) -> None:
    """Write ko/sitemap.xml, which Material's choice of the language reads."""
    lines = "".join(f"<url><loc>{escape(address)}</loc></url>" for address in _korean)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'{head}<urlset xmlns="{namespace}">{lines}</urlset>\n'
    (Path(config["site_dir"]) / "ko" / "sitemap.xml").write_text(text, encoding="utf-8")
