"""The best assignment of rows to columns, one to one: the Hungarian algorithm."""

import math
from collections.abc import Sequence


def best_assignment(gains: Sequence[Sequence[float]]) -> list[int]:
    """The column of each row, all different, with the greatest sum of gains. There must be as many
    columns as rows, or more.

    Kuhn's and Munkres's algorithm with potentials, in O(rows² columns): rows are added one by one,
    and each is placed along the shortest augmenting path.
    """
    rows, columns = len(gains), len(gains[0])
    row_of = [-1] * columns
    row_potential, column_potential = [0.0] * rows, [0.0] * columns
    for new in range(rows):
        distance, before, done = [math.inf] * columns, [-1] * columns, [False] * columns
        row, column = new, -1
        while row >= 0:
            for other in range(columns):
                if done[other]:
                    continue
                cost = -gains[row][other] - row_potential[row] - column_potential[other]
                if cost < distance[other]:
                    distance[other], before[other] = cost, column
            left = [other for other in range(columns) if not done[other]]
            nearest = min(left, key=distance.__getitem__)
            shift = distance[nearest]
            row_potential[new] += shift
            for other in range(columns):
                if done[other]:
                    row_potential[row_of[other]] += shift
                    column_potential[other] -= shift
                else:
                    distance[other] -= shift
            column, done[nearest] = nearest, True
            row = row_of[column]
        while column >= 0:
            previous = before[column]
            row_of[column] = new if previous < 0 else row_of[previous]
            column = previous
    return [row_of.index(row) for row in range(rows)]
