"""Every component has its page in the zoo, and the indexes sort and filter in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganzoo
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS

from .browser import Complaints, chromium, needs_chromium, served, sync_api
from .pages import DOCS, blocks
from .test_commands import check_parses
from .test_documented import text_of

REGISTRY = ganzoo.Registry.discover()
ENTRIES = REGISTRY.entries()
RECIPES = REGISTRY.entries("recipe")
WITH_FORMULA = ("loss", "penalty", "augmentation", "prior", "metric")


def page_of(entry: Entry, site: Path) -> Path:
    return site / "zoo" / entry.kind / entry.name / "index.html"


def named(entry: Entry) -> str:
    return f"{entry.kind}/{entry.name}"


@pytest.mark.parametrize("entry", RECIPES, ids=named)
def test_every_recipe_has_a_page_with_its_idea_objective_command_and_paper(
    entry: Entry, site: Path
) -> None:
    html = page_of(entry, site).read_text(encoding="utf-8")
    text = " ".join(text_of(page_of(entry, site)).split())
    assert f"ganzoo train {entry.name}" in text
    for heading in ("Objective", "Components", "Figures", "Settings"):
        assert f'id="{heading.lower()}"' in html
    assert "<math" in html
    unmeasured = "No training of this recipe has been measured yet."
    in_modes = "The trainings of this recipe are in the table of mode collapse."
    assert any(words in text for words in ("Protocol:", unmeasured, in_modes))
    if arxiv := re.search(r"arXiv:(\d+\.\d+)", entry.paper):
        assert f"https://arxiv.org/abs/{arxiv[1]}" in html
    if entry.paper:
        assert 'id="what-differs-from-the-paper"' in html


@pytest.mark.parametrize("entry", ENTRIES, ids=named)
def test_every_component_has_a_page_and_its_index_links_to_it(entry: Entry, site: Path) -> None:
    html = page_of(entry, site).read_text(encoding="utf-8")
    assert "<h1 id=" in html
    if entry.kind in WITH_FORMULA:
        assert "<math" in html
    recipe = entry.kind == "recipe"
    index = site / "zoo" / ("" if recipe else entry.kind) / "index.html"
    link = f"recipe/{entry.name}/" if recipe else f"{entry.name}/"
    assert f'href="{link}"' in index.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The generated pages as files, by their paths in the docs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        from gen.zoo import pages

        folder, found = tmp_path_factory.mktemp("generated"), {}
        for path, text in pages.all_pages().items():
            found[path] = folder / path
            found[path].parent.mkdir(parents=True, exist_ok=True)
            found[path].write_text(text, encoding="utf-8")
        yield found


def test_every_command_on_a_generated_page_parses(
    generated: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latest").mkdir()  # the reader of the page has a run
    monkeypatch.chdir(tmp_path)
    for page in generated.values():
        for block in blocks(page):
            for words in block.commands():
                check_parses(words)


def test_every_text_of_a_plugin_belongs_to_a_component() -> None:
    known = {named(entry) for entry in ENTRIES}
    root = DOCS.parent
    texts = [*root.glob("ganzoo/pages/*/*.md"), *root.glob("plugins/*/pages/*/*.md")]
    assert texts
    assert {f"{path.parent.name}/{path.stem}" for path in texts} <= known


def test_a_text_has_an_idea_and_sections(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    from gen.zoo.written import written

    (tmp_path / "pages" / "loss").mkdir(parents=True)
    text = "The idea.\n\n## Objective\n\n$$x$$\n\n## Advice\n\nTry it.\n"
    (tmp_path / "pages" / "loss" / "mine.md").write_text(text, encoding="utf-8")
    (tmp_path / "mine.py").write_text(
        "import ganzoo\n\n\n@ganzoo.register('loss', 'mine')\nclass Mine(ganzoo.Loss):\n    pass\n",
        encoding="utf-8",
    )
    registry = ganzoo.Registry.discover([tmp_path / "mine.py"])
    found = written(registry.get("loss", "mine"), registry)
    assert (found.idea, found.section("Objective")) == ("The idea.", "$$x$$")
    assert found.others == "## Advice\n\nTry it."
    without = written(registry.get("schedule", "constant"), registry)
    assert (without.idea, without.sections) == ("", {})


@pytest.fixture(scope="module")
def opened(site: Path) -> Iterator[tuple[sync_api.Page, str]]:
    """A page of a browser, and the address of the served site."""
    with served(site) as address, chromium() as browser:
        yield browser.new_page(), address


@needs_chromium
def test_the_index_of_the_zoo_sorts_and_filters(opened: tuple[sync_api.Page, str]) -> None:
    page, address = opened
    page.set_viewport_size({"width": 1280, "height": 800})
    complaints = Complaints(page, address)
    page.goto(f"{address}zoo/")

    def shown() -> list[str]:
        return page.locator("tbody tr:not([hidden]) td[data-label=recipe] a").all_inner_texts()

    def distances() -> list[float]:
        return [float(text) for text in page.locator("td[data-label^=fd] data").all_inner_texts()]

    everything = shown()
    assert sorted(everything) == sorted(entry.name for entry in RECIPES)
    button = page.get_by_role("button", name="fd ↓")
    button.click()
    assert page.locator("th[aria-sort=ascending]").inner_text() == "fd ↓"
    assert distances() == sorted(distances())
    best = shown()[0]
    button.press("Enter")  # the other direction, by the keyboard
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    assert distances() == sorted(distances(), reverse=True)
    assert shown()[0] != best
    page.get_by_label("family", exact=True).select_option("wasserstein")
    assert sorted(shown()) == sorted(e.name for e in RECIPES if e.plugin == "wasserstein")
    page.get_by_label("find", exact=True).fill("gradient penalty")
    assert "wgan-gp" in shown()
    assert "wgan" not in shown()
    assert page.locator(".zoo-tools output").inner_text() == f"1 of {len(everything)}"
    page.get_by_role("link", name="wgan-gp", exact=True).last.click()
    page.wait_for_url("**/zoo/recipe/wgan-gp/")
    assert complaints == []


@needs_chromium
@pytest.mark.parametrize("kind", [kind for kind in KINDS if REGISTRY.entries(kind)])
def test_the_index_of_a_kind_sorts_on_a_phone(kind: str, opened: tuple[sync_api.Page, str]) -> None:
    page, address = opened
    page.set_viewport_size({"width": 390, "height": 844})
    complaints = Complaints(page, address)
    page.goto(f"{address}zoo/{'' if kind == 'recipe' else f'{kind}/'}")
    menu, name = page.get_by_label("sort by"), "recipe" if kind == "recipe" else "name"
    menu.select_option(label=name)
    names = page.locator(f"td[data-label={name}] a").all_inner_texts()
    assert names == sorted(entry.name for entry in REGISTRY.entries(kind))
    if menu.locator("option", has_text="year").count():
        menu.select_option(label="year")
        years = page.locator("td[data-label=year]").all_inner_texts()
        assert years == sorted(years, key=lambda year: int(year or 9999))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert complaints == []


def test_without_a_script_an_index_is_a_table(site: Path) -> None:
    html = (site / "zoo" / "index.html").read_text(encoding="utf-8")
    box = html.partition('class="zoo-index"')[2].partition("</table>")[0]
    assert "<table>" in box
    assert box.count("<tr>") == 1 + len(RECIPES)
