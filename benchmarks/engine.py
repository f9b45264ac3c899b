"""The engine's overhead: its time beside the arithmetic of a step.

It measures three loops over the same networks, one after the other, in one process: ganzoo's
engine, a plain training loop as short as possible, and only the matrix products of a step. Run it
with ``python benchmarks/engine.py``; it needs no dataset. Quote the ratios, not the rates.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch.nn import functional as F

from ganzoo import Registry
from ganzoo.assembly.build import build
from ganzoo.engine import Engine
from ganzoo.recipe import Recipe
from ganzoo.types import Data

STEPS, REPEATS = 200, 5


def main() -> None:
    registry = Registry.discover()
    recipe: Recipe = registry.get("recipe", "vanilla-mlp").load()
    torch.manual_seed(0)
    data = Data(x=torch.randint(0, 256, (10_000, 1, 28, 28), dtype=torch.uint8))
    loops = {
        "engine": engine_steps(registry, recipe, data),
        "plain loop": plain_steps(registry, recipe, data),
        "matrix products": product_steps(registry, recipe, data),
    }
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for play in loops.values():
        play()  # warm up
    for _ in range(REPEATS):
        for name, play in loops.items():
            start = time.perf_counter()
            play()
            rates[name].append(STEPS / (time.perf_counter() - start))
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, {recipe.name}")
    for name in loops:
        ratios = [e / other for e, other in zip(rates["engine"], rates[name], strict=True)]
        rate, ratio = statistics.median(rates[name]), statistics.median(ratios)
        print(f"{name:<16}{rate:8.1f} steps/s   engine / this: {ratio:.2f}")


def engine_steps(registry: Registry, recipe: Recipe, data: Data) -> Callable[[], None]:
    engine = Engine(build(recipe, data.spec(), registry), data, recipe)

    def play() -> None:
        for _ in range(STEPS):
            engine.advance()

    return play


def plain_steps(registry: Registry, recipe: Recipe, data: Data) -> Callable[[], None]:
    game = build(recipe, data.spec(), registry).train()
    g, d, n = game.generator, game.discriminator, recipe.batch_size
    g_adam = torch.optim.Adam(g.parameters(), lr=2e-4, fused=True)
    d_adam = torch.optim.Adam(d.parameters(), lr=2e-4, fused=True)

    def play() -> None:
        for _ in range(STEPS):
            x = data.x[torch.randint(len(data), (n,))].float() / 127.5 - 1
            with torch.no_grad():
                fake = g(torch.randn(n, game.prior.dim))
            score = d(torch.cat((x, fake)))
            (F.softplus(-score[:n]).mean() + F.softplus(score[n:]).mean()).backward()
            d_adam.step()
            d_adam.zero_grad()
            d.requires_grad_(False)
            F.softplus(-d(g(torch.randn(n, game.prior.dim)))).mean().backward()
            g_adam.step()
            g_adam.zero_grad()
            d.requires_grad_(True)

    return play


def product_steps(registry: Registry, recipe: Recipe, data: Data) -> Callable[[], None]:
    """Each linear layer's products: forward, and back to its input and to its weights."""
    game, n = build(recipe, data.spec(), registry), recipe.batch_size
    g, d = (
        [p for p in net.parameters() if p.ndim == 2] for net in (game.generator, game.discriminator)
    )
    work = []  # (rows, weight, number of products with it)
    work += [(n, w, 1) for w in g] + [(2 * n, w, 3) for w in d]  # D's update
    work += [(n, w, 3) for w in g] + [(n, w, 2) for w in d]  # G's update
    pairs = [(torch.randn(rows, w.shape[1]), w.detach().t(), times) for rows, w, times in work]

    def play() -> None:
        for _ in range(STEPS):
            for x, w, times in pairs:
                for _ in range(times):
                    x @ w

    return play


if __name__ == "__main__":
    main()
