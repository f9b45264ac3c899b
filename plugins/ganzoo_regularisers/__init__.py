"""Penalties that steady a discriminator or a generator."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    pass
