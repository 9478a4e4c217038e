"""What evolution made of the coefficients of the car of Najarro and Risi (2020): histograms, and how normal."""

from __future__ import annotations

from hebbax.reproduction.experiment import NAJARRO, Experiment
from hebbax.reproduction.najarro_coefficients import NUMBERS as NUMBERS
from hebbax.reproduction.najarro_coefficients import draw as draw
from hebbax.reproduction.najarro_coefficients import measure as measure
from hebbax.reproduction.najarro_coefficients import section as section
from hebbax.reproduction.najarro_racing import FIXED, HEBBIAN, RUNS, some_of_them

EXPERIMENT = Experiment(
    title="The coefficients of a car's rules",
    reference=NAJARRO,
    asks="histograms of a car's 456,640 evolved coefficients, and how near they are to a normal distribution",
    out="results/najarro-car/coefficients",
    budgets=some_of_them(FIXED, HEBBIAN),
    notes=(
        "The authors show histograms that look normal. A search that begins at N(0, 1) and adds normal steps keeps "
        "such a histogram whatever it learns.",
    ),
    runs_of=RUNS,
    study="hebbax.reproduction.najarro_car_coefficients",
)
