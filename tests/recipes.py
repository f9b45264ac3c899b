"""Recipes of every shape, for the property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from ganzoo import SGD, Adam, Constant, Cosine, Exponential, Linear, Part, Recipe, RMSprop

NAMES = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,3})?", fullmatch=True)
WORDS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda word: word != "name")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
PARTS = st.builds(Part, NAMES, st.dictionaries(WORDS, VALUES, max_size=3))
FRACTIONS = st.floats(0, 1, exclude_max=True)
POSITIVE = st.floats(1e-9, 10)
COUNTS = st.integers(1, 10**6)

SCHEDULES = st.one_of(
    st.just(Constant()),
    st.builds(Linear, end=COUNTS, start=st.integers(0, 100), to=NUMBERS),
    st.builds(Cosine, end=COUNTS, start=st.integers(0, 100), to=NUMBERS),
    st.builds(Exponential, factor=st.floats(1.000001, 3), floor=POSITIVE),
)
OPTIMIZERS = st.one_of(
    st.builds(Adam, lr=POSITIVE, betas=st.tuples(FRACTIONS, FRACTIONS), schedule=SCHEDULES),
    st.builds(SGD, lr=POSITIVE, momentum=FRACTIONS, schedule=SCHEDULES,
              momentum_schedule=SCHEDULES),
    st.builds(RMSprop, lr=POSITIVE, alpha=FRACTIONS, momentum=FRACTIONS, schedule=SCHEDULES),
)  # fmt: skip
RECIPES = st.builds(
    Recipe,
    name=NAMES,
    summary=st.text(max_size=10),
    generator=PARTS,
    discriminator=PARTS,
    loss=PARTS,
    terms=st.lists(PARTS, max_size=2).map(tuple),
    prior=PARTS,
    penalty=st.lists(PARTS, max_size=2).map(tuple),
    game=PARTS,
    dataset=PARTS,
    optimizer=st.dictionaries(NAMES, OPTIMIZERS, max_size=3),
    steps=COUNTS,
    batch_size=COUNTS,
    ema=FRACTIONS,
    low=st.floats(-10, 0),
    high=st.floats(1, 10),
    log_every=COUNTS,
)
