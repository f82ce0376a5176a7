"""Statistics: what happened, counted by night, with intervals. Figures alone; no picture."""

from bedcheck.history.figures import wording
from bedcheck.history.figures.figures import FIGURES, NUMBERS, figures_of
from bedcheck.history.figures.intervals import Estimate
from bedcheck.history.figures.statistics import By, Part, Question, Statistics

__all__ = [
    "FIGURES",
    "NUMBERS",
    "By",
    "Estimate",
    "Part",
    "Question",
    "Statistics",
    "figures_of",
    "wording",
]
