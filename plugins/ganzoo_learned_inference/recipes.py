"""The recipes: data, and no torch."""

from ganzoo import Part, Recipe, Variant

DIGITS = ("mnist", "mnist-5k", "fashion-mnist", "kmnist")


def _adam(lr: float, beta2: float = 0.99, end: float = 0.01) -> Part:
    """Adam with a learning rate that falls to a share of its start."""
    falling = {"schedule": "linear", "start": lr, "end": end * lr}
    return Part("adam", {"lr": falling, "betas": (0.5, beta2)})


INFOGAN = Recipe(
    name="infogan",
    summary="A code of ten categories and two continuous codes, which G learns to show",
    paper="arXiv:1606.03657",
    generator=Part("dcgan", {"width": 32, "hidden": (512,)}),
    discriminator=Part("with-features", {"width": 32, "hidden": (512,)}),
    loss=Part("non-saturating"),
    extra_losses=(Part("mutual-information"),),
    prior=Part("noise-and-codes"),
    # The category of a digit that is turned or moved a little stays readable, so it comes to be the
    # class, and not the slant.
    augmentations=(Part("small-affine"),),
    optimizer={"d": _adam(2e-4), "g": _adam(1e-3)},
    steps=6000,
    batch_size=128,
    ema=0.999,
    low=0.0,
    high=1.0,
    tuned_for=DIGITS,
    elsewhere={"low": -1.0},
    tuned_size=(28, 28),
)

_ADAM = Part(
    "adam", {"lr": {"schedule": "linear", "start": 1e-3, "end": 1e-4}, "betas": (0.0, 0.99)}
)
_MLP_D = {"hidden": (512, 512), "layer_norm": True, "init": "he"}

BIGAN = Recipe(
    name="bigan",
    summary="An encoder beside G learns to invert it, since D sees x with z",
    paper="arXiv:1605.09782",
    generator=Part("mlp", {"hidden": (256, 512), "activation": "gelu", "bias_from_data": True}),
    # With more dropout, more reconstructions keep their class, and the samples are worse: 78 % with
    # 0.15, 80 % with 0.3 and 83 % with 0.4, at Frechet distances of 3.4, 3.5 and 4.1.
    discriminator=Part("mlp", {**_MLP_D, "dropout": 0.4}),
    networks={
        "encoder": Part("noise-encoder", {"width": 0, "hidden": (512, 256), "norm": "layer"})
    },
    loss=Part("non-saturating"),
    game=Part("bigan", {"share_fakes": True}),
    prior=Part("normal", {"dim": 16}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=16_000,
    batch_size=64,
    ema=0.999,
    low=0.0,
    high=1.0,
    tuned_for=DIGITS,
    elsewhere={"low": -1.0},
)

ALICE = Variant(
    name="alice",
    of="bigan",
    summary="BiGAN, with the error of its reconstructions as a loss",
    paper="arXiv:1709.01215",
    changes={"game.cycle": 0.02, "discriminator.dropout": 0.15},
)

AAE = BIGAN.replace(
    name="aae",
    summary="An autoencoder whose codes come to have the distribution of the prior, by a D on z",
    paper="arXiv:1511.05644",
    generator=Part("mlp", {"hidden": (1000, 1000), "output": "sigmoid"}),
    discriminator=Part("mlp", {"hidden": (1000, 1000), "dropout": 0.0}),
    networks={"encoder": Part("noise-encoder", {"width": 0, "hidden": (1000, 1000)})},
    game=Part("aae"),
    prior=Part("normal", {"dim": 8}),
    optimizer={"d": _adam(5e-4), "g": _adam(1e-3)},
    steps=12_000,
    batch_size=128,
)

VAE_GAN = INFOGAN.replace(
    name="vae-gan",
    summary="A variational autoencoder that measures distances in a layer of D",
    paper="arXiv:1512.09300",
    discriminator=Part("with-features", {"width": 32, "hidden": (512,), "norm": "layer"}),
    networks={"encoder": Part("noise-encoder", {"width": 32, "hidden": (512,)})},
    extra_losses=(),
    # With a small beta the codes of the data do not have the distribution of the prior, and samples
    # are worse than reconstructions: after 1,000 steps a Frechet distance of 10.4 with 5.
    game=Part("vae-gan", {"beta": 20.0}),
    prior=Part("normal", {"dim": 16}),
    augmentations=(),
    optimizer={"d": _adam(5e-4), "g": _adam(1e-3), "e": _adam(1e-3)},
    steps=2500,
    batch_size=64,
)

VEEGAN = BIGAN.replace(
    name="veegan",
    summary="An encoder reads z off the samples, so that no part of z and no mode is left out",
    paper="arXiv:1705.07761",
    discriminator=Part("mlp", {**_MLP_D, "dropout": 0.15}),
    loss=Part("log-odds"),
    # With 1, as in the paper, the samples were worse: after 8,000 steps a Frechet distance of 16.2,
    # and 9.3 with 0.1.
    game=Part("veegan", {"weight": 0.1}),
)

_MLP = {"hidden": [128, 128, 128]}


def _mixture(name: str, of: str, summary: str, paper: str, **changes: object) -> Variant:
    """A recipe on mixtures in the plane, with the networks of the recipe ``mixture``."""
    encoder = {"name": "noise-encoder", **_MLP, "norm": "none"}
    return Variant(
        name=f"mixture-{name}",
        of=of,
        summary=summary,
        paper=paper,
        changes={"game": name, "networks": {"encoder": encoder}, **changes},
    )


MIXTURE_BIGAN = _mixture(
    "bigan",
    "mixture-r1",  # without a penalty it reached two modes of the ring
    "BiGAN with the R1 penalty on a mixture of Gaussians",
    BIGAN.paper,
)
MIXTURE_VEEGAN = _mixture(
    "veegan",
    "mixture",
    "VEEGAN on a mixture of Gaussians",
    VEEGAN.paper,
    loss="log-odds",
    steps=12_000,  # modes of the grid with seed 0: 15 after 4,000 steps, 22 after 12,000
)

RECIPES = (INFOGAN, BIGAN, ALICE, AAE, VAE_GAN, VEEGAN, MIXTURE_BIGAN, MIXTURE_VEEGAN)
