"""Every hook, kind and public name is documented, and every hook and kind is tested."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

import ganzoo
from ganzoo.cli import zoo
from ganzoo.registry import hookspecs
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.suite import rules

from .pages import DOCS, KIND_EXAMPLES, ROOT, blocks

FAMILIES = (hookspecs.Registration, hookspecs.Observation)
HOOKS = [
    (family.__name__, name)
    for family in FAMILIES
    for name in vars(family)
    if name.startswith("ganzoo_")
]
TESTS = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "tests").rglob("*.py")
    if path != Path(__file__)
}


def text_of(page: Path) -> str:
    """What a reader of a built page reads."""
    body = page.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    return html.unescape(re.sub(r"<[^>]+>", "", body))


@pytest.mark.parametrize(("family", "hook"), HOOKS)
def test_every_hook_is_documented(family: str, hook: str, site: Path) -> None:
    page = site / "plugins" / "hooks" / "index.html"
    assert f'id="ganzoo.registry.hookspecs.{family}.{hook}"' in page.read_text(encoding="utf-8")
    doc = getattr(getattr(hookspecs, family), hook).__doc__
    assert " ".join(re.split(r"\W+", doc)[:5]) in " ".join(re.split(r"\W+", text_of(page)))


@pytest.mark.parametrize("hook", [name for family, name in HOOKS if family == "Observation"])
def test_every_hook_of_a_run_is_explained_to_authors_of_observers(hook: str) -> None:
    assert f"| `{hook}` |" in (DOCS / "plugins" / "observers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", [name for _, name in HOOKS])
def test_every_hook_is_tested(hook: str) -> None:
    assert any(hook in text for text in TESTS.values()), f"no test names {hook}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page_with_its_contract_and_an_example(kind: str, site: Path) -> None:
    source = DOCS / "plugins" / "kinds" / f"{kind}.md"
    example = (KIND_EXAMPLES / f"{kind}.py").read_text(encoding="utf-8")
    assert example in [block.text for block in blocks(source) if block.title]
    page = text_of(site / "plugins" / "kinds" / kind / "index.html")
    for heading in ("Rules", "An example", "Reference"):
        assert heading in page
    bases = {"prior": "ganzoo.NoisePrior", "optimizer": "torch.optim.Optimizer"}
    assert bases.get(kind, f"ganzoo.{kind.capitalize()}") in page
    index = site / "plugins" / "kinds" / "index.html"
    assert f'href="{kind}/"' in index.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_for_a_kind_is_on_its_page(kind: str, site: Path) -> None:
    page = " ".join(text_of(site / "plugins" / "kinds" / kind / "index.html").split())
    for rule in rules(kind):
        assert rule.asks.replace("`", "") in page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_tested(kind: str) -> None:
    named = re.compile(rf"registry\.{kind}\(|[\"']{kind}[\"'/]")
    assert any(named.search(text) for text in TESTS.values()), f"no test names the kind {kind}"


@pytest.mark.parametrize("name", ganzoo.__all__)
def test_every_public_name_is_documented(name: str, site: Path) -> None:
    path = f"ganzoo.{ganzoo._HOMES[name]}.{name}"
    overview = (site / "plugins" / "api" / "index.html").read_text(encoding="utf-8")
    themes = re.findall(rf'href="(\w+)/#{re.escape(path)}"', overview)
    assert len(themes) == 1
    page = site / "plugins" / "api" / themes[0] / "index.html"
    assert f'id="{path}"' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(zoo.commands))
def test_every_command_is_documented_with_its_options(name: str, site: Path) -> None:
    page = " ".join(text_of(path) for path in (site / "cli").rglob("index.html"))
    assert f"ganzoo {name}" in page
    for parameter in zoo.commands[name].params:
        if parameter.param_type_name == "option":
            assert all(option in page for option in parameter.opts)


def test_no_comment_that_asks_for_a_generated_part_is_left(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert "<!-- generated" not in page.read_text(encoding="utf-8"), page


def test_nothing_of_the_examples_and_the_generator_is_published_as_it_lies(site: Path) -> None:
    assert not list(site.rglob("*.py"))
    assert [path.name for path in (site / "examples").iterdir()] == ["first-run.ipynb"]
