"""What a training leaves behind: one folder, written so that nothing in it is ever half there."""

from ganzoo.run.folder import Run

__all__ = ["Run"]
