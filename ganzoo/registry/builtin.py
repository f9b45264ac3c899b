"""The components that ganzoo itself brings, registered like any plugin's."""

from __future__ import annotations

from ganzoo.registry.entries import Registrar
from ganzoo.registry.hookspecs import hookimpl


@hookimpl
def ganzoo_register(registry: Registrar) -> None:
    optimizers = {
        "adam": ("ganzoo.optimizers:adam", "Moments of the gradients", "arXiv:1412.6980"),
        "adamw": (
            "ganzoo.optimizers:adamw",
            "Adam with decoupled weight decay",
            "arXiv:1711.05101",
        ),
        "sgd": ("ganzoo.optimizers:sgd", "Stochastic gradient descent with momentum"),
        "rmsprop": ("ganzoo.optimizers:rmsprop", "Gradients over their root mean square"),
        "lion": ("ganzoo.optimizers:Lion", "The sign of a momentum", "arXiv:2302.06675"),
    }
    for name, about in optimizers.items():
        registry.optimizer(name, *about)
    schedules = {
        "constant": ("ganzoo.schedules:Constant", "The same number always"),
        "linear": ("ganzoo.schedules:Linear", "In equal increments"),
        "cosine": (
            "ganzoo.schedules:Cosine",
            "Along half a cosine",
            "arXiv:1608.03983, equation 5",
        ),
        "exponential": ("ganzoo.schedules:Exponential", "Divided by a factor every step"),
        "step": ("ganzoo.schedules:Step", "Times a factor at given moments"),
        "warm-up": ("ganzoo.schedules:WarmUp", "Up from 0 at the start", "arXiv:1706.02677"),
        "sequence": ("ganzoo.schedules:Sequence", "One schedule after the other"),
    }
    for name, about in schedules.items():
        registry.schedule(name, *about)
    registry.game(
        "standard",
        "ganzoo.game:Game",
        summary="D and G alternately, or both at once",
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
    registry.features(
        "classifier",
        "ganzoo.evaluation.features:ClassifierFeatures",
        summary="activations of a small classifier that was trained on the dataset's own labels",
    )
    registry.features(
        "inception",
        "ganzoo.evaluation.inception:InceptionFeatures",
        summary="activations of the Inception network of the literature",
        paper="arXiv:1706.08500",
    )
    registry.features(
        "coordinates",
        "ganzoo.evaluation.features:Coordinates",
        summary="vectors as they are",
    )
