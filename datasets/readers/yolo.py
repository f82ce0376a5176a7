"""YOLO folders (images/, labels/, data.yaml) as manifest rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bedcheck.errors import ManifestError, MissingExtra
from datasets.manifest import Row
from datasets.readers.boxes import Outline, box, rows_of

__all__ = ["read_yolo"]

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
SPLITS = {"train": "train", "val": "dev", "valid": "dev", "test": "test"}


def read_yolo(root: Path, *, source: str = "") -> tuple[list[Row], list[str]]:
    """Rows of every picture with a bed under ``root``, and what was wrong with lines left out.

    Both layouts are read: images/train beside labels/train, and train/images beside
    train/labels. A line is "class x y width height" by the box's centre, or "class x y x y …"
    by its outline, in 0..1. Classes named bed and person in data.yaml count; val and valid
    become dev. Raises ManifestError where there is no data.yaml or it names no bed.
    """
    names = _names(root / "data.yaml")
    rows: list[Row] = []
    wrong: list[str] = []
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root)
        if file.suffix.lower() not in PICTURES or "images" not in path.parts:
            continue
        at = path.parts.index("images")
        parts = ["labels" if k == at else part for k, part in enumerate(path.parts)]
        split = next((SPLITS[part] for part in path.parts if part in SPLITS), "")
        outlines, faults = _labels(root.joinpath(*parts).with_suffix(".txt"), names)
        wrong += faults
        more, faults = rows_of(
            path.as_posix(), outlines["bed"], outlines["person"], split=split, source=source
        )
        rows += more
        wrong += faults
    return rows, wrong


def _names(file: Path) -> dict[int, str]:
    try:
        import yaml
    except ModuleNotFoundError:
        raise MissingExtra(
            "YOLO folders need pyyaml, which is not installed: pip install -e '.[eval]'"
        ) from None
    try:
        names: Any = yaml.safe_load(file.read_text(encoding="utf-8"))["names"]
        pairs = names.items() if isinstance(names, dict) else enumerate(names)
        known = {int(k): str(name).lower() for k, name in pairs}
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ManifestError(f"{file}: expected YOLO's data.yaml with names; {error}") from None
    if "bed" not in known.values():
        raise ManifestError(f"{file}: expected a class named bed; got {sorted(known.values())}")
    return known


def _labels(file: Path, names: dict[int, str]) -> tuple[dict[str, list[Outline]], list[str]]:
    found: dict[str, list[Outline]] = {"bed": [], "person": []}
    wrong: list[str] = []
    text = file.read_text(encoding="utf-8") if file.is_file() else ""  # none: nothing in it
    for number, line in enumerate(text.splitlines(), 1):
        try:
            kind, *values = line.split() or ["-1"]
            name, at = names.get(int(kind), ""), [float(value) for value in values]
            if name not in found:
                continue
            if len(at) == 4:
                found[name].append(box(at[0] - at[2] / 2, at[1] - at[3] / 2, at[2], at[3]))
            elif len(at) >= 6 and len(at) % 2 == 0:
                found[name].append(list(zip(at[0::2], at[1::2], strict=True)))
            else:
                raise ValueError(f"expected 4 numbers or pairs, got {len(at)}")
        except ValueError as error:
            wrong.append(f"{file}, line {number}: {error}")
    return found, wrong
