"""Tables: CTGAN (arXiv:1907.00503), tables as datasets, and metrics of generated rows."""

from ganzoo import hookimpl
from ganzoo_ctgan.recipes import RECIPES

PAPER = "arXiv:1907.00503"


@hookimpl
def ganzoo_register(registry):
    registry.dataset(
        "table",
        "ganzoo_ctgan.csv_table:Table",
        summary="the rows of a CSV file, named as table:PATH",
    )
    registry.dataset(
        "people",
        "ganzoo_ctgan.people:People",
        summary="10,000 made-up people: a table with eight dependent columns, four of numbers",
    )
    registry.view(
        "table-rows",
        "ganzoo_ctgan.rows:Rows",
        summary="rows of a table as CSV; a histogram of each column as a picture",
    )
    registry.generator(
        "ctgan",
        "ganzoo_ctgan.networks:ConcatenatingGenerator",
        summary="A multilayer perceptron whose layers are joined to their inputs",
        paper=f"{PAPER}, section 4.4",
    )
    registry.game(
        "conditional-table",
        "ganzoo_ctgan.games:ConditionalTable",
        summary="Rows of a table: normalised by modes, and drawn by a condition on one column",
        paper=f"{PAPER}, sections 4.2 to 4.4",
    )
    registry.metric(
        "table-columns",
        "ganzoo_ctgan.metrics.columns:Columns",
        summary="The distance between the distributions of each column of a table",
    )
    registry.metric(
        "table-pairs",
        "ganzoo_ctgan.metrics.pairs:ColumnPairs",
        summary="The distance between the distributions of each pair of columns",
    )
    registry.metric(
        "table-classifier",
        "ganzoo_ctgan.metrics.classifier:TableClassifier",
        summary="A classifier trained on generated rows and tested on real rows",
        paper=f"{PAPER}, section 5.1",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
