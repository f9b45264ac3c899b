"""Penalties that go with any game: on D's scores, on G's Jacobian, on either player's weights."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.penalty(
        "consistency",
        "ganzoo_regularisers.consistency:Consistency",
        summary="The same score for an image and for the shifted image",
        paper="arXiv:1910.12027, equation 4",
    )
    registry.penalty(
        "lecam",
        "ganzoo_regularisers.lecam:LeCam",
        summary="Scores of reals near the mean score of fakes, and the reverse, for little data",
        paper="arXiv:2104.03310, section 3.2",
    )
    registry.penalty(
        "orthogonal",
        "ganzoo_regularisers.orthogonal:Orthogonal",
        summary="Orthogonal filters, of either player",
        paper="arXiv:1809.11096, equation 3",
    )
    registry.penalty(
        "path-length",
        "ganzoo_regularisers.path_length:PathLength",
        summary="A step in w, or in z, changes G's sample by the same amount everywhere",
        paper="arXiv:1912.04958, section 3.2",
    )
