"""How good fakes are: distances between distributions of features, likelihood, classes, copies.

Each metric has a file, which goes from features to statistics to numbers. They are written here,
and tested against torch-fidelity, torchmetrics and prdc: those hold all features at once, or bring
feature extractors of their own.
"""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.metric(
        "fid",
        "ganzoo_metrics.fid:FrechetInceptionDistance",
        summary="Fréchet distance between Gaussians fitted to Inception's features",
        paper="arXiv:1706.08500, equation 6",
    )
    registry.metric(
        "fd",
        "ganzoo_metrics.fid:FrechetDistance",
        summary="Fréchet distance between Gaussians fitted to any features",
        paper="arXiv:1706.08500, equation 6",
    )
    registry.metric(
        "kid",
        "ganzoo_metrics.kid:KernelDistance",
        summary="Unbiased squared MMD of the features under a cubic kernel",
        paper="arXiv:1801.01401",
    )
    registry.metric(
        "inception-score",
        "ganzoo_metrics.inception:InceptionScore",
        summary="How sure a classifier is of each sample, and how unsure of them all",
        paper="arXiv:1606.03498, section 4",
    )
    registry.metric(
        "precision-recall",
        "ganzoo_metrics.precision_recall:PrecisionRecall",
        summary="Fakes on the manifold of the data, and data on that of the fakes",
        paper="arXiv:1904.06991, equation 2",
    )
    registry.metric(
        "density-coverage",
        "ganzoo_metrics.density_coverage:DensityCoverage",
        summary="Precision and recall that bear outliers",
        paper="arXiv:2002.09797, section 3.2",
    )
    registry.metric(
        "parzen",
        "ganzoo_metrics.parzen:Parzen",
        summary="Log-likelihood of test images under a Parzen window of fakes",
        paper="arXiv:1406.2661, section 5",
    )
    registry.metric(
        "class-balance",
        "ganzoo_metrics.balance:ClassBalance",
        summary="The classes of the fakes, as a classifier tells them, against the data's",
    )
    registry.metric(
        "nearest",
        "ganzoo_metrics.nearest:Nearest",
        summary="How near the fakes lie to training images: memorisation",
        paper="arXiv:2004.05675",
    )
