"""The distance between the mean of the fakes and the mean of the reals."""

from typing import ClassVar

from ganzoo import Data, Metric, register


@register("metric", "my-mean-gap")
class MeanGap(Metric):
    """Root mean square of the difference between the mean real and the mean fake."""

    lower_is_better: ClassVar[dict[str, bool]] = {"mean_gap": True}

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        gap = real.x.double().mean(0) - fake.x.double().mean(0)
        return {"mean_gap": gap.square().mean().sqrt().item()}
