"""How fast ganzoo trains, beside other training loops and beside the arithmetic of a step:
``python -m benchmarks``. The other modules of this folder are programs of their own."""
