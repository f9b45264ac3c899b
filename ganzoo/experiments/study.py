"""Where the trials of a search are kept: in the folder of one machine, or in a storage that several
machines share."""

from __future__ import annotations

import hashlib
import importlib
import json
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.errors import GanzooError, UsageError
from ganzoo.experiments.lock import exclusive

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import BaseStorage

JOURNAL = "study.log"
FEW = 10  # trials: with fewer, an importance is mostly chance
ENDED = ("COMPLETE", "PRUNED")
OF_A_MACHINE = ("device", "data_dir")  # may differ between the machines of one search
MISSING = "Tuning needs Optuna, which is not installed: run `pip install 'ganzoo[tune]'`."


@dataclass(frozen=True)
class Search:
    """What identifies a search. what: its settings by name; lower: whether lower is better; seed:
    of the suggestions. storage: the URL of a database, or the path of a journal file, that several
    machines share; None for a journal file in the folder of the trials, which one process uses."""

    what: Mapping[str, Any]
    lower: bool
    seed: int
    storage: str | None = None

    @contextmanager
    def opened(self, out: Path) -> Iterator[Study]:
        """The study, with the trials of all machines. Raises UsageError where the folder has the
        trials of another search, or the storage cannot be opened."""
        if self.storage is not None:
            yield self._study(shared(self.storage))
            return
        with exclusive(out):
            storage = _journal(out / JOURNAL)
            if any(study.study_name != self.name for study in storage.get_all_studies()):
                raise UsageError(
                    f"{out} has the trials of a search with other settings. Choose another --out."
                )
            yield self._study(storage)

    @property
    def name(self) -> str:
        """A digest of the settings, so that the same command finds its search again, on another
        machine too where the storage is shared."""
        what: Any = [*self.what.values()]
        if self.storage is not None:
            what = [
                {key: each for key, each in value.items() if key not in OF_A_MACHINE}
                if isinstance(value, Mapping)
                else value
                for value in what
            ]
        return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()

    def _study(self, storage: BaseStorage) -> Study:
        optuna = library()
        study: Study = optuna.create_study(
            storage=storage,
            study_name=self.name,
            direction="minimize" if self.lower else "maximize",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
            load_if_exists=True,
        )
        if self.storage is None:
            # Seeded anew for what is left: with the same numbers it would suggest the same again.
            study.sampler = optuna.samplers.TPESampler(seed=self.seed + len(study.trials))
        else:  # without a seed, since machines that begin together must not try the same
            with _experimental(optuna):
                study.sampler = optuna.samplers.TPESampler(constant_liar=True)
        return study


def ended(study: Study) -> int:
    """How many trials have ended without an error, on all machines."""
    return sum(trial.state.name in ENDED for trial in study.trials)


def importances(study: Study) -> dict[str, float]:
    """The importance of each searched setting for the objective, which add to 1, by PED-ANOVA
    (arXiv:2304.10255). Empty for one setting, and for trials that are too few or too alike."""
    optuna = library()
    done = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    if len(done) < FEW or len(done[0].params) < 2:
        return {}
    with warnings.catch_warnings(), suppress(ValueError, RuntimeError, UserWarning):
        warnings.simplefilter("error", UserWarning)  # of trials that are alike
        with _experimental(optuna):
            evaluator = optuna.importance.PedAnovaImportanceEvaluator()
            found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        return {path: float(share) for path, share in found.items()}
    return {}


def shared(storage: str) -> BaseStorage:
    """The storage of that URL or path. Raises UsageError where it cannot be opened."""
    optuna = library()
    try:
        if "://" not in storage:
            return _journal(Path(storage).expanduser())
        database: BaseStorage = optuna.storages.RDBStorage(storage)
        return database
    except Exception as error:  # of the driver of any database
        why = str(error).strip().splitlines()[0]
        raise UsageError(
            f"The storage {storage} cannot be opened ({why}). Give the URL of a database, such as "
            "postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE, or the path of a file."
        ) from error


def library() -> Any:
    """Optuna. Raises GanzooError where it is not installed."""
    try:
        with warnings.catch_warnings():  # in a notebook: of the bars of Optuna, which are not used
            warnings.filterwarnings("ignore", message="IProgress not found")
            optuna = importlib.import_module("optuna")
            importlib.import_module("optuna.storages.journal")
    except ImportError:
        raise GanzooError(MISSING) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def _journal(path: Path) -> BaseStorage:
    optuna = library()
    with _experimental(optuna):
        backend = optuna.storages.journal.JournalFileBackend(str(path))
        storage: BaseStorage = optuna.storages.JournalStorage(backend)
    return storage


@contextmanager
def _experimental(optuna: Any) -> Iterator[None]:
    """Without the warnings of what Optuna may still change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        yield
