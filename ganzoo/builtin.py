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
    datasets: dict[str, tuple[str, ...]] = {  # by name: target, summary, paper
        "mnist": ("ganzoo.data.mnist:Mnist", "60,000 handwritten digits, 28 x 28 gray"),
        "mnist-5k": ("ganzoo.data.mnist5k:Mnist5k", "5,000 of them, which a package ships"),
        "stacked-mnist": (
            "ganzoo.data.stacked:StackedMnist",
            "128,000 triples of digits as colour channels: 1000 modes",
            "arXiv:1611.02163, section 3.3.1",
        ),
        "fashion-mnist": ("ganzoo.data.mnist:FashionMnist", "60,000 garments, 28 x 28 gray"),
        "kmnist": ("ganzoo.data.mnist:Kmnist", "60,000 cursive hiragana, 28 x 28 gray"),
        "cifar10": ("ganzoo.data.cifar:Cifar10", "50,000 photographs, 32 x 32 colour"),
        "folder": ("ganzoo.data.folder:Folder", "any folder of images: folder:PATH"),
        "ring-8": (
            "ganzoo.data.toy:Ring",
            "8 Gaussians on a circle in the plane",
            "arXiv:1712.04086, section 4.1",
        ),
        "grid-25": (
            "ganzoo.data.toy:Grid",
            "25 Gaussians on a grid in the plane",
            "arXiv:1712.04086, section 4.1",
        ),
        "gaussian-1d": (
            "ganzoo.data.toy:Gaussian1D",
            "one Gaussian on the line",
            "arXiv:1406.2661, figure 1",
        ),
        "swiss-roll": (
            "ganzoo.data.toy:SwissRoll",
            "a spiral in the plane",
            "arXiv:1704.00028, figure 1",
        ),
    }
    for name, about in datasets.items():
        registry.dataset(name, *about)
