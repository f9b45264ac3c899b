"""A training starts fast: it imports none of torch's compiler, which takes seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """
import sys
import ganzoo

ganzoo.train("mixture-r1", steps=100, set={{"optimizer.d": {optimizer!r}}}, out=sys.argv[1])
ganzoo.resume(sys.argv[1], steps=101)
print([name for name in ("torch._dynamo", "torch._inductor") if name in sys.modules])
"""


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd", "rmsprop", "lion"])
def test_a_training_does_not_import_the_compiler(optimizer: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TRAIN.format(optimizer=optimizer), str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GANZOO_DISABLE": "tensorboard"},  # TensorFlow may be installed with it
    )
    assert ended.stdout.splitlines()[-1] == "[]"
