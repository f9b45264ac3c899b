"""Training loops as tutorials write them: samples that are transformed one by one, a plain Adam,
and the losses read in every step.

The manner is that of gan.py and wgan_gp.py in github.com/eriklindernoren/PyTorch-GAN, and of
PyTorch's DCGAN tutorial. The networks are ganzoo's, so that the loops alone differ.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from benchmarks.subjects import Subject


class Images(Dataset):
    """Images in memory, handed out as PIL images, as torchvision's MNIST does."""

    def __init__(self, x: Tensor, transform: transforms.Compose) -> None:
        self.x, self.transform = x, transform

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        pixels = self.x[index].movedim(0, 2).squeeze(2).numpy()  # (C, H, W) -> (H, W) or (H, W, 3)
        return self.transform(Image.fromarray(pixels)), 0


def loader(subject: Subject) -> DataLoader:
    """Shuffled batches of transformed images."""
    channels = subject.shape[0]
    transform = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize([0.5] * channels, [0.5] * channels)]
    )
    images = Images(subject.data().x, transform)
    return DataLoader(images, batch_size=subject.recipe.batch_size, shuffle=True, drop_last=True)


def endless(batches: DataLoader) -> Iterator[Tensor]:
    """The images of one epoch after another."""
    while True:
        for images, _ in batches:
            yield images


class Gan:
    """The loop of gan.py: an update of G, then an update of D on the same fakes."""

    def __init__(self, subject: Subject, device: str) -> None:
        game = subject.game().to(device)
        self.g, self.d, self.device = game.generator, game.discriminator, device
        self.z_dim = game.prior.dim
        self.loss = nn.BCELoss()
        self.g_adam = torch.optim.Adam(self.g.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.d_adam = torch.optim.Adam(self.d.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.images = endless(loader(subject))

    def step(self) -> None:
        real = next(self.images).to(self.device)
        ones = torch.ones(len(real), device=self.device)
        zeros = torch.zeros(len(real), device=self.device)

        self.g_adam.zero_grad()
        fake = self.g(torch.randn(len(real), self.z_dim, device=self.device))
        g_loss = self.loss(self.d(fake).sigmoid(), ones)
        g_loss.backward()
        self.g_adam.step()

        self.d_adam.zero_grad()
        real_loss = self.loss(self.d(real).sigmoid(), ones)
        fake_loss = self.loss(self.d(fake.detach()).sigmoid(), zeros)
        d_loss = (real_loss + fake_loss) / 2
        d_loss.backward()
        self.d_adam.step()
        self.printed = f"[D loss: {d_loss.item():f}] [G loss: {g_loss.item():f}]"


class WganGp(Gan):
    """The loop of wgan_gp.py: five updates of D with a gradient penalty, then one of G."""

    def step(self) -> None:
        for _ in range(5):
            real = next(self.images).to(self.device)
            self.d_adam.zero_grad()
            fake = self.g(torch.randn(len(real), self.z_dim, device=self.device))
            penalty = self.penalty(real, fake.detach())
            d_loss = -self.d(real).mean() + self.d(fake.detach()).mean() + 10 * penalty
            d_loss.backward()
            self.d_adam.step()
        self.g_adam.zero_grad()
        g_loss = -self.d(self.g(torch.randn(len(real), self.z_dim, device=self.device))).mean()
        g_loss.backward()
        self.g_adam.step()
        self.printed = f"[D loss: {d_loss.item():f}] [G loss: {g_loss.item():f}]"

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        share = torch.rand(len(real), 1, 1, 1, device=self.device)
        between = (share * real + (1 - share) * fake).requires_grad_()
        score = self.d(between)
        (gradient,) = torch.autograd.grad(
            score, between, torch.ones_like(score), create_graph=True, retain_graph=True
        )
        return ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()


LOOPS = {"gan": Gan, "wgan-gp": WganGp}
