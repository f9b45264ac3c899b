"""Trains and measures the table of modes: GANs on mixtures of Gaussians and on stacked digits.

    python benchmarks/modes.py --device cuda --jobs 6 --seeds 5

trains every row of the table on ring-8, grid-25 and stacked-mnist, each training in a process of
its own, measures it by PacGAN's protocol, and writes docs/zoo/modes.json. A training replaces the
one of the same row, dataset and seed, so the table can be made in parts:

    python benchmarks/modes.py --only MGAN --only R3GAN --dataset stacked-mnist --steps 4000

A row whose recipe is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ganzoo
from ganzoo.assembly.build import component
from ganzoo.data.files import data_dir
from ganzoo.evaluation.classifier_cache import classifier_for
from ganzoo.run.files import write_whole

TABLE = Path(__file__).parents[1] / "docs" / "zoo" / "modes.json"
MIXTURES = ("ring-8", "grid-25")
STACKED = "stacked-mnist"
DATASETS = (*MIXTURES, STACKED)
NUMBERS = {  # of the JSON, by the name of the metric's number
    "modes": "modes",
    "high_quality": "high_quality",
    "kl": "kl",
    "stacked_modes": "modes",
    "stacked_kl": "kl",
}


@dataclass(frozen=True)
class Setting:
    """A recipe, and its changes by dotted path."""

    recipe: str
    changes: Mapping[str, Any] = field(default_factory=dict)


# By row: on mixtures and on stacked digits. The row "networks of mixture" is not trained on digits,
# where the row "GAN" has the networks of the penalties, those of dcgan.
ROWS: dict[str, tuple[Setting, Setting | None]] = {
    "GAN": (
        Setting("pacgan", {"augmentations.pack.m": 1, "batch_size": 100}),
        Setting("pacgan-stacked", {"augmentations.pack.m": 1, "batch_size": 64}),
    ),
    "PacGAN": (Setting("pacgan"), Setting("pacgan-stacked")),
    "Unrolled GAN": (Setting("unrolled"), Setting("unrolled-stacked")),
    # G's loss, which in the paper is the value of D after the updates, is the usual one.
    "Unrolled GAN, non-saturating": (
        Setting("unrolled", {"loss": "non-saturating"}),
        Setting("unrolled-stacked", {"loss": "non-saturating"}),
    ),
    "GAN, networks of unrolled": (
        Setting("unrolled", {"game.unrolled.k": 0, "loss": "non-saturating"}),
        Setting("unrolled-stacked", {"game.unrolled.k": 0, "loss": "non-saturating"}),
    ),
    "VEEGAN": (Setting("mixture-veegan"), Setting("veegan")),
    "BiGAN": (Setting("mixture-bigan"), Setting("bigan")),
    "MGAN": (Setting("mgan"), Setting("mgan-stacked")),
    "GAN, networks of mixture": (Setting("mixture"), None),
    "R1": (Setting("mixture-r1"), Setting("r1-gan")),
    "WGAN-GP": (
        # as in the authors' code for mixtures, gan_toy.py
        Setting(
            "mixture",
            {
                "loss": "wasserstein",
                "penalties": [{"name": "gradient-penalty", "weight": 0.1}],
                "game.d_updates": 5,
            },
        ),
        Setting("wgan-gp"),
    ),
    "DRAGAN": (Setting("mixture", {"penalties": [{"name": "dragan"}]}), Setting("dragan")),
    "R3GAN": (Setting("mixture-r1-r2"), Setting("r3gan-stacked")),
}


@dataclass(frozen=True)
class Task:
    """One training of a row."""

    row: str
    dataset: str
    seed: int
    steps: int | None
    device: str

    @property
    def setting(self) -> Setting | None:
        on_mixtures, on_digits = ROWS[self.row]
        return on_digits if self.dataset == STACKED else on_mixtures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument("--seeds", type=int, default=5, help="up to N - 1")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--steps", type=int, help="of each training; else those of its recipe")
    parser.add_argument("--only", action="append", choices=ROWS, metavar="ROW")
    parser.add_argument("--dataset", action="append", choices=DATASETS)
    parser.add_argument("--out", type=Path, default=TABLE)
    parser.add_argument("--task", help=argparse.SUPPRESS)  # one training, in its own process
    options = parser.parse_args()
    if options.task:
        print(json.dumps(measured(Task(**json.loads(options.task)))))
        return
    planned = tasks(options)
    if any(task.dataset == STACKED for task in planned):
        train_classifier()
    failed = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for done in as_completed([pool.submit(in_own_process, task) for task in planned]):
            task, line, error = done.result()
            if line is None:
                failed += 1
                print(f"{task.row} on {task.dataset}, seed {task.seed}, failed:\n{error}")
            else:
                write(line, options.out)
                print(json.dumps(line), flush=True)
    if failed:
        sys.exit(f"{failed} of {len(planned)} trainings failed.")


def tasks(options: argparse.Namespace) -> list[Task]:
    """All trainings, the seeds of a row one after another; those of stacked digits, which take the
    longest, first."""
    registry = ganzoo.Registry.discover()
    installed = {entry.name for entry in registry.entries("recipe")}
    planned = [
        Task(row, dataset, seed, options.steps, options.device)
        for dataset in reversed(options.dataset or DATASETS)
        for row in options.only or ROWS
        for seed in range(options.first_seed, options.seeds)
    ]
    planned = [task for task in planned if task.setting is not None]
    left_out = {task.setting.recipe for task in planned} - installed
    if left_out:
        print(f"Left out, since they are not installed: {', '.join(sorted(left_out))}")
    return [task for task in planned if task.setting.recipe in installed]


def train_classifier() -> None:
    """The classifier of single digits, trained once before any process needs it."""
    digits = component("dataset", ganzoo.Part("mnist"), ganzoo.Registry.discover())
    classifier_for("mnist", digits, data_dir(None))


def in_own_process(task: Task) -> tuple[Task, dict[str, Any] | None, str]:
    """The line of a training, or the end of its error message."""
    command = [sys.executable, __file__, "--task", json.dumps(vars(task))]
    threads = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    environment = {**os.environ, **threads}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        return task, None, done.stderr[-2000:]
    return task, json.loads(done.stdout.splitlines()[-1]), ""


def measured(task: Task) -> dict[str, Any]:
    """Train, and measure the samples: 2,500 of a mixture, 26,000 of stacked digits."""
    setting = task.setting
    metric = "stacked-modes" if task.dataset == STACKED else "modes"
    with tempfile.TemporaryDirectory() as folder:
        run = ganzoo.train(
            setting.recipe,
            dataset=task.dataset,
            set={**setting.changes, "checkpoint_every": 10**9, "sample_every": 10**9},
            steps=task.steps,
            seed=task.seed,
            device=task.device,
            out=Path(folder) / "run",
            log="none",
        )
        results = ganzoo.evaluate(run, [metric], repeats=1, seed=1, device=task.device)
        last, config = run.metrics()[-1], run.config
    return {
        "row": task.row,
        "dataset": task.dataset,
        "seed": task.seed,
        "recipe": setting.recipe,
        "changed": dict(setting.changes),
        "steps": last["step"],
        "batch_size": config["recipe"]["batch_size"],
        "averaged": bool(config["recipe"]["ema"]),
        "seconds": round(last["seconds"]),
        "device": config["device"],
        "precision": config["precision"],
        "torch": config["libraries"]["torch"],
        **{NUMBERS[one.name]: round(one.value, 4) for one in results if one.name in NUMBERS},
    }


def write(line: dict[str, Any], path: Path) -> None:
    """Add the line to the table, in place of an older line of the same row, dataset and seed."""

    def key(line: dict[str, Any]) -> tuple[int, int, int]:
        rows = list(ROWS)
        return rows.index(line["row"]), DATASETS.index(line["dataset"]), line["seed"]

    lines = json.loads(path.read_text()) if path.exists() else []
    lines = [other for other in lines if other["row"] in ROWS and key(other) != key(line)] + [line]
    text = ",\n".join(map(json.dumps, sorted(lines, key=key)))
    write_whole(path, f"[\n{text}\n]\n".encode())


if __name__ == "__main__":
    main()
