"""The replay pool (arXiv:1703.10593, section 4; arXiv:1612.07828, section 2.3)."""

import torch
from torch import Tensor, nn


class Pool(nn.Module):
    """Earlier fakes, which D sees in place of half of the new ones: (N, *shape) to the same.

    The first ``size`` images fill the pool and are returned. After that, each image is returned
    with probability 1/2; else it takes the place of an image of the pool drawn at random, which is
    returned. Of a batch, each image has another place. The pool is in buffers, so that checkpoints
    have it, and changes without a transfer from the device. Random numbers come from torch's
    generator of the device.
    """

    images: Tensor  # (size, *shape)
    count: Tensor  # (), int64: how many places are filled

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(size, *shape))
        self.register_buffer("count", torch.tensor(0))

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        size = len(self.images)
        given, rest = x[:size].detach(), x[size:].detach()
        order = torch.arange(len(given), device=x.device)
        free = size - self.count  # places that are not filled
        filling = order < free
        # Drawn places: those that this batch fills come last, so that no place is drawn twice.
        places = torch.arange(size, device=x.device)
        taken = (places >= self.count) & (places < self.count + len(given))
        drawn = (torch.rand(size, device=x.device) + 2 * taken).argsort()
        place = torch.where(filling, self.count + order, drawn[(order - free).clamp(min=0)])
        swapped = ~filling & (torch.rand(len(given), device=x.device) < 0.5)
        kept = self.images[place]
        self.images[place] = torch.where(_like(filling | swapped, x), given, kept)
        self.count.copy_((self.count + len(given)).clamp(max=size))
        return torch.cat([torch.where(_like(swapped, x), kept, given), rest])


def _like(choice: Tensor, x: Tensor) -> Tensor:
    """(N,) in the number of dimensions of x (N, ...)."""
    return choice.reshape(-1, *(1 for _ in x.shape[1:]))
