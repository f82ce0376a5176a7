"""A video and its label track: frames on disk and their manifest rows."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2

from bedcheck.errors import ManifestError
from bedcheck.polygon import format_polygon
from bedcheck.verdict import Polygon
from datasets.manifest import LABELS, Row

__all__ = ["Part", "read_track", "read_video"]

MOST_FRAMES = 20_000  # written from one video


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is true from one time to another."""

    start: float  # seconds
    end: float  # seconds, not itself in the part
    label: str
    posture: str = ""


def read_video(
    video: Path,
    track: Path,
    out: Path,
    *,
    every: float = 1.0,
    bed: Polygon | None = None,
    room: str = "",
    split: str = "",
    source: str = "",
) -> list[Row]:
    """Write a frame every ``every`` seconds that the track labels into ``out``; their rows.

    All frames are one scene, told apart by the column ``time`` in seconds: that is what repeated
    errors are measured on. Paths are relative to ``out``. Raises ManifestError where the track or
    the video cannot be read, or no frame is labelled.
    """
    if every <= 0:
        raise ManifestError(f"expected a time between frames above 0 seconds; got {every}")
    parts = read_track(track)
    capture = cv2.VideoCapture(str(video))
    rate = capture.get(cv2.CAP_PROP_FPS)
    if not capture.isOpened() or not rate > 0:
        raise ManifestError(f"{video}: expected a video that can be read, with its frame rate")
    out.mkdir(parents=True, exist_ok=True)
    scene, rows, number, due = video.stem, [], 0, 0.0
    try:
        while capture.grab() and len(rows) < MOST_FRAMES:
            time = number / rate
            number += 1
            if time + 1e-6 < due:
                continue
            due += every
            part = next((p for p in parts if p.start <= time < p.end), None)
            if part is None:
                continue
            told, frame = capture.retrieve()
            if not told:
                continue
            name = f"{scene}_{time:09.2f}.jpg"
            if not cv2.imwrite(str(out / name), frame):
                raise ManifestError(f"{out / name}: cannot be written")
            rows.append(
                Row(
                    path=name,
                    label=part.label,
                    scene=scene,
                    bed=bed,
                    bed_text=format_polygon(bed) if bed else "",
                    room=room or scene,
                    posture=part.posture,
                    split=split,
                    source=source,
                    extras={"time": f"{time:.2f}"},
                )
            )
    finally:
        capture.release()
    if not rows:
        raise ManifestError(f"{video}: expected frames in the parts of {track}; got none")
    return rows


def read_track(track: Path) -> list[Part]:
    """The parts in a CSV with the columns start, end, label and perhaps posture.

    Raises ManifestError with every wrong row.
    """
    wrong: list[str] = []
    parts: list[Part] = []
    try:
        with track.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines)
            if missing := {"start", "end", "label"} - set(reader.fieldnames or ()):
                raise ManifestError(f"{track}: missing columns: {', '.join(sorted(missing))}")
            for number, cells in enumerate(reader):
                try:
                    part = Part(
                        start=float(cells["start"]),
                        end=float(cells["end"]),
                        label=cells["label"],
                        posture=cells.get("posture") or "",
                    )
                except (TypeError, ValueError):
                    wrong.append(f"row {number}: expected start and end in seconds")
                    continue
                if part.label not in LABELS:
                    wrong.append(f"row {number}, label: expected one of {', '.join(LABELS)};"
                                 f" got {part.label!r}")  # fmt: skip
                if not 0 <= part.start < part.end:
                    wrong.append(f"row {number}: expected 0 <= start < end")
                if any(p.start < part.end and part.start < p.end for p in parts):
                    wrong.append(f"row {number}: expected parts that do not overlap")
                parts.append(part)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{track}: expected a CSV that can be read; {error}") from None
    if wrong:
        raise ManifestError(f"{track}: correct these rows:\n  " + "\n  ".join(wrong))
    return parts
