"""What is measured: our detector, or anything that answers for a picture and a bed."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bedcheck.detector import Detector
from bedcheck.errors import BedcheckError, JudgementError, ManifestError
from bedcheck.frame import read
from bedcheck.placement import Placement
from bedcheck.verdict import Polygon, State, Verdict

__all__ = ["Judge", "Spec", "build"]

Judge = Callable[[Path | NDArray[np.uint8], Polygon | None], Verdict]
"""A picture's file or HxWx3 BGR array, and its bed where that is drawn, to a verdict."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """Which detector, in words, so that other processes and machines can make it too.

    ``detector`` is ``module:callable``. It is called with a picture, HxWx3 uint8 BGR, and the
    bed's polygon or None, and returns a Verdict or a mapping from states to probabilities;
    states left out have none. A class is made once in each process, without arguments.
    """

    detector: str = ""  # empty: ours
    weights: Path | None = None  # of ours; None: those that ship

    @property
    def name(self) -> str:
        """What the report calls it."""
        return self.detector or Detector(weights=self.weights).network.name


@lru_cache(maxsize=4)
def build(spec: Spec) -> Judge:
    """The judge that ``spec`` names, made once in a process. Raises ManifestError, NetworkError."""
    if not spec.detector:
        detector = Detector(weights=spec.weights)
        return lambda picture, bed: detector.judge(picture, Placement(bed=bed) if bed else None)
    answer = _found(spec.detector)

    def judge(picture: Path | NDArray[np.uint8], bed: Polygon | None) -> Verdict:
        pixels = read(picture).pixels
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[..., None], 3, 2)
        started = time.perf_counter()
        try:
            return as_verdict(answer(pixels[..., :3], bed), spec.detector, started)
        except BedcheckError:
            raise
        except Exception as error:  # somebody else's code: one picture lost, the run goes on
            raise JudgementError(f"{spec.detector}: {type(error).__name__}: {error}") from error

    return judge


def as_verdict(answer: Any, name: str, started: float) -> Verdict:
    """A foreign answer as a verdict; the probabilities are brought to the sum 1."""
    if isinstance(answer, Verdict):
        return answer
    if not isinstance(answer, Mapping):
        raise TypeError(
            f"expected a Verdict or a mapping from states to probabilities; got {answer!r:.80}"
        )
    if unknown := sorted(set(answer) - set(State)):
        raise ValueError(f"expected the states {', '.join(State)}; got {unknown[0]!r}")
    p = {state: float(answer.get(state, 0.0)) for state in State}
    total = sum(p.values())
    if not total > 0 or min(p.values()) < 0:
        raise ValueError(f"expected probabilities that sum to more than 0; got {dict(answer)}")
    return Verdict(
        state=max(State, key=lambda state: p[state]),
        probabilities={state: p[state] / total for state in State},
        certain=False,
        network=name,
        elapsed_ms=(time.perf_counter() - started) * 1000,
    )


def _found(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ManifestError(
            f"detector: expected module:callable that can be imported; got {name!r}: {error}"
        ) from None
    answer = found() if isinstance(found, type) else found
    if not callable(answer):
        raise ManifestError(f"detector: expected something to call; {name!r} is none")
    return answer  # type: ignore[no-any-return]
