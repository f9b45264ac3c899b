"""WaveGAN: its networks, its sounds as files, and the metric of tones."""

from __future__ import annotations

import io
import math
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import torch

from ganzoo import Data, GanzooError, Spec, UsageError
from ganzoo_wavegan.metrics import ToneMetric, fit, needed, wasserstein
from ganzoo_wavegan.networks import PhaseShuffle, WaveDiscriminator, WaveGenerator, shifted
from ganzoo_wavegan.sound import Sound
from ganzoo_wavegan.sound_files import SoundFiles, pieces_of
from ganzoo_wavegan.tones import NOTES, Tones

UNBOUNDED = {"low": -math.inf, "high": math.inf}
SPEC = Spec((1, 1024), z_dim=5, **UNBOUNDED)


@pytest.mark.parametrize("length", [64, 1024, 4096])
def test_the_networks_have_the_layers_of_the_tables(length: int) -> None:
    spec = SPEC.replace(shape=(1, length))
    generator, discriminator = WaveGenerator(spec, width=2), WaveDiscriminator(spec, width=2)
    x = generator(torch.randn(3, 5))
    assert x.shape == (3, 1, length)
    assert x.abs().max() <= 1
    assert discriminator(x).shape == (3,)
    with pytest.raises(UsageError, match="T is 64, 256, 1024"):
        WaveGenerator(spec.replace(shape=(1, length + 1)))


def test_phase_shuffle_moves_each_sample_with_reflection() -> None:
    x = torch.arange(5.0).expand(3, 2, 5)
    moved = shifted(x, torch.tensor([2, -1, 0]).reshape(3, 1, 1))
    assert moved[0, 1].tolist() == [2, 1, 0, 1, 2]
    assert moved[1, 0].tolist() == [1, 2, 3, 4, 3]
    assert moved[2, 0].tolist() == [0, 1, 2, 3, 4]
    assert torch.equal(PhaseShuffle(0)(x), x)


def test_a_tone_has_the_pitch_of_its_note() -> None:
    data = Tones(count=40).load(Path(), "train")
    assert data.x.shape == (40, 1, 1024)
    assert data.x.abs().max() <= 0.95
    residual, pitch = fit(data.x[:, 0], harmonics=4)
    notes = 440 * 2 ** (torch.tensor([*NOTES.values()])[data.y] / 12)
    assert (8000 * pitch / notes).log2().abs().max() < 1 / 24  # half a semitone
    assert residual.median() < 0.15  # of a tone that decays


def test_the_residual_of_noise_on_a_sine_by_hand() -> None:
    time = torch.arange(1000) / 1000
    sine = (2 * math.pi * 20 * time).sin()
    other = (2 * math.pi * 33.5 * time).sin()
    residual, pitch = fit(torch.stack((sine, sine + 0.5 * other)), harmonics=1)
    assert residual.tolist() == pytest.approx([0, 0.2], abs=0.01)
    assert pitch.tolist() == pytest.approx([0.02, 0.02], abs=3e-4)
    assert wasserstein(torch.zeros(9), torch.full((4,), 0.5)) == 0.5


def test_the_metric_knows_tones_from_noise() -> None:
    time = torch.arange(30) / 30
    turns = 2 * math.pi * (1 + 4 * torch.rand(300, 1)) * time
    real = Data(turns.sin()[:200, None])
    assert needed(real.x[:, 0]) == 1
    fake, noise = Data(turns.sin()[200:, None]), Data(torch.randn(50, 1, 30))
    assert ToneMetric()(real, fake)["fitting"] > 0.85
    assert ToneMetric()(real, noise)["fitting"] < 0.1
    with pytest.raises(UsageError, match="numbers over time"):
        ToneMetric().check(Data(torch.zeros(2, 3)))


def test_a_wav_file_has_the_samples() -> None:
    view = Sound(Spec((1, 4), **UNBOUNDED), rate=8000)
    with wave.open(io.BytesIO(view.encode_one(torch.tensor([[0.0, 0.5, -1.0, 2.0]])))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        values = np.frombuffer(file.readframes(4), "<i2")
    assert values.tolist() == [0, 16384, -32767, 32767]
    with wave.open(io.BytesIO(view.encode(torch.zeros(3, 1, 4), ".wav"))) as file:
        assert file.getnframes() == 3 * (4 + 1600)  # with a fifth of a second of silence


def test_a_sound_is_cut_into_pieces() -> None:
    assert [piece.tolist() for piece in pieces_of(torch.ones(5), 3)] == [[1, 1, 1], [1, 1, 0]]
    assert len(pieces_of(torch.ones(7), 3)) == 2  # the rest is too short
    assert [piece.tolist() for piece in pieces_of(torch.ones(1), 3)] == [[1, 0, 0]]


def test_a_folder_of_sounds_is_read(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    view = Sound(Spec((1, 100), **UNBOUNDED), rate=8000)
    for k in range(3):
        (tmp_path / f"{k}.wav").write_bytes(view.encode_one(torch.full((1, 100), k / 4)))
    data = SoundFiles(str(tmp_path), length=50, test=0.0).load(Path(), "train")
    assert data.x.shape == (6, 1, 50)
    assert data.x[:, 0, 0].tolist() == pytest.approx([0, 0, 0.25, 0.25, 0.5, 0.5], abs=1e-4)
    assert data.view.options == {"rate": 8000}
    (tmp_path / "3.wav").write_bytes(b"RIFF")
    with pytest.raises(GanzooError, match=r"3\.wav cannot be read as a sound: .*[^.]\.$"):
        SoundFiles(str(tmp_path), test=0.0).load(Path(), "train")


def test_a_broken_file_is_named_once_and_a_strange_rate_by_its_file(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(GanzooError) as caught:
        SoundFiles(str(path), test=0.0).load(Path(), "train")
    assert str(caught.value).count("a.wav") == 1
    path.write_bytes(Sound(Spec((1, 100), **UNBOUNDED), rate=50).encode_one(torch.zeros(1, 100)))
    with pytest.raises(GanzooError, match=r"a\.wav has 50 samples in a second"):
        SoundFiles(str(path), test=0.0).load(Path(), "train")


def test_sounds_of_other_rates_are_found_in_both_splits(tmp_path: Path) -> None:
    pytest.importorskip("soundfile")
    for k in range(10):
        view = Sound(Spec((1, 100), **UNBOUNDED), rate=8000 if k else 16000)
        (tmp_path / f"{k}.wav").write_bytes(view.encode_one(torch.zeros(1, 100)))
    for split in ("train", "test"):
        with pytest.raises(GanzooError, match=r"0\.wav has 16000 .* give all sounds the same rate"):
            SoundFiles(str(tmp_path), length=50, test=0.5).load(Path(), split)


@pytest.mark.parametrize(
    ("value", "said"), [(math.nan, "no finite number"), (5.0, r"a sample of 5, and samples are in")]
)
def test_a_float_sound_out_of_range_is_refused(tmp_path: Path, value: float, said: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", torch.tensor([0.0, value]).numpy(), 8000, subtype="FLOAT")
    with pytest.raises(GanzooError, match=said):
        SoundFiles(str(tmp_path), test=0.0).load(Path(), "train")


def test_what_a_compressed_sound_has_above_1_is_cut(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", torch.tensor([0.5, -1.3]).numpy(), 8000, subtype="FLOAT")
    x = SoundFiles(str(tmp_path), length=2, test=0.0).load(Path(), "train").x
    assert x.flatten().tolist() == [0.5, -1]


def test_sounds_are_described_by_their_length() -> None:
    view = Sound(Spec((1, 1024), **UNBOUNDED), rate=8000)
    assert view.describe() == "sounds of 0.128 seconds, 1,024 numbers at 8,000 in a second"


def test_without_soundfile_the_message_names_the_extra(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    (tmp_path / "a.wav").write_bytes(b"")
    with pytest.raises(GanzooError, match=r"pip install 'ganzoo\[sound\]'"):
        SoundFiles(str(tmp_path / "a.wav"), test=0.0).load(Path(), "train")
    with pytest.raises(GanzooError, match="There is no folder"):
        SoundFiles(str(tmp_path / "b")).load(Path(), "train")
