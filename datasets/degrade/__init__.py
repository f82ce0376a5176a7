"""Degradations of pictures, each with the label that physics gives it.

`degrade` spoils one picture as a kind says; `TRAIN` and `EXAM` are the recipes.
"""

from datasets.degrade.apply import degrade
from datasets.degrade.outcome import Degraded
from datasets.degrade.recipe import EXAM, KINDS, TRAIN, Recipe

__all__ = ["EXAM", "KINDS", "TRAIN", "Degraded", "Recipe", "degrade"]
