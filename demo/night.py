"""Runs one night of twelve residents on a simulated clock and tells it from its history.

The cameras are real HTTP servers on loopback, the pictures rendered, the judge the network
that ships, the store a real file: only the clock and the people are simulated.
"""

from __future__ import annotations

import argparse
import socket
import tempfile
import textwrap
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bedcheck.detector import Detector
from bedcheck.history import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.history.telling import story_lines, tell, who_text
from bedcheck.night.changes import import_registry
from bedcheck.night.channels import Accepted, AlarmMessage, Delivery
from bedcheck.night.clock import SimulatedClock
from bedcheck.night.contact import Contact
from bedcheck.night.inline import Inline
from bedcheck.night.runner import Runner
from bedcheck.night.schedule import schedule
from bedcheck.night.secrets import Secrets
from bedcheck.night.world import World, real_world
from demo.cameras import PowerLine, serving
from demo.municipality import ABOUT, SAMPLES, SCENES, START, ZONE, municipality
from demo.people import People
from demo.report import report

MORNING = START + timedelta(hours=8.5)
ENDS = (Kind.ALARM_RAISED, Kind.ALARM_OUTCOME, Kind.ALARM_WRITTEN_OFF)
TOLD = frozenset(Kind) - {Kind.READ, Kind.SEAL, Kind.TASK, Kind.RUNNER}


class Telephone:
    """The channel of the demo: what is sent is told with the night, when and to whom."""

    def __init__(self, clock: SimulatedClock, contact: Contact, sent: list[tuple[datetime, str]]):
        self._clock, self._contact, self._sent = clock, contact, sent

    def send(self, alarm: AlarmMessage, key: str) -> Delivery:
        """Note the message; it is accepted at once."""
        if alarm.kind != "seal":
            self._sent.append((self._clock.now(), f"-> {self._contact.name}: {alarm.text}"))
        return Accepted()


def run(folder: Path, cameras: str = "") -> tuple[Store, list[tuple[datetime, str]]]:
    """The night; returns its store and the messages that were sent.

    ``cameras``: the address of other cameras, which are used in place of the demo's own.
    """
    clock = SimulatedClock(START)
    scenes = {name: SAMPLES / picture for name, picture in SCENES.items()}
    sent: list[tuple[datetime, str]] = []
    store = Store.open(folder / "night.db", create=True)
    with serving(scenes, "viewer", "rendered") as address:
        lake = PowerLine(scenes, "viewer", "rendered")
        dead = f"http://127.0.0.1:{_closed_port()}"
        registry = municipality(cameras or address, dead, lake.address)
        import_registry(store, registry, "os:anna", clock.now())
        real = real_world(Secrets({"cameras": "rendered"}), Detector())
        world = World(
            camera=real.camera,
            channel=lambda contact: Telephone(clock, contact, sent),
            judge=real.judge,
            line=real.line,
        )
        runner = Runner(store, world, clock, poll=3600.0, executor=Inline())
        people = People(store, world, clock, scenes, lake)
        runner.start()
        while clock.now() < MORNING:
            people.act()
            wait = runner.step()
            until = min(people.next() or MORNING, MORNING)
            left = max((until - clock.now()).total_seconds(), 0.0)
            clock.advance(min(wait, left) if wait else 0.0)
        runner.finish()
        lake.cut()
    return store, sent


def _closed_port() -> int:
    """A port at which nobody listens: the machine answers for a camera that is off."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def told(rows: list[HistoryRow], sent: list[tuple[datetime, str]], language: str) -> list[str]:
    """The night in order: what happened, and what was sent."""
    lines = [
        (row.at, f"{(row.resident or '').capitalize():<7} {_said(row, language)}")
        for row in rows
        if row.kind in TOLD and row.at > START
    ]
    lines += [(at, f"{'':<7} {text}") for at, text in sent]
    lines.sort(key=lambda line: line[0])
    return [
        "\n".join(textwrap.wrap(f"{at.astimezone(ZONE):%H:%M:%S} {line}", 100,
                                subsequent_indent=" " * 20))
        for at, line in lines
    ]  # fmt: skip


def _said(row: HistoryRow, language: str) -> str:
    by = "" if row.who == "runner" else f" ({who_text(row.who, language)})"
    return tell(row, language) + by


def main() -> None:
    """The demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lang", choices=["sv", "en"], default="en")
    parser.add_argument("--out", type=Path, help="a folder to keep the store in")
    parser.add_argument("--cameras", default="", help="address of cameras to use instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        store, sent = run(folder, options.cameras)
        with closing(store):
            rows = list(store.rows(by="os:anna", at=MORNING))
            show(store, rows, sent, options.lang)
            report(store, MORNING, options.lang)


def show(
    store: Store, rows: list[HistoryRow], sent: list[tuple[datetime, str]], language: str
) -> None:
    """Prints the night: who they are, what happened, how each ended, each alarm's story."""
    print("A night in a municipality that does not exist. Who they are:\n")
    for name, about in ABOUT.items():
        print(f"  {name.capitalize():<7} {about}")
    print(
        "\nThe network that ships is never certain that somebody is in bed: such a look is"
        "\nfollowed by a second, and then the operator is asked. Only people say: all is well."
        f"\n\n== The night of {START.astimezone(ZONE):%d %B %Y}, as its history tells it\n"
    )
    print("\n".join(told(rows, sent, language)))
    print("\n== How each supervision ended\n")
    closed = {row.window: row for row in rows if row.kind is Kind.WINDOW_CLOSED}
    for planned in schedule(municipality("http://a", "http://b"), START, MORNING):
        row = closed.get(planned.key)
        alarm = [r for r in rows if row and r.window == row.window and r.kind in ENDS]
        how = "; ".join(_said(r, language) for r in (*alarm, *([row] if row and not alarm else [])))
        name = planned.resident.capitalize()
        how = how or "no look: the supervision had ended, consent was withdrawn"
        print("\n".join(textwrap.wrap(f"  {planned.opens.astimezone(ZONE):%H:%M} {name:<7} {how}",
                                      100, subsequent_indent=" " * 16)))  # fmt: skip
    print("\n== One alarm as one story: Inga's\n")
    (alarm,) = {row.alarm for row in rows if row.alarm and row.resident == "inga"}
    story = store.alarm_story(alarm, by="os:anna", at=MORNING)
    assert story is not None
    print("\n".join(f"  {line}" for line in story_lines(story, ZONE, language)))
    found = store.verify()
    looks = sum(row.kind is Kind.LOOK for row in rows)
    print(
        f"\n{looks} looks, {len(sent)} messages, {found.rows} rows of history;"
        f" the chain of rows is {'whole' if found.whole else 'BROKEN'}. No picture was stored."
    )


if __name__ == "__main__":
    main()
