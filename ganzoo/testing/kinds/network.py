"""What is asked of generators and discriminators alike, of what they give."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch

from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import accelerators, differing, mixed, on_meta
from ganzoo.testing.trials import working
from ganzoo.testing.trials.network import NetworkTrial

BOTH = ("generator", "discriminator")


@rule(
    "dtype",
    *BOTH,
    asks="What it computes in full precision is float32.",
    mend="Compute in the dtype of the input and the weights; leave out .double(), .half() and "
    "float64 constants.",
)
def dtype(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        for name, tensor in trial.outputs(trial.build()).items():
            if tensor.dtype != torch.float32 and not name.startswith("aux"):
                yield Seen(f"{name} is {tensor.dtype}", case=trial.case)


@rule(
    "finite",
    *BOTH,
    asks="What it computes with its first weights is finite.",
    mend="Look for a logarithm or a root of 0, a division by 0, or an exponential that overflows.",
)
def finite(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        for name, tensor in trial.outputs(trial.build()).items():
            bad = tensor.numel() - int(torch.isfinite(tensor).sum())
            if bad:
                yield Seen(f"{bad} of {tensor.numel()} values of {name} are not", case=trial.case)


@rule(
    "device",
    *BOTH,
    asks="Its output lies where its input lies, and so does all that it makes on the way.",
    mend="Make tensors with device=x.device, or by x.new_...; register constants with "
    "register_buffer, which .to(device) then moves.",
)
def device(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        game = trial.build()
        expected = trial.outputs(copy.deepcopy(game))
        try:
            found = trial.outputs(game, around=on_meta())
        except (RuntimeError, NotImplementedError) as error:
            yield Seen(f"a tensor is made on the default device: {told(error)}", case=trial.case)
            continue
        differ = differing(found, expected)
        if differ and trial.steady():
            yield Seen(f"{differ[0]} depends on the default device", case=trial.case)
        for kind in accelerators():
            for name, tensor in trial.outputs(trial.build().to(kind)).items():
                if tensor.device.type != kind:
                    yield Seen(f"on {kind}, {name} is on {tensor.device}", case=trial.case)


@rule(
    "autocast",
    *BOTH,
    asks="It works under torch.autocast in bfloat16: same shapes, finite, and with gradients.",
    mend="Write x.to(other.dtype) where two tensors meet that autocast may have made of different "
    "precision; compute what needs full precision with .float(), where autocast is disabled.",
)
def autocast(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        for kind in ("cpu", *accelerators()):
            game = trial.build().to(kind)
            full = trial.outputs(game)
            half = trial.outputs(game, around=torch.autocast(kind, torch.bfloat16))
            for name, tensor in half.items():
                if tensor.shape != full[name].shape:
                    shapes = f"{tuple(tensor.shape)}, not {tuple(full[name].shape)}"
                    yield Seen(f"on {kind}, {name} is {shapes}", case=trial.case)
                elif full[name].isfinite().all() and not tensor.isfinite().all():
                    yield Seen(f"on {kind}, {name} is not finite", case=trial.case)
            score = mixed(half)
            if score.requires_grad:
                torch.autograd.backward(score)
