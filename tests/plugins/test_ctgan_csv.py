"""The dataset ``table``: what is read from a CSV file, what is said of it, and what comes back."""

from __future__ import annotations

import csv
import math
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from ganzoo import Data, GanzooError, Part, Registry, Spec, UsageError
from ganzoo.assembly.build import component
from ganzoo.assembly.overrides import override
from ganzoo.assembly.settings import parse_setting
from ganzoo_ctgan.columns import Column, text
from ganzoo_ctgan.csv_table import Table
from ganzoo_ctgan.encoding import Encoding
from ganzoo_ctgan.numerals import kept_decimals, numbers
from ganzoo_ctgan.rows import Rows

REGISTRY = Registry.discover()
SETTING = re.compile(r"--set ('(?:[^']|'\"'\"')*'|[^\s;]+)")
AWKWARD = 'a b\'s; "c"'  # a name of a column with all that a shell reads
CODES = [f"{10**9 + k}" for k in range(20)]
MANY = [f"{10**9 + k}" for k in range(501)]


def written(path: Path, columns: dict[str, Sequence[str]], mark: str = ",") -> Path:
    """A CSV file with these columns."""
    head = [f'"{name.replace(chr(34), 2 * chr(34))}"' for name in columns]
    rows = [head, *zip(*columns.values(), strict=True)]
    path.write_text("".join(mark.join(row) + "\n" for row in rows))
    return path


def refused(path: Path, **options) -> str:
    """The sentence with which a file is refused."""
    with pytest.raises(GanzooError) as caught:
        Table(str(path), **options).load(Path(), "train")
    return str(caught.value)


def by_hints(path: Path, message: str, only: str = "", **options) -> Data:
    """The data of the file, with the settings that a message names, as a shell reads them; those
    whose text has ``only`` in it."""
    settings = [shlex.split(found.group())[1] for found in SETTING.finditer(message)]
    changes = [parse_setting(setting) for setting in settings if only in setting]
    assert changes
    recipe = REGISTRY.recipe("ctgan").replace(
        dataset=Part("table", {"path": str(path), "test": 0.0, **options})
    )
    dataset = component("dataset", override(recipe, changes).dataset, REGISTRY)
    return dataset.load(Path(), "train")


def columns(data: Data) -> list[Column]:
    return [
        Column(**{**c, "categories": tuple(c["categories"])}) for c in data.view.options["columns"]
    ]


def cells(data: Data, place: int = 0) -> list[str]:
    """A column as it is written."""
    return [text(columns(data)[place], value) for value in data.x[:, place].double().tolist()]


# -- what an error tells to do -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zip", "zip code", AWKWARD])
def test_the_settings_of_an_error_work_as_they_are_printed(tmp_path: Path, name: str) -> None:
    one = ["1.5"] * 20
    path = written(tmp_path / "t.csv", {name: CODES, "b": one, "c": one})
    message = refused(path)
    assert cells(by_hints(path, message, "discrete")) == CODES
    assert [c.name for c in columns(by_hints(path, message, "leave_out"))] == ["b", "c"]
    # A list that is given already goes on.
    assert [
        c.name
        for c in columns(
            by_hints(path, refused(path, leave_out=("b",)), "leave_out", leave_out=["b"])
        )
    ] == ["c"]
    path = written(tmp_path / "t.csv", {name: ["1.5", "", "2.5"], "b": ["1.5"] * 3})
    message = refused(path)
    assert [c.name for c in columns(by_hints(path, message, "leave_out"))] == ["b"]
    assert len(by_hints(path, message, "missing")) == 2


def test_codes_that_are_too_many_are_not_sent_in_a_circle(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", {"id": MANY, "b": ["1.5"] * 501})
    message = refused(path)
    assert "dataset.discrete" not in message
    assert "too many for codes: 501 different ones" in message
    assert len(columns(by_hints(path, message))) == 1
    assert "dataset.continuous" not in refused(path, discrete=("id",))
    small = [f"{k:05}" for k in range(501)]
    path = written(tmp_path / "t.csv", {"zip": small, "b": ["1.5"] * 501})
    for lists in ({}, {"discrete": ["zip"]}):
        message = refused(path, **{key: tuple(each) for key, each in lists.items()})
        as_numbers = message[: message.index("; or leave it out")]
        assert not columns(by_hints(path, as_numbers, **lists))[0].categories
    with pytest.raises(UsageError, match=r"in dataset\.discrete and in dataset\.continuous"):
        Table(str(path), discrete=("zip",), continuous=("zip",)).load(Path(), "train")


@pytest.mark.parametrize(("mark", "given"), [(";", ","), ("\t", ","), ("|", ","), (",", ";")])
def test_another_delimiter_is_found(tmp_path: Path, mark: str, given: str) -> None:
    path = written(tmp_path / "t.csv", {"a": ["1.5", "2.5"], "b": ["x", "y"], "c": "pq"}, mark)
    message = refused(path, delimiter=given)
    assert f"no {given!r} between the names of the columns, but {mark!r}" in message
    data = by_hints(path, message, delimiter=given)
    assert [column.name for column in columns(data)] == ["a", "b", "c"]


def test_a_name_may_have_the_mark_of_another_delimiter(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", {"a;b": ["1.5", "2.5"]})
    assert columns(Table(str(path)).load(Path(), "train"))[0].name == "a;b"


def test_one_line_is_no_plural(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n")
    assert "has 1 line:" in refused(path)
    path.write_text("a\n1,2\n1,2\n")
    assert "line 2: 2 cells, where the first line names 1 column." in refused(path)


# -- numbers -------------------------------------------------------------------------------------


def test_what_only_python_reads_as_a_number_is_a_text(tmp_path: Path) -> None:
    codes = [f"20{year}_{month:02}" for year in (11, 12) for month in range(1, 13)]
    data = Table(str(written(tmp_path / "t.csv", {"a": codes})), test=0.0).load(Path(), "train")
    assert cells(data) == codes
    assert numbers(["+1.5", "2.", ".5e-3", "1E4"]) == [1.5, 2.0, 0.0005, 10000.0]
    assert [numbers([each]) for each in ("1_0", "inf", "\u0663", "0x1", "")] == [None] * 5


def test_codes_keep_their_zeros_and_numbers_with_commas_are_refused(tmp_path: Path) -> None:
    months = [f"{month:02}" for month in range(1, 13)]
    path = written(tmp_path / "t.csv", {"a": months})
    assert cells(Table(str(path), test=0.0).load(Path(), "train")) == months
    as_numbers = Table(str(path), test=0.0, continuous=("a",)).load(Path(), "train")
    assert cells(as_numbers) == [str(month) for month in range(1, 13)]
    path = written(tmp_path / "t.csv", {"a": ["49,4", "12"], "b": ["x", "y"]}, ";")
    message = refused(path, delimiter=";")
    assert "'a' has numbers with a comma, such as '49,4'" in message
    assert cells(by_hints(path, message, delimiter=";")) == ["49,4", "12"]


@pytest.mark.parametrize(
    ("texts", "decimals", "note"),
    [
        (
            ["775537.48", "342650.18", "872371.91"],
            1,
            "have 2 decimals and are rounded to 1 decimal",
        ),
        (["-122.372614", "-122.454222"], 5, "have 6 decimals and are rounded to 5 decimals"),
        (["4.206e-13", "9.182e-13", "5.8e-13"], 16, ""),
        (["1.5e3", "2e5", "7.25"], 1, "have 2 decimals and are rounded to 1 decimal"),
        (["123456789.5", "887654321.5"], -2, "1 decimal and are rounded to multiples of 100"),
        (["1.234567e25", "2.5e25"], -19, ""),
        (["0.25", "-1.5", "12"], 2, ""),
        (["0.00", "0.00"], 2, ""),
    ],
)
def test_numbers_are_written_as_they_are_kept(tmp_path, texts, decimals, note) -> None:
    path = written(tmp_path / "t.csv", {"a": texts})
    data = Table(str(path), test=0.0).load(Path(), "train")
    assert [column.decimals for column in columns(data)] == [decimals]
    assert [float(each) for each in cells(data)] == [round(float(each), decimals) for each in texts]
    one = Encoding(columns(data), modes=3)
    one.fit(data.x)
    assert torch.equal(one.decode(one.encode(data.x)), data.x)
    assert len(data.notes) == bool(note)
    assert note in "".join(data.notes)


@pytest.mark.parametrize("size", [1e-25, 4e-13, 1.0, 9e5, 3e22])
def test_the_encoding_inverts_the_decimals_that_are_kept(size: float) -> None:
    torch.manual_seed(0)
    for values in (torch.rand(800), 122 + torch.rand(800), (2 * torch.randn(800)).exp()):
        x = values.double() * size
        decimals = kept_decimals(x.tolist())
        x = x.round(decimals=decimals).float()[:, None]
        one = Encoding((Column("a", decimals=decimals),), modes=10)
        one.fit(x)
        encoded = one.encode(x)
        assert encoded.isfinite().all()
        assert torch.equal(one.decode(encoded), x)
        assert 10.0**-decimals < 3e-6 * float(x.abs().max())
    # A float32 distance of 900,000 may be wrong by 0.053, more than half of 0.1.
    assert [kept_decimals(each) for each in ([0.0, 9e5], [8.9e5, 9e5])] == [0, 1]


@pytest.mark.parametrize("value", ["1e999", "1e31", "1e-31"])
def test_numbers_that_float32_has_no_room_for_are_refused(tmp_path: Path, value: str) -> None:
    path = written(tmp_path / "t.csv", {"a": [value, value], "b": ["1.5", "2.5"]})
    message = refused(path)
    assert "between 1e-30 and 1e+30" in message
    assert len(columns(by_hints(path, message))) == 1


@pytest.mark.parametrize("value", ["3.5", "0.0", "-775537.5", "0.1", "4.206e-13", "1.5e20"])
def test_a_constant_column_is_generated_as_the_constant(tmp_path: Path, value: str) -> None:
    path = written(tmp_path / "t.csv", {"a": [value] * 30})
    data = Table(str(path), test=0.0).load(Path(), "train")
    one = Encoding(columns(data), modes=3)
    one.fit(data.x)
    encoded = one.encode(data.x)
    assert encoded.isfinite().all()
    assert torch.equal(one.decode(encoded), data.x)
    made = one.activate(5 * torch.randn(30, one.width), torch.rand(30, one.choices), tau=0.2)
    assert torch.equal(one.decode(made), data.x)
    assert one.encode(data.x + 1).isfinite().all()  # a row that was not trained on
    assert math.isclose(float(cells(data)[0]), float(value))


# -- whole files ---------------------------------------------------------------------------------

TEXT = "age,name,rooms,area\n" + "".join(
    f"{20 + k},{'ab'[k % 2]},{k % 3},{k / 4:.2f}\n" for k in range(40)
)


def test_a_csv_file_is_written_as_it_was_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TEXT)
    splits = [Table(str(path), test=0.25).load(Path(), split) for split in ("train", "test")]
    assert [len(data) for data in splits] == [30, 10]
    lines = set()
    for data in splits:
        view = Rows(data.spec(), tuple(Column(**c) for c in data.view.options["columns"]))
        lines |= {*view.encode(data.x, ".csv").decode().splitlines()}
    assert lines == {*TEXT.splitlines()}
    columns = splits[0].view.options["columns"]
    assert [bool(column["categories"]) for column in columns] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n1,2\n3\n", {}, "line 3: 1 cell, where the first line names 2 columns"),
        ("a,b\n1,2\n3\n", {}, r"2 columns\. It is the last line: the file may be incomplete"),
        ("a,b\n1,2\n3\n4,5\n", {}, r"2 columns\. Mend the line\.$"),
        ("a,b\n1,2\n3;4\n5,6\n", {}, r"2 columns\. Mend the line\.$"),
        ("My table\n\na,b\n1,2\n", {}, r"1 column\. If the first line is a title, remove it"),
        ("a,b\n1,2\n3\0,4\n", {}, r"line 3: there is a NUL character.*Save it as UTF-8"),
        ("a,b\n1,2\n3,\n", {}, "line 3: the column 'b' has no value. Fill it in"),
        ('a,b\n1,"x\n2,y\n3,z\n', {}, r"row after line 1 is no row .*\(unexpected end of data\)"),
        ('a,b\n1,x\n2,"y\n3,z"w\n4,v\n', {}, "row after line 2 is no row .*is written twice"),
        ("a,a\n1,2\n3,4\n", {}, "two columns have the name 'a'"),
        ("a,\n1,2\n3,4\n", {}, "column 2 has no name"),
        (",a\n0,1\n1,2\n", {}, r"to_csv\(index=False\)"),
        ("a,b\n1,2\n3,4\n", {"delimiter": '"'}, "delimiter cannot be"),
        ("a,b\n1,2\n", {}, "has 2 lines"),
        ("a,b\n1,2\n3,4\n", {"leave_out": ("c",)}, "no column 'c'. Its columns: a, b"),
        ("a,b\nx,2\ny,4\n", {"continuous": ("a",)}, "'a' has values that are no numbers"),
        ("a\n" + "".join(f"n{k}\n" for k in range(501)), {}, "501 different texts"),
        ("a\n" + "".join(f"{10**9 + k}\n" for k in range(20)), {}, "numbers of 10 digits"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(tmp_path, text, options, message) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(GanzooError, match=message):
        Table(str(path), **options).load(Path(), "train")


@pytest.mark.parametrize(("encoding", "line"), [("latin-1", 3), ("utf-16", 1), ("utf-16-le", 3)])
def test_a_file_in_another_encoding_is_named_with_the_way_out(tmp_path, encoding, line) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("a,b\n1,2\nB\xe4cker,4\n".encode(encoding))
    message = refused(path)
    assert f"t.csv, line {line}: " in message
    assert "Save it as UTF-8; in Excel, as 'CSV UTF-8'." in message
    assert "codec" not in message


@pytest.mark.parametrize("text", ["inf", "-", "unknown"])
def test_a_column_of_numbers_that_becomes_categories_is_noted(tmp_path: Path, text: str) -> None:
    values = [f"{k / 4:.2f}" for k in range(40)]
    path = written(tmp_path / "t.csv", {"a": [*values[:7], text, *values[7:]], "b": ["1"] * 41})
    (note,) = Table(str(path), test=0.0).load(Path(), "train").notes
    assert f"The column 'a' has numbers, but not only: line 9 has '{text}'." in note
    assert by_hints(path, note, "discrete").notes == ()
    empty = [*values[:7], "", *values[7:]]
    path = written(tmp_path / "t.csv", {"a": empty, "b": ["1"] * 41})
    assert not columns(by_hints(path, note, "missing"))[0].categories
    many = [f"{k / 4:.2f}" for k in range(600)]
    path = written(tmp_path / "t.csv", {"a": [text, *many], "b": ["1"] * 601})
    assert f"mend the cells that are no numbers (line 2 has '{text}')" in refused(path)


def test_ratings_and_other_texts_are_no_numbers_by_mistake(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", {"a": ["1", "2", "3", "4", "5 or more"]})
    assert Table(str(path), test=0.0).load(Path(), "train").notes == ()


def test_a_first_line_of_numbers_is_noted(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", {"nurse": ["a", "b"], "34": ["1.5", "2.5"]})
    (note,) = Table(str(path), test=0.0).load(Path(), "train").notes
    assert "names of the columns, and '34' is a number" in note


def test_codes_are_one_sentence(tmp_path: Path) -> None:
    message = refused(written(tmp_path / "t.csv", {"a": CODES}))
    assert "; if they only count" in message


def test_rows_with_a_missing_value_can_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TEXT + "NA,a,1,2.00\n")
    data = Table(str(path), test=0.0, missing="drop").load(Path(), "train")
    assert len(data) == 40
    assert data.notes == ("1 of 41 rows have a missing value and are left out.",)
    with pytest.raises(GanzooError, match=r"cannot be read: No such file"):
        Table(str(tmp_path / "none.csv")).load(Path(), "train")


def test_a_cell_of_several_lines_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n1.5,"x\n2.5,y"\n3.5,z\n')
    (note,) = Table(str(path), test=0.0).load(Path(), "train").notes
    assert note.startswith("The row that ends in line 3 has a cell of several lines.")


def test_cells_with_commas_and_quotes_survive(tmp_path: Path) -> None:
    columns = (Column("a, b", ('x "1"', "y,z")), Column("n", decimals=1))
    spec = Spec((2,), low=-math.inf, high=math.inf)
    content = Rows(spec, columns).encode(torch.tensor([[0, -0.01], [1, 2.5]]), ".csv").decode()
    assert [*csv.reader(content.splitlines())] == [["a, b", "n"], ['x "1"', "0.0"], ["y,z", "2.5"]]
