"""Datasets: finding, downloading and reading their files, and drawing batches from them."""
