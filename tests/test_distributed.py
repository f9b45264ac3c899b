"""A training in two processes, with gloo on the CPU, beside the same training in one.

Both processes are started once and do all that ``two_processes`` lists. No test runs NCCL.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import ganzoo
from ganzoo import Engine
from ganzoo.engine import distributed
from ganzoo.errors import OfProcess
from ganzoo.run import Run, checkpoint

from . import two_processes
from .toy import TOY, ToyImages, game_of

ROOT = Path(__file__).parents[1]
# The others have statistics or samples of each process.
EXACT = [name for name in two_processes.ENGINES if name not in ("normed", "remembering")]


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path), **more}


def train(**request) -> Run:
    registry = two_processes.registry()
    return ganzoo.train(two_processes.PLAIN, device="cpu", registry=registry, **request)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the results of both processes, who have resumed the run ``one`` in it."""
    out = tmp_path_factory.mktemp("two")
    train(steps=3, out=out / "one")
    launch = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    command = [sys.executable, "-m", "tests.two_processes", str(out)]
    processes = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment(RANK=rank, **launch), stderr=subprocess.PIPE
        )
        for rank in "01"
    ]
    errors = [process.communicate(timeout=120)[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], "\n".join(errors)
    return out


def results(out: Path, name: str) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    return load_file(out / f"0/{name}.safetensors"), load_file(out / f"1/{name}.safetensors")


def differences(one: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if not torch.allclose(one[name], other[name], atol=1e-5)]


@pytest.mark.parametrize("name", EXACT)
def test_two_processes_train_as_one_with_the_same_batch(out: Path, name: str) -> None:
    expected = two_processes.played(two_processes.ENGINES[name])
    first, second = results(out, name)
    losses = (first.pop("losses") + second.pop("losses")) / 2
    torch.testing.assert_close(losses, expected.pop("losses"), rtol=0, atol=1e-5)
    assert differences(first, expected) == []


@pytest.mark.parametrize("name", EXACT)
def test_both_processes_have_the_same_weights_bit_for_bit(out: Path, name: str) -> None:
    first, second = results(out, name)
    assert not torch.equal(first.pop("losses"), second.pop("losses"))  # each of its own rows
    assert [key for key in first if not torch.equal(first[key], second[key])] == []


def test_batch_statistics_are_those_of_each_process_unless_synchronised(out: Path) -> None:
    first, second = results(out, "normed")
    different = {name for name in first if not torch.equal(first[name], second[name])}
    assert "game.generator.body.1.running_mean" in different
    assert "game.generator.last.weight" not in different
    expected = two_processes.played(two_processes.ENGINES["normed"])
    assert "game.generator.last.weight" in differences(first, expected)


def test_state_that_never_moves_stays_bit_for_bit(out: Path) -> None:
    for state in results(out, "state"):
        assert state["game.loss.third"] == torch.tensor(1 / 3)
        assert state["game.loss.k"] != 1


def test_samples_that_a_game_keeps_are_of_each_process(out: Path) -> None:
    """The fakes of one process are the even rows of the batch, those of the other the odd rows."""
    alone = two_processes.played(two_processes.ENGINES["remembering"])["game.memory.fakes"]
    for rank, state in enumerate(results(out, "remembering")):
        kept = state["game.memory.fakes"]
        torch.testing.assert_close(kept, alone[rank::2], rtol=0, atol=1e-5)


def test_z_is_in_rows_and_other_draws_are_of_each_process(out: Path) -> None:
    alone = two_processes.draws()
    first, second = results(out, "draws")
    assert not torch.equal(first["own"], second["own"])
    assert not torch.equal(first["own"], first["own again"])
    assert torch.equal(first["common"], second["common"])
    torch.manual_seed(0)
    engine = Engine(game_of(two_processes.PLAIN), ToyImages().load(Path(), "train"), TOY)
    whole = engine.game.prior.draw(8, device=torch.device("cpu")).z
    assert torch.equal(torch.stack([first["z"], second["z"]], 1).flatten(0, 1), whole)
    assert alone["z"].shape == whole.shape


def test_the_first_process_writes_the_run(out: Path) -> None:
    run = Run.open(out / "two")
    assert run.config["world_size"] == 2
    assert [line["step"] for line in run.metrics()][:2] == [2, 3]
    assert (run.checkpoints / "step-000003.safetensors").exists()
    assert len([*run.samples.glob("*.png")]) >= 2
    assert ganzoo.load(run, registry=two_processes.registry()).sample(2).shape == (2, 1, 4, 4)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """The last checkpoint of a training of 6 steps in one process that never stopped."""
    run = train(steps=6, out=tmp_path_factory.mktemp("straight") / "run")
    return checkpoint.of_step(run)[0]


@pytest.mark.parametrize(("name", "began", "went_on"), [("one", 1, 2), ("two", 2, 1)])
def test_a_run_goes_on_in_another_number_of_processes(
    out: Path, straight: dict[str, Tensor], name: str, began: int, went_on: int
) -> None:
    if name == "two":
        ganzoo.resume(out / "two", steps=6, device="cpu", registry=two_processes.registry())
    run = Run.open(out / name)
    assert run.config["world_size"] == began
    assert run.config["resumed"] == [{"step": 3, "to": 6, "world_size": went_on}]
    state, _ = checkpoint.of_step(run, 6)
    assert differences(state, straight) == []
    random = [key for key in state if key.startswith("rng.") or key.startswith("data.")]
    assert [key for key in random if not torch.equal(state[key], straight[key])] == []


def ends(out: Path, name: str) -> tuple[str, str]:
    first, second = (json.loads((out / rank / "ends.json").read_text())[name] for rank in "01")
    return first, second


def test_a_signal_to_one_process_stops_both_with_a_checkpoint(out: Path) -> None:
    first, second = ends(out, "stopped")
    step = checkpoint.last_step(Run.open(out / "stopped"))
    assert 3 <= step < 5000
    assert first.startswith(f"Interrupted: Stopped after step {step}, with a checkpoint.")
    assert second.startswith("ToldElsewhere")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("odd", "A batch of 15 cannot be divided equally among 2 processes"),
        (
            "normed",
            "The share of each of 2 processes has 1: raise batch_size, or set sync_batch_norm=true",
        ),
    ],
)
def test_a_request_that_two_processes_cannot_meet_is_told_once(
    out: Path, name: str, sentence: str
) -> None:
    first, second = ends(out, name)
    assert sentence in first
    assert second.startswith("ToldElsewhere")
    assert not (out / name).exists()


def test_a_question_that_is_asked_in_one_process_is_answered_at_once(out: Path) -> None:
    assert ends(out, "agreed") == ([False, True, True], [False, True, True])


def test_an_error_of_the_second_process_ends_both(out: Path) -> None:
    first, second = ends(out, "failed")
    assert second == "OfProcess: In process 1 of 2: The second process is out of luck."
    assert first.startswith(("ToldElsewhere", "Interrupted")), first


def test_an_unforeseen_error_of_another_process_names_it(monkeypatch) -> None:
    second = object.__new__(distributed.Ranks)
    second.rank, second.size, second.trainings = 1, 2, 0
    monkeypatch.setattr(distributed, "world", lambda: second)
    monkeypatch.setattr(second, "tells", lambda error: True)

    @distributed.together
    def training() -> None:
        raise RuntimeError("no such kernel")

    with pytest.raises(OfProcess, match=r"^In process 1 of 2: RuntimeError: no such kernel$"):
        training()


def test_torchrun_trains_and_a_signal_to_it_leaves_a_checkpoint(tmp_path: Path) -> None:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    options = ["--set=log_every=1", "--set=dataset.count=100", "--device=cpu", "--out=run"]
    process = subprocess.Popen(
        [*launcher, "--nproc-per-node=2", "-m", "ganzoo", "train", "mixture", *options],
        cwd=tmp_path,
        env=environment(GANZOO_DISABLE="tensorboard"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    head = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=60)
    output = "".join(head) + rest
    assert output.count("Training mixture") == output.count("\nstep 1/") == 1, output + errors
    run = Run.open(tmp_path / "run")
    step = checkpoint.last_step(run)
    assert errors.count(f"Stopped after step {step}, with a checkpoint. Go on with:") == 1
    assert run.config["command"][:5] == ["torchrun", "--nproc-per-node", "2", "-m", "ganzoo"]
