"""Table 1, the row of MNIST: the Parzen-window log-likelihood during the training."""

import json

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ganzoo import evaluate, hookimpl, load, resume, train
from ganzoo_goodfellow_2014.folder import run_of, write

RECIPE = "goodfellow-2014"
EPOCH = 500  # steps: 50,000 digits in batches of 100
DECAY = 0.999  # decay of the moving average of the weights, which the paper does not have
PAPER = "225 ± 2"
WEIGHTS = {"averaged": "ema", "not_averaged": "raw"}
COLOURS = {"averaged": "#2f5fc4", "not_averaged": "#c4622f"}


class Measure:
    """Measures the likelihood every ``every`` steps, for the trained weights of the generator and
    for their moving average, and saves both curves in the file ``path``."""

    def __init__(self, path, every, steps, measured, **common):
        self.path, self.every, self.steps = path, every, steps
        self.measured, self.common = measured, common

    @property
    def curves(self):
        """The likelihood by epoch, for each of WEIGHTS."""
        if not self.path.is_file():
            return {name: [] for name in WEIGHTS}
        return json.loads(self.path.read_text())

    @hookimpl
    def ganzoo_checkpointed(self, run, step):
        self.measure(run, step)

    def measure(self, run, step):
        """Measure the run's newest checkpoint, saved at ``step``, if a measurement is due at this
        step and the file does not have it yet."""
        curves = self.curves
        missing = [
            name
            for name in WEIGHTS
            if all(point["epoch"] * EPOCH != step for point in curves[name])
        ]
        if not missing or (step % self.every and step != self.steps):
            return
        for name in missing:
            results = evaluate(run, ["parzen"], weights=WEIGHTS[name], repeats=1, **self.common)
            numbers = {result.name: result.value for result in results}
            curves[name].append(
                {
                    "epoch": step / EPOCH,
                    "parzen": numbers["parzen"],
                    "stderr": numbers["parzen_standard_error"],
                    "sigma": numbers["sigma"],
                }
            )
            write(self.path, curves)
        self.measured(*(curves[name][-1] for name in WEIGHTS))


def play(path, steps, precision, measure, **common):
    """Train the paper's recipe in the folder ``path``, or continue an interrupted training there.
    Returns the run."""
    run = run_of(path, RECIPE)
    if run and run.generator.is_file():
        step = load(run, registry=common["registry"]).step
        measure.measure(run, step)
        return resume(run, steps=steps, observers=[measure], **common) if step < steps else run
    if run:
        run.discard()  # it was stopped before it saved a generator
    return train(
        RECIPE,
        dataset="mnist",  # by name, so that no other dataset replaces it
        set={"ema": DECAY},
        steps=steps,
        precision=precision,
        out=path,
        observers=[measure],
        **common,
    )


def draw(path, curves):
    """Both curves over the epochs, and the paper's number."""
    figure = Figure(figsize=(6.4, 3.6), dpi=110, layout="constrained")
    axis = figure.subplots()
    value, error = map(float, PAPER.split(" ± "))
    axis.axhspan(value - error, value + error, color="#999999", alpha=0.4)
    axis.text(0, value + 4, f"the paper: {PAPER}", fontsize=8)
    for name, colour in COLOURS.items():
        x, y = ([point[key] for point in curves[name]] for key in ("epoch", "parzen"))
        axis.plot(x, y, ".-", color=colour, label=name.replace("_", " "))
    axis.set(xlabel="epochs", ylabel="Parzen log-likelihood, nats")
    axis.legend(frameon=False, fontsize=8, title="weights", title_fontsize=8)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    FigureCanvasAgg(figure).print_png(str(path))
