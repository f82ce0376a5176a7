"""Installing a camera: a picture, the bed, a diagnosis by each light, line, clock, a test look.

Every picture is taken with a grant, as in the night, and is forgotten after its diagnosis;
what is kept are findings, as one row of the history.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bedcheck.detector import Detector
from bedcheck.diagnosis import Diagnosis, diagnose
from bedcheck.errors import GrabError
from bedcheck.finding import Severity
from bedcheck.frame import Frame
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night import probe
from bedcheck.night.cameras.clock import clock_ahead
from bedcheck.night.changes import change
from bedcheck.night.clock import Clock
from bedcheck.night.permit import Permit, permit
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Unit
from bedcheck.night.world import World
from bedcheck.placement import Placement
from bedcheck.verdict import Polygon

__all__ = [
    "LIGHTS",
    "Installation",
    "Note",
    "Taken",
    "note_picture",
    "registered",
    "take_picture",
    "try_line",
]

LIGHTS = ("colour", "infrared")
PURPOSE = "install"


@dataclass(frozen=True, kw_only=True)
class Note:
    """One finding of an installation, as the history keeps it."""

    step: str  # picture, bed, colour, infrared, line, clock, look
    what: str
    severity: Severity

    def to_dict(self) -> dict[str, str]:
        """Plain JSON values."""
        return {"step": self.step, "what": self.what, "severity": self.severity.value}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A picture that was taken with a grant, in memory alone."""

    unit: Unit
    frame: Frame
    seconds: float  # that it took

    def diagnosed(
        self, detector: Detector, bed: Polygon | None, *, anew: bool = False
    ) -> Diagnosis:
        """What is wrong with it; with ``bed`` in place of what is registered.

        ``anew``: what is registered does not count, the bed is to be found.
        """
        placement = None if anew else self.unit.placed()
        if bed is not None:
            placement = Placement(bed=bed, name=self.unit.key)
        return diagnose(self.frame, placement, detector=detector)


def take_picture(store: Store, world: World, clock: Clock, serial: str, by: str) -> Taken:
    """One picture of the camera ``serial``, noted as a look.

    Raises RegistryError, GrantError as `bedcheck.night.permit.permit` does, GrabError where
    no picture came, ValueError where the camera's address is none.
    """
    allowed = permit(store, clock, serial, by, purpose=PURPOSE, frames=1, seconds=probe.PATIENCE)
    begun = time.monotonic()
    failed = ""
    try:
        camera = world.camera(allowed.unit, allowed.redeem)
        frame = camera.grab(allowed.grants[0], time.monotonic() + probe.PATIENCE)
        return Taken(unit=allowed.unit, frame=frame, seconds=time.monotonic() - begun)
    except GrabError as error:
        failed = error.kind
        raise
    finally:
        _note_look(store, allowed, clock.now(), by, time.monotonic() - begun, failed)


def try_line(store: Store, world: World, clock: Clock, serial: str, by: str) -> probe.Probed:
    """How fast further pictures come, whether they move on, and what time the camera has.

    Raises as `take_picture`, but a camera that gives no picture is told in what it returns.
    """
    allowed = permit(
        store, clock, serial, by, purpose=PURPOSE, frames=probe.FRAMES, seconds=probe.SECONDS
    )
    unit, begun = allowed.unit, time.monotonic()
    try:
        camera = world.camera(unit, allowed.redeem)
        ahead = clock_ahead(unit.source, clock.now()) if unit.live else None
        probed = probe.probe(camera, allowed.grants, clock, ahead, live=unit.live)
    except GrabError as error:
        probed = probe.Probed(streams=unit.streams, failure=error.kind, reason=str(error))
    _note_look(store, allowed, clock.now(), by, time.monotonic() - begun, probed.failure)
    return probed


def registered(store: Store, serial: str) -> Unit:
    """The camera of this serial number. Raises KeyError where there is none."""
    with store.snapshot() as snapshot:
        return Registry.load(snapshot).units[serial]


def note_picture(store: Store, unit: Unit, by: str, now: datetime) -> None:
    """That a person asked for a picture to be written, before it is."""
    _append(store, Kind.EXPORT, unit, by, now, {"what": "picture", "format": "png"})


def _note_look(
    store: Store, allowed: Permit, now: datetime, by: str, seconds: float, failed: str
) -> None:
    facts: dict[str, Any] = {"purpose": PURPOSE, "key": allowed.key, "seconds": round(seconds, 1)}
    if failed:
        facts["error"] = failed
    unit = allowed.unit
    with store.transaction() as tx:
        tx.append(
            HistoryRow(
                at=now, kind=Kind.LOOK, resident=unit.resident, camera=unit.key, who=by, facts=facts
            )
        )


class Installation:
    """What came of installing one camera, step by step; written down at the end."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.bed: Polygon | None = None
        self.origin = ""  # of the bed: proposed, given or kept

    def note(self, step: str, what: str, severity: Severity) -> None:
        """One more finding."""
        self.notes.append(Note(step=step, what=what, severity=severity))

    def note_diagnosis(self, light: str, diagnosis: Diagnosis) -> None:
        """The findings of a picture by ``light``."""
        for finding in diagnosis.findings:
            self.note(light, finding.what.value, finding.severity)

    def note_missing_light(self) -> bool:
        """A light by which no picture was diagnosed, as a finding; whether there is one."""
        missing = [light for light in LIGHTS if light not in {note.step for note in self.notes}]
        for light in missing:
            self.note(light, "later", Severity.NOT_CHECKED)
        return bool(missing)

    def note_line(self, found: Sequence[probe.Line]) -> None:
        """What a try of line and clock told."""
        for line in found:
            what = line.key.removeprefix("probe.").removeprefix("fix.")
            self.note("clock" if what.startswith("clock") else "line", what, line.severity)

    def put_bed(self, store: Store, serial: str, by: str, now: datetime) -> None:
        """Register the bed, where it is another than before. Raises RegistryError."""
        if self.bed is None or self.origin == "kept":
            return
        unit = registered(store, serial)
        change(store, [replace(unit, bed=self.bed, placement="")], by, now)

    def write(self, store: Store, unit: Unit, in_service: bool, by: str, now: datetime) -> None:
        """The findings as one row of the history."""
        problems = [n.what for n in self.notes if n.severity is Severity.PROBLEM]
        facts = {
            "result": "in_service" if in_service else "not_in_service",
            "problems": list(dict.fromkeys(problems)),
            "bed": self.origin,
            "findings": [note.to_dict() for note in self.notes],
        }
        _append(store, Kind.INSTALLED, unit, by, now, facts)


def _append(
    store: Store, kind: Kind, unit: Unit, by: str, now: datetime, facts: dict[str, Any]
) -> None:
    row = HistoryRow(
        at=now, kind=kind, resident=unit.resident, camera=unit.key, who=by, facts=facts
    )
    with store.transaction() as tx:
        tx.append(row)
