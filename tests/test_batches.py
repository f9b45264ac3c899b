"""The stream of batches: every sample once an epoch, in an order that can be picked up again."""

from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganzoo import Data, GanzooError, Spec
from ganzoo.data.batches import Batches

CPU = torch.device("cpu")


def numbered(count: int) -> Data:
    """Samples that say their own number, and carry it as their label."""
    x = torch.arange(count, dtype=torch.float32)[:, None]
    return Data(x, torch.arange(count), classes=count)


def stream(count: int, batch_size: int, seed: int = 0, **options) -> Batches:
    torch.manual_seed(seed)
    data = numbered(count)
    return Batches(data, data.spec(), batch_size, CPU, **options)


def take(batches: Batches, count: int) -> list[int]:
    """The numbers of the samples in the next ``count`` batches, in order."""
    return [int(n) for _ in range(count) for n in next(batches).y]


@given(count=st.integers(1, 40), batch_size=st.integers(1, 60), batches=st.integers(1, 30))
def test_every_sample_comes_once_an_epoch_and_no_batch_is_short(count, batch_size, batches) -> None:
    numbers = take(stream(count, batch_size), batches)
    assert len(numbers) == batches * batch_size
    for start in range(0, len(numbers), count):
        epoch = Counter(numbers[start : start + count])
        assert max(epoch.values()) == 1
        if start + count <= len(numbers):
            assert sorted(epoch) == [*range(count)]


def test_each_epoch_has_an_order_of_its_own() -> None:
    numbers = take(stream(20, 10), 6)
    epochs = [tuple(numbers[start : start + 20]) for start in (0, 20, 40)]
    assert len({*epochs, tuple(range(20))}) == 4


def test_labels_stay_with_their_samples() -> None:
    batches = stream(13, 5)
    for _ in range(6):
        batch = next(batches)
        assert torch.equal(batch.x[:, 0].long(), batch.y)


@given(count=st.integers(1, 20), batch_size=st.integers(1, 25), before=st.integers(0, 12))
def test_it_can_be_picked_up_where_it_was(count: int, batch_size: int, before: int) -> None:
    one = stream(count, batch_size)
    take(one, before)
    state = {name: tensor.clone() for name, tensor in one.state().items()}
    rng = torch.get_rng_state()
    expected = take(one, 8)
    other = stream(count, batch_size, seed=99)
    other.restore(state)
    torch.set_rng_state(rng)
    assert take(other, 8) == expected


def test_the_order_is_the_seeds() -> None:
    assert take(stream(20, 5, seed=1), 8) == take(stream(20, 5, seed=1), 8)
    assert take(stream(20, 5, seed=1), 8) != take(stream(20, 5, seed=2), 8)


@pytest.mark.parametrize("resident", [True, False])
def test_images_are_scaled_into_the_range(resident: bool) -> None:
    x = torch.arange(0, 256, 51, dtype=torch.uint8).reshape(-1, 1, 1, 1)  # 0, 51, ... 255
    batches = Batches(Data(x), Spec((1, 1, 1), low=-1, high=1), 6, CPU, resident=resident)
    batch = next(batches)
    assert batch.y is None
    assert batch.x.dtype == torch.float32
    assert batch.x.flatten().sort().values.tolist() == pytest.approx([-1, -0.6, -0.2, 0.2, 0.6, 1])
    assert x.flatten().tolist() == [0, 51, 102, 153, 204, 255]  # the data are not touched


def test_vectors_are_left_as_they_are() -> None:
    data = numbered(4)
    assert math.isinf(data.spec().high)
    assert next(stream(4, 4)).x.flatten().sort().values.tolist() == [0, 1, 2, 3]


def test_conditions_stay_with_their_samples_and_images_among_them_are_scaled() -> None:
    x = torch.arange(0, 256, 51, dtype=torch.uint8).reshape(-1, 1, 1, 1)
    cond = {"image": 255 - x, "number": torch.arange(6)}
    batches = Batches(Data(x, cond=cond), Spec((1, 1, 1), low=-1, high=1), 4, CPU)
    for _ in range(5):
        batch = next(batches)
        torch.testing.assert_close(batch.cond["image"], -batch.x)
        numbers = (batch.x.flatten() + 1) * 2.5
        torch.testing.assert_close(batch.cond["number"].float(), numbers)


def test_the_conditions_of_the_first_samples_repeat_and_draw_nothing() -> None:
    data = Data(torch.zeros(3, 1), cond={"number": torch.arange(3)})
    batches = Batches(data, data.spec(), 2, CPU)
    before, state = torch.get_rng_state(), batches.state()
    assert batches.conditions(5)["number"].tolist() == [0, 1, 2, 0, 1]
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(state[name], tensor) for name, tensor in batches.state().items())
    assert stream(3, 2).conditions(5) == {}


@given(count=st.integers(1, 20), batch_size=st.integers(1, 25), before=st.integers(0, 12))
def test_a_prefetching_stream_has_the_same_batches_states_and_random_numbers(
    count: int, batch_size: int, before: int
) -> None:
    plain = stream(count, batch_size, resident=False)
    expected = take(plain, before)
    random_numbers = torch.get_rng_state()
    ahead = stream(count, batch_size, resident=False, prefetch=True)
    assert take(ahead, before) == expected
    assert torch.equal(torch.get_rng_state(), random_numbers)
    for name, tensor in plain.state().items():
        assert torch.equal(ahead.state()[name], tensor)
    take(plain, 3)
    ahead.restore(plain.state())  # the batch that was read ahead is of another position
    torch.manual_seed(5)
    expected = take(plain, 8)
    torch.manual_seed(5)
    assert take(ahead, 8) == expected


def test_the_next_batch_is_read_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = stream(10, 4, resident=False, prefetch=True)
    prefetch = batches._prefetch
    read, seen = prefetch._read, []
    monkeypatch.setattr(prefetch, "_read", lambda rows: seen.append(len(rows)) or read(rows))
    next(batches)
    prefetch._pool.submit(lambda: None).result()  # after what was announced
    assert seen == [4, 4]
    next(batches)  # the third batch goes into the next epoch, of which there is no order yet
    prefetch._pool.submit(lambda: None).result()
    assert seen == [4, 4]
    next(batches)
    assert seen[2] == 4


def test_an_error_of_the_reading_thread_reaches_the_training() -> None:
    batches = stream(10, 2, resident=False, prefetch=True)
    batches._prefetch.announce(torch.tensor([99]))
    with pytest.raises(IndexError):
        next(batches)


def test_sixteen_bits_are_scaled_to_the_range_without_eight() -> None:
    x = torch.tensor([0, 1, 32768, 65535]).to(torch.uint16).view(4, 1, 1, 1)
    data = Data(x)
    assert (data.depth, data.discrete, data.spec().depth) == (16, True, 16)
    batches = Batches(data, data.spec(), 4, CPU)
    found = next(batches).x.flatten().sort().values
    expected = torch.tensor([0, 1, 32768, 65535]).double() * 2 / 65535 - 1
    torch.testing.assert_close(found.double(), expected, atol=1e-7, rtol=0)
    torch.testing.assert_close(data.mean(data.spec()).double(), expected.mean().view(1, 1, 1))


def test_rows_are_drawn_by_their_weights() -> None:
    x = torch.arange(4.0)[:, None]
    weights = torch.tensor([0.0, 1.0, 3.0, 0.0])
    spec = Data(x).spec()
    torch.manual_seed(0)
    batches = Batches(Data(x), spec, 2000, torch.device("cpu"), weights=weights)
    counts = next(batches).x.long().flatten().bincount(minlength=4) / 2000
    assert counts.tolist() == pytest.approx([0, 0.25, 0.75, 0], abs=0.03)
    for wrong in (torch.zeros(4), torch.tensor([1.0, -1, 1, 1]), torch.full((4,), float("nan"))):
        with pytest.raises(GanzooError, match="weights of the rows"):
            Batches(Data(x), spec, 2, torch.device("cpu"), weights=wrong)
    with pytest.raises(GanzooError, match=r"The weights of 4 rows have the shape \(4,\)"):
        Batches(Data(x), spec, 2, torch.device("cpu"), weights=torch.ones(3))
