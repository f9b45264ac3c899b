"""The hook of mkdocs: generated parts of pages, and generated pages."""

from __future__ import annotations

from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from gen import parts, reference
from gen.zoo import pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the files of the site, and to its navigation."""
    for path, text in {**pages.all_pages(), **reference.themes()}.items():
        files.append(File.generated(config, path, content=text))
    pages.add_to(config.nav or [])
    reference.add_to(config.nav or [])
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the generated parts of a page."""
    return parts.filled(markdown)
