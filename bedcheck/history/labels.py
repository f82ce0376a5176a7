"""Night staff's outcomes as labels: looks and what was found, for the evaluation harness.

Truth is what people said: night staff's outcome, a write-off because of an absence, else the
operator's answer. A supervision that ended well with nobody saying otherwise is *presumed* to
have been in bed; a resident who was missed then, and of whom nobody ever told, is not known.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bedcheck.errors import RecordError
from bedcheck.history.figures.rollup import load
from bedcheck.history.figures.statistics import Question
from bedcheck.history.figures.tally import Fact, opened_at
from bedcheck.history.keys import Keys
from bedcheck.history.row import Kind
from bedcheck.history.store import Store
from bedcheck.history.tables import rows
from bedcheck.history.zone import night_of, zone_in

__all__ = ["COLUMNS", "Label", "labelled", "write_labels"]

COLUMNS = (
    "row", "path", "label", "scene", "state",
    "p_in_bed", "p_not_in_bed", "p_obstructed", "p_low_contrast",
    "certain", "elapsed_ms", "presence", "network", "room", "certainty",
    "source", "purpose",
)  # fmt: skip
"""As `eval nights` reads them."""

SEEN = ("in_bed", "not_in_bed")
TRUTHS = {
    "in_bed_after_all": "in_bed",
    "fallen": "not_in_bed",
    "up_and_well": "not_in_bed",
    "not_at_home": "not_in_bed",
    "known_absence": "not_in_bed",
}
ANSWERS = {"well": "in_bed", "not_well": "not_in_bed"}
LATER = timedelta(days=2)  # after a night, for its last supervision to be closed


@dataclass(frozen=True, kw_only=True)
class Label:
    """One look that gave something to go by, and what was found."""

    look: str  # names that lead back to nobody without the store's key
    supervision: str
    resident: str
    purpose: str  # first or second
    state: str  # what the look said
    certain: bool
    presence: float | None  # 0..1
    network: str
    truth: str  # in_bed or not_in_bed
    certainty: str  # told (by who was there), answered (by the operator) or presumed


def labelled(store: Store, asked: Question, *, by: str, at: datetime) -> list[Label]:
    """The looks of those nights whose truth is known or presumed. That they were taken is a row.

    A supervision whose first rows are purged is left out.
    """
    store.note_export("labels", asked, by=by, at=at, form="csv")
    windows: dict[str, list[Fact]] = defaultdict(list)
    with store.snapshot() as read:
        zone = zone_in(read)
        start = datetime.combine(asked.first, datetime.min.time(), zone)
        for fact in load(read.connection, rows.c.window.is_not(None), rows.c.at >= start):
            windows[fact.window].append(fact)
    found: list[Label] = []
    for kept in windows.values():
        closing = next((row for row in kept if row.kind is Kind.WINDOW_CLOSED), None)
        if closing and asked.first <= night_of(opened_at(closing), zone) <= asked.last:
            found += _labels(store.keys, kept, closing)
    return found


def _labels(keys: Keys, kept: Sequence[Fact], closing: Fact) -> Iterator[Label]:
    truth, certainty = _truth(kept, closing)
    if not truth:
        return
    for row in kept:
        if row.kind is not Kind.LOOK or row.facts.get("late") or not row.facts.get("state"):
            continue
        presence = row.facts.get("presence")
        yield Label(
            look=_name(keys, "look", str(row.facts.get("key") or row.seq)),
            supervision=_name(keys, "supervision", row.window),
            resident=_name(keys, "resident", row.resident),
            purpose=str(row.facts.get("purpose") or "first"),
            state=str(row.facts["state"]),
            certain=row.facts.get("certain") is True,
            presence=float(presence) if isinstance(presence, int | float) else None,
            network=str(row.facts.get("network") or ""),
            truth=truth,
            certainty=certainty,
        )


def _truth(kept: Sequence[Fact], closing: Fact) -> tuple[str, str]:
    """What is known of where the resident was, and how; empty: nothing is."""
    said = answered = ""
    for row in kept:
        event = row.facts.get("event") if row.kind is Kind.LATE else None
        if row.kind is Kind.ALARM_OUTCOME or event == "outcome":
            said = TRUTHS.get(str(row.facts.get("outcome")), "unknown")
        elif row.kind is Kind.ALARM_WRITTEN_OFF or event == "written_off":
            said = TRUTHS.get(str(row.facts.get("reason")), "unknown")
        elif row.kind is Kind.ANSWER and row.facts.get("question") == "picture":
            answered = ANSWERS.get(str(row.facts.get("answer")), "")
    if said:
        return ("", "") if said == "unknown" else (said, "told")
    if answered:
        return answered, "answered"
    return ("in_bed", "presumed") if closing.facts.get("outcome") == "in_bed" else ("", "")


def _name(keys: Keys, what: str, key: str) -> str:
    return keys.mac(f"label {what}", key.encode())[:8].hex()


def write_labels(path: Path, labels: Sequence[Label]) -> None:
    """The table, readable by its owner alone.

    The history keeps a look's presence and not its four probabilities: those written are 1 for
    a state of which it has none. What a look took to judge is not kept either: ``nan``.
    """
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(COLUMNS)
            for number, label in enumerate(labels):
                out.writerow(_cells(number, label))
    except OSError as error:
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from None


def _cells(number: int, label: Label) -> list[object]:
    presence = label.presence
    if presence is None:
        presence = 1.0 if label.state == "in_bed" else 0.0
    shares = dict.fromkeys((*SEEN, "obstructed", "low_contrast"), 0.0)
    if label.state in SEEN:
        shares |= {"in_bed": presence, "not_in_bed": 1 - presence}
    else:
        shares[label.state] = 1.0
    return [
        number, f"look/{label.look}", label.truth, label.supervision, label.state,
        *(f"{share:.6f}" for share in shares.values()),
        int(label.certain), "nan", f"{presence:.6f}", label.network, label.resident,
        label.certainty, "history", label.purpose,
    ]  # fmt: skip
