"""Everything that is installed conforms: a plugin that is added here is held to it at once."""

from __future__ import annotations

import ganzoo.testing

test_conformance = ganzoo.testing.conformance()
