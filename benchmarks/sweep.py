"""The table of losses and priors on the zoo's page, from two sweeps.

    ganzoo sweep vanilla-mlp --loss ... --out sweeps/losses
    ganzoo sweep vanilla-mlp --prior ... --out sweeps/priors
    python benchmarks/sweep.py sweeps/losses sweeps/priors

writes docs/zoo/sweep.json: for each combination the mean and the standard error over the seeds.
The page has the full commands.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ganzoo.evaluation.report.compare import Comparison, Summary, compare
from ganzoo.recipe import bare
from ganzoo.run.files import write_whole

TABLE = Path(__file__).parents[1] / "docs" / "zoo" / "sweep.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sweeps", nargs="+", type=Path)
    runs = [
        file.parent for sweep in parser.parse_args().sweeps for file in sweep.glob("*/config.json")
    ]
    comparison = compare(sorted(runs))
    lines = [line(comparison, summary) for summary in comparison.summaries]
    text = ",\n".join(map(json.dumps, lines))
    write_whole(TABLE, f"[\n{text}\n]\n".encode())
    print(text)


def line(comparison: Comparison, summary: Summary) -> dict[str, Any]:
    row = summary.rows[0]
    recipe = row.run.config["recipe"]
    return {
        "loss": bare(recipe["loss"]["name"]),
        "prior": bare(recipe["prior"]["name"]),
        "seeds": [row.seed for row in summary.rows],
        "steps": row.step,
        "means": {
            column.name: {
                "value": summary.means[column.key].value,
                "stderr": summary.means[column.key].stderr,
                "lower_is_better": column.lower_is_better,
                "protocol": column.protocol.key,
            }
            for column in comparison.columns
        },
    }


if __name__ == "__main__":
    main()
