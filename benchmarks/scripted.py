"""Pictures that say what they show, and a judge that believes them: for runs of the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bedcheck.night.registry import Registry
from bedcheck.placement import Placement
from bedcheck.verdict import Cause, State, Verdict

__all__ = ["CODES", "ScriptedJudge", "municipality", "picture", "png"]

CODES = {  # the first pixel: what the judge says
    "in_bed": 10,
    "perhaps": 20,
    "out": 30,
    "low": 40,
    "covered": 50,
}
_STATES = {
    "in_bed": State.IN_BED,
    "perhaps": State.IN_BED,
    "out": State.NOT_IN_BED,
    "low": State.LOW_CONTRAST,
    "covered": State.OBSTRUCTED,
}
_CAUSES = {"low": (Cause.SAME_HUE,), "covered": (Cause.COVERED,)}


def picture(what: str, number: int = 0) -> NDArray[np.uint8]:
    """128x128 uint8 that shows ``what``; ``number`` makes it another picture of the same."""
    pixels = np.full((128, 128), 99, np.uint8)
    pixels[0, 0] = CODES[what]
    pixels[1, :4] = np.frombuffer(np.uint32(number).tobytes(), np.uint8)
    return pixels


def png(what: str, number: int) -> bytes:
    """The same as a PNG file."""
    return bytes(cv2.imencode(".png", picture(what, number))[1].tobytes())


class ScriptedJudge:
    """Says what the picture's first pixel stands for."""

    def judge(self, picture: Any, placement: Placement | None = None) -> Verdict:
        """The verdict; takes no time."""
        code = int(picture.luma[0, 0])
        what = next(name for name, value in CODES.items() if value == code)
        state = _STATES[what]
        return Verdict(
            state=state,
            probabilities={s: 0.97 if s is state else 0.01 for s in State},
            certain=what != "perhaps",
            causes=_CAUSES.get(what, ()),
            network="scripted@1",
            elapsed_ms=0.0,
        )


def municipality(
    names: list[str], times: dict[str, list[str]], start: datetime, source: str, hook: str = ""
) -> Registry:
    """A registry of so many residents, active since the day before ``start``."""
    webhook = {"medium": "webhook", "address": hook, "secret": "hook"} if hook else {}
    before = (start - timedelta(days=3)).isoformat()
    tables: dict[str, list[dict[str, Any]]] = {
        "settings": [{"operator": "operator", "administrator": "admin", "zone": "UTC"}],
        "contact": [
            {"key": key, "name": key, **webhook}
            for key in ("north", "south", "duty", "operator", "admin")
        ],
        "crisis_list": [{"key": "town", "contacts": ["duty"]}],
        "resident": [{"key": name, "name": name, "area": "town"} for name in names],
        "consent": [
            {
                "key": name,
                "resident": name,
                "taken_by": "A",
                "taken_on": f"{start - timedelta(days=3):%Y-%m-%d}",
                "reference": "1",
            }
            for name in names
        ],
        "camera": [
            {
                "key": f"cam-{name}",
                "resident": name,
                "source": f"{source}/{name}.png",
                "state": "active",
            }
            for name in names
        ],
        "agreement": [
            {
                "key": name,
                "resident": name,
                "camera": f"cam-{name}",
                "times": [{"at": at} for at in times[name]],
                "contacts": ["north", "south"],
                "ordered_at": before,
                "ordered_by": "B",
                "starts": (start - timedelta(days=1)).isoformat(),
                "state": "active",
            }
            for name in names
        ],
    }
    return Registry.read(tables)
