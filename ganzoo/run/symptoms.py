"""The symptoms of a training that does not go well: symptoms.jsonl in the folder of the run."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ganzoo.errors import GanzooError
from ganzoo.run.files import append, write_whole


@dataclass(frozen=True)
class Symptom:
    """A symptom that was seen in a training. name: of its kind; a run has each kind once. step: at
    which it was seen. sentence: the evidence, and settings to try."""

    name: str
    step: int
    sentence: str


def read(file: Path) -> list[Symptom]:
    """The symptoms in the file, in the order in which they were seen; damaged lines are left out.

    Raises GanzooError if the file cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GanzooError(f"{file} cannot be read: {error.strerror}.") from None
    return [symptom for line in lines if (symptom := _symptom(line))]


def add(file: Path, symptom: Symptom) -> None:
    """Write a further symptom."""
    append(file, _line(symptom))


def tell_once(file: Path, symptom: Symptom) -> None:
    """Warn of a symptom and write it, unless the run has one of its kind already."""
    if symptom.name not in {each.name for each in read(file)}:
        add(file, symptom)
        warnings.warn(symptom.sentence, stacklevel=3)


def forget_after(file: Path, step: int) -> None:
    """Remove the symptoms of steps after ``step``, and damaged lines."""
    kept = "".join(_line(symptom) for symptom in read(file) if symptom.step <= step).encode()
    if file.exists() and file.read_bytes() != kept:
        write_whole(file, kept)


def in_words(symptoms: Iterable[Symptom]) -> str:
    """The symptoms in sentences, for the end of a training; empty without symptoms."""
    return " ".join(f"Warning of step {each.step:,}: {each.sentence}" for each in symptoms)


def _line(symptom: Symptom) -> str:
    return json.dumps(asdict(symptom)) + "\n"


def _symptom(line: str) -> Symptom | None:
    try:
        plain = json.loads(line)
        return Symptom(str(plain["name"]), int(plain["step"]), str(plain["sentence"]))
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
