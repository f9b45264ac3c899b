"""Table 1, the row of MNIST: the Parzen-window log-likelihood, as the training goes on."""

import json

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from ganzoo import Run, evaluate, hookimpl, load, resume, train
from ganzoo_goodfellow_2014.folder import discard

RECIPE = "goodfellow-2014"
EPOCH = 500  # steps: 50,000 digits in batches of 100
DECAY = 0.999  # of the average of the weights, which the paper does not take
PAPER = "225 ± 2"
AVERAGED, PLAYING = "#2f5fc4", "#c4622f"


class Measure:
    """Measures the likelihood every so many steps, under both generators: the one that plays, and
    the average of its weights."""

    def __init__(self, playing, every, steps, told, **how):
        self.playing, self.every, self.steps = playing, every, steps
        self.told, self.how = told, how

    @hookimpl
    def ganzoo_checkpointed(self, run, step, path):
        if self.due(step):
            self.measure(run, path)

    def due(self, step):
        return step % self.every == 0 or step == self.steps

    def measure(self, run, path):
        keep_playing(run, path, self.playing)
        for folder in (run.path, self.playing):
            evaluate(folder, ["parzen"], repeats=1, **self.how)
        self.told(curve(run.path)[-1], curve(self.playing)[-1])

    def catch_up(self, run):
        """Measure the newest checkpoint where the process was stopped before it had."""
        steps = {int(p.stem.removeprefix("step-")): p for p in run.checkpoints.glob("step-*")}
        newest = max(steps)
        known = [{p["epoch"] * EPOCH for p in curve(each)} for each in (run.path, self.playing)]
        if self.due(newest) and not all(newest in each for each in known):
            self.measure(run, steps[newest])


def keep_playing(run, checkpoint, folder):
    """The generator that plays, out of a checkpoint, in a run folder of its own: as if the recipe
    had no averaging, which does not touch the training."""
    with safe_open(run.path / "generator.safetensors", "pt") as file:
        about = json.loads(file.metadata()["ganzoo"])
    about["config"]["recipe"]["ema"] = 0.0
    prefix = "game."
    weights = {
        key.removeprefix(prefix): value
        for key, value in load_file(checkpoint).items()
        if key.startswith(f"{prefix}generator.")
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(about["config"], indent=2) + "\n")
    save_file(weights, folder / "generator.safetensors", {"ganzoo": json.dumps(about)})


def play(run, steps, precision, measure, **how):
    """The paper's training, which goes on where it was interrupted."""
    if not (run / "generator.safetensors").is_file():
        discard(run, RECIPE)  # it was stopped before there was one
        train(
            RECIPE,
            dataset="mnist",  # by name: nothing may stand in for it
            set={"ema": DECAY},
            steps=steps,
            precision=precision,
            out=run,
            observers=[measure],
            **how,
        )
        return
    measure.catch_up(Run.open(run))
    if load(run, registry=how["registry"]).step < steps:
        resume(run, steps=steps, observers=[measure], **how)


def curve(folder):
    """What a run's evaluations say of the likelihood, by epoch."""
    found = {}
    for result in Run.open(folder).results() if folder.exists() else []:
        if result.metric == "parzen":
            found.setdefault(result.protocol.step, {})[result.name] = result.value
    return [
        {
            "epoch": step / EPOCH,
            "parzen": numbers["parzen"],
            "stderr": numbers["parzen_standard_error"],
            "sigma": numbers["sigma"],
        }
        for step, numbers in sorted(found.items())
    ]


def draw(path, found):
    """Both curves over the epochs, and the paper's number."""
    figure = Figure(figsize=(6.4, 3.6), dpi=110, layout="constrained")
    axis = figure.subplots()
    value, error = map(float, PAPER.split(" ± "))
    axis.axhspan(value - error, value + error, color="#999999", alpha=0.4)
    axis.text(0, value + 4, f"the paper: {PAPER}", fontsize=8)
    for name, colour in (("averaged", AVERAGED), ("not_averaged", PLAYING)):
        x, y = ([point[key] for point in found[name]] for key in ("epoch", "parzen"))
        axis.plot(x, y, ".-", color=colour, label=name.replace("_", " "))
    axis.set(xlabel="epochs", ylabel="Parzen log-likelihood, nats")
    axis.legend(frameon=False, fontsize=8, title="weights", title_fontsize=8)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    FigureCanvasAgg(figure).print_png(str(path))
