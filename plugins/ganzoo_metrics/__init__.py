"""Metrics of fakes: distances between distributions of features, likelihood, classes, copies.

Each metric has a file. The metrics are this plugin's own code, tested against torch-fidelity,
torchmetrics and prdc, because these libraries hold all features in memory, or use only feature
extractors of their own.
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
        summary="High if a classifier is sure of each sample, and predicts all classes",
        paper="arXiv:1606.03498, section 4",
    )
    registry.metric(
        "precision-recall",
        "ganzoo_metrics.precision_recall:PrecisionRecall",
        summary="Shares of fakes on the manifold of the data, of data on the manifold of the fakes",
        paper="arXiv:1904.06991, equation 2",
    )
    registry.metric(
        "density-coverage",
        "ganzoo_metrics.density_coverage:DensityCoverage",
        summary="Precision and recall that are robust to outliers",
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
        summary="The class shares of fakes and of the data, by a classifier",
    )
    registry.metric(
        "label-accuracy",
        "ganzoo_metrics.labels:LabelAccuracy",
        summary="The share of fakes that a classifier gives the label that they were drawn by",
    )
    registry.metric(
        "nearest",
        "ganzoo_metrics.nearest:Nearest",
        summary="Memorisation: distances of the fakes to the nearest training images",
        paper="arXiv:2004.05675",
    )
