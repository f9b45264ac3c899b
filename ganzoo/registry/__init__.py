"""Installed plugins, the components that they register, and the hooks that they implement."""

from ganzoo.registry.discovery import Plugin, Registry
from ganzoo.registry.entries import Entry, Registrar

__all__ = ["Entry", "Plugin", "Registrar", "Registry"]
