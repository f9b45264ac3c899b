"""Batch normalisation by the statistics of the global batch of several processes."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation (arXiv:1502.03167, algorithm 1) of (N, C, ...), whose mean and variance
    are those of the batches of all processes together, which have the same size.

    ``torch.nn.SyncBatchNorm`` runs on GPUs alone and cannot be differentiated twice, as gradient
    penalties do. This one has neither limit, and takes a few kernels more."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training and self.running_mean is not None:
            return super().forward(x)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
        axes = [axis for axis in range(x.ndim) if axis != 1]
        wide = x.float()
        mean = _mean(wide.mean(axes))
        shape = [1, -1, *[1] * (x.ndim - 2)]
        centred = wide - mean.view(shape)
        variance = _mean(centred.square().mean(axes))
        self._move(mean.detach(), variance.detach(), x.numel() // x.shape[1])
        y = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y.to(x.dtype)

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of axes is taken: one class stands for torch's three."""

    def _move(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """Move the running statistics, of which the variance is the unbiased one."""
        if self.running_mean is None or self.running_var is None:
            return
        momentum = self.momentum
        if momentum is None:
            momentum = 1.0 / float(self.num_batches_tracked or 1)
        count *= dist.get_world_size()
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance * (count / max(count - 1, 1)), momentum)


def synchronise(network: nn.Module) -> None:
    """Make every batch normalisation of torch in the network a SyncBatchNorm."""
    for module in network.modules():
        if type(module) in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d):
            module.__class__ = SyncBatchNorm


class _Mean(torch.autograd.Function):
    """The mean over the processes, which can be differentiated any number of times."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor) -> Tensor:
        whole = tensor.contiguous().clone()
        dist.all_reduce(whole)
        return whole.div_(dist.get_world_size())

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        return _mean(gradient)


def _mean(tensor: Tensor) -> Tensor:
    mean: Tensor = _Mean.apply(tensor)
    return mean
