"""Does an address give pictures, how fast, and what is wrong with it? For who installs.

Pictures are measured and dropped: none is judged, shown or kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from bedcheck import texts
from bedcheck.errors import GrabError
from bedcheck.finding import Severity
from bedcheck.history.grant import Grant
from bedcheck.night.cameras.port import Camera, frame_from
from bedcheck.night.cameras.rtsp import RtspCamera
from bedcheck.night.clock import Clock
from bedcheck.night.frozen import SAME, Glance, frozen, glance
from bedcheck.night.messages import why_text

__all__ = ["FRAMES", "SECONDS", "Line", "Probed", "lines", "probe"]

FRAMES = 3
APART = 1.5  # seconds between the pictures of a snapshot camera
PATIENCE = 10.0  # seconds for one picture, as a look has it
SECONDS = FRAMES * (PATIENCE + APART)  # that a probe may take

WHOLE = frozenset({"refused"})  # failures of which what to do says what it is, too
SLOW = 5.0  # seconds to the first picture; a look has ten
FAR_APART = 4.5  # seconds between key frames; a look allows for four
CLOCK_NOTE, CLOCK_WRONG = 5.0, 60.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What a probe measured."""

    streams: bool
    waits: tuple[float, ...] = ()  # seconds from asking to the picture, for each that came
    size: tuple[int, int] | None = None  # width and height of the last one, pixels
    codec: str = ""  # of a stream
    gap: float | None = None  # seconds between key frames; None: not known
    failure: str = ""  # kind of the first GrabError
    reason: str = ""  # its message
    frozen: str = ""  # why the pictures show a feed that stands still
    clock_ahead: float | None = None  # seconds; None: the camera does not say


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing to tell an installer."""

    severity: Severity
    key: str  # in `bedcheck.texts`
    values: tuple[tuple[str, str | float], ...] = ()

    def text(self, language: str) -> str:
        """The line in words; figures as the language writes them."""
        said: dict[str, str] = {}
        for name, value in self.values:
            if isinstance(value, float):
                said[name] = texts.number(value, language)
            else:
                said[name] = why_text([value], language) if name == "why" else value
        return texts.text(self.key, language, **said)

    def to_dict(self, language: str) -> dict[str, str]:
        """Plain JSON values."""
        what = self.key.removeprefix("probe.")
        return {"what": what, "severity": self.severity.value, "text": self.text(language)}


def probe(
    camera: Camera,
    grants: Sequence[Grant],
    clock: Clock,
    ahead: float | None = None,
    *,
    live: bool = True,
) -> Probed:
    """Ask ``camera`` for a picture with each grant. ``ahead``: what is known of its clock.

    ``live``: its picture is never the same to the bit, as that of a file may be.

    Raises GrantError where a grant opens nothing.
    """
    streams = isinstance(camera, RtspCamera)
    waits: list[float] = []
    glances: list[Glance] = []
    size, codec, gap, failure, reason = None, "", None, "", ""
    begun = clock.monotonic()
    with camera if isinstance(camera, AbstractContextManager) else nullcontext():
        for number, grant in enumerate(grants):
            if number and not streams:
                clock.wait(APART, threading.Event())
            asked = time.monotonic()
            try:
                if isinstance(camera, RtspCamera):
                    shown = camera.show(grant, asked + PATIENCE)
                    frame = frame_from(shown.pixels, f"camera {camera.camera}")
                    codec, gap = shown.codec, shown.gap
                else:
                    frame = camera.grab(grant, asked + PATIENCE)
            except GrabError as error:
                if not failure:
                    failure, reason = error.kind, str(error)
                continue
            waits.append(time.monotonic() - asked)
            glances.append(glance(frame, clock.monotonic() - begun))
            size = frame.size
            del frame
    return Probed(
        streams=streams,
        waits=tuple(waits),
        size=size,
        codec=codec,
        gap=gap,
        failure=failure,
        reason=reason,
        frozen=frozen(glances) if live else "",
        clock_ahead=ahead,
    )


def lines(probed: Probed) -> tuple[Line, ...]:
    """What there is to tell, the worst first. A pure rule."""
    told = [*_pictures(probed), *_clock(probed)]
    order = [Severity.PROBLEM, Severity.NOTE, Severity.OK, Severity.NOT_CHECKED]
    return tuple(sorted(told, key=lambda line: order.index(line.severity)))


def _pictures(probed: Probed) -> list[Line]:
    if not probed.waits and probed.failure in WHOLE:
        return [Line(severity=Severity.PROBLEM, key=f"probe.fix.{probed.failure}")]
    if not probed.waits:
        why = ("why", probed.failure)
        return [
            Line(severity=Severity.PROBLEM, key="probe.nothing", values=(why,)),
            Line(severity=Severity.PROBLEM, key=f"probe.fix.{probed.failure}"),
        ]
    width, height = probed.size or (0, 0)
    size = (("size", f"{width}x{height}"), ("seconds", probed.waits[0]))
    told = [
        Line(severity=Severity.NOTE, key="probe.slow", values=size)
        if probed.waits[0] > SLOW
        else Line(severity=Severity.OK, key="probe.picture", values=size)
    ]
    if len(probed.waits) > 1 and not probed.frozen:  # no praise for the same one again
        again = (("seconds", max(probed.waits[1:])),)
        told.append(Line(severity=Severity.OK, key="probe.again", values=again))
    if probed.failure:
        why = ("why", probed.failure)
        told.append(Line(severity=Severity.PROBLEM, key="probe.unsteady", values=(why,)))
        told.append(Line(severity=Severity.PROBLEM, key=f"probe.fix.{probed.failure}"))
    if probed.frozen:
        # A camera that stands still, or no camera: a file that a web server gives out.
        file = probed.frozen == SAME and not probed.streams
        key = "probe.fix.same" if file else "probe.fix.frozen"
        told.append(Line(severity=Severity.PROBLEM, key=key))
    if probed.gap is not None:
        far = probed.gap > FAR_APART
        told.append(
            Line(
                severity=Severity.PROBLEM if far else Severity.OK,
                key="probe.far_apart" if far else "probe.key_frames",
                values=(("seconds", probed.gap), ("codec", probed.codec)),
            )
        )
    if probed.streams:
        told.append(Line(severity=Severity.NOTE, key="probe.snapshot"))
    return told


def _clock(probed: Probed) -> list[Line]:
    ahead = probed.clock_ahead
    if ahead is None and not probed.waits:  # there is no picture to look for a clock in
        return []
    if ahead is None:
        return [Line(severity=Severity.NOT_CHECKED, key="probe.clock_unknown")]
    off = (("seconds", abs(ahead)),)
    if abs(ahead) <= CLOCK_NOTE:
        return [Line(severity=Severity.OK, key="probe.clock")]
    severity = Severity.PROBLEM if abs(ahead) > CLOCK_WRONG else Severity.NOTE
    key = "probe.clock_ahead" if ahead > 0 else "probe.clock_behind"
    return [Line(severity=severity, key=key, values=off)]
