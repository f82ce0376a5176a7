"""Wall and CPU time of calls, and of the stages inside one verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from unittest.mock import patch

import numpy as np

from bedcheck import detector as judging
from bedcheck.detector import Detector
from bedcheck.frame import Frame
from bedcheck.placement import Placement

__all__ = ["STAGES", "Times", "clocked", "staged"]

STAGES = ("decode", "registration", "find bed", "measures", "preprocess", "network", "rules")


@dataclass
class Times:
    """Milliseconds of each measured round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # of all threads of the process

    def add(self, wall: float, cpu: float) -> None:
        """Another round."""
        self.wall.append(wall)
        self.cpu.append(cpu)

    def extend(self, other: Times) -> None:
        """The rounds of another measurement of the same."""
        self.wall += other.wall
        self.cpu += other.cpu

    def figures(self) -> dict[str, float]:
        """min, p50 and p95 of wall and CPU time, by the name of their column."""
        return {
            f"{clock}_{name}_ms": float(np.percentile(values, share))
            for clock, values in (("wall", self.wall), ("cpu", self.cpu))
            for name, share in (("min", 0), ("p50", 50), ("p95", 95))
        }


@contextmanager
def _spent(times: Times) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    times.add(wall * 1000, cpu * 1000)


def clocked(call: Callable[[], object], rounds: int) -> Times:
    """How long each of ``rounds`` calls took."""
    times = Times()
    for _ in range(rounds):
        with _spent(times):
            call()
    return times


def staged(detector: Detector, call: Callable[[], object], rounds: int) -> dict[str, Times]:
    """How long each of `STAGES` took in each of ``rounds`` verdicts, and ``rest``.

    The functions that `Detector` calls are wrapped while this runs, which costs
    some microseconds a stage: take the whole from `clocked`.
    """
    inside: dict[str, list[float]] = {}

    def watch(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            cpu, wall = time.process_time(), time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                spent = inside.setdefault(stage, [0.0, 0.0])
                spent[0] += (time.perf_counter() - wall) * 1000
                spent[1] += (time.process_time() - cpu) * 1000

        return watched

    luma = cached_property(watch("measures", Frame.__dict__["luma"].func))
    luma.__set_name__(Frame, "luma")
    network = detector.network
    found: dict[str, Times] = {stage: Times() for stage in (*STAGES, "rest")}
    with ExitStack() as patches:
        for target, name, stage in (
            (judging, "read", "decode"),
            (judging, "working_luma", "measures"),
            (judging, "measure", "measures"),
            (judging, "find_bed", "find bed"),
            (judging, "decide", "rules"),
            (Placement, "align", "registration"),
            (network, "prepare", "preprocess"),
            (network, "run", "network"),
        ):
            patches.enter_context(patch.object(target, name, watch(stage, getattr(target, name))))
        patches.enter_context(patch.object(Frame, "luma", luma))
        for _ in range(rounds):
            inside.clear()
            whole = clocked(call, 1)
            for stage in STAGES:
                found[stage].add(*inside.get(stage, (0.0, 0.0)))
            found["rest"].add(
                whole.wall[0] - sum(spent[0] for spent in inside.values()),
                whole.cpu[0] - sum(spent[1] for spent in inside.values()),
            )
    return found
