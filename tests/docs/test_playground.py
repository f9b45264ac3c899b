"""The page "Playground" draws the samples that PyTorch draws, and obeys the keyboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import Batch

from ..toy import TOY, ToyPlugin, registry_of
from .browser import Complaints, chromium, needs_chromium, served, sync_api
from .pages import DOCS, ROOT

pytestmark = needs_chromium
FILES = {
    "vanilla-mlp": "digits.safetensors",
    "cgan": "classes.safetensors",
    "infogan": "codes.safetensors",
}
INFOGAN = ROOT / "tests" / "examples" / "infogan.py"
TOLERANCE = 1e-3  # on the range of a sample
MEGABYTES = 2.1  # of all committed weights

SAMPLES = """async ([file, z, labels]) => {
    const { generatorOf } = await import("../javascripts/playground/generator.js");
    const generator = generatorOf(await (await fetch(file)).arrayBuffer());
    return z.map((each, n) => [...generator.sample(Float32Array.from(each), labels[n])]);
}"""
# The sum of the shifts of the layout, of which 0.1 counts as good (web.dev/articles/cls).
SHIFT = """() => new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
)).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => done(0), 500))"""
PIXELS = """canvas => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
    .filter((_, k) => k % 4 === 0)"""


@pytest.fixture(scope="module")
def page(site: Path) -> Iterator[sync_api.Page]:
    with served(site) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.complaints = Complaints(page, address)
        page.goto(f"{address}playground/")
        ready(page, "vanilla-mlp")
        yield page


def ready(page: sync_api.Page, name: str) -> None:
    page.wait_for_selector(f'#player[data-ready="{name}"]')


def part(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(f"#player [data-part={name}]")


def z_of_the_sliders(page: sync_api.Page) -> torch.Tensor:
    labels = page.locator("#player :is([data-part=sliders], [data-part=further]) label").all()
    found = {
        int(each.text_content()[1:]): float(each.locator("input").input_value()) for each in labels
    }
    return torch.tensor([[found[k] for k in sorted(found)]])


def test_the_weights_are_small() -> None:
    assert sum(path.stat().st_size for path in (DOCS / "playground").iterdir()) < MEGABYTES * 1e6


@pytest.mark.parametrize("recipe", FILES)
def test_the_samples_are_those_of_pytorch(recipe: str, page: sync_api.Page) -> None:
    trained = ganzoo.load(DOCS / "playground" / FILES[recipe])
    noise = trained.noise(10, seed=3)
    labels = [0] * 10 if noise.y is None else noise.y.tolist()
    drawn = page.evaluate(SAMPLES, [FILES[recipe], noise.z.tolist(), labels])
    ours = torch.tensor(drawn).reshape(10, 1, 28, 28)
    assert ours.std() > 0.1
    assert (ours - trained.generate(noise)).abs().max() < TOLERANCE


def test_the_canvas_shows_the_z_of_the_sliders(page: sync_api.Page) -> None:
    part(page, "new").click()
    trained = ganzoo.load(DOCS / "playground" / FILES["vanilla-mlp"])
    (expected,) = trained.generate(Batch(z=z_of_the_sliders(page)))
    shown = torch.tensor(part(page, "sample").evaluate(PIXELS)).reshape(28, 28)
    assert (shown - 255 * expected[0]).abs().max() < 0.5 + 255 * TOLERANCE


def test_an_arrow_key_moves_a_slider_and_changes_the_sample(page: sync_api.Page) -> None:
    before, z = part(page, "sample").evaluate(PIXELS), z_of_the_sliders(page)
    page.locator("#player [data-part=sliders] input").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert part(page, "sample").evaluate(PIXELS) != before
    assert (z_of_the_sliders(page) != z).sum() == 1


def test_the_walk_moves_z_until_it_is_stopped(page: sync_api.Page) -> None:
    before, walk = z_of_the_sliders(page), part(page, "walk")
    walk.focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    page.keyboard.press("Space")
    stopped = z_of_the_sliders(page)
    page.wait_for_timeout(100)
    assert not torch.equal(stopped, before)
    assert torch.equal(z_of_the_sliders(page), stopped)
    assert walk.inner_text() == "Random walk"


def test_the_ends_of_the_interpolation_change(page: sync_api.Page) -> None:
    before = part(page, "interpolation").evaluate("canvas => canvas.toDataURL()")
    part(page, "line").check()
    on_a_line = part(page, "interpolation").evaluate("canvas => canvas.toDataURL()")
    part(page, "ends").click()
    assert len({before, on_a_line, part(page, "interpolation").evaluate("c => c.toDataURL()")}) == 3


def test_a_class_is_chosen_by_the_keyboard(page: sync_api.Page) -> None:
    page.locator("#player input[value='classes.safetensors']").check()
    ready(page, "cgan")
    before = part(page, "sample").evaluate(PIXELS)
    page.locator("#player [name=playground-class]").first.focus()
    page.keyboard.press("ArrowRight")
    assert part(page, "sample").evaluate(PIXELS) != before
    assert (
        part(page, "sample").get_attribute("aria-label") == "A sample of the class 1, drawn by cgan"
    )
    assert part(page, "classes").is_visible()


def test_a_file_of_ones_own_is_played(page: sync_api.Page, tmp_path: Path) -> None:
    registry = registry_of(toy=ToyPlugin())
    run = ganzoo.train(TOY, steps=2, out=tmp_path / "run", device="cpu", registry=registry)
    ganzoo.export(
        run, "safetensors", half=True, out=tmp_path / "own.safetensors", registry=registry
    )
    part(page, "file").set_input_files(tmp_path / "own.safetensors")
    ready(page, "own.safetensors")
    said = part(page, "status").inner_text()
    assert said.startswith(
        "own.safetensors cannot be played: The playground has the generators mlp"
    )


def test_the_codes_of_infogan_are_chosen_by_the_keyboard(
    page: sync_api.Page, tmp_path: Path
) -> None:
    """z is four numbers of noise, a category of eight, and a slope in [-1, 1]."""
    small = {"dataset": "mnist-5k", "steps": 2, "batch_size": 8, "device": "cpu"}
    run = ganzoo.train("infogan:infogan", plugins=[INFOGAN], out=tmp_path / "run", **small)
    own = tmp_path / "infogan.safetensors"
    ganzoo.export(run, "safetensors", half=True, out=own, plugins=[INFOGAN])
    part(page, "file").set_input_files(own)
    ready(page, own.name)
    assert "4 coordinates of z; the codes category, slope" in part(page, "status").inner_text()
    category, slope = part(page, "codes").locator("input").all()
    for slider, times in ((category, 3), (slope, 5)):
        slider.focus()
        for _ in range(times):
            page.keyboard.press("ArrowRight")
    assert part(page, "codes").locator("output").all_inner_texts() == ["3", "0.17"]
    part(page, "new").click()  # the codes stay
    chosen = torch.eye(8)[3:4], torch.tensor([[float(slope.input_value())]])
    z = torch.cat((z_of_the_sliders(page), *chosen), 1)
    (expected,) = ganzoo.load(own, plugins=[INFOGAN]).generate(Batch(z=z))
    shown = torch.tensor(part(page, "sample").evaluate(PIXELS)).reshape(28, 28)
    assert (shown - 255 * (expected[0] + 1) / 2).abs().max() < 0.5 + 255 * TOLERANCE
    rows = part(page, "by-code").locator("canvas")
    assert [row.evaluate("canvas => canvas.width / 28") for row in rows.all()] == [8, 9]
    assert not part(page, "by-class").is_visible()
    third = rows.first.evaluate(PIXELS.replace("0, 0", "84, 0"))
    assert torch.equal(torch.tensor(third), shown.flatten())


def test_a_file_of_another_kind_is_refused(page: sync_api.Page, tmp_path: Path) -> None:
    (tmp_path / "notes.safetensors").write_text(json.dumps("nothing"))
    part(page, "file").set_input_files(tmp_path / "notes.safetensors")
    ready(page, "notes.safetensors")
    said = "notes.safetensors cannot be played: This is not a safetensors file."
    assert part(page, "status").inner_text() == said


def test_nothing_was_wrong_in_the_browser(page: sync_api.Page) -> None:
    assert page.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_shifts_while_the_page_loads(width: int, page: sync_api.Page) -> None:
    fresh = page.context.browser.new_page(viewport={"width": width, "height": 900})
    fresh.goto(page.url)
    ready(fresh, "vanilla-mlp")
    assert fresh.evaluate(SHIFT) < 0.01
