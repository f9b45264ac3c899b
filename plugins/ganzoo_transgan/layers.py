"""The layers of both transformers. A map is (N, H, W, C): each pixel is a token of C numbers."""

import math
from itertools import product

import torch
from torch import Tensor, nn

HIDDEN = 4  # of the perceptron of a block: times as many units as the map has channels


class TokenNorm(nn.Module):
    """Each token divided by the root of its mean square (arXiv:2102.07074, section 3.5): (N, ...,
    C) to the same shape."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.square().mean(-1, keepdim=True) + 1e-8).rsqrt()


class Attention(nn.Module):
    """Self-attention between the pixels of each window of a map, softmax(q k / sqrt(head) + e) v,
    where e depends on the offset from one pixel to the other (arXiv:2102.07074, sections 3.4 and
    3.5): (N, H, W, C) to the same shape.

    size: (H, W). head: numbers of a query, a key and a value; there are C / head heads, rounded
    down. grid: most pixels on a side of a window. A map with a longer side is split into as few
    windows as possible, of equal size; rows and columns that a window has beyond the map's border
    are not attended to.
    """

    def __init__(self, channels: int, size: tuple[int, int], head: int, grid: int) -> None:
        super().__init__()
        self.heads = max(1, channels // head)
        self.size = size
        self.parts = tuple(math.ceil(side / grid) for side in size)
        self.window = tuple(
            math.ceil(side / parts) for side, parts in zip(size, self.parts, strict=True)
        )
        self.beyond = tuple(
            parts * window - side
            for side, parts, window in zip(size, self.parts, self.window, strict=True)
        )
        self.qkv = nn.Linear(channels, 3 * self.heads * head)
        self.out = nn.Linear(self.heads * head, channels)
        rows, columns = self.window
        self.bias = nn.Parameter(torch.zeros(self.heads, (2 * rows - 1) * (2 * columns - 1)))
        self.register_buffer("offsets", _offsets(rows, columns), persistent=False)
        mask = self._windows(torch.zeros(1, *size, 1), beyond=-math.inf)  # (P, T, 1)
        self.register_buffer("mask", mask.transpose(1, 2).unsqueeze(1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self._windows(x)).unflatten(2, (3, self.heads, -1)).unbind(2)
        q, k, v = (tensor.transpose(1, 2) for tensor in (q, k, v))  # (N P, heads, T, head)
        fits = (q / q.shape[-1] ** 0.5) @ k.transpose(2, 3) + self.bias[:, self.offsets]
        if any(self.beyond):
            fits = (fits.unflatten(0, (-1, len(self.mask))) + self.mask).flatten(0, 1)
        means = fits.softmax(-1).to(v.dtype) @ v
        return self._joined(self.out(means.transpose(1, 2).flatten(2)))

    def _windows(self, x: Tensor, beyond: float = 0.0) -> Tensor:
        """(N, H, W, C) to (N P, T, C), with P windows of T pixels; ``beyond`` the border."""
        x = nn.functional.pad(x, (0, 0, 0, self.beyond[1], 0, self.beyond[0]), value=beyond)
        (down, across), (rows, columns) = self.parts, self.window
        x = x.unflatten(2, (across, columns)).unflatten(1, (down, rows)).transpose(2, 3)
        return x.flatten(3, 4).flatten(0, 2)

    def _joined(self, x: Tensor) -> Tensor:
        """(N P, T, C) to (N, H, W, C)."""
        (down, across), (rows, columns) = self.parts, self.window
        x = x.unflatten(1, (rows, columns)).unflatten(0, (-1, down, across)).transpose(2, 3)
        return x.flatten(3, 4).flatten(1, 2)[:, : self.size[0], : self.size[1]]


class Block(nn.Module):
    """x + attention, and then x + a perceptron on each pixel, both of normalised tokens: (N, H, W,
    C) to the same shape (arXiv:2102.07074, section 3.1)."""

    def __init__(self, channels: int, size: tuple[int, int], head: int, grid: int) -> None:
        super().__init__()
        self.norm = TokenNorm()
        self.attention = Attention(channels, size, head, grid)
        self.mlp = nn.Sequential(
            nn.Linear(channels, HIDDEN * channels),
            nn.GELU(),
            nn.Linear(HIDDEN * channels, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm(x))
        return x + self.mlp(self.norm(x))


class Positions(nn.Module):
    """x plus a learned vector for each pixel: (N, H, W, C) to the same shape."""

    def __init__(self, channels: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.vectors = nn.Parameter(0.02 * torch.randn(*size, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.vectors


def stage(channels: int, size: tuple[int, int], blocks: int, head: int, grid: int) -> nn.Sequential:
    """The positions and the blocks of one size."""
    layers = [Block(channels, size, head, grid) for _ in range(blocks)]
    return nn.Sequential(Positions(channels, size), *layers)


def initialise(network: nn.Module) -> None:
    """Uniform weights of variance 2 / (fan-in + fan-out), as in the authors' code; biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _offsets(rows: int, columns: int) -> Tensor:
    """(T, T) int64: for two of the T pixels of a window, a number of the offset from one to the
    other."""
    at = torch.tensor(list(product(range(rows), range(columns))))  # (T, 2)
    row, column = (at[:, None] - at[None]).unbind(2)
    return (row + rows - 1) * (2 * columns - 1) + column + columns - 1
