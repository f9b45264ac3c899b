"""Runs side by side: the comparison, its curves, and the page drawn from it."""
