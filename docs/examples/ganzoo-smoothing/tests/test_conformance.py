"""The rules for every plugin, tested on this plugin."""

from ganzoo.testing import conformance

test_conformance = conformance("smoothing")
