"""What every plugin must do, asked of this one."""

from ganzoo.testing import conformance

test_conformance = conformance("smoothing")
