"""How long a SCAIP alarm takes to be accepted, by sipp on loopback, and what losses do to it."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import bedcheck
from bedcheck.night.channels import Accepted, AlarmMessage
from bedcheck.night.channels.scaip import ScaipChannel, reference
from bedcheck.night.contact import Scaip
from benchmarks.environment import Environment, slug
from benchmarks.sip_peers import REF, losing, playing

__all__ = ["COLUMNS", "Report", "run"]

SCENARIO = Path(__file__).parents[1] / "tests" / "night" / "sipp" / "body.xml"
CASES = (("udp", 0.0), ("tcp", 0.0), ("udp", 0.3))  # transport, share of datagrams dropped
WARM_UP = 5
MOST_SENDS = 20  # of one alarm, before it counts as lost
TOGETHER = 8  # alarms at the same time where datagrams are lost, as the runner has it
COLUMNS = (
    "transport", "dropped", "alarms", "accepted", "lost", "sends", "datagrams", "references",
    "wall_min_ms", "wall_p50_ms", "wall_p95_ms", "wall_max_ms", "cpu_p50_ms",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run measured, and where it was written."""

    rows: tuple[dict[str, str | int | float], ...]  # by `COLUMNS`
    environment: Environment
    csv: Path

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        return [
            *self.environment.lines(),
            *(
                f"{row['transport']}, {float(row['dropped']):.0%} dropped: {row['accepted']} of"
                f" {row['alarms']} accepted, {row['lost']} lost, in {row['sends']} sends and"
                f" {row['datagrams']} messages with {row['references']} references;"
                f" p50 {row['wall_p50_ms']:.2f} ms, p95 {row['wall_p95_ms']:.2f} ms,"
                f" longest {row['wall_max_ms']:.2f} ms, processor p50 {row['cpu_p50_ms']:.2f} ms"
                for row in self.rows
            ),
        ]


def run(
    program: str,
    out: Path = Path("benchmarks/results"),
    *,
    alarms: int = 50,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Measure from `send` to Accepted; write a CSV into ``out``.

    Without losses alarms are sent one after the other. With them an alarm that was not
    accepted is sent again with the same key, as the runner does it, and its time is that of
    all sends.

    Parameters
    ----------
    program:
        The path of sipp.
    out:
        Folder for the result; made where it is missing.
    alarms:
        In each case.
    progress:
        Told (cases done, cases in all).
    """
    environment = Environment.here()
    rows = []
    for done, (transport, share) in enumerate(CASES):
        if progress:
            progress(done, len(CASES))
        with tempfile.TemporaryDirectory() as folder:
            rows.append(_case(program, Path(folder), transport, share, alarms))
    if progress:
        progress(len(CASES), len(CASES))
    file = out / f"scaip_{bedcheck.__version__}_{slug(environment.cpu)}.csv"
    _write(file, rows, environment)
    return Report(rows=tuple(rows), environment=environment, csv=file)


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """What one alarm took, in milliseconds, its repetitions included."""

    accepted: bool
    sends: int
    wall: float
    cpu: float  # of our side


def _case(
    program: str, folder: Path, transport: str, share: float, alarms: int
) -> dict[str, str | int | float]:
    with (
        playing(program, SCENARIO, folder, transport=transport) as peer,
        _between(peer.port, share) as (port, sent),
    ):
        channel = ScaipChannel(
            address=f"sip:alarm@127.0.0.1:{port};transport={transport}",
            profile=Scaip(controller="0012345678", text=True),
        )

        def until_accepted(key: str) -> _Sent:
            wall, cpu = time.perf_counter(), time.thread_time()
            accepted, sends = False, 0
            while not accepted and sends < MOST_SENDS:
                accepted = isinstance(channel.send(_alarm(key), key), Accepted)
                sends += 1
            return _Sent(
                accepted=accepted,
                sends=sends,
                wall=(time.perf_counter() - wall) * 1000,
                cpu=(time.thread_time() - cpu) * 1000,
            )

        for number in range(0 if share else WARM_UP):
            until_accepted(f"warm-{number}/call/1")
        keys = [f"w-{number}/call/1" for number in range(alarms)]
        with ThreadPoolExecutor(TOGETHER if share else 1) as pool:
            found = list(pool.map(until_accepted, keys))
        came = [ref for ref in peer.references() if ref in {reference(key) for key in keys}]
    copies = [ref for datagram in sent for ref in REF.findall(datagram)]
    least, median, high, most = (
        float(v) for v in np.percentile([one.wall for one in found], (0, 50, 95, 100))
    )
    return {
        "transport": transport,
        "dropped": share,
        "alarms": alarms,
        "accepted": sum(one.accepted for one in found),
        "lost": alarms - len(set(came)),
        "sends": sum(one.sends for one in found),
        "datagrams": len(copies) or len(came),
        "references": len(set(copies) or set(came)),
        "wall_min_ms": least,
        "wall_p50_ms": median,
        "wall_p95_ms": high,
        "wall_max_ms": most,
        "cpu_p50_ms": float(np.median([one.cpu for one in found])),
    }


@contextmanager
def _between(port: int, share: float) -> Iterator[tuple[int, list[bytes]]]:
    """Where to send, and what was sent there; with losses a proxy's."""
    if share:
        with losing(port, share) as proxy:
            yield proxy.port, proxy.sent
    else:
        yield port, []


def _alarm(key: str) -> AlarmMessage:
    return AlarmMessage(
        alarm=f"{key}/alarm",
        kind="deviation",
        text="Åke Berg syns inte i sängen. Åk och se till Åke Berg.",
        resident="r-17",
        area="norr",
        contact="centre",
        raised=datetime(2026, 11, 1, 2, tzinfo=UTC),
    )


def _write(path: Path, rows: list[dict[str, str | int | float]], environment: Environment) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        for line in environment.lines():
            file.write(f"# {line}\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.3f}" if isinstance(v, float) else v for k, v in row.items()})
