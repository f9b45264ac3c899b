"""Fixtures that an author's tests may use. Loaded by every pytest session, so it imports nothing
slow until a fixture is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ganzoo import Data, Registry, Spec


@pytest.fixture(scope="session")
def ganzoo_registry() -> Registry:
    """Everything that is installed: ``ganzoo_registry.get("loss", "my-loss").load()``."""
    from ganzoo import Registry

    return Registry.discover()


@pytest.fixture
def gray_spec() -> Spec:
    """What a network for MNIST is built for: (1, 28, 28) in [-1, 1], 10 labels, z of length 16."""
    from ganzoo import Spec

    return Spec((1, 28, 28), classes=10, z_dim=16)


@pytest.fixture
def tiny_images(gray_spec: Spec) -> Data:
    """64 made-up gray images with labels, uint8 (64, 1, 28, 28)."""
    from ganzoo.testing.cases import tiny

    return tiny(gray_spec)
