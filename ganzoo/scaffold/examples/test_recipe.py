"""The recipe and its components are found by their names."""

from ganzoo import Registry

from recipe import MY_GAN


def test_the_components_of_the_recipe_are_installed() -> None:
    registry = Registry.discover()
    assert registry.get("recipe", MY_GAN.name).summary == MY_GAN.summary
    for kind, _, part in MY_GAN.parts():
        assert callable(registry.get(kind, part.name).load())
