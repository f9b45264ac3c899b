"""Counted operations, against arithmetic by hand, and the speed in a run's last line."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Data, Engine, Part, Registry
from ganzoo.assembly.build import build
from ganzoo.run import Run
from ganzoo.training import throughput

REGISTRY = Registry.discover()
G, D, BATCH = [(3, 8), (8, 16)], [(16, 8), (8, 1)], 32


def engine(**game: object) -> Engine:
    recipe = REGISTRY.recipe("vanilla-mlp").replace(
        generator=Part("mlp", {"hidden": (8,)}),
        discriminator=Part("mlp", {"hidden": (8,)}),
        prior=Part("normal", {"dim": 3}),
        game=(Part("standard", game),),
        batch_size=BATCH,
    )
    data = Data(torch.zeros(50, 1, 4, 4, dtype=torch.uint8))
    return Engine(build(recipe, data.spec(0.0, 1.0), REGISTRY), data, recipe)


def products(layers: list[tuple[int, int]], rows: int) -> int:
    """The operations of one pass forward: a multiplication and an addition for each weight."""
    return sum(2 * rows * inputs * outputs for inputs, outputs in layers)


@pytest.mark.parametrize("d_updates", [1, 3])
def test_operations_of_a_step(d_updates: int) -> None:
    g, d = products(G, BATCH), products(D, BATCH)
    (_, g_hidden), (d_inputs, d_hidden) = G[0], D[0]
    # D's update: G forward; D forward on both batches, the gradients of the weights of all layers,
    # and of the inputs of all layers but the first.
    first_inputs = 2 * BATCH * d_inputs * d_hidden
    d_update = g + 3 * 2 * d - 2 * first_inputs
    # G's update: G and D forward; through D the gradients of the inputs alone.
    g_inputs = 2 * BATCH * G[0][0] * g_hidden
    g_update = g + d + d + 2 * g - g_inputs
    counted = throughput.operations(engine(d_updates=d_updates))
    assert counted == pytest.approx(d_updates * d_update + g_update)


def test_shared_fakes_save_a_forward_pass_of_g() -> None:
    saved = throughput.operations(engine()) - throughput.operations(engine(share_fakes=True))
    assert saved == pytest.approx(products(G, BATCH))


def test_a_penalty_with_an_interval_counts_in_some_steps() -> None:
    def with_r1(*intervals: int) -> float:
        recipe = engine().recipe.replace(
            penalties=tuple(Part(f"r{k}", {"interval": n}) for k, n in enumerate(intervals, 1))
        )
        data = Data(torch.zeros(50, 1, 4, 4, dtype=torch.uint8))
        game = build(recipe, data.spec(0.0, 1.0), REGISTRY)
        return throughput.operations(Engine(game, data, recipe))

    without, always = throughput.operations(engine()), with_r1(1)
    assert with_r1(16) == pytest.approx(without + (always - without) / 16)
    assert without < with_r1(4, 6) < with_r1(4, 2) < with_r1(1, 1)


def test_the_share_of_the_peak_grows_with_the_speed() -> None:
    one = engine()
    assert throughput.peak(torch.device("cpu"), torch.float32) > 1e8
    slow, fast = throughput.share_of_peak(one, 1.0), throughput.share_of_peak(one, 1000.0)
    assert 0 < slow < fast


def test_counting_moves_neither_weights_nor_random_numbers() -> None:
    one = engine()
    before, state = one.state(), torch.get_rng_state()
    before = {name: tensor.clone() for name, tensor in before.items()}
    throughput.share_of_peak(one, 1.0)
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in one.state().items():
        assert torch.equal(tensor, before[name]), name


def test_the_end_of_a_run_of_a_hundred_steps_or_more_tells_its_speed(train) -> None:
    from ganzoo import hookimpl

    class Ending:
        @hookimpl
        def ganzoo_run_ended(self, run: Run, scalars) -> None:
            seen.append(set(scalars) & {"samples_per_s", "share_of_peak"})

    seen: list[set[str]] = []
    train(steps=99, observers=[Ending()])
    train(steps=100, observers=[Ending()])
    assert seen == [set(), {"samples_per_s", "share_of_peak"}]
