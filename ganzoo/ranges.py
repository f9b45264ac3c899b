"""Ranges of options, as annotations: ``def __init__(self, gamma: Weight = 10.0)``.

An option outside its range is refused, with a sentence, before a component is built. For any other
range annotate with ``Annotated[float, msgspec.Meta(ge=0, lt=1)]``. Free of torch.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ganzoo.schedules import Scheduled

Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Weight = Annotated[Scheduled, Meta(ge=0)]  # of a term in a loss; it may be scheduled
# Of a penalty on the gradient by the pixels: the best weight is in proportion to the number of
# pixels, and to 1 / batch size (arXiv:2006.06676, appendix C).
PixelWeight = Annotated[Weight, Meta(extra={"pixels": True})]
