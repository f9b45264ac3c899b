"""The hook of mkdocs: generated parts of pages, and generated pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from gen import commands, navigation, parts, reference
from gen.zoo import pages


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make the folders of the included files absolute, so that mkdocs can be called anywhere. (The
    tag !relative of mkdocs would do it too, but Zensical cannot read it.)"""
    root = Path(config.config_file_path).parent
    snippets = config.mdx_configs["pymdownx.snippets"]
    snippets["base_path"] = [str(root / folder) for folder in snippets["base_path"]]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the files of the site, and to its navigation."""
    themes, sections = reference.themes(), commands.sections()
    for path, text in {**pages.all_pages(), **themes, **sections}.items():
        files.append(File.generated(config, path, content=text))
    nav = config.nav or []
    pages.add_to(nav)
    navigation.nest(nav, reference.OVERVIEW, "API", list(themes))
    navigation.nest(nav, commands.OVERVIEW, "Commands", list(sections))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in the generated parts of a page."""
    return parts.filled(markdown)
