"""Rows of a table as vectors for networks, and back (arXiv:1907.00503, section 4.2)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganzoo_ctgan.columns import Column
from ganzoo_ctgan.mixtures import fitted, log_density

SPREAD = 4.0  # a value is encoded by its distance from the mean of its mode, in 4 deviations
NEVER = -1e9  # the logit of a mode that a column does not have


class Encoding(nn.Module):
    """The mode-specific normalisation of a table.

    A discrete column becomes a one-hot vector. A continuous column becomes 1 + ``modes`` numbers:
    (c - mean) / (4 std) of the mode that the value c belongs to, and the mode as a one-hot vector.
    ``width``: the numbers of a row. ``choices``: of these, the numbers that are one-hot.
    ``conditions``: the categories of all discrete columns.
    """

    means: Tensor
    stds: Tensor
    weights: Tensor
    frequencies: Tensor

    def __init__(self, columns: Sequence[Column], modes: int) -> None:
        super().__init__()
        self.columns, self.modes = tuple(columns), modes
        self.numbers = [i for i, column in enumerate(columns) if not column.categories]
        self.sizes = {i: len(c.categories) for i, c in enumerate(columns) if c.categories}
        self.conditions = sum(self.sizes.values())
        self.width = len(self.numbers) * (1 + modes) + self.conditions
        self.choices = self.width - len(self.numbers)
        shape = (len(self.numbers), modes)
        first = torch.zeros(shape, dtype=torch.float64)
        first[:, :1] = 1
        self.register_buffer("means", torch.zeros(shape, dtype=torch.float64))
        self.register_buffer("stds", torch.ones(shape, dtype=torch.float64))
        self.register_buffer("weights", first)  # of the modes; 0 for a mode that is not there
        # The number of rows with each category, of all discrete columns in order.
        self.register_buffer("frequencies", torch.ones(self.conditions, dtype=torch.float64))

    @torch.no_grad()
    def fit(self, rows: Tensor) -> None:
        """Find the modes of the continuous columns and the frequencies of the categories."""
        self.weights.zero_()
        for place, column in enumerate(self.numbers):
            # Equal values: what G makes is within 0.04 of the last decimal, and is rounded to them.
            narrow = 0.01 * 10.0 ** -self.columns[column].decimals
            values = fitted(rows[:, column].cpu(), self.modes, narrow=narrow)
            for buffer, found in zip((self.weights, self.means, self.stds), values, strict=True):
                buffer[place, : len(found)] = found.to(buffer)
        self.frequencies.copy_(self.one_hot(rows).double().sum(0))

    def one_hot(self, rows: Tensor) -> Tensor:
        """(N, conditions): the categories of all discrete columns, each as a one-hot vector."""
        parts = [one_hot(rows[:, i].long(), size) for i, size in self.sizes.items()]
        return torch.cat(parts, 1).float() if parts else rows.new_zeros(len(rows), 0)

    def encode(self, rows: Tensor, *, likeliest: bool = False, bounded: bool = False) -> Tensor:
        """Rows (N, columns) as float32 (N, width). The mode of a value is drawn by the probability
        that the mode has given the value; with ``likeliest`` the mode of the highest
        probability is taken. ``bounded``: distances outside of [-1, 1], which a generator cannot
        make, become -1 or 1."""
        parts: list[Tensor] = []
        for i, column in enumerate(self.columns):
            if column.categories:
                parts.append(one_hot(rows[:, i].long(), len(column.categories)).float())
                continue
            place, x = self.numbers.index(i), rows[:, i].double()
            score = log_density(x, self.means[place], self.stds[place]) + self.weights[place].log()
            if not likeliest:
                score = score + gumbel(torch.rand_like(score))
            mode = score.argmax(1)
            distance = (x - self.means[place, mode]) / (SPREAD * self.stds[place, mode])
            distance = distance.clamp(-1, 1) if bounded else distance
            parts += [distance.float()[:, None], one_hot(mode, self.modes).float()]
        return torch.cat(parts, 1)

    def decode(self, encoded: Tensor) -> Tensor:
        """The inverse of ``encode``: float32 (N, columns). The greatest number of a one-hot vector
        counts. Values are rounded to the decimals of their column."""
        values: list[Tensor] = []
        for column, parts in self._groups(encoded):
            if column.categories:
                values.append(parts[0].argmax(1).double())
                continue
            place, mode = self._place(column), parts[1].argmax(1)
            distance = SPREAD * self.stds[place, mode] * parts[0][:, 0].double()
            value = self.means[place, mode] + distance
            values.append(value.round(decimals=column.decimals))
        return torch.stack(values, 1).float()

    def activate(self, logits: Tensor, uniform: Tensor, tau: float) -> Tensor:
        """A generator's output (N, width) as encoded rows: tanh for a distance, Gumbel softmax of
        temperature ``tau`` for a one-hot vector (section 4.4). ``uniform``: (N, choices) in [0, 1],
        the random numbers of the Gumbel softmax."""
        made, start = [], 0
        for column, parts in self._groups(logits):
            if not column.categories:
                made.append(parts[0].tanh())
                absent = self.weights[self._place(column)] == 0
                parts = [parts[1].masked_fill(absent, NEVER)]
            size = parts[0].shape[1]
            noise = gumbel(uniform[:, start : start + size])
            made.append(((parts[0] + noise) / tau).softmax(1))
            start += size
        return torch.cat(made, 1)

    def discrete(self, encoded: Tensor) -> list[Tensor]:
        """The parts of encoded rows or of logits that belong to the discrete columns, in order."""
        return [parts[0] for column, parts in self._groups(encoded) if column.categories]

    def _groups(self, encoded: Tensor) -> list[tuple[Column, list[Tensor]]]:
        """For each column its parts: a one-hot vector, or a distance and a one-hot vector."""
        sizes = [
            [len(column.categories)] if column.categories else [1, self.modes]
            for column in self.columns
        ]
        pieces = iter(encoded.split([size for each in sizes for size in each], 1))
        return [
            (column, [next(pieces) for _ in each])
            for column, each in zip(self.columns, sizes, strict=True)
        ]

    def _place(self, column: Column) -> int:
        return self.numbers.index(self.columns.index(column))


def gumbel(uniform: Tensor) -> Tensor:
    """Numbers of the standard Gumbel distribution, from uniform numbers in [0, 1]."""
    tiny = torch.finfo(uniform.dtype).tiny
    return -(-uniform.clamp(tiny, 1 - torch.finfo(uniform.dtype).eps).log()).log()
