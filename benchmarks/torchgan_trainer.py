"""The same training by the Trainer of torchgan, where that is installed (``pip install torchgan``).

Its iterations alone are measured: not the checkpoint and the samples that it writes after an epoch.
"""

from __future__ import annotations

import contextlib
import io
import tempfile

import torch
from torch import Tensor, nn
from torchgan.losses import MinimaxDiscriminatorLoss, MinimaxGeneratorLoss
from torchgan.models import Discriminator, Generator
from torchgan.trainer import Trainer

from benchmarks.subjects import Subject
from benchmarks.tutorial import endless, loader


class G(Generator):
    """A network of ganzoo as a generator of torchgan."""

    def __init__(self, network: nn.Module, z_dim: int) -> None:
        super().__init__(z_dim)
        self.network = network

    def forward(self, z: Tensor) -> Tensor:
        return self.network(z)


class D(Discriminator):
    """A network of ganzoo as a discriminator of torchgan."""

    def __init__(self, network: nn.Module, size: int) -> None:
        super().__init__(size)
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        return self.network(x)


class TorchGan:
    """An iteration of the Trainer: an update of G, then one of D, each with fakes of its own."""

    def __init__(self, subject: Subject, device: str) -> None:
        game = subject.game()
        adam = {"name": torch.optim.Adam, "args": {"lr": 2e-4, "betas": (0.5, 0.999)}}
        models = {
            "generator": {"name": G, "args": {"network": game.generator, "z_dim": game.prior.dim}},
            "discriminator": {
                "name": D,
                "args": {"network": game.discriminator, "size": subject.shape[1]},
            },
        }
        folder = tempfile.mkdtemp(prefix="torchgan-")
        with contextlib.redirect_stdout(io.StringIO()):
            self.trainer = Trainer(
                {name: {**model, "optimizer": adam} for name, model in models.items()},
                [MinimaxGeneratorLoss(), MinimaxDiscriminatorLoss()],
                device=torch.device(device),
                checkpoints=f"{folder}/model/gan",
                recon=f"{folder}/images",
                log_dir=folder,
            )
        self.trainer.batch_size = subject.recipe.batch_size
        self.images = endless(loader(subject))

    def step(self) -> None:
        trainer = self.trainer
        trainer.real_inputs = next(self.images).to(trainer.device)
        losses = trainer.train_iter()
        trainer.loss_information["generator_losses"] += losses[0]
        trainer.loss_information["discriminator_losses"] += losses[1]
        trainer.loss_information["generator_iters"] += losses[2]
        trainer.loss_information["discriminator_iters"] += losses[3]
