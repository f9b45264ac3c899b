"""What a page says can be run, runs: its blocks in their order, in an empty folder.

A block with a title is a file. A Python block without one is run, in one namespace for the page. Of
the shell blocks the calls of ganzoo are run, but for those that name a RUN, which need one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ganzoo.cli import zoo
from ganzoo.registry.kinds import KINDS

from .pages import DOCS, ROOT, blocks

# The pages whose commands need nothing but what the page itself has made.
COMMANDS_RUN = [DOCS / "index.md", DOCS / "training.md", DOCS / "plugins" / "one-file.md"]
COMMANDS_RUN += [DOCS / "learn" / "gan.md", DOCS / "learn" / "not-learning.md"]
COMMANDS_RUN += [DOCS / "ko" / "quickstart.md", DOCS / "ko" / "gan.md"]
COMMANDS_RUN += [DOCS / "plugins" / "kinds" / f"{kind}.md" for kind in KINDS]
WITH_PYTHON = [
    page
    for page in [*sorted(DOCS.glob("**/*.md")), ROOT / "README.md"]
    if any(block.language == "python" and not block.title for block in blocks(page))
    and page.name != "design.md"  # it shows interfaces, not programs
]


@pytest.mark.parametrize(
    "page", sorted({*COMMANDS_RUN, *WITH_PYTHON}), ids=lambda page: str(page.relative_to(ROOT))
)
def test_what_a_page_says_can_be_run_runs(page: Path, reader: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        where = f"{page}:{block.line}"
        if block.title:
            (reader / block.title).parent.mkdir(parents=True, exist_ok=True)
            (reader / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), namespace)
        elif page in COMMANDS_RUN:
            for words in block.commands():
                if "RUN" not in words:
                    done = CliRunner().invoke(zoo, words[1:])
                    assert done.exit_code == 0, f"{where}: {' '.join(words)}\n{done.output}"
