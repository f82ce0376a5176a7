"""One look: several frames over its length, each with a grant of its own, judged in memory.

Frames are judged as they come and then forgotten; no code here can write one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from bedcheck.errors import BedcheckError, GrabError, GrantError
from bedcheck.frame import Frame, Picture
from bedcheck.history.grant import Grant
from bedcheck.night.cameras.port import Camera
from bedcheck.night.clock import Clock
from bedcheck.night.events import Looked, LookFailed
from bedcheck.night.frozen import Box, Glance, frozen, glance
from bedcheck.night.pooling import pool
from bedcheck.night.unit import Unit
from bedcheck.placement import Placement
from bedcheck.verdict import Verdict

__all__ = ["FRAMES", "Judge", "Looking", "looking_at", "take_look"]

FRAMES = 3  # of one look, spread over its length
PATIENCE = 10.0  # seconds for one frame, at most
STREAM_FRAME = 5.0  # seconds that a frame of a stream may take: key frames 4 s apart


class Judge(Protocol):
    """What judges a frame; `bedcheck.Detector` does."""

    def judge(self, picture: Picture | Frame, placement: Placement | None = None) -> Verdict:
        """The verdict on one picture."""
        ...


@dataclass(frozen=True, kw_only=True)
class Looking:
    """Everything that one look needs."""

    key: str
    camera: Camera
    grants: Sequence[Grant]  # one for each frame
    seconds: float  # for how long the camera is open, at most
    placement: Placement | None = None
    live: bool = True  # a camera whose picture never stays the same to the bit
    frame_seconds: float = 0.0  # that a frame may take: the last one begins so long before the end
    clock: Box | None = None  # where the picture shows the time


def looking_at(
    unit: Unit, camera: Camera, *, key: str, grants: Sequence[Grant], seconds: float
) -> Looking:
    """A look with ``camera``, as the unit is registered. Raises PlacementError."""
    return Looking(
        key=key,
        camera=camera,
        grants=grants,
        seconds=seconds,
        placement=unit.placed(),
        live=unit.live,
        frame_seconds=STREAM_FRAME if unit.streams else 0.0,
        clock=unit.clock,
    )


def take_look(
    looking: Looking, judge: Judge, clock: Clock, stop: threading.Event
) -> Looked | LookFailed:
    """Look, and say what was seen or why nothing was.

    Ends at once where ``stop`` is set, and where a grant is refused between two frames: a
    withdrawal does that. Frames that came before are then forgotten. A camera that can keeps
    its connection from the first frame to the last.
    """
    camera = looking.camera
    with camera if isinstance(camera, AbstractContextManager) else nullcontext():
        return _take_look(looking, judge, clock, stop)


def _take_look(
    looking: Looking, judge: Judge, clock: Clock, stop: threading.Event
) -> Looked | LookFailed:
    began = clock.monotonic()
    verdicts: list[Verdict] = []
    glances: list[Glance] = []
    last = looking.seconds - max(0.1 * looking.seconds, looking.frame_seconds)
    failure: LookFailed | None = None
    for number, grant in enumerate(looking.grants):
        share = number / max(len(looking.grants) - 1, 1)
        pause = began + max(last, 0.0) * share - clock.monotonic()
        if pause > 0:
            clock.wait(pause, stop)
        left = began + looking.seconds - clock.monotonic()
        if stop.is_set() or left <= 0:
            failure = _failed(looking, "interrupted", "the runner was stopped", began, clock)
            break
        try:
            frame = looking.camera.grab(grant, time.monotonic() + min(PATIENCE, left))
            glances.append(glance(frame, clock.monotonic() - began, looking.clock))
            verdicts.append(judge.judge(frame, looking.placement))
            del frame
        except GrantError as error:
            failure = _failed(looking, "no_grant", error.reason, began, clock)
            break
        except GrabError as error:
            failure = _failed(looking, error.kind, str(error), began, clock)
        except BedcheckError as error:
            failure = _failed(looking, "judgement", f"{error.kind}: {error}", began, clock)
        except Exception as error:  # a fault of ours must not end a thread in silence
            failure = _failed(looking, "internal", type(error).__name__, began, clock)
    if failure is not None and (not verdicts or failure.kind in ("interrupted", "no_grant")):
        return failure
    if looking.live and (why := frozen(glances)):
        return _failed(looking, "frozen", why, began, clock)
    seconds = clock.monotonic() - began
    return Looked(key=looking.key, finding=pool(verdicts), seconds=seconds)


def _failed(looking: Looking, kind: str, detail: str, began: float, clock: Clock) -> LookFailed:
    seconds = clock.monotonic() - began
    return LookFailed(key=looking.key, kind=kind, detail=detail, seconds=seconds)
