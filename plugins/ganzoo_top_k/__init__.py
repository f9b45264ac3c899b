"""Top-k training of GANs (arXiv:2002.06224)."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.game(
        "top-k",
        "ganzoo_top_k.games:TopK",
        summary="G learns from the fakes of a batch with the highest scores only",
        paper="arXiv:2002.06224",
    )
