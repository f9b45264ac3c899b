"""Trainings, runs and results as a notebook shows them."""
