"""The night of `scripts/demo`: what an administrator is told of each resident."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def told() -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "demo.night", "--lang", "en"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.split())


@pytest.mark.parametrize(
    "sentence",
    [
        "22:00 Alva Supervision closed: well (centre)",
        "22:15 Berit Supervision closed: well (centre)",  # the second look saw her
        "22:30 Carl Alarm: the camera shows nothing to go by, camera covered;",
        "22:45 Doris Alarm: cannot be told, bed, clothes and wall too alike;",
        "23:00 Erik Alarm: the camera shows nothing to go by, nobody answers",
        "23:15 Folke No look: away",
        "00:00:00 Greta Change: consent greta, changed, withdrawn by",
        "02:00 Greta no look: the supervision had ended, consent was withdrawn",
        "01:00 Harry Alarm: not seen in bed; Alarm written off: known absence",
        "01:48:45 Inga Nobody took the alarm: north",
        "01:30 Inga Alarm: not seen in bed; Outcome: fallen",
        "Anna, administrator: The camera at Erik's has not answered since",
        "Alarm centre: Outage in lake: 3 homes fell silent together",
        "Homes and their next supervision: Karin 01:10, Maj 02:30, Lars 04:00.",
        "01:10 Karin Alarm: no look possible, the line to the home is down,",
        "The outage in lake is over after 90 minutes: all 3 homes answer again.",
        "02:30 Maj Supervision closed: well (centre)",  # the power is back, she is looked to
        "Look: test, In bed, lying, uncertain (north)",
        "the chain of rows is whole. No picture was stored.",
        "== The night's report",
        "1 wrong call-out, 0 missed.",  # Doris: asleep in bedding of her nightgown's hue
    ],
)
def test_what_happened_to_whom_and_why(told: str, sentence: str) -> None:
    assert sentence in told
