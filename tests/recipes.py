"""Recipes of every shape, for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from ganzoo import Part, Recipe

NAMES = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,3})?", fullmatch=True)
WORDS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda word: word != "name")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
FRACTIONS = st.floats(0, 1, exclude_max=True)
POSITIVE = st.floats(1e-9, 10)
COUNTS = st.integers(1, 10**6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
MOMENTS = FRACTIONS | COUNTS
SIMPLE_SCHEDULES = st.one_of(
    st.fixed_dictionaries({
        "schedule": st.sampled_from(["linear", "cosine"]), "start": NUMBERS, "end": NUMBERS,
        "since": MOMENTS, "until": MOMENTS,
    }),
    st.fixed_dictionaries({
        "schedule": st.just("exponential"), "start": NUMBERS, "factor": st.floats(1.000001, 3),
    }),
    st.fixed_dictionaries({
        "schedule": st.just("step"), "start": NUMBERS, "at": st.lists(MOMENTS, max_size=3),
    }),
)  # fmt: skip
SCHEDULES = SIMPLE_SCHEDULES | st.fixed_dictionaries(
    {"schedule": st.just("sequence"), "parts": st.lists(SIMPLE_SCHEDULES, min_size=1, max_size=3)}
)
PARTS = st.builds(Part, NAMES, st.dictionaries(WORDS, VALUES | SCHEDULES, max_size=3))
SEVERAL_PARTS = st.lists(PARTS, max_size=2).map(tuple)
OPTIMIZERS = st.builds(
    Part,
    st.sampled_from(["adam", "sgd", "plugin:lion"]),
    st.fixed_dictionaries(
        {},
        optional={
            "lr": POSITIVE | SCHEDULES,
            "betas": st.lists(FRACTIONS | SCHEDULES, min_size=2, max_size=2),
            "clip_norm": POSITIVE,
            "accumulate": COUNTS,
            "lr_scale": st.dictionaries(NAMES, POSITIVE, max_size=2),
        },
    ),
)
RECIPES = st.builds(
    Recipe,
    name=NAMES,
    summary=st.text(max_size=10),
    generator=PARTS,
    discriminator=PARTS,
    networks=st.dictionaries(NAMES, PARTS, max_size=2),
    loss=PARTS,
    extra_losses=SEVERAL_PARTS,
    prior=PARTS,
    penalties=SEVERAL_PARTS,
    augmentations=SEVERAL_PARTS,
    game=PARTS | st.lists(PARTS, min_size=1, max_size=2).map(tuple),
    dataset=PARTS,
    optimizer=st.dictionaries(NAMES, OPTIMIZERS, max_size=3),
    steps=COUNTS,
    batch_size=COUNTS,
    ema=FRACTIONS,
    low=st.floats(-10, 0),
    high=st.floats(1, 10),
    log_every=COUNTS,
)
