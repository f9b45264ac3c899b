"""What a terminal shows of a training: progress, the scalars, D's accuracy, the newest samples."""

from __future__ import annotations

import io
import time
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from rich.console import Console
from rich.text import Text

import ganzoo
from ganzoo import Spec
from ganzoo.cli.console import LiveDisplay, PlainLines, accuracy_bar, console_observer
from ganzoo.cli.preview import SIDE, preview

from .tools import NETWORKS, TINY, write_images

SHOW_CURSOR = "\x1b[?25h"
HIDE_CURSOR = "\x1b[?25l"


class Screen:
    """A terminal that keeps what is written to it."""

    def __init__(self, width: int = 100) -> None:
        self.file = io.StringIO()
        self.console = Console(
            force_terminal=True,
            color_system="truecolor",
            width=width,
            height=60,
            file=self.file,
            legacy_windows=False,
        )

    @property
    def written(self) -> str:
        return self.file.getvalue()

    @property
    def last(self) -> str:
        """The plain text of the last thing drawn over the one before it."""
        return Text.from_ansi(self.written.rpartition("step ")[1] + self.tail()).plain

    def tail(self) -> str:
        return self.written.rpartition("step ")[2]


@pytest.fixture
def screen() -> Screen:
    return Screen()


def train(screen: Screen, images: Path, **settings: object) -> None:
    request = {**NETWORKS, "loss": "minimax", "batch_size": 4, "device": "cpu"}
    request["dataset"] = f"folder:{images}"
    observers = [LiveDisplay(screen.console)]
    ganzoo.train(steps=20, set={**TINY, **settings}, out="r", observers=observers, **request)


def test_it_shows_progress_the_scalars_and_the_samples(screen: Screen, images: Path) -> None:
    train(screen, images, samples=10)
    opening = Text.from_ansi(screen.written).plain
    assert opening.startswith("Training vanilla-mlp (minimax loss")
    assert str(Path("r").absolute()) in opening
    last = screen.last
    assert last.startswith("step 20/20")
    for part in ("100 %", "elapsed", "left", "steps/s", "loss D", "loss G", "D(x)", "D(G(z))"):
        assert part in last
    assert "D's accuracy" in last
    assert "a guess: 50 %" in last
    drawn = [line for line in last.splitlines() if "▀" in line]
    assert len(drawn) == SIDE + 1  # two rows of samples, each under a gap, two pixels a line
    assert set("".join(drawn)) == {"▀"}


def test_something_moves_within_a_slow_step(
    screen: Screen, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first step on, and without a log."""
    from ganzoo.engine.engine import Engine

    advance, lengths = Engine.advance, []

    def slow(engine: Engine) -> object:
        for _ in range(4):
            lengths.append(len(screen.written))
            time.sleep(0.5)
        return advance(engine)

    monkeypatch.setattr(Engine, "advance", slow)
    request = {**NETWORKS, "batch_size": 4, "device": "cpu", "dataset": f"folder:{images}"}
    observers = [LiveDisplay(screen.console)]
    ganzoo.train(steps=3, set={**TINY, "log_every": 100}, out="r", observers=observers, **request)
    assert all(before < after for before, after in pairwise(lengths))
    shown = Text.from_ansi(screen.written).plain
    assert "step 1/3" in shown  # no log has been written at this step
    assert "steps/s" in shown.partition("step 3/3")[0]


def test_it_ends_with_the_meaning_of_the_numbers(screen: Screen, images: Path) -> None:
    train(screen, images)
    end = screen.written.rpartition("D is right for ")[2]
    assert "a D that guesses is right for 50 %" in end
    assert "is 1.386." in end


def test_it_gives_the_cursor_back_at_the_end(screen: Screen, images: Path) -> None:
    train(screen, images)
    assert HIDE_CURSOR in screen.written
    assert screen.written.rindex(SHOW_CURSOR) > screen.written.rindex(HIDE_CURSOR)


def test_it_gives_the_cursor_back_when_the_training_fails(
    screen: Screen, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganzoo.training.loop import Loop

    def fail(loop: Loop) -> None:
        raise ganzoo.GanzooError("No space left.")

    monkeypatch.setattr(Loop, "save", fail)
    with pytest.raises(ganzoo.GanzooError, match="No space left"):
        train(screen, images)
    assert screen.written.rindex(SHOW_CURSOR) > screen.written.rindex(HIDE_CURSOR)


@pytest.mark.parametrize("width", [30, 60, 200])
def test_it_fits_any_width(images: Path, width: int) -> None:
    screen = Screen(width)
    train(screen, images)
    lines = screen.last.splitlines()
    assert any("▀" in line for line in lines)
    assert max(len(line) for line in lines if "▀" in line) < width


@pytest.mark.parametrize(
    ("accuracy", "full", "said"),
    [(0.0, 0, "0 %"), (0.5, 20, "50 %"), (0.75, 30, "75 %"), (1, 40, "100 %")],
)
def test_the_mark_stands_at_one_half(accuracy: float, full: int, said: str) -> None:
    plain = accuracy_bar(accuracy).plain
    before, after = plain.removeprefix("D's accuracy ").split("┃")
    cells = before + after.partition(" ")[0]
    assert len(before) == 20
    assert cells == "█" * full + "░" * (40 - full)
    assert after.split("  (")[0].endswith(f" {said}")


@pytest.mark.parametrize(("tty", "kind"), [(True, LiveDisplay), (False, PlainLines)])
def test_the_display_is_for_terminals_alone(
    monkeypatch: pytest.MonkeyPatch, tty: bool, kind: type
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("sys.stdout.isatty", lambda: tty)
    assert type(console_observer()) is kind


# -- the samples ----------------------------------------------------------------------------------


def colours(text: Text) -> list[list[tuple[tuple[int, ...], tuple[int, ...]]]]:
    """The two pixels of each character, line by line."""
    rows: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = [[]]
    styles = {span.start: span.style for span in text.spans}
    for index, character in enumerate(text.plain.rstrip("\n")):
        if character == "\n":
            rows.append([])
            continue
        style = styles[index]
        rows[-1].append((tuple(style.color.triplet), tuple(style.bgcolor.triplet)))
    return rows


def test_two_pixels_share_a_character_the_upper_one_above() -> None:
    picture = torch.full((1, 1, SIDE, SIDE), -1.0)
    picture[:, :, ::2] = 1.0  # the even rows are white
    text = preview(picture, Spec((1, SIDE, SIDE)), width=SIDE + 1)
    assert text is not None
    white, black = (255, 255, 255), (0, 0, 0)
    rows = colours(text)[: SIDE // 2]  # begins with a gap: each line holds an odd row, an even one
    assert all(pair == (black, white) for row in rows for pair in row[:SIDE])


def test_colours_are_kept() -> None:
    picture = torch.full((1, 3, SIDE, SIDE), -1.0)
    picture[:, 0] = 1.0
    text = preview(picture, Spec((3, SIDE, SIDE)), width=80)
    assert text is not None
    assert colours(text)[1][0] == ((255, 0, 0), (255, 0, 0))


def test_large_images_are_made_small(images: Path) -> None:
    text = preview(torch.zeros(64, 1, 64, 64), Spec((1, 64, 64)), width=80)
    assert text is not None
    assert {len(line) for line in text.plain.splitlines()} == {4 * (SIDE + 1) - 1}


def test_what_is_no_image_is_not_drawn() -> None:
    assert preview(torch.zeros(4, 2), Spec((2,), low=-torch.inf, high=torch.inf), width=80) is None


def test_the_name_of_a_class_is_no_markup(screen: Screen, tmp_path: Path) -> None:
    for name in ("[bold]cat", "dog\x1b[2J"):
        write_images(tmp_path / name, count=2)
    train(screen, tmp_path)
    told = Text.from_ansi(screen.written).plain
    assert "2 classes: 0 [bold]cat, 1 dog?[2J" in told
    assert "\x1b[2J" not in screen.written
