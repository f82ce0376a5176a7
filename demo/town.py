"""A town's nights as rows of history, lived by the rules of the night on a simulated clock.

Who is where, and who answers when, is drawn at random; what follows from it is decided by
`bedcheck.night.transition`. No camera and no network: what looks give is drawn too, at rates
of the caller's choosing. The same town and seed live the same nights.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from bedcheck.history import HistoryRow, Kind, Store
from bedcheck.night.actions import Action, Disarm, Log, Look, PlaceCall, Tell
from bedcheck.night.contact import Contact, Medium
from bedcheck.night.events import (
    Acknowledged,
    Answer,
    Answered,
    CallAccepted,
    Due,
    Event,
    Looked,
    LookFailed,
    Outcome,
    OutcomeGiven,
    WriteOff,
    WrittenOff,
)
from bedcheck.night.transition import transition
from bedcheck.night.walltime import instant_of
from bedcheck.night.window import Bar, Finding, Phase, Terms, Window

__all__ = ["Town"]

MINUTE = timedelta(minutes=1)
AREAS = ("Norr", "Söder", "Öster")
TIMES = (time(23, 30), time(3))
FAULTS = ("covered", "moved", "glare")
CONTACTS = tuple(
    Contact(key=key, name=key, medium=Medium.WEBHOOK, address="https://example.org", secret="s")
    for key in ("north", "south")
)


@dataclass(frozen=True, kw_only=True)
class Town:
    """What nights are like there. Shares are of supervisions, unless it says otherwise."""

    residents: int = 30
    zone: str = "Europe/Stockholm"
    network: str = "simulated@1"
    up: float = 0.02  # not in bed
    wrong: float = 0.01  # share of residents in bed who are not seen there
    again: float = 0.5  # share of those of whom the second look says the same
    unsure: float = 0.03  # share of looks that are not certain
    low: float = 0.004  # too little contrast
    fault: float = 0.003  # covered, moved
    line: float = 0.002  # nobody answers
    away: float = 0.01  # a registered absence
    seed: int = 0
    terms: Terms = field(
        default=Terms(
            look=timedelta(seconds=25),
            retry=10 * MINUTE,
            telephone_first=False,
            edge_counts_as_up=False,
            answer=3 * MINUTE,
            acknowledge=8 * MINUTE,
            operator=5 * MINUTE,
            deadline=30 * MINUTE,
            outcome=120 * MINUTE,
            shadow=False,
            zone="Europe/Stockholm",
            contacts=CONTACTS,
            crisis=CONTACTS[:1],
        ),
        repr=False,
    )

    def live(self, store: Store, first: date, nights: int) -> int:
        """Write the rows of so many nights; returns how many there were."""
        count = 0
        for rows in self.nights(first, nights):
            with store.transaction() as tx:
                for row in rows:
                    tx.append(row)
            count += len(rows)
        return count

    def nights(self, first: date, nights: int) -> Iterator[list[HistoryRow]]:
        """The rows of each night, by the time at which they came about."""
        rng = random.Random(self.seed)
        faulty: dict[str, str] = {}  # cameras out of order, and why
        for number in range(nights):
            rows: list[HistoryRow] = []
            for resident in range(self.residents):
                for at in TIMES:
                    rows += self._supervise(rng, resident, at, first, number, faulty)
            yield sorted(rows, key=lambda row: row.at)

    def _supervise(
        self, rng: random.Random, resident: int, at: time, first: date, number: int,
        faulty: dict[str, str],
    ) -> list[HistoryRow]:  # fmt: skip
        evening = first + timedelta(days=number + (at.hour < 12))
        minute = timedelta(minutes=resident * 7 % 60)
        opens = instant_of(evening, at, ZoneInfo(self.zone)) + minute
        key = f"r-{resident:04}"
        window = Window(
            key=f"{key}@{opens:%Y-%m-%dT%H:%M:%SZ}",
            agreement=key,
            resident=key,
            camera=f"cam-{resident:04}",
            area=AREAS[resident % len(AREAS)],
            opens=opens,
            closes=opens + 30 * MINUTE,
            terms=self.terms,
            due=opens,
        )
        return _Supervision(self, rng, window, faulty).rows


class _Supervision:
    """One window, from opened to closed."""

    def __init__(
        self, town: Town, rng: random.Random, window: Window, faulty: dict[str, str]
    ) -> None:
        self.town, self.rng, self.window, self.faulty = town, rng, window, faulty
        self.now = window.opens
        self.rows: list[HistoryRow] = []
        self.out = rng.random() < town.up
        self.first_wrong: bool | None = None
        self.state = self._drawn()
        bar, detail = None, ""
        if rng.random() < town.away:
            bar = Bar.ABSENT
        elif window.camera in faulty:
            bar, detail = Bar.OUT_OF_ORDER, faulty[window.camera]
        self.tell(Due(bar=bar, detail=detail))
        while self.window.phase is not Phase.CLOSED:
            assert self.window.due is not None
            self.now = max(self.now, self.window.due)
            self.tell(Due())

    def _drawn(self) -> str:
        """What stands between the camera and the bed this time, if anything."""
        roll = self.rng.random()
        for name in ("fault", "line", "low"):
            roll -= getattr(self.town, name)
            if roll < 0:
                return name
        return ""

    def tell(self, event: Event) -> None:
        """Let it happen, and let people answer what follows."""
        self.window, actions = transition(self.window, event, self.now)
        for action in actions:
            self._write(action)
        for action in actions:
            self._answer(action)

    def _write(self, action: Action) -> None:
        facts, kind, who, alarm = {}, Kind.CHANGE, "runner", None
        if isinstance(action, Log):
            kind, facts, who = Kind(action.kind), dict(action.facts), action.who
            alarm = self.window.alarm.key if action.alarm and self.window.alarm else None
        elif isinstance(action, Disarm):
            self.faulty[self.window.camera] = action.fault
            facts = {"what": "out_of_order", "fault": action.fault, "area": self.window.area}
            facts["of"] = f"camera {self.window.camera}"
        else:
            return
        self.rows.append(
            HistoryRow(
                at=self.now, kind=kind, resident=self.window.resident, camera=self.window.camera,
                window=self.window.key, alarm=alarm, who=who, facts=facts,
            )
        )  # fmt: skip

    def _answer(self, action: Action) -> None:
        rng = self.rng
        match action:
            case Look(key=key, seconds=seconds):
                self._pass(seconds)
                self.tell(self._seen(key, seconds))
            case Tell(what="ask_picture"):
                self._pass(rng.uniform(20, 200))
                answer = Answer.NOT_WELL if self.out else Answer.WELL
                self.tell(Answered(answer=answer, by="token:centre"))
            case PlaceCall(key=key, contact=contact):
                self._pass(rng.lognormvariate(1.0, 0.6))
                self.tell(CallAccepted(key=key))
                after = rng.lognormvariate(4.6, 0.8)
                if after < self.town.terms.acknowledge.total_seconds():
                    self._pass(after)
                    self._drive(f"contact:{contact}")

    def _drive(self, by: str) -> None:
        rng = self.rng
        if self.out and rng.random() < 0.2:
            self.tell(WrittenOff(reason=WriteOff.KNOWN_ABSENCE, by=by))
            return
        self.tell(Acknowledged(by=by, via="link"))
        self._pass(rng.uniform(600, 2400))
        mend = self.window.camera in self.faulty
        outcome = Outcome.IN_BED_AFTER_ALL
        if self.out:
            outcome = rng.choices(
                [Outcome.UP_AND_WELL, Outcome.FALLEN, Outcome.NOT_AT_HOME], [7, 2, 1]
            )[0]
        elif mend or self.state == "line":
            outcome = Outcome.CAMERA_FAULT
        if mend and rng.random() < 0.7:
            self._mended(by)
        if rng.random() < 0.95:  # else nobody says, and it is closed without
            self.tell(OutcomeGiven(outcome=outcome, by=by, via="link"))

    def _mended(self, by: str) -> None:
        """A test look has seen the bed: as `bedcheck.night.testlook` writes it."""
        camera = self.window.camera
        del self.faulty[camera]
        facts = {"of": f"camera {camera}", "what": "changed", "fields": ["fault"]}
        row = {"kind": Kind.CHANGE, "who": by, "facts": facts}
        self.rows.append(
            HistoryRow(at=self.now, resident=self.window.resident, camera=camera, **row)
        )

    def _seen(self, key: str, seconds: float) -> Looked | LookFailed:
        town, rng = self.town, self.rng
        if self.state == "line":
            return LookFailed(key=key, kind="unreachable", seconds=10.0)
        sees_bed = {"fault": "obstructed", "low": "low_contrast"}.get(self.state)
        causes: tuple[str, ...] = ()
        if sees_bed:
            causes = ("same_hue",) if self.state == "low" else (rng.choice(FAULTS),)
        elif self.out:
            sees_bed = "not_in_bed"
        else:
            wrong = rng.random() < (town.again if self.first_wrong else town.wrong)
            self.first_wrong = wrong
            sees_bed = "not_in_bed" if wrong else "in_bed"
        certain = rng.random() >= town.unsure
        presence = rng.uniform(0.8, 1) if sees_bed == "in_bed" else rng.uniform(0, 0.2)
        finding = Finding(
            state=sees_bed, certain=certain, causes=causes, presence=presence, frames=3,
            network=town.network,
        )  # fmt: skip
        return Looked(key=key, finding=finding, seconds=seconds)

    def _pass(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
