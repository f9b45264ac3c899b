"""The rules: those for several kinds in every.py and playing.py, the others by their kind."""
