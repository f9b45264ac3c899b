"""The run folder: everything that a training writes, each file written whole or not at all."""

from ganzoo.run.folder import Run

__all__ = ["Run"]
