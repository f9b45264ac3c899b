"""The components that ganzoo itself brings, registered like any plugin's."""

from __future__ import annotations

from ganzoo.components import Registrar
from ganzoo.hookspecs import hookimpl


@hookimpl
def ganzoo_register(registry: Registrar) -> None:
    registry.game(
        "standard",
        "ganzoo.game:Game",
        summary="D and G in turns, or both at once",
        paper="arXiv:1406.2661, algorithm 1",
    )
    datasets = {
        "mnist": ("ganzoo.data.mnist:Mnist", "60,000 handwritten digits, 28 x 28 gray"),
        "mnist-5k": ("ganzoo.data.mnist5k:Mnist5k", "5,000 of them, which a package ships"),
        "fashion-mnist": ("ganzoo.data.mnist:FashionMnist", "60,000 garments, 28 x 28 gray"),
        "kmnist": ("ganzoo.data.mnist:Kmnist", "60,000 cursive hiragana, 28 x 28 gray"),
        "cifar10": ("ganzoo.data.cifar:Cifar10", "50,000 photographs, 32 x 32 colour"),
        "folder": ("ganzoo.data.folder:Folder", "any folder of images: folder:PATH"),
    }
    for name, (target, summary) in datasets.items():
        registry.dataset(name, target, summary=summary)
