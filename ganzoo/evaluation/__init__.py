"""The evaluation of generators: features, metrics, and the results of a run."""
