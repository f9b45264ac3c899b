"""The run folder: its layout, its configuration, its metrics."""

from __future__ import annotations

import json
import shlex
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import GanzooError
from ganzoo.paths import expanded
from ganzoo.run import metrics
from ganzoo.run.files import Taken, new_folder, removed, write_whole
from ganzoo.run.step_files import step_files

if TYPE_CHECKING:
    from ganzoo.evaluation.results import Result

FORMAT = 2


class Run:
    """One training's folder.

    path: the folder. config: what config.json holds: the resolved recipe, the seed, the dataset
    with its checksum, versions, the command.
    """

    def __init__(self, path: Path, config: dict[str, Any]) -> None:
        self.path = path
        self.config = config

    @classmethod
    def create(cls, path: Path, config: dict[str, Any]) -> Run:
        """Make a new run's folder. Raises GanzooError if the path is taken."""
        path = path.absolute()
        run = cls(path, {"format": FORMAT, **config})
        ways_out = (
            "Choose another --out, remove it, or, if it is a run, go on with it: "
            f"ganzoo resume {shlex.quote(str(path))}"
        )
        with new_folder(path, ways_out) as unfinished:
            there = cls(unfinished, run.config)
            there.samples.mkdir()
            there.checkpoints.mkdir()
            there.write_config()
        return run

    @classmethod
    def create_in(cls, parent: Path, config: dict[str, Any]) -> Run:
        """Make a new run's folder in ``parent``, named after its recipe, its dataset and the time,
        with a number where another run took the name first."""
        recipe, dataset = config["recipe"]["name"], config["dataset"]["name"]
        name = f"{recipe}-{dataset}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
        path, number = parent / name, 2
        while True:
            try:
                return cls.create(path, config)
            except Taken:
                path, number = parent / f"{name}-{number}", number + 1

    @classmethod
    def open(cls, path: Path | str) -> Run:
        """An existing run. Raises GanzooError, saying why, for anything else."""
        path = expanded(path).absolute()
        file = path / "config.json"
        if not path.exists():
            raise GanzooError(f"There is no run folder {path}. {_neighbours(path)}")
        if not file.is_file():
            raise GanzooError(f"{path} is not a run folder: it has no config.json.{_inside(path)}")
        try:
            config = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise GanzooError(f"{file} cannot be read: {error}.") from None
        if isinstance(config, dict) and config.get("format", FORMAT) != FORMAT:
            made_by = config.get("libraries", {}).get("ganzoo", "which it does not name")
            raise GanzooError(
                f"{path} is a run of format {config.get('format')}; this ganzoo reads format "
                f"{FORMAT}. Open it with the version that made it: {made_by}."
            )
        check_config(config, file)
        return cls(path, config)

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def generator(self) -> Path:
        """The averaged generator alone."""
        return self.path / "generator.safetensors"

    @property
    def metrics_file(self) -> Path:
        return self.path / "metrics.jsonl"

    def check_folders(self) -> None:
        """Raises GanzooError where a folder that the run writes into is a link to another one, or
        is missing: whoever made the run folder must not choose which files are overwritten."""
        for folder in (self.samples, self.checkpoints):
            if folder.is_symlink() or not folder.is_dir():
                raise GanzooError(
                    f"{folder} is no folder of the run's own: put it back in place of the link."
                )

    def write_config(self) -> None:
        text = json.dumps(self.config, indent=2) + "\n"
        write_whole(self.path / "config.json", text.encode())

    def played(self) -> bool:
        """Whether anything of the training was written down: a log, or a checkpoint."""
        return self.metrics_file.exists() or any(self.checkpoints.iterdir())

    def discard(self) -> None:
        """Remove the folder: for a run that failed before anything was worth keeping."""
        shutil.rmtree(self.path, ignore_errors=True)

    def metrics(self) -> list[dict[str, float]]:
        """The numbers of each line of metrics.jsonl, oldest first: "step", "seconds" and what was
        logged. Warns of lines that are damaged, and leaves them out."""
        return metrics.read(self.metrics_file)

    def results(self) -> list[Result]:
        """The results of the run's evaluations, as evaluations.json has them, oldest first. Raises
        GanzooError for a file that is damaged."""
        from ganzoo.evaluation import results  # reads a Run itself

        return results.read(self)

    def forget_after(self, step: int) -> None:
        """Drop the metrics and samples of later steps than the one a resumed run starts from."""
        kept = [json.dumps(line) + "\n" for line in self.metrics() if line["step"] <= step]
        write_whole(self.metrics_file, "".join(kept).encode())
        for at, picture in step_files(self.samples, ".png").items():
            if at > step:
                removed(picture)

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"


# The entries of a run's configuration, with their types. The first six must be there.
_TYPES: dict[str, type] = {
    "recipe": dict,
    "seed": int,
    "device": str,
    "precision": str,
    "dataset": dict,
    "plugins": dict,
    "libraries": dict,
    "command": list,
}
_REQUIRED = ("recipe", "seed", "device", "precision", "dataset", "plugins")


def check_config(config: Any, where: Path) -> None:
    """Raises GanzooError for anything but a run's configuration."""
    missing = [key for key in _REQUIRED if not isinstance(config, dict) or key not in config]
    if missing:
        raise GanzooError(f"{where} is not the configuration of a run: it has no {missing[0]!r}.")
    for key, kind in _TYPES.items():
        if not isinstance(config.get(key, kind()), kind):
            raise GanzooError(f"{where} is not the configuration of a run: its {key} is wrong.")
    shape = config["dataset"].get("shape", [1])
    if not isinstance(shape, list) or not all(type(n) is int and 0 < n < 2**31 for n in shape):
        raise GanzooError(f"{where} is not the configuration of a run: dataset.shape is wrong.")


def _neighbours(path: Path) -> str:
    runs = sorted(file.parent for file in path.parent.glob("*/config.json"))
    if not runs:
        return "Runs are made by `ganzoo train`, in the folder runs/ unless --out says otherwise."
    return "The newest beside it: " + ", ".join(str(run) for run in runs[-3:]) + "."


def _inside(path: Path) -> str:
    runs = sorted(file.parent for file in path.glob("*/config.json"))
    if not runs:
        return " Give the folder that `ganzoo train` printed."
    return f" But it holds runs, such as {runs[-1]}."
