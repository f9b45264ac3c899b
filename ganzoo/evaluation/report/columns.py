"""The numbers that are comparable, each with its protocol in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ganzoo.evaluation.report.settings import NONE, flat
from ganzoo.evaluation.results import Protocol, Result
from ganzoo.evaluation.rounding import arrow

Key = tuple[str, str]  # the name of a number, and the key of its protocol
FIRST = ("fid", "fd")  # the Fréchet distances, which come before all other numbers


@dataclass(frozen=True)
class Column:
    """Results that are comparable: one name, one protocol. lower_is_better: None for a number
    without a better direction. difference: in words, from the protocols of other columns with this
    name; empty if there are none."""

    name: str
    lower_is_better: bool | None
    protocol: Protocol
    difference: str

    @property
    def key(self) -> Key:
        return self.name, self.protocol.key

    @property
    def label(self) -> str:
        return f"{self.name} ({self.difference})" if self.difference else self.name

    @property
    def arrow(self) -> str:
        return arrow(self.lower_is_better)

    @property
    def head(self) -> str:
        return f"{self.label} {self.arrow}".rstrip()


def newest(results: Iterable[Result]) -> dict[Key, Result]:
    """The result of the latest step for each name and protocol."""
    found: dict[Key, Result] = {}
    for result in results:
        key = result.name, result.protocol.key
        if key not in found or found[key].protocol.step <= result.protocol.step:
            found[key] = result
    return found


def columns_of(runs: Iterable[Mapping[Key, Result]]) -> list[Column]:
    """The columns of these runs' results: Fréchet distances first, then in the order of the first
    run that has them. Columns of one name are adjacent, the most fakes first."""
    by_name: dict[str, dict[Key, Result]] = {name: {} for name in FIRST}
    for results in runs:
        for key, result in results.items():
            by_name.setdefault(result.name, {}).setdefault(key, result)
    return [column for name, found in by_name.items() for column in _twins(name, found.values())]


def _twins(name: str, results: Iterable[Result]) -> Iterator[Column]:
    """The columns of one name."""
    results = sorted(results, key=lambda result: -result.protocol.fakes)
    differences = _differences([result.protocol for result in results])
    for result, difference in zip(results, differences, strict=True):
        yield Column(name, result.lower_is_better, result.protocol, difference)


# -- protocols in words ----------------------------------------------------------------------------


def notes(columns: Sequence[Column]) -> list[str]:
    """Lines of text: one for each protocol, and a warning if a number has several protocols."""
    of_protocol: dict[str, list[Column]] = {}
    for column in columns:
        of_protocol.setdefault(in_words(column.protocol), []).append(column)
    protocols = sorted(of_protocol.items(), key=lambda item: len(item[1]))
    lines = [f"{_names(members)}: {words}" for words, members in protocols]
    if len(columns) > 1 and protocols:
        other = "other " if len(protocols) > 1 else ""
        lines[-1] = f"All {other}numbers: {protocols[-1][0]}"
    if any(column.difference for column in columns):
        lines.append("Do not compare numbers with different words in parentheses.")
    return lines


def _names(columns: Sequence[Column]) -> str:
    """The labels of columns; the same words in parentheses are given once."""
    differences = {column.difference for column in columns}
    if len(differences) > 1 or "" in differences:
        return ", ".join(column.label for column in columns)
    return f"{', '.join(column.name for column in columns)} ({differences.pop()})"


def in_words(protocol: Protocol) -> str:
    """The samples and the features of a protocol."""
    p = protocol
    features = " ".join(filter(None, (p.features, p.fingerprint)))
    suffix = f"; features: {features}" if features else ""
    return f"{p.fakes:,} fakes against {p.reals:,} reals of {p.dataset} ({p.split}){suffix}"


def _differences(protocols: Sequence[Protocol]) -> list[str]:
    """Each protocol's differences from the others in few words, such as "n 500"."""
    if len(protocols) < 2:
        return ["" for _ in protocols]
    first, *others = protocols
    differ = {
        name
        for name in vars(first)
        if any(replace(first, **{name: vars(p)[name]}).key != first.key for p in others)
    }
    if differ & {"dataset", "dataset_options", "split"}:
        differ -= {"checksums", "reals"}  # they follow from the dataset and its split
    if "features" in differ:
        differ.discard("fingerprint")
    words = [[*_words(protocol, protocols, differ)] for protocol in protocols]
    texts = [", ".join(each) for each in words]
    if len({*texts}) < len(texts):
        return [", ".join((*each, p.key)) for each, p in zip(words, protocols, strict=True)]
    return texts


def _words(protocol: Protocol, others: Sequence[Protocol], differ: set[str]) -> Iterator[str]:
    plain = {
        "fakes": f"n {protocol.fakes:,}",
        "reals": f"{protocol.reals:,} reals",
        "metric": f"by {protocol.metric}",
        "plugin": f"plugin {protocol.plugin}",
        "version": f"version {protocol.version}",
        "dataset": protocol.dataset,
        "split": f"{protocol.split} split",
        "features": protocol.features or "no features",
        "fingerprint": f"features {protocol.fingerprint[:8]}",
    }
    yield from (words for name, words in plain.items() if name in differ)
    for name in ("options", "dataset_options", "checksums"):
        if name in differ:
            leaves = [dict(flat("", dict(vars(p)[name]))) for p in others]
            for leaf, value in flat("", dict(vars(protocol)[name])):
                if any(each.get(leaf, NONE) != value for each in leaves):
                    yield f"{leaf} {str(value)[:40]}"
