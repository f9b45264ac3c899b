"""Metrics of the rows of a table."""
