"""A made-up table of people."""

import torch
from torch import Tensor

from ganzoo import Count, DrawnDataset
from ganzoo_ctgan.columns import Column, view_of_rows

EDUCATION = ("school", "college", "bachelor", "master", "doctor")
JOB = ("clerk", "engineer", "farmer", "nurse", "seller", "teacher")
COLUMNS = (
    Column("age"),
    Column("education", EDUCATION),
    Column("job", JOB),
    Column("hours", decimals=1),
    Column("income"),
    Column("region", ("north", "south", "west")),
    Column("commute", decimals=1),
    Column("owner", ("no", "yes")),
)
# The probability of each job, by education: a row for each education.
_JOBS = torch.tensor(
    [
        [0.30, 0.02, 0.25, 0.08, 0.34, 0.01],
        [0.28, 0.06, 0.12, 0.24, 0.26, 0.04],
        [0.20, 0.26, 0.05, 0.16, 0.13, 0.20],
        [0.10, 0.40, 0.03, 0.07, 0.06, 0.34],
        [0.04, 0.48, 0.01, 0.05, 0.02, 0.40],
    ],
    dtype=torch.float64,
)
_EDUCATED = torch.tensor([0.34, 0.27, 0.22, 0.13, 0.04], dtype=torch.float64)
_REGIONS = torch.tensor([[0.5, 0.3, 0.2], [0.15, 0.25, 0.6]], dtype=torch.float64)  # farmers: last


class People(DrawnDataset):
    """Rows that are drawn from a seed, float32 (N, 8): age in years, education, job, hours of work
    in a week, income in a year, region, minutes of the way to work, and whether the person owns the
    home. Hours have two modes, full and half time; income is skewed, and grows with age, education
    and hours; farmers have a short way to work; owners are older and have more.

    ``test``: 10,000 rows, other than the rows of ``train``.

    Args:
        count: rows to train on.
        seed: seed of the draws.
    """

    name = "people"
    view = view_of_rows(COLUMNS)

    def __init__(self, count: Count = 10_000, seed: int = 0) -> None:
        super().__init__(count, seed)

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, None]:
        return drawn(count, dice), None


def drawn(n: int, dice: torch.Generator) -> Tensor:
    """Rows, float64 (n, 8), in the order of ``COLUMNS``."""

    def normal() -> Tensor:
        return torch.randn(n, dtype=torch.float64, generator=dice)

    def uniform() -> Tensor:
        return torch.rand(n, dtype=torch.float64, generator=dice)

    def choice(p: Tensor) -> Tensor:
        ends = p.expand(n, -1).cumsum(1)
        return (uniform()[:, None] > ends).sum(1).clamp(max=p.shape[-1] - 1)

    young = uniform() < 0.55
    age = torch.where(young, 31 + 6 * normal(), 54 + 7 * normal()).clamp(18, 80).round()
    education = choice(_EDUCATED)
    job = choice(_JOBS[education])
    half = uniform() < torch.where(job == 3, 0.5, 0.18)
    hours = torch.where(half, 20 + 2 * normal(), 40 + 1.5 * normal()).clamp(4, 70)
    farmer = job == 2
    hours = torch.where(farmer, hours + 8, hours)
    level = 9.9 + 0.22 * education + 0.012 * (age - 18) + 0.8 * (hours / 40).log()
    income = (level + 0.25 * normal()).exp()
    region = choice(_REGIONS[farmer.long()])
    commute = torch.where(farmer, 4 + 2 * normal(), 28 + 12 * normal() + 8 * region)
    owner = uniform() < torch.sigmoid((age - 45) / 6 + 1.5 * (income.log() - 10.6))
    columns = (age, education, job, hours, income.round(), region, commute.clamp(min=0), owner)
    x = torch.stack([column.double() for column in columns], 1)
    for place, column in enumerate(COLUMNS):
        x[:, place] = x[:, place].round(decimals=column.decimals)
    return x
