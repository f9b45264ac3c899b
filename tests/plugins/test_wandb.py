"""The W&B logger, with the real library, offline."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ganzoo
import ganzoo_wandb as plugin

from ..toy import ToyPlugin, registry_of

wandb = pytest.importorskip("wandb", reason="pip install 'ganzoo[wandb]'")
pb = pytest.importorskip("wandb.proto.wandb_internal_pb2")
BLOCK, HEADER = 32768, 7  # bytes: of LevelDB's log format, in which W&B writes a run


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("wandb-home")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.delenv("WANDB_PROJECT", raising=False)
    for folder in ("CONFIG_DIR", "CACHE_DIR", "DATA_DIR"):
        monkeypatch.setenv(f"WANDB_{folder}", str(home / folder))


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), wandb=plugin)


def records(file: Path) -> Iterator[Any]:
    """The records of a run, as W&B would send them."""
    data, place, whole = file.read_bytes(), HEADER, b""
    while place + HEADER <= len(data):
        if BLOCK - place % BLOCK < HEADER:
            place += BLOCK - place % BLOCK
            continue
        _, length, kind = struct.unpack("<IHB", data[place : place + HEADER])
        whole += data[place + HEADER : place + HEADER + length]
        place += HEADER + length
        if kind in (1, 4):  # a whole record, or the last piece of one
            record = pb.Record()
            record.ParseFromString(whole)
            yield record
            whole = b""


def sent(run: ganzoo.Run) -> list[list[Any]]:
    """The records of each start of the run, once W&B's own process has written the last of them."""
    deadline = time.monotonic() + 30
    while True:
        starts = [[*records(file)] for file in sorted(run.path.glob("wandb/offline-run-*/*.wandb"))]
        if starts and all(of_kind("exit", each) for each in starts):
            return starts
        assert time.monotonic() < deadline, "W&B has not ended the run"
        time.sleep(0.1)


def of_kind(kind: str, all_records: list[Any]) -> list[Any]:
    return [getattr(r, kind) for r in all_records if r.WhichOneof("record_type") == kind]


def history(all_records: list[Any]) -> dict[int, dict[str, Any]]:
    """The logged values, by step."""
    values = {}
    for record in of_kind("history", all_records):
        items = {i.key or i.nested_key[0]: json.loads(i.value_json) for i in record.item}
        values[items["_step"]] = items
    return values


def test_settings_scalars_and_samples_arrive(train) -> None:
    run = train(log="wandb")
    (all_records,) = sent(run)
    (about,) = of_kind("run", all_records)
    settings = {item.key: json.loads(item.value_json) for item in about.config.update}
    assert run.hyperparameters().items() <= settings.items()
    assert (about.project, about.display_name) == ("ganzoo", run.path.name)
    logged = history(all_records)
    for line in run.metrics():
        assert logged[int(line["step"])]["loss_d"] == line["loss_d"]
    assert [step for step, items in logged.items() if "samples" in items] == [0, 1, 2, 3, 6]
    assert len([*run.path.glob("wandb/offline-run-*/files/media/images/*.png")]) == 5
    assert of_kind("exit", all_records)[0].exit_code == 0
    assert not plugin._RUNS


def test_a_resumed_run_goes_on_in_the_same_run_of_wandb(train, registry) -> None:
    run = train(log="wandb")
    ganzoo.resume(run, steps=8, set={"optimizer.d.lr": 0.5}, registry=registry)
    first, second = sent(run)
    (before,), (after,) = of_kind("run", first), of_kind("run", second)
    (other,) = of_kind("run", sent(train(log="wandb"))[0])
    assert before.run_id == after.run_id != other.run_id
    assert [*history(second)] == [8]
    settings = {item.key: json.loads(item.value_json) for item in after.config.update}
    assert settings["optimizer.d.lr"] == 0.5


def test_a_run_that_fails_is_a_failed_run_there_too(train, tmp_path) -> None:
    with pytest.raises(ganzoo.GanzooError, match="diverged"):
        train(log="wandb", set={"loss.nan_after": 2})
    (all_records,) = sent(ganzoo.Run.open(tmp_path / "run-0"))
    assert of_kind("exit", all_records)[0].exit_code == 1
    summary = {
        item.key or item.nested_key[0]: item.value_json
        for record in of_kind("summary", all_records)
        for item in record.update
    }
    assert "diverged" in summary["error"]


def test_it_says_where_the_run_is(train, caplog) -> None:
    with caplog.at_level("INFO", "ganzoo"):
        run = train(log="wandb")
    assert f"wandb sync {run.path}/wandb/offline-run-" in caplog.text


def test_it_starts_before_the_display_which_would_hide_its_question(train, monkeypatch) -> None:
    started, init = [], wandb.init

    def recorded(**settings):
        started.append("wandb")
        return init(**settings)

    class Display:
        @ganzoo.hookimpl
        def ganzoo_run_started(self):
            started.append("display")

    monkeypatch.setattr(wandb, "init", recorded)
    train(log="wandb", observers=[Display()])
    assert started == ["wandb", "display"]


def test_without_a_login_the_run_ends_before_its_first_step(train, monkeypatch, tmp_path) -> None:
    wandb.teardown()  # it reads its variables once
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    with pytest.raises(ganzoo.GanzooError, match=r"The logger 'wandb' cannot start: .*login"):
        train(log="wandb")
    wandb.teardown()
    assert not [*tmp_path.glob("run-*")]
