"""How well images are translated."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric, UsageError

CHUNK = 1000


def check_source(name: str, real: Data) -> None:
    if "source" not in real.cond or not real.discrete:
        raise UsageError(
            f"The metric {name!r} is for translations of images, and these samples have no "
            "condition 'source': use it with a run of pix2pix, cyclegan or cut."
        )


class TranslationError(Metric):
    """The difference between translations and the images that they should be, for paired data.
    Pixels are in [0, 1], and each fake is compared with the real image of the same source.

    - ``translation_l1``: the mean absolute difference of the pixels, in [0, 1].
    - ``translation_psnr``: the peak signal-to-noise ratio in dB, averaged over the images: -10
      log10 of the mean squared difference of an image. For equal images, that of images which
      differ by 1 gray level in one pixel.

    Raises UsageError for unpaired data.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {
        "translation_l1": True,
        "translation_psnr": False,
    }
    min_samples: ClassVar[int] = 1
    paired: ClassVar[bool] = True

    def check(self, real: Data) -> None:
        check_source("translation-error", real)
        if "source" in real.unpaired:
            raise UsageError(
                "The metric 'translation-error' compares a translation with the image that it "
                "should be, and the images of this data are no pairs: use 'translation-class', for "
                "labelled data."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        if real.x.shape != fake.x.shape:
            raise UsageError(
                "The metric 'translation-error' compares as many translations with as many images, "
                f"not {len(fake)} of shape {tuple(fake.x.shape[1:])} with {len(real)} of shape "
                f"{tuple(real.x.shape[1:])}."
            )
        white = 255 if real.depth == 8 else 65535
        absolute, psnr = 0.0, 0.0
        for start in range(0, len(fake), CHUNK):
            rows = slice(start, start + CHUNK)
            difference = (real.x[rows].cpu().double() - fake.x[rows].cpu().double()) / white
            flat = difference.flatten(1)
            absolute += flat.abs().mean(1).sum().item()
            least = 1 / (white**2 * flat.shape[1])
            psnr -= 10 * flat.square().mean(1).clamp(min=least).log10().sum().item()
        return {"translation_l1": absolute / len(fake), "translation_psnr": psnr / len(fake)}


class TranslationClass(Metric):
    """The share of the translations that a classifier takes for the class of the image that was
    translated: what an image shows should not change with its domain.

    - ``class_kept``: in [0, 1]; 1 / classes for translations that have nothing to do with their
      sources. The classifier was trained on the domain of the translations, and is itself wrong for
      some real images.

    The labels of the sources are ``cond["source_label"]``, or for paired data those of x. Raises
    UsageError for data without labels.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"class_kept": False}
    min_samples: ClassVar[int] = 1
    paired: ClassVar[bool] = True

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        check_source("translation-class", real)
        known = "source_label" in real.cond or (real.y is not None and not real.unpaired)
        if not known or not self.features.classes:
            raise UsageError(
                "The metric 'translation-class' needs the labels of the images that are "
                "translated, and a classifier of them: use it with labelled data, such as outlines "
                "and negatives."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        labels = real.cond.get("source_label", real.y)
        assert labels is not None
        if len(labels) != len(fake):
            raise UsageError(
                f"The metric 'translation-class' compares {len(fake)} translations with the labels "
                f"of as many images, not {len(labels)}."
            )
        found = torch.cat([piece.argmax(1).cpu() for piece in self.features.logits(fake)])
        return {"class_kept": (found == labels.cpu()).double().mean().item()}
