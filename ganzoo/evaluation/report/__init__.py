"""The comparison of runs: its data, its curves, and its HTML page."""
