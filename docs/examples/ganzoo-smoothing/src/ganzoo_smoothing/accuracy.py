"""An observer: D's accuracy in `accuracy.csv`, beside each run's own log."""

from ganzoo import hookimpl

HEADER = "step,accuracy\n"


@hookimpl
def ganzoo_run_started(run, step):
    """Drop the rows after the checkpoint, which a resumed run will log again."""
    table = run.path / "accuracy.csv"
    rows = table.read_text().splitlines(keepends=True)[1:] if table.exists() else []
    kept = [row for row in rows if int(row.partition(",")[0]) <= step]
    table.write_text(HEADER + "".join(kept))


@hookimpl
def ganzoo_logged(run, step, scalars):
    if "d_accuracy" in scalars:  # only if the loss reads scores as probabilities
        with (run.path / "accuracy.csv").open("a") as table:
            table.write(f"{step},{scalars['d_accuracy']:.4f}\n")
