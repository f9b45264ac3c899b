"""One process at a time trains a run."""

from __future__ import annotations

import pytest

import ganzoo
from ganzoo import GanzooError
from ganzoo.run.lock import locked


def test_a_run_that_is_being_trained_is_not_resumed(train, registry) -> None:
    run = train(steps=4)
    before = run.metrics()
    with locked(run), pytest.raises(GanzooError, match="being trained by another process"):
        ganzoo.resume(run, steps=8, registry=registry)
    assert run.metrics() == before
    assert ganzoo.resume(run, steps=8, registry=registry).metrics()[-1]["step"] == 8
