"""The precisions that are for GPUs with CUDA: fp16 with its scaled losses, and tf32. A CPU computes
fp16 too, slowly; so the engine can be tested here."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Engine, Part, UsageError
from ganzoo.device import choose_device
from ganzoo.engine.arithmetic import Arithmetic

from .test_graph import StandIn
from .toy import TOY, engine_of

FP16 = Arithmetic("fp16")
SCALE = 2.0**16  # with which torch's GradScaler starts


def scale(engine: Engine) -> float:
    return float(engine.state()["scaler.scale"])


@pytest.mark.parametrize("clip_norm", [None, 0.01])
def test_fp16_takes_almost_the_step_of_fp32(clip_norm: float | None) -> None:
    """Gradients are unscaled before they are clipped."""
    still = TOY.replace(discriminator=Part("toy", {"dropout": 0.0}), ema=0.0)
    sgd = Part("sgd", {"lr": 1.0, "clip_norm": clip_norm} if clip_norm else {"lr": 1.0})
    recipe = still.replace(optimizer={"d": sgd, "g": sgd})
    full, half = engine_of(recipe), engine_of(recipe, arithmetic=FP16)
    before = [weight.detach().clone() for weight in full.game.parameters()]
    for engine in (full, half):
        torch.manual_seed(1)
        engine.advance()
    pairs = zip(before, full.game.parameters(), half.game.parameters(), strict=True)
    for start, ours, theirs in pairs:
        torch.testing.assert_close(theirs - start, ours - start, rtol=0.05, atol=2e-3)
        assert theirs.dtype == torch.float32
    assert any(not torch.equal(a, b) for a, b in zip(before, half.game.parameters(), strict=True))


def test_weights_stay_where_a_scaled_gradient_is_infinite() -> None:
    engine = engine_of(arithmetic=FP16)
    engine.advance()
    state = {name: tensor.clone() for name, tensor in engine.state().items()}
    state["scaler.scale"] = torch.tensor(2.0**120)
    engine.restore(state, step=1)
    before = engine.game.discriminator.last.weight.detach().clone()
    engine.advance()
    assert torch.equal(engine.game.discriminator.last.weight, before)
    assert scale(engine) < 2.0**120


@pytest.mark.parametrize("graphs", [False, True])
def test_a_training_in_fp16_goes_on_from_its_state_bit_for_bit(graphs: bool) -> None:
    def engine() -> Engine:
        return engine_of(arithmetic=FP16, capture=StandIn() if graphs else None)

    straight = engine()
    for _ in range(3):
        straight.advance()
    state = {name: tensor.clone() for name, tensor in straight.state().items()}
    assert state["scaler.scale"] == SCALE
    assert state["scaler._growth_tracker"] == 6  # two updates a step
    resumed = engine()
    resumed.restore(state, step=3)
    for one in (straight, resumed):
        torch.manual_seed(1)
        for _ in range(5):
            one.advance()
    expected, actual = straight.state(), resumed.state()
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []


def test_captured_updates_compute_in_fp16_what_eager_ones_do() -> None:
    states = []
    for capture in (None, StandIn()):
        engine = engine_of(arithmetic=FP16, capture=capture)
        for _ in range(8):
            engine.advance()
        states.append(engine.state())
    assert [name for name in states[0] if not torch.equal(states[0][name], states[1][name])] == []


def test_other_precisions_have_no_scaler() -> None:
    for precision in ("fp32", "bf16", "tf32"):
        engine = engine_of(arithmetic=Arithmetic(precision))
        assert not [name for name in engine.state() if name.startswith("scaler")]


@pytest.mark.parametrize("precision", ["tf32", "fp16"])
def test_a_precision_for_cuda_is_refused_on_a_cpu(train, precision: str) -> None:
    with pytest.raises(UsageError, match=f"precision {precision} is for a GPU with CUDA, and the"):
        train(precision=precision, device="cpu")
    assert choose_device("cpu", "bf16") == "cpu"


def test_tf32_holds_within_the_passes_and_ends_with_them() -> None:
    usual = torch.get_float32_matmul_precision()
    with Arithmetic("tf32").products():
        assert torch.get_float32_matmul_precision() == "high"
    assert torch.get_float32_matmul_precision() == usual != "high"
    with Arithmetic("fp32").products():
        assert torch.get_float32_matmul_precision() == usual
