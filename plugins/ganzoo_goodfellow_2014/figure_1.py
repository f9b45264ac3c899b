"""Figure 1: p_data, p_g and D(x) during the training, until D is near 1/2."""

import io
import json
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ganzoo import hookimpl, load, train
from ganzoo_goodfellow_2014.folder import run_of, write

RECIPE = "goodfellow-2014-figure-1"
X = torch.linspace(1, 7, 241)  # the points at which D is drawn
Z = torch.linspace(-1, 1, 13)  # the points from which arrows lead to G(Z)
FAKES = 20_000
SHOWN = (50, 200, 500)  # steps in the still picture, before the last step
DATA_COLOUR, FAKE_COLOUR, D_COLOUR = "#222222", "#2a8c4a", "#2f5fc4"
MILLISECONDS, LAST = 100, 3000  # duration of a frame of the animation, and of its last frame


@dataclass
class State:
    """The game after a step: D(X) in [0, 1], fakes, and G(Z)."""

    step: int
    d: np.ndarray
    fakes: np.ndarray
    mapped: np.ndarray


class Watch:
    """Records the state of both players at every checkpoint."""

    def __init__(self, registry):
        self.registry = registry
        self.states = []

    @hookimpl
    def ganzoo_checkpointed(self, run, step):
        trained = load(run, step=step, registry=self.registry)
        with torch.no_grad():
            d = torch.sigmoid(trained.discriminator(X[:, None]))
        fakes = trained.sample(FAKES, seed=0)
        mapped = trained.sample(z=Z[:, None])
        self.states.append(State(step, *(t.flatten().numpy() for t in (d, fakes, mapped))))


def reproduce(out, registry):
    """Train the recipe, which takes a minute, and draw figure-1.png and figure-1.gif. Returns the
    numbers of ``measured``, read from figure-1.json if an earlier call has written it."""
    numbers, run = out / "figure-1.json", out / "figure-1"
    if numbers.is_file():
        return json.loads(numbers.read_text())
    if interrupted := run_of(run, RECIPE):
        interrupted.discard()
    watch = Watch(registry)
    train(RECIPE, device="cpu", out=run, observers=[watch], registry=registry)
    real = registry.get("dataset", "gaussian-1d").load()().load(out, "test").x.flatten().numpy()
    write_still(out / "figure-1.png", watch.states, real)
    write_animation(out / "figure-1.gif", watch.states, real)
    result = measured(watch.states[-1], real)
    write(numbers, result)
    return result


def measured(state, real):
    """The distance of the game from its solution, p_g = p_data and D = 1/2: the range of D within
    two standard deviations of the data's mean, and the Wasserstein distance W1 by quantiles."""
    near = abs(X.numpy() - real.mean()) <= 2 * real.std()
    sides = (np.quantile(x, np.linspace(0.0005, 0.9995, 1000)) for x in (state.fakes, real))
    return {
        "step": state.step,
        "d_lowest": float(state.d[near].min()),
        "d_highest": float(state.d[near].max()),
        "w1": float(abs(np.subtract(*sides)).mean()),
        "mean": float(state.fakes.mean()),
        "std": float(state.fakes.std()),
        "data_mean": float(real.mean()),
        "data_std": float(real.std()),
    }


def write_still(path, states, real):
    """Four steps side by side, as (a) to (d) in the paper."""
    shown = [state for state in states if state.step in SHOWN] + states[-1:]
    figure = Figure(figsize=(3.1 * len(shown), 3.2), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(shown), squeeze=False)[0]
    for axis, state in zip(axes, shown, strict=True):
        draw(axis, state, real)
    axes[0].legend(loc="upper left", fontsize=7, frameon=False)
    FigureCanvasAgg(figure).print_png(str(path))


def write_animation(path, states, real):
    frames = []
    for state in states:
        figure = Figure(figsize=(4.2, 3.6), dpi=100, layout="constrained")
        axis = figure.subplots()
        draw(axis, state, real)
        axis.legend(loc="upper left", fontsize=7, frameon=False)
        png = io.BytesIO()
        FigureCanvasAgg(figure).print_png(png)
        frames.append(Image.open(png).convert("P", palette=Image.Palette.ADAPTIVE))
    stay = [MILLISECONDS] * (len(frames) - 1) + [LAST]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=stay, loop=0)


def draw(axis, state, real):
    """The densities and D over x, and below them the arrows of G from z to x."""
    x, edges = X.numpy(), np.linspace(float(X[0]), float(X[-1]), 81)
    centres = (edges[1:] + edges[:-1]) / 2
    axis.plot(
        centres, np.histogram(real, edges, density=True)[0], ":", color=DATA_COLOUR, label="data"
    )
    heights = np.histogram(state.fakes, edges)[0] / len(state.fakes) / (edges[1] - edges[0])
    axis.plot(centres, heights, color=FAKE_COLOUR, label="fakes")
    axis.plot(x, state.d, "--", color=D_COLOUR, label="D(x)")
    axis.axhline(0.5, color=D_COLOUR, linewidth=0.4)
    low, high = -0.75, -0.25
    places = np.linspace(2, 6, len(Z))  # z is uniform: evenly spaced
    for start, stop in zip(places, state.mapped, strict=True):
        head = {"arrowstyle": "->", "color": DATA_COLOUR, "linewidth": 0.5}
        axis.annotate("", (stop, high), (start, low), arrowprops=head, annotation_clip=False)
    for level, name in ((low, "z"), (high, "x")):
        axis.axhline(level, color=DATA_COLOUR, linewidth=0.8)
        axis.text(x[0], level + 0.03, name, fontsize=8)
    axis.set(xlim=(x[0], x[-1]), ylim=(-0.8, 1.6), yticks=[0, 0.5, 1])
    axis.set_title(f"{state.step} steps", fontsize=9)
    axis.tick_params(labelsize=7)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
