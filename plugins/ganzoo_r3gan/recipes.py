"""The recipes: data, and no torch."""

from ganzoo import Part, Recipe, Variant

PAPER = "arXiv:2501.05441"

_ADAM = Part(
    "adam", {"lr": {"schedule": "linear", "start": 1e-3, "end": 1e-4}, "betas": (0.0, 0.99)}
)

R3GAN = Recipe(
    name="r3gan",
    summary="The relativistic loss with R1 and R2, residual networks without normalisation",
    paper=PAPER,
    generator=Part("r3gan", {"width": 8, "growth": 3, "blocks": 1}),
    discriminator=Part("r3gan", {"width": 8, "growth": 3, "blocks": 1}),
    loss=Part("relativistic"),
    penalties=(Part("r1", {"gamma": 1.0}), Part("r2", {"gamma": 1.0})),
    prior=Part("normal", {"dim": 64}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=4000,
    batch_size=32,
    ema=0.999,
    low=0.0,
    high=1.0,
    tuned_for=("mnist", "mnist-5k", "fashion-mnist", "kmnist", "stacked-mnist"),
    elsewhere={"low": -1.0},
    tuned_size=(28, 28),
)


def _cosine(start: float, end: float) -> dict[str, object]:
    """Half a cosine over the whole run."""
    return {"schedule": "cosine", "start": start, "end": end}


# Checked in the presets of the authors' code (train.py and training/training_loop.py of
# github.com/brownvc/R3GAN): lr from 2e-4 to 5e-5, beta2 from 0.9 to 0.99 and gamma from a value to
# a tenth of it, all along half a cosine over the first 20 million images (200 million of ImageNet);
# gamma from 0.05 on CIFAR-10, from 2 on FFHQ-64, from 1 on ImageNet-64, the same for R1 and R2. On
# FFHQ the average's half-life grows along the same curve from 0 to 1/40 of these images, here
# from 0 to 1/40 of the run: 100 of the 4,000 steps.
# Not checked, because the code has no such preset: gamma from 1 to 0.1 on Stacked MNIST, the
# paper's dataset that is most similar to MNIST.
SCHEDULED = Variant(
    name="r3gan-scheduled",
    of="r3gan",
    summary="R3GAN with the paper's schedules of the learning rate, beta2, gamma and the average",
    paper=PAPER,
    changes={
        **{
            f"optimizer.{player}.{option}": value
            for player in ("d", "g")
            for option, value in {
                "lr": _cosine(2e-4, 5e-5),
                "betas": [0.0, _cosine(0.9, 0.99)],
            }.items()
        },
        "penalties.r1.gamma": _cosine(1.0, 0.1),
        "penalties.r2.gamma": _cosine(1.0, 0.1),
        "ema": {"schedule": "half-life", "start": 0.0, "end": 1 / 40},
    },
)

# The preset of FFHQ-64: 384 channels at 64 pixels, and 768 at all smaller sizes. There the
# probability of the augmentations rises to 0.3, colours have half of it, and there is a cutout;
# here it is constant. 78,125 batches are the first 20 million images.
SIXTY_FOUR = Variant(
    name="r3gan-64",
    of="r3gan-scheduled",
    summary="R3GAN with the paper's settings for faces of 64 pixels, for several GPUs",
    paper=PAPER,
    changes={
        **{
            network: {"name": "r3gan", "width": 384, "channels_max": 768, "blocks": 2}
            for network in ("generator", "discriminator")
        },
        "penalties.r1.gamma": _cosine(2.0, 0.2),
        "penalties.r2.gamma": _cosine(2.0, 0.2),
        "augmentations": [{"name": "flip"}, {"name": "ada", "p": 0.3, "kimg": 0.0}],
        "steps": 78_125,
        "batch_size": 256,
        "low": -1.0,
        "tuned_for": [],
        "elsewhere": {},
        "tuned_size": [64, 64],
    },
)

# On Stacked MNIST the paper has a gamma from 1 to 0.1, batches of 512, 10 million images and a
# constant rate.
STACKED = Variant(
    name="r3gan-stacked",
    of="r3gan",
    summary="R3GAN on stacked digits, with the gamma of the paper",
    paper=f"{PAPER}, section 2.3",
    changes={
        "dataset": "stacked-mnist",
        "penalties.r1.gamma": _cosine(1.0, 0.1),
        "penalties.r2.gamma": _cosine(1.0, 0.1),
        "steps": 5000,
    },
)

RECIPES = (R3GAN, SCHEDULED, STACKED, SIXTY_FOUR)
