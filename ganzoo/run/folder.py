"""The run folder: its layout, its configuration, its metrics."""

from __future__ import annotations

import difflib
import json
import re
import shlex
import shutil
import time
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from ganzoo.errors import GanzooError
from ganzoo.paths import expanded, shortened
from ganzoo.run import hyperparameters, metrics, symptoms
from ganzoo.run.files import Taken, new_folder, removed, write_whole
from ganzoo.run.step_files import step_files
from ganzoo.run.symptoms import Symptom

if TYPE_CHECKING:
    from ganzoo.evaluation.results import Results

FORMAT = 2
NAMED = 3  # runs that a message names
LONGEST = 40  # characters of a dataset's name in the name of a run
_NOT_IN_NAMES = re.compile(r"[^\w.+-]+")


class Run:
    """One training's folder.

    path: the folder. config: the content of config.json: the resolved recipe, the seed, the dataset
    with its checksum, versions, the command.
    """

    def __init__(self, path: Path, config: dict[str, Any]) -> None:
        self.path = path
        self.config = config

    @classmethod
    def create(cls, path: Path, config: dict[str, Any]) -> Run:
        """Make a new run's folder. Raises GanzooError if the path exists."""
        path = path.absolute()
        run = cls(path, {"format": FORMAT, **config})
        advice = (
            "Choose another --out, remove it, or, if it is a run, continue it: "
            f"ganzoo resume {shlex.quote(str(path))}"
        )
        with new_folder(path, advice) as unfinished:
            unfinished_run = cls(unfinished, run.config)
            unfinished_run.samples.mkdir()
            unfinished_run.checkpoints.mkdir()
            unfinished_run.write_config()
        return run

    @classmethod
    def create_in(cls, parent: Path, config: dict[str, Any]) -> Run:
        """Make a new run's folder in ``parent``, named after its recipe, its dataset, or the folder
        of its images, and the time (UTC), with a number if a run of this name exists."""
        recipe, dataset = config["recipe"]["name"], _NOT_IN_NAMES.sub("_", data_name(config))
        name = f"{recipe}-{dataset[:LONGEST]}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
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
            made_by = config.get("libraries", {}).get("ganzoo", "not named in the run")
            raise GanzooError(
                f"{path} is a run of format {config.get('format')}; this ganzoo reads format "
                f"{FORMAT}. Open it with the version of ganzoo that made it: {made_by}."
            )
        check_config(config, file)
        return cls(path, config)

    def command(self, verb: str, *rest: str, path: Path | None = None) -> str:
        """The command for this run as it is typed, with the one-file plugins that the run was
        trained with. Only for a run that this process trains: the configuration of a run from
        another person may name any file. ``path``: the run's folder, if it is written otherwise."""
        files = [about["path"] for about in self.config["plugins"].values() if about.get("path")]
        plugins = [word for file in files for word in ("--plugin", str(shortened(Path(file))))]
        return " ".join([shlex.join(["ganzoo", verb, str(path or self.path), *plugins]), *rest])

    @property
    def samples(self) -> Path:
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def generator(self) -> Path:
        """The file of the generator's averaged weights (EMA)."""
        return self.path / "generator.safetensors"

    @property
    def best_generator(self) -> Path:
        """The file of the generator with the best metric, in a run that was measured during its
        training (``evaluate_every``)."""
        return self.path / "generator-best.safetensors"

    @property
    def metrics_file(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def symptoms_file(self) -> Path:
        return self.path / "symptoms.jsonl"

    def check_folders(self) -> None:
        """Raises GanzooError if a folder that the run writes into is missing or is a link: a run
        folder from another person must not choose which files are overwritten."""
        for folder in (self.samples, self.checkpoints):
            if folder.is_symlink() or not folder.is_dir():
                raise GanzooError(
                    f"{folder} is missing or is a link. Put a real folder in its place."
                )
        for path in self.path.iterdir():  # loggers and profiles have folders here, too
            if path.is_symlink() and path.is_dir():
                raise GanzooError(f"{path} is a link. Put a real folder in its place.")

    def write_config(self) -> None:
        text = json.dumps(self.config, indent=2) + "\n"
        write_whole(self.path / "config.json", text.encode())

    def played(self) -> bool:
        """Whether the training has written metrics or a checkpoint."""
        return self.metrics_file.exists() or any(self.checkpoints.iterdir())

    def discard(self) -> None:
        """Remove the folder of a run that failed before its first metrics or checkpoint."""
        shutil.rmtree(self.path, ignore_errors=True)

    def metrics(self) -> list[dict[str, float]]:
        """The numbers of each line of metrics.jsonl, oldest first: "step", "seconds" and the logged
        scalars; ``pandas.DataFrame(run.metrics())`` is a table of them. Warns of damaged lines, and
        leaves them out."""
        return metrics.read(self.metrics_file)

    def symptoms(self) -> list[Symptom]:
        """The symptoms of a training that does not go well that ganzoo has warned of, in the order
        in which they were seen. Raises GanzooError if symptoms.jsonl cannot be read."""
        return symptoms.read(self.symptoms_file)

    def hyperparameters(self) -> dict[str, str | int | float | bool]:
        """The settings of the training for a logger: the names of the components, and their
        options by the dotted paths of ``--set``. A list or a table is text, in JSON."""
        return hyperparameters.of(self.config)

    def results(self) -> Results:
        """The results of the run's evaluations, from evaluations.json, oldest first. Raises
        GanzooError for a damaged file."""
        from ganzoo.evaluation import results  # here, because that module imports Run

        return results.read(self)

    def forget_after(self, step: int) -> None:
        """Remove the metrics, the symptoms and the samples of steps after ``step``, from which the
        run resumes."""
        lines = [json.dumps(line) + "\n" for line in self.metrics() if line["step"] <= step]
        write_whole(self.metrics_file, "".join(lines).encode())
        symptoms.forget_after(self.symptoms_file, step)
        for picture_step, picture in step_files(self.samples, ".png").items():
            if picture_step > step:
                removed(picture)

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"Run({str(shortened(self.path))!r}, {self.about})"

    @property
    def about(self) -> str:
        """The run in a few words: its recipe, its dataset and its number of steps."""
        recipe = self.config["recipe"]
        return f"{recipe.get('name')} on {data_name(self.config)}, {recipe.get('steps')} steps"

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views  # here, because that module imports Run

        return views.of_run(self)


# The entries of a run's configuration, with their types. The first six must be there.
_TYPES: dict[str, type] = {
    "recipe": dict,
    "seed": int,
    "device": str,
    "precision": str,
    "graphs": bool,
    "dataset": dict,
    "plugins": dict,
    "libraries": dict,
    "loggers": list,
    "translations": list,
    "measuring": dict,
    "origin": dict,
    "command": list,
}
_REQUIRED = ("recipe", "seed", "device", "precision", "dataset", "plugins")


def data_name(config: Mapping[str, Any]) -> str:
    """The name of a run's data: that of its dataset, or, for a dataset with a path, such as a
    folder of images, the last part of the path. "?" replaces what is no text in it."""
    path = config["recipe"].get("dataset", {}).get("path", "")
    own = PurePath(path).name if isinstance(path, str) else ""
    return own.encode(errors="replace").decode() or str(config["dataset"].get("name"))


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
    """The runs that may be meant by a path where there is none: those beside it and in runs/ with
    nearly the same name, else the newest ones."""
    places = dict.fromkeys((path.parent, Path("runs").absolute()))
    files = [file for place in places for file in place.glob("[!.]*/config.json")]
    if not files:
        return "`ganzoo train` makes runs, by default in the folder runs/."
    newest = sorted(files, key=_modified, reverse=True)
    runs = {file.parent.name: _as_typed(file.parent) for file in reversed(newest)}
    alike = [name for name in reversed(runs) if path.name in name][:NAMED]
    alike = alike or difflib.get_close_matches(path.name, runs, n=NAMED, cutoff=0.6)
    if alike:
        return f"Did you mean {' or '.join(runs[name] for name in alike)}?"
    return f"The newest runs: {', '.join([*reversed(runs.values())][:NAMED])}."


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # it was removed in the meantime
        return 0.0


def _as_typed(run: Path) -> str:
    """The path of a run, from the current folder if it is in there."""
    here = Path.cwd()
    return str(run.relative_to(here) if run.is_relative_to(here) else run)


def _inside(path: Path) -> str:
    runs = sorted(file.parent for file in path.glob("*/config.json"))
    if not runs:
        return " Give the folder that `ganzoo train` printed."
    return f" But it holds runs, such as {runs[-1]}."
