"""The view of sounds."""

import io
import wave
from typing import Annotated

import numpy as np
import torch
from msgspec import Meta
from PIL import Image
from torch import Tensor

from ganzoo import Spec, UsageError, View

SLOWEST, FASTEST = 100, 384_000  # samples in a second
Rate = Annotated[int, Meta(ge=SLOWEST, le=FASTEST)]
MOST = 8  # sounds in a picture
REAL, FAKE = "#5687b3", "#e4572e"


class Sound(View):
    """Waveforms in [-1, 1], (N, 1, T), as WAV files with 16 bits: all sounds in one file, each
    followed by a short silence, or one file for each. The picture has the waveform and the
    spectrogram of the first sounds.

    Args:
        rate: samples in a second.
    """

    formats = (".wav",)
    each = ".wav"
    count = MOST
    behind = 4
    distances = False

    def __init__(self, spec: Spec, rate: Rate = 16_000) -> None:
        super().__init__(spec)
        if len(spec.shape) != 2 or spec.shape[0] != 1:
            raise UsageError(
                f"The view 'waveforms' is for waveforms of one channel, (1, T), not {spec.shape}."
            )
        self.rate = rate

    def describe(self) -> str:
        length = self.spec.shape[1]
        return (
            f"sounds of {length / self.rate:.3g} seconds, {length:,} numbers at {self.rate:,} in a "
            "second"
        )

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        pause = samples.new_zeros(len(samples), self.rate // 5)
        return self._wav(torch.cat((samples[:, 0], pause), 1).flatten())

    def encode_one(self, sample: Tensor) -> bytes:
        return self._wav(sample[0])

    def _wav(self, waveform: Tensor) -> bytes:
        values = (waveform.detach().clamp(-1, 1) * 32767).round().numpy().astype("<i2")
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(values.tobytes())
        return buffer.getvalue()

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        from matplotlib import style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        real = [] if data is None else [(x, REAL) for x in data[:4, 0].numpy()]
        cells = [*real, *((x, FAKE) for x in samples[:MOST, 0].detach().numpy())]
        width = columns or min(4, len(cells))
        height = -(-len(cells) // width)
        buffer = io.BytesIO()
        with style.context("default"):
            figure = Figure((2.2 * width, 2.0 * height), dpi=100, layout="constrained")
            FigureCanvasAgg(figure)
            for place, (x, colour) in enumerate(cells):
                row, column = divmod(place, width)
                above = figure.add_subplot(2 * height, width, 2 * row * width + column + 1)
                above.plot(np.arange(len(x)) / self.rate, x, color=colour, linewidth=0.6)
                above.set(ylim=(-1.05, 1.05), xlim=(0, len(x) / self.rate), xticks=[], yticks=[])
                below = figure.add_subplot(2 * height, width, (2 * row + 1) * width + column + 1)
                below.imshow(spectrogram(x), origin="lower", aspect="auto", cmap="magma")
                below.set(xticks=[], yticks=[])
            figure.savefig(buffer, format="png")
        return Image.open(buffer).convert("RGB")


def spectrogram(x: np.ndarray) -> np.ndarray:
    """(frequencies, frames): the power of short pieces of a waveform, in decibels, 0 for the
    highest and at least -60."""
    size = 1 << max(4, int(np.log2(max(len(x), 16))) - 3)
    starts = range(0, max(len(x) - size, 0) + 1, size // 4)
    frames = np.stack([np.resize(x[start : start + size], size) for start in starts])
    power = np.abs(np.fft.rfft(np.nan_to_num(frames) * np.hanning(size))).T ** 2
    decibels: np.ndarray = 10 * np.log10(power / max(power.max(), 1e-12) + 1e-6)
    return decibels
