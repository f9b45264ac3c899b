"""What a page says can be run, runs: its blocks in their order, in an empty folder.

A block with a title is a file. A Python block without one is run, in one namespace for the page. Of
the shell blocks the calls of ganzoo are run, but for those that name a RUN, which need one, for
sweeps without --dry-run, which take minutes, and for watch, which serves until it is stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from ganzoo.cli import zoo
from ganzoo.registry.kinds import KINDS

from .pages import DOCS, ROOT, blocks, mentions

# The pages whose commands need nothing but what the page itself has made.
COMMANDS_RUN = [DOCS / "index.md", DOCS / "training.md", DOCS / "plugins" / "one-file.md"]
COMMANDS_RUN += [DOCS / "learn" / "gan.md", DOCS / "learn" / "not-learning.md"]
COMMANDS_RUN += [DOCS / "ko" / "quickstart.md", DOCS / "ko" / "gan.md"]
COMMANDS_RUN += [DOCS / "playground.md", *sorted((DOCS / "guides").glob("*.md"))]
OTHERS = DOCS / "guides" / "from-other-libraries.md"
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
    images_in(reader / "my" / "images")
    for block in blocks(page):
        where = f"{page}:{block.line}"
        if block.title:
            (reader / block.title).parent.mkdir(parents=True, exist_ok=True)
            (reader / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, where, "exec"), namespace)
        elif page in COMMANDS_RUN:
            for words in block.commands():
                sweeps = words[1] == "sweep" and "--dry-run" not in words
                serves = words[1] == "watch"
                if "RUN" not in words and not sweeps and not serves:
                    run_in_the_shell(words, where)


@pytest.mark.parametrize(
    "words", [words for words in mentions(OTHERS) if "train" in words], ids=" ".join
)
def test_the_recipe_for_a_script_is_trained(words: list[str], reader: Path) -> None:
    run_in_the_shell(words, str(OTHERS))


def images_in(folder: Path) -> None:
    """The images of the pages on a reader's own images: twelve, of noise."""
    folder.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (12, 64, 64, 3), dtype=np.uint8)
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(folder / f"{number}.png")


def run_in_the_shell(words: list[str], where: str) -> None:
    done = CliRunner().invoke(zoo, words[1:])
    assert done.exit_code == 0, f"{where}: {' '.join(words)}\n{done.output}"
