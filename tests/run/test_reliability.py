"""A run that was stopped anywhere can be finished, and a run folder reaches nothing outside it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import ganzoo
from ganzoo import GanzooError, Run, UsageError, hookimpl
from ganzoo.run import checkpoint
from ganzoo.run.files import append, write_whole
from ganzoo.run.lock import locked

from ..toy import TOY, ToyPlugin, registry_of

STEPS = TOY.steps


@pytest.fixture
def registry() -> ganzoo.Registry:
    return registry_of(toy=ToyPlugin())


@pytest.fixture
def run(registry: ganzoo.Registry, tmp_path: Path) -> Run:
    return ganzoo.train(TOY, out=tmp_path / "run", registry=registry)


def quietly_resumed(run: Run | Path, registry: ganzoo.Registry, **options) -> Run:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ganzoo.resume(run, registry=registry, **options)


# -- a folder that reaches outside ---------------------------------------------------------------


PLUGIN = """
from pathlib import Path
from ganzoo import Loss, register

Path({marker!r}).touch()


@register("loss", "foreign")
class Foreign(Loss):
    def discriminator(self, real, fake):
        return (fake.score - real.score).mean()

    def generator(self, real, fake):
        return -fake.score.mean()
"""


def test_a_run_never_names_code_to_run(tmp_path: Path) -> None:
    marker, plugin = tmp_path / "was-run", tmp_path / "foreign.py"
    plugin.write_text(PLUGIN.format(marker=str(marker)))
    run = ganzoo.train(
        "mixture", loss="foreign", steps=2, plugins=[plugin], out=tmp_path / "run", device="cpu"
    )
    about = run.config["plugins"]["foreign"]
    assert about["sha256"] == hashlib.sha256(plugin.read_bytes()).hexdigest()  # unchanged
    script = (
        "import sys, ganzoo\n"
        "try:\n    ganzoo.resume(sys.argv[1], steps=4)\n"
        "except ganzoo.GanzooError as error:\n    print(error)\n"
        "ganzoo.load(sys.argv[1]).sample(2)\n"
    )
    marker.unlink()
    said = subprocess.run(
        [sys.executable, "-c", script, str(run.path)], capture_output=True, text=True, check=True
    ).stdout
    assert not marker.exists()
    assert f"--plugin {plugin}" in said
    ganzoo.resume(run.path, steps=4, plugins=[plugin])
    assert marker.exists()


def test_no_link_in_the_folder_is_written_through(
    run: Run, registry: ganzoo.Registry, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    for name in ("README.md", "config.json", "generator.safetensors", "metrics.jsonl"):
        (run.path / f".{name}.part").symlink_to(victim)
        (run.path / name).replace(tmp_path / name)
        (run.path / name).symlink_to(tmp_path / name)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    quietly_resumed(run.path, registry, steps=STEPS + 2)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("name", ["samples", "checkpoints", "tensorboard"])
def test_a_folder_of_the_run_that_is_a_link_is_refused(
    run: Run, registry: ganzoo.Registry, tmp_path: Path, name: str
) -> None:
    (run.path / name).mkdir(exist_ok=True)
    (run.path / name).rename(tmp_path / "elsewhere")
    (run.path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GanzooError, match=f"{name} is (missing or is )?a link"):
        ganzoo.resume(run.path, steps=STEPS + 2, registry=registry)


def test_a_lock_that_is_a_link_is_refused(
    run: Run, registry: ganzoo.Registry, tmp_path: Path
) -> None:
    (tmp_path / "victim").write_text("mine")
    (run.path / ".lock").unlink(missing_ok=True)
    (run.path / ".lock").symlink_to(tmp_path / "victim")
    with pytest.raises(GanzooError, match=r"\.lock is a link"):
        ganzoo.resume(run.path, steps=STEPS + 2, registry=registry)
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize(
    "kept", ["generator.safetensors", "generator-best.safetensors", "evaluations.json"]
)
def test_a_trained_run_without_checkpoints_is_not_removed_by_a_new_training(
    run: Run, registry: ganzoo.Registry, kept: str
) -> None:
    (run.path / "evaluations.json").write_text("{}")
    run.best_generator.write_bytes(run.generator.read_bytes())
    results = (run.generator, run.best_generator, run.path / "evaluations.json")
    for path in (*run.checkpoints.iterdir(), *results):
        if path.name != kept:
            path.unlink()
    before = {path: path.read_bytes() for path in run.path.iterdir() if path.is_file()}
    with pytest.raises(GanzooError, match="exists already"):
        ganzoo.train(TOY, steps=2, out=run.path, registry=registry)
    assert {path: path.read_bytes() for path in before if path.exists()} == before
    start = " --init-from" if kept == run.generator.name else ""
    with pytest.raises(GanzooError, match=rf"its checkpoints were removed.*{start}.* --out NEW"):
        ganzoo.resume(run.path, registry=registry)


def test_a_log_is_not_appended_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(GanzooError, match="cannot be written"):
        append(tmp_path / "link", "line\n")
    assert not (tmp_path / "victim").exists()


# -- whole files ---------------------------------------------------------------------------------


def test_two_writers_of_one_path_leave_one_of_two_whole_files(tmp_path: Path) -> None:
    contents = [bytes([letter]) * 200_000 for letter in b"ab"]
    path, mixed = tmp_path / "file", []

    def write(content: bytes) -> None:
        for _ in range(40):
            write_whole(path, content)
            if path.read_bytes() not in contents:
                mixed.append(content[:1])

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert mixed == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    write_whole(tmp_path / "whole", b"")
    (tmp_path / "plain").touch()
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("whole", "plain")]
    assert modes[0] == modes[1]


def test_parts_of_a_killed_writer_are_cleared_away(run: Run, registry: ganzoo.Registry) -> None:
    left = [run.path / ".config.json.abc.part", run.checkpoints / ".step-000001.x.part"]
    for part in left:
        part.touch()
    quietly_resumed(run.path, registry, steps=STEPS + 1)
    assert not any(part.exists() for part in left)


# -- stopped between two writes ------------------------------------------------------------------


def test_a_run_without_its_end_is_finished_by_resume(
    run: Run, registry: ganzoo.Registry, tmp_path: Path
) -> None:
    whole = {name: tensor.clone() for name, tensor in load_file(run.generator).items()}
    shorter = ganzoo.train(TOY, steps=STEPS - 2, out=tmp_path / "shorter", registry=registry)
    run.generator.write_bytes(shorter.generator.read_bytes())
    card = (run.path / "README.md").read_bytes()
    (run.path / "README.md").unlink()
    with pytest.warns(UserWarning, match=f"is that of step {STEPS - 2}, and the run has a check"):
        ganzoo.load(run, registry=registry)
    with pytest.warns(UserWarning, match="its generator and its card are written now"):
        ganzoo.resume(run, registry=registry)
    finished = load_file(run.generator)
    assert all(torch.equal(finished[name], tensor) for name, tensor in whole.items())
    assert (run.path / "README.md").read_bytes() == card
    with pytest.raises(UsageError, match=f"has {STEPS} steps already"):
        ganzoo.resume(run, registry=registry)


def test_the_generator_is_never_behind_the_newest_checkpoint(
    registry: ganzoo.Registry, tmp_path: Path
) -> None:
    class Watch:
        @hookimpl
        def ganzoo_checkpointed(self, run: Run, step: int) -> None:
            seen.append((step, checkpoint.read(run.generator)[1]["step"]))

    seen: list[tuple[int, int]] = []
    ganzoo.train(TOY, out=tmp_path / "run", registry=registry, observers=[Watch()])
    assert seen == [(step, step) for step in range(2, STEPS + 1, 2)]


def test_train_takes_the_place_of_a_run_without_a_checkpoint(
    run: Run, registry: ganzoo.Registry
) -> None:
    for path in (*run.checkpoints.iterdir(), run.generator):
        path.unlink()
    with pytest.raises(GanzooError, match=r"Train it anew.*--out"):
        ganzoo.resume(run, registry=registry)
    with locked(run), pytest.raises(GanzooError, match="another process"):
        ganzoo.train(TOY, out=run.path, registry=registry)
    again = ganzoo.train(TOY, out=run.path, registry=registry)
    assert checkpoint.last_step(again) == STEPS


def test_a_run_with_a_checkpoint_is_left_alone(run: Run, registry: ganzoo.Registry) -> None:
    with pytest.raises(GanzooError, match="exists already"):
        ganzoo.train(TOY, out=run.path, registry=registry)
    assert checkpoint.last_step(run) == STEPS


# -- checkpoints that are damaged, or of another training ----------------------------------------


def newest(run: Run) -> Path:
    return run.checkpoints / f"step-{STEPS:06d}.safetensors"


def rewritten(path: Path, change) -> None:
    """The checkpoint with its tensors changed, and a digest that fits them."""
    tensors, about = checkpoint.read(path)
    change(tensors)
    about["sha256"] = checkpoint.digest(tensors)
    save_file(tensors, path, {"ganzoo": json.dumps(about)})


def test_a_flipped_bit_is_seen(run: Run, registry: ganzoo.Registry) -> None:
    for path in (newest(run), run.generator):
        content = bytearray(path.read_bytes())
        content[-5] ^= 1
        path.write_bytes(content)
        with pytest.raises(GanzooError, match="is damaged"):
            checkpoint.read(path)
    with pytest.warns(UserWarning, match="Passing over a checkpoint"):
        ganzoo.resume(run, steps=STEPS + 2, registry=registry)


CHANGES = {
    "no-random-numbers": lambda t: t.pop("rng.torch"),
    "no-average": lambda t: t.pop("ema.generator.last.weight"),
    "one-too-many": lambda t: t.update({"game.more": torch.zeros(1)}),
    "another-shape": lambda t: t.update({"game.generator.last.bias": torch.zeros(3)}),
    "another-type": lambda t: t.update(
        {"game.generator.last.bias": t["game.generator.last.bias"].to(torch.int64)}
    ),
    "place-before-the-data": lambda t: t.update({"data.next": torch.tensor(-5)}),
    "place-behind-the-data": lambda t: t.update({"data.next": torch.tensor(10**12)}),
    "empty-order": lambda t: t.update({"data.order": torch.zeros(0, dtype=torch.int64)}),
    "numpy-beyond-its-end": lambda t: t.update({"rng.numpy.place": torch.tensor([10**6, 0])}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_checkpoint_that_does_not_fit_is_passed_over(
    run: Run, registry: ganzoo.Registry, tmp_path: Path, change
) -> None:
    whole = ganzoo.train(TOY, steps=STEPS + 2, out=tmp_path / "whole", registry=registry)
    rewritten(newest(run), change)
    with pytest.warns(UserWarning, match=f"checkpoint of step {STEPS}.*does not fit"):
        ganzoo.resume(run, steps=STEPS + 2, registry=registry)
    ours, theirs = load_file(run.generator), load_file(whole.generator)
    assert all(torch.equal(ours[name], tensor) for name, tensor in theirs.items())


def test_a_training_that_has_diverged_in_a_buffer_is_not_saved(
    registry: ganzoo.Registry, tmp_path: Path
) -> None:
    class Spoil:
        @hookimpl
        def ganzoo_logged(self, step: int) -> None:
            if step == 4:
                norm = next(m for m in engine_game[0].generator.modules() if hasattr(m, "eps"))
                norm.running_mean.fill_(float("nan"))

    engine_game: list[ganzoo.Game] = []
    prepare = ganzoo.Game.prepare

    def kept(game: ganzoo.Game, data: ganzoo.Data) -> None:
        engine_game.append(game)
        prepare(game, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ganzoo.Game, "prepare", kept)
        with pytest.raises(GanzooError, match=r"diverged: game.generator.*running_mean"):
            ganzoo.train(TOY, out=tmp_path / "run", registry=registry, observers=[Spoil()])
    assert checkpoint.last_step(Run.open(tmp_path / "run")) == 2


def test_weights_that_are_not_finite_are_not_drawn_from(
    run: Run, registry: ganzoo.Registry
) -> None:
    rewritten(run.generator, lambda t: t["generator.last.bias"].fill_(float("nan")))
    with pytest.raises(GanzooError, match=r"have diverged: generator\.last\.bias"):
        ganzoo.load(run, registry=registry)


def test_a_checkpoint_that_cannot_be_removed_is_warned_of(
    registry: ganzoo.Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "step-000002.safetensors":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.warns(UserWarning, match=r"step-000002\.safetensors cannot be removed"):
        run = ganzoo.train(
            TOY, set={"checkpoint_every": 1}, out=tmp_path / "run", registry=registry
        )
    assert checkpoint.last_step(run) == STEPS


# -- signals and displays ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"])
def test_each_signal_ends_a_training_with_a_checkpoint(
    registry: ganzoo.Registry, tmp_path: Path, name: str, request: pytest.FixtureRequest
) -> None:
    class Ask:
        @hookimpl
        def ganzoo_logged(self, step: int) -> None:
            if step == 4:
                os.kill(os.getpid(), getattr(signal, name))

    # nohup has the tests ignore SIGHUP, which a training then ignores too.
    before = signal.signal(getattr(signal, name), signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(getattr(signal, name), before))

    with pytest.raises(GanzooError, match="with a checkpoint") as caught:
        ganzoo.train(TOY, steps=100, out=tmp_path / "run", registry=registry, observers=[Ask()])
    assert caught.value.exit_code == 130
    assert checkpoint.last_step(Run.open(tmp_path / "run")) in (4, 5)


def test_a_stop_says_that_nothing_could_be_saved(
    registry: ganzoo.Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ask:
        @hookimpl
        def ganzoo_sampled(self, step: int) -> None:
            if step == 0:
                os.kill(os.getpid(), signal.SIGTERM)

    def full(*_: object, **__: object) -> None:
        raise GanzooError("No space left.")

    monkeypatch.setattr(checkpoint, "save_generator", full)
    with pytest.raises(GanzooError, match=r"nothing was saved. No space left") as caught:
        ganzoo.train(TOY, out=tmp_path / "run", registry=registry, observers=[Ask()])
    assert caught.value.exit_code == 130


@pytest.mark.parametrize("out", ["| head -1", "> /dev/full"])
def test_a_display_without_a_reader_does_not_end_the_training(tmp_path: Path, out: str) -> None:
    command = (
        f"'{sys.executable}' -m ganzoo train mixture --steps 6 --set log_every=1 --device cpu "
        f"--out '{tmp_path / 'run'}' --log none"
    )
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command} {out}"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert checkpoint.last_step(Run.open(tmp_path / "run")) == 6


# -- a configuration that is none ----------------------------------------------------------------


BROKEN = {
    "deep": "[" * 100_000,
    "no-recipe": "{}",
    "seed": {"seed": "x"},
    "shape": {"dataset": {"shape": [-1]}},
    "plugins": {"plugins": []},
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_configuration_is_told_in_a_sentence(run: Run, text: object) -> None:
    if not isinstance(text, str):
        config = json.loads((run.path / "config.json").read_text())
        for key, value in text.items():
            config[key] = {**config[key], **value} if isinstance(value, dict) else value
        text = json.dumps(config)
    (run.path / "config.json").write_text(text)
    with pytest.raises(GanzooError, match=r"config.json (cannot be read|is not the conf)"):
        Run.open(run.path)


def test_a_file_of_another_version_says_so(run: Run) -> None:
    tensors, about = checkpoint.read(run.generator)
    about |= {"format": 99, "config": {"libraries": {"ganzoo": "9.8.7"}}}
    save_file(tensors, run.generator, {"ganzoo": json.dumps(about)})
    with pytest.raises(GanzooError, match=r"made by ganzoo 9\.8\.7; this is ganzoo"):
        checkpoint.read(run.generator)
