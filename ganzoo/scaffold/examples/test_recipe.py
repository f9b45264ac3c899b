"""The recipe is found by its name, and so are its components."""

from ganzoo import Registry

from recipe import MY_GAN


def test_all_that_it_names_is_installed() -> None:
    registry = Registry.discover()
    assert registry.get("recipe", MY_GAN.name).summary == MY_GAN.summary
    for kind, _, part in MY_GAN.parts():
        assert callable(registry.get(kind, part.name).load())
