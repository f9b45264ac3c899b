"""The recipes: data, and no torch."""

from ganzoo import Part, Recipe

PAPER = "arXiv:1912.04958"
ADA = "arXiv:2006.06676"

# The paper corrects lr and betas for the further updates that its lazy penalties make (appendix B).
# Here a penalty is a term of the usual update, so that there is nothing to correct.
BETAS = (0.0, 0.99)
ADAM = Part("adam", {"lr": 0.0025, "betas": BETAS})
# Twice the rate at first: a step of Adam is a small share of weights that are drawn from N(0, 1),
# too small for a short training.
FALLING = Part(
    "adam", {"lr": {"schedule": "linear", "start": 0.005, "end": 0.00025}, "betas": BETAS}
)

# The settings of arXiv:2006.06676 for images of 256 pixels and less, on one GPU: a mapping network
# of two layers, a rate of 0.0025, batches of 32, gamma by the number of pixels, and an average
# whose half-life is 10,000 images, and in the beginning a twentieth of the images so far.
STYLEGAN2_ADA = Recipe(
    name="stylegan2-ada",
    summary="StyleGAN2 with adaptive augmentation, for folders of images of 64 to 256 pixels",
    paper=ADA,
    generator=Part("stylegan2", {"mapping_layers": 2}),
    discriminator=Part("stylegan2"),
    loss=Part("non-saturating"),
    penalties=(
        Part("r1", {"gamma": 2e-4, "by_size": True, "interval": 16}),
        Part("path-length", {"weight": 2.0, "interval": 4}),
    ),
    augmentations=(Part("ada"),),
    prior=Part("normal", {"dim": 512}),
    optimizer={"d": ADAM, "g": ADAM},
    steps=100_000,
    batch_size=32,
    ema=0.9978,
    ema_ramp=14.0,
)

STYLEGAN2_SMALL = Recipe(
    name="stylegan2-small",
    summary="A small StyleGAN2, which trains on a CPU within minutes",
    paper=PAPER,
    generator=Part(
        "stylegan2", {"width": 16, "channels_max": 64, "w_dim": 64, "mapping_layers": 2}
    ),
    discriminator=Part("stylegan2", {"width": 16, "channels_max": 64}),
    loss=Part("non-saturating"),
    penalties=(Part("r1", {"gamma": 2e-4, "by_size": True, "interval": 16}),),
    prior=Part("normal", {"dim": 64}),
    game=(Part("standard", {"share_fakes": True}),),
    optimizer={"d": FALLING, "g": FALLING},
    steps=12_000,
    # More updates are worth more than larger batches: of 32,000 images in batches of 32, 16 and 8,
    # a Frechet distance of 22.7, 14.4 and 10.9.
    batch_size=8,
    ema=0.999,
    low=0.0,  # as in vanilla-mlp: light strokes on a background of zeros
    tuned_for=("mnist", "mnist-5k", "fashion-mnist", "kmnist", "stacked-mnist"),
    # Chosen on a folder of drawings of 72 x 96: images that are larger have fewer channels at
    # their own size, so that a step takes less than a second on a CPU.
    elsewhere={
        "low": -1.0,
        "batch_size": 16,
        "steps": 4000,
        "generator.width": 8,
        "discriminator.width": 8,
    },
)

RECIPES = (STYLEGAN2_ADA, STYLEGAN2_SMALL)
