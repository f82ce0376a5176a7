"""A placement as TOML text, and back; every fault names its field."""

from __future__ import annotations

import base64
import binascii
import math
import tomllib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bedcheck.errors import PlacementError
from bedcheck.layout import GRID
from bedcheck.polygon import check_polygon
from bedcheck.reference import Reference
from bedcheck.registration import FINENESS, MOST_POINTS, KeyPoints
from bedcheck.verdict import Polygon

__all__ = ["MOST_REFERENCES", "VERSION", "Contents", "dump", "parse"]

VERSION = 1
MOST_REFERENCES = 4
MOST_FEATURES = 2048  # numbers in each of the empty bed's feature vectors
MOST_VECTORS = 4
HEAD = "# How one camera is placed, written by `bedcheck place`. Numbers only, no picture.\n"


class Contents(NamedTuple):
    """What the file holds; see `bedcheck.placement.Placement`."""

    bed: Polygon
    name: str
    reference: tuple[Reference, ...]
    empty_bed: tuple[tuple[float, ...], ...]


def dump(contents: Contents) -> str:
    """The file's text."""
    lines = [
        HEAD + f"version = {VERSION}",
        f"name = {_quoted(contents.name)}",
        f"bed = {[[x, y] for x, y in contents.bed]}",
    ]
    if contents.empty_bed:
        lines.append(f"empty_bed = {[list(vector) for vector in contents.empty_bed]}")
    for reference in contents.reference:
        shares = np.rint(reference.points.positions * FINENESS).astype("<u2")
        lines += [
            "",
            "[[reference]]",
            f"size = {list(reference.points.size)}  # pixels",
            f"infrared = {str(reference.infrared).lower()}",
            f"mean = {reference.mean!r}  # grey levels",
            f"range = {reference.range!r}  # grey levels",
        ]
        if reference.blur is not None:
            lines.append(f"blur = {reference.blur!r}  # pixels")
        lines += [
            f'positions = "{_encoded(shares)}"',
            f'descriptors = "{_encoded(reference.points.descriptors)}"',
            f'layout = "{_encoded(reference.layout)}"',
        ]
    return "\n".join(lines) + "\n"


def parse(text: str) -> Contents:
    """The contents of a placement file's text.

    Raises PlacementError naming the field that is wrong and the form expected.
    """
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise PlacementError(
            f"expected a TOML file as `bedcheck place` writes it: {fault}"
        ) from None
    version = _get(table, "version", int, "a whole number")
    if version != VERSION:
        raise PlacementError(
            f"version: expected {VERSION}, got {version};"
            " place the camera anew with this version of bedcheck"
        )
    vectors = _get(table, "empty_bed", list, "a list of lists of numbers", [])
    if len(vectors) > MOST_VECTORS:
        raise PlacementError(f"empty_bed: expected {MOST_VECTORS} lists at most")
    tables = _get(table, "reference", list, "[[reference]] tables", [])
    if len(tables) > MOST_REFERENCES:
        raise PlacementError(f"reference: expected {MOST_REFERENCES} at most, got {len(tables)}")
    return Contents(
        bed=check_polygon(_get(table, "bed", list, "a list of [x, y] with both in 0..1")),
        name=_get(table, "name", str, "a text", ""),
        reference=tuple(_reference(entry, f"reference[{i}]") for i, entry in enumerate(tables)),
        empty_bed=tuple(_vector(entry, f"empty_bed[{i}]") for i, entry in enumerate(vectors)),
    )


def _reference(table: Any, field: str) -> Reference:
    if not isinstance(table, dict):
        raise PlacementError(f"{field}: expected a [[reference]] table")
    size = _get(table, "size", list, "[width, height] in pixels", field=field)
    if len(size) != 2 or not all(type(side) is int and 0 < side <= 65535 for side in size):
        raise PlacementError(f"{field}.size: expected [width, height] in pixels, got {size!r:.60}")
    positions = _array(table, "positions", "<u2", 2, field).astype(np.float32) / np.float32(
        FINENESS
    )
    descriptors = _array(table, "descriptors", "u1", 32, field)
    if len(positions) != len(descriptors) or len(positions) > MOST_POINTS:
        raise PlacementError(
            f"{field}.descriptors: expected one for each of at most {MOST_POINTS} positions;"
            f" got {len(descriptors)} for {len(positions)}"
        )
    cells = _array(table, "layout", "i1", 2, field)
    if len(cells) != GRID[0] * GRID[1]:
        raise PlacementError(
            f"{field}.layout: expected {GRID[0] * GRID[1]} pairs, got {len(cells)}"
        )
    return Reference(
        points=KeyPoints(
            positions=positions, descriptors=descriptors, size=(int(size[0]), int(size[1]))
        ),
        layout=cells.reshape(GRID[1], GRID[0], 2),
        infrared=_get(table, "infrared", bool, "true or false", field=field),
        mean=_number(table, "mean", field),
        range=_number(table, "range", field),
        blur=_number(table, "blur", field) if "blur" in table else None,
    )


_REQUIRED: Any = object()


def _get(
    table: dict[str, Any],
    key: str,
    kind: type,
    form: str,
    default: Any = _REQUIRED,
    field: str = "",
) -> Any:
    """``table[key]``, which must be of ``kind``; the default where it is missing."""
    name = f"{field}.{key}" if field else key
    if key not in table:
        if default is _REQUIRED:
            raise PlacementError(f"{name}: expected {form}; it is missing")
        return default
    value = table[key]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise PlacementError(f"{name}: expected {form}, got {value!r:.60}")
    return value


def _number(table: dict[str, Any], key: str, field: str) -> float:
    value = _get(table, key, object, "a number of 0 or more", field=field)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PlacementError(f"{field}.{key}: expected a number of 0 or more, got {value!r:.60}")
    if not 0 <= value <= 1e6:
        raise PlacementError(f"{field}.{key}: expected a number of 0 or more, got {value}")
    return float(value)


def _vector(values: Any, field: str) -> tuple[float, ...]:
    numbers = isinstance(values, list) and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        for value in values
    )
    if not numbers or len(values) > MOST_FEATURES:
        raise PlacementError(f"{field}: expected a list of {MOST_FEATURES} numbers at most")
    return tuple(float(value) for value in values)


def _array(table: dict[str, Any], key: str, dtype: str, columns: int, field: str) -> NDArray[Any]:
    """An Nx``columns`` array from base64 text."""
    form = f"base64 of rows of {columns} {np.dtype(dtype).name}"
    text = _get(table, key, str, form, field=field)
    try:
        data = base64.b64decode(text, validate=True)
        return np.frombuffer(data, np.dtype(dtype)).reshape(-1, columns)
    except (binascii.Error, ValueError):
        raise PlacementError(f"{field}.{key}: expected {form}, got {text[:20]!r}") from None


def _encoded(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def _quoted(text: str) -> str:
    """A TOML basic string."""
    short = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return (
        '"'
        + "".join(
            short.get(c) or (f"\\u{ord(c):04X}" if ord(c) < 32 or ord(c) == 127 else c)
            for c in text
        )
        + '"'
    )
