"""Sounds: WaveGAN (arXiv:1802.04208), sounds as datasets, and a metric of tones."""

from ganzoo import hookimpl
from ganzoo_wavegan.recipes import RECIPES

PAPER = "arXiv:1802.04208"


@hookimpl
def ganzoo_register(registry):
    registry.dataset(
        "tones",
        "ganzoo_wavegan.tones:Tones",
        summary="20,000 tones of the C major scale, with overtones: short waveforms",
    )
    registry.dataset(
        "sounds",
        "ganzoo_wavegan.sound_files:SoundFiles",
        summary="a folder of sounds, named as sounds:PATH",
    )
    registry.view(
        "waveforms",
        "ganzoo_wavegan.sound:Sound",
        summary="waveforms as WAV files; waveforms with spectrograms as a picture",
    )
    registry.generator(
        "wavegan",
        "ganzoo_wavegan.networks:WaveGenerator",
        summary="Transposed convolutions over time, each with four times as many samples",
        paper=f"{PAPER}, table 2",
    )
    registry.discriminator(
        "wavegan",
        "ganzoo_wavegan.networks:WaveDiscriminator",
        summary="Convolutions over time, each with a quarter of the samples, and phase shuffle",
        paper=f"{PAPER}, table 3",
    )
    registry.metric(
        "tones",
        "ganzoo_wavegan.metrics:ToneMetric",
        summary="Whether waveforms are tones, and whether their pitches are those of the data",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
