"""Noise under a seed, the same for every number of samples and on every device."""

from __future__ import annotations

import copy
import hashlib

import torch

from ganzoo.interfaces import NoisePrior
from ganzoo.types import Batch

BLOCK = 256  # samples whose noise is drawn at once; another number would give other pictures


def seeded_noise(prior: NoisePrior, n: int, seed: int) -> Batch:
    """n draws of the prior, on the CPU; the k-th draw is the same for every n. They are drawn in
    whole blocks, each with a seed of its own, because the numbers of a torch generator depend on
    how many are drawn at once."""
    if any(tensor.device.type != "cpu" for tensor in (*prior.parameters(), *prior.buffers())):
        prior = copy.deepcopy(prior).cpu()
    cpu = torch.device("cpu")
    blocks = [
        prior.draw(BLOCK, device=cpu, generator=torch.Generator().manual_seed(_mixed(seed, block)))
        for block in range(-(-n // BLOCK))
    ]
    return Batch.join(blocks)[:n]


def _mixed(seed: int, block: int) -> int:
    """A seed for a block. A digest, since near seeds give near states of a generator, and seed + 1
    must not begin where the second block of ``seed`` does."""
    digest = hashlib.sha256(f"{seed} {block}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 1
