"""Text that is wrapped for a terminal."""

from __future__ import annotations

import pytest

from ganzoo.cli import terminal
from ganzoo.cli.evaluate import table

from ..evaluated import result


@pytest.fixture(autouse=True)
def _terminal_of_40_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "on_terminal", lambda: True)
    monkeypatch.setattr(terminal, "width", lambda: 40)


def test_paragraphs_items_and_arguments_are_wrapped_and_formulas_are_not() -> None:
    formula = "    loss = - mean(log(D(x))) - mean(log(1 - D(G(z))))"
    text = f"""A paragraph whose two lines are joined
and wrapped anew.
{formula}

- ``kid``: an item of a list, with a second line
  that is indented.

Args:
    width: of each hidden layer, in as many lines
        as it needs.
    depth: short."""
    assert terminal.prose(text).splitlines() == [
        "A paragraph whose two lines are joined",
        "and wrapped anew.",
        formula,
        "",
        "- ``kid``: an item of a list, with a",
        "  second line that is indented.",
        "",
        "Args:",
        "    width: of each hidden layer, in as",
        "        many lines as it needs.",
        "    depth: short.",
    ]


def test_a_long_line_is_cut_with_an_ellipsis() -> None:
    assert terminal.cut("short", 10) == "short"
    assert terminal.cut("a longer line, cut", 15) == "a longer line…"
    assert len(terminal.cut("x" * 50, 15)) == 15


def test_in_a_pipe_text_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "on_terminal", lambda: False)
    text = "word " * 30
    assert terminal.wrapped(text) == text
    assert terminal.prose(text) == text


def test_commands_stand_beside_their_meanings_where_the_lines_fit() -> None:
    assert terminal.beside_or_above({"ganzoo a": "draw", "ganzoo long": "train on"}) == [
        "  ganzoo a     draw",
        "  ganzoo long  train on",
    ]


def test_commands_stand_under_their_meanings_where_a_line_would_be_too_long() -> None:
    command = "ganzoo sample runs/a-long-name-2026"
    assert terminal.beside_or_above({command: "draw new samples", "ganzoo a": "draw"}) == [
        "  draw new samples:",
        f"    {command}",
        "  draw:",
        "    ganzoo a",
    ]


def test_the_protocol_of_an_evaluation_is_wrapped() -> None:
    lines = "\n".join(table([result(1.0)])).splitlines()
    assert max(map(len, lines)) <= 40
    assert "50 fakes, 3 times" in " ".join(map(str.strip, lines))
