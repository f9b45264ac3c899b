"""A folder of sounds as a dataset."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Count, Data, Dataset, GanzooError, Part, UsageError
from ganzoo_wavegan.sound import FASTEST, SLOWEST

SUFFIXES = (".wav", ".flac", ".ogg", ".aif", ".aiff")
LOUDEST = 2.0  # compressed sounds that were cut at 1 are decoded to more than 1
Share = Annotated[float, Meta(ge=0, lt=1)]


class SoundFiles(Dataset):
    """All sounds in ``path`` and its subfolders, in the order of their names: x float32
    (N, 1, length) in [-1, 1]; samples up to 2, as compressed sounds have, are cut to it. Several
    channels become their mean. A longer sound is cut into pieces one after the other; a shorter
    sound, or the rest of a sound if it is at least half a piece, ends with silence. All sounds must
    have the same rate. Needs the extra ``sound``.

    Formats: WAV, FLAC, OGG, AIFF. Every file with a sound is in one split: ``train`` or ``test``.

    Args:
        path: of the folder, or of one sound.
        length: samples of a piece.
        test: share of the files in the split ``test``.
    """

    def __init__(self, path: str, length: Count = 4096, test: Share = 0.1) -> None:
        self.path, self.length, self.test = Path(path), length, test

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"Sounds have no split {split!r}, only train and test.")
        files = self._files()
        order = torch.randperm(len(files), generator=torch.Generator().manual_seed(0)).tolist()
        tests = {*order[: round(self.test * len(files))]}
        chosen = [file for i, file in enumerate(files) if (i in tests) == (split == "test")]
        if not chosen:
            raise UsageError(f"{self.path} has no sounds for the split {split!r}: too few files.")
        pieces, digest = list[Tensor](), hashlib.sha256()
        rate = self._rate(files)
        for file in chosen:
            waveform = self._read(file)
            digest.update(waveform.numpy().tobytes())
            pieces += pieces_of(waveform, self.length)
        return Data(
            torch.stack(pieces)[:, None],
            source=str(self.path),
            checksum=digest.hexdigest(),
            notes=(f"{len(pieces):,} pieces of {len(chosen):,} sounds.",),
            view=Part("waveforms", {"rate": rate}),
        )

    def _files(self) -> list[Path]:
        if self.path.is_file():
            return [self.path]
        if not self.path.is_dir():
            raise GanzooError(f"There is no folder {self.path}.")
        files = sorted(p for p in self.path.rglob("*") if p.suffix.lower() in SUFFIXES)
        files = [path for path in files if path.is_file() and not path.name.startswith(".")]
        if not files:
            raise GanzooError(f"{self.path} has no sounds ({', '.join(SUFFIXES)}).")
        return files

    def _rate(self, files: Sequence[Path]) -> int:
        """The rate that all files have, of both splits, by their headers."""
        rates: dict[int, Path] = {}
        for file in files:
            rate = int(_called("info", file).samplerate)
            if not SLOWEST <= rate <= FASTEST:
                raise GanzooError(
                    f"{file} has {rate:,} samples in a second, and a sound can have {SLOWEST} to "
                    f"{FASTEST:,}: convert it to such a rate, or remove it."
                )
            rates.setdefault(rate, file)
            if len(rates) > 1:
                one, other = rates.items()
                raise GanzooError(
                    f"{one[1]} has {one[0]} samples in a second, and {other[1]} has {other[0]}: "
                    "give all sounds the same rate."
                )
        return next(iter(rates))

    def _read(self, path: Path) -> Tensor:
        values, _ = _called("read", path, dtype="float32", always_2d=True)
        if not len(values):
            raise GanzooError(f"{path} has no samples: remove it.")
        waveform = torch.from_numpy(values.mean(1))
        largest = waveform.abs().max()
        if not largest.isfinite():
            raise GanzooError(f"{path} has a sample that is no finite number: remove it.")
        if largest > LOUDEST:
            raise GanzooError(
                f"{path} has a sample of {largest:.3g}, and samples are in [-1, 1]: make the sound "
                "less loud, or remove it."
            )
        return waveform.clamp(-1, 1)


def pieces_of(waveform: Tensor, length: int) -> list[Tensor]:
    """A waveform (T,) in pieces of ``length``. The last one is filled with silence; it is left out
    if less than half of it is sound and there is another piece."""
    pieces = list(waveform.split(length))
    if len(pieces) > 1 and len(pieces[-1]) < length / 2:
        pieces.pop()
    last = torch.zeros(length)
    last[: len(pieces[-1])] = pieces[-1]
    return [*pieces[:-1], last]


def _called(name: str, path: Path, **options: Any) -> Any:
    """The result of a function of soundfile on the file. Raises GanzooError for a file that is no
    sound."""
    function = getattr(_soundfile(), name)
    try:
        return function(path, **options)
    except Exception as error:  # of libsndfile, or of the system
        # The whole text of libsndfile's error names the file again.
        why = str(getattr(error, "error_string", error)).rstrip(".")
        raise GanzooError(f"{path} cannot be read as a sound: {why}.") from None


def _soundfile() -> Any:
    try:
        import soundfile
    except (ImportError, OSError):  # OSError: without libsndfile
        raise GanzooError(
            "Sounds are read by the package soundfile, which is not installed: "
            "pip install 'ganzoo[sound]'"
        ) from None
    return soundfile
