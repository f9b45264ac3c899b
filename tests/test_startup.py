"""A training starts fast: it imports none of torch's compiler, which takes seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TRAIN = """
import sys
import ganzoo

for optimizer in ("adam", "adamw", "sgd", "rmsprop", "lion"):
    out = f"{sys.argv[1]}/{optimizer}"
    ganzoo.train("mixture-r1", steps=100, set={"optimizer.d": optimizer}, out=out)
    ganzoo.resume(out, steps=101)
    found = [name for name in ("torch._dynamo", "torch._inductor") if name in sys.modules]
    if found:
        sys.exit(f"{optimizer} imports {found}")
"""


def test_a_training_with_any_optimizer_does_not_import_the_compiler(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GANZOO_DISABLE": "tensorboard"},  # TensorFlow may be installed with it
    )
    assert ended.returncode == 0, ended.stderr
