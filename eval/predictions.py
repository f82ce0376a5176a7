"""What a detector said of a manifest's rows: one line a row, as CSV, with all that is known."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bedcheck.errors import ManifestError, PlacementError
from bedcheck.polygon import format_polygon, parse_polygon
from bedcheck.verdict import Polygon, State
from datasets.manifest import LABELS, OPTIONAL, Row

__all__ = ["COLUMNS", "NAME", "Prediction", "read_predictions", "write_predictions"]

COLUMNS = (
    "row", "path", "label", "scene", "state",
    "p_in_bed", "p_not_in_bed", "p_obstructed", "p_low_contrast",
    "certain", "elapsed_ms",
)  # fmt: skip
OWN = ("presence", "bed", "network", "drawn_bed")
MEASURED = "measured_"
NAME = "predictions.csv"


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One row and the verdict on it."""

    number: int  # of the row in its manifest, 0-based
    row: Row
    state: State
    probabilities: Mapping[State, float]
    presence: float  # p(in bed) if the bed is seen, 0..1
    certain: bool
    bed: Polygon | None  # where the bed was judged to be
    elapsed_ms: float
    network: str = ""
    measures: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What the same row has in another table."""
        return (self.row.path, self.row.scene)


def write_predictions(path: Path, predictions: Sequence[Prediction]) -> None:
    """Write `COLUMNS`, what else was judged, then the manifest's columns and the measures.

    So the table stands alone: slices, comparisons and nights need no manifest and no picture.
    """
    extra = list(dict.fromkeys(name for p in predictions for name in p.row.extras))
    measures = list(dict.fromkeys(name for p in predictions for name in p.measures))
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow([*COLUMNS, *OWN, *OPTIONAL, *extra, *(MEASURED + m for m in measures)])
        for p in predictions:
            row = p.row
            out.writerow(
                [
                    p.number, row.path, row.label, row.scene, p.state.value,
                    *(f"{p.probabilities[state]:.6f}" for state in State),
                    int(p.certain), f"{p.elapsed_ms:.2f}",
                    f"{p.presence:.6f}",
                    format_polygon(p.bed) if p.bed else "",
                    p.network,
                    format_polygon(row.bed) if row.bed else "",
                    *(getattr(row, name) for name in OPTIONAL),
                    *(row.extras.get(name, "") for name in extra),
                    *(_number(p.measures.get(name)) for name in measures),
                ]
            )  # fmt: skip


def read_predictions(path: str | os.PathLike[str]) -> list[Prediction]:
    """The table at ``path``, a file or the folder that holds it.

    Columns beyond `COLUMNS` may be missing.

    Raises ManifestError naming the row and column that is wrong.
    """
    file = Path(path)
    if file.is_dir():
        file /= NAME
    if not file.exists():
        raise ManifestError(
            f"{file}: expected a predictions.csv, or the folder of an evaluation that holds one;"
            " got no such file. `cli.py eval --manifest CSV --out DIR` writes one into DIR"
        )
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError(
                    f"{file}: expected a predictions.csv of `cli.py eval`;"
                    f" missing columns: {', '.join(missing)}"
                )
            found = [_prediction(file, n, cells) for n, cells in enumerate(reader)]
    except OSError as error:
        raise ManifestError(
            f"{file}: expected a file that can be read; got {error.strerror or error}"
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(
            f"{file}: expected a CSV in UTF-8; got {error}. Save it anew as CSV UTF-8"
        ) from None
    if not found:
        raise ManifestError(f"{file}: expected at least one row; got the first line only")
    return found


def _prediction(file: Path, line: int, cells: dict[str, str | None]) -> Prediction:
    known = {name: text or "" for name, text in cells.items() if name}
    try:
        if known["label"] not in LABELS:
            raise ValueError(f"expected a label out of {', '.join(LABELS)}; got {known['label']!r}")
        p = {state: float(known[f"p_{state.value}"]) for state in State}
        if min(p.values()) < 0 or abs(sum(p.values()) - 1) > 0.01:
            raise ValueError(f"expected probabilities that sum to 1; got {list(p.values())}")
        seen = p[State.IN_BED] + p[State.NOT_IN_BED]
        presence = known.get("presence")
        return Prediction(
            number=int(known["row"]),
            row=Row(
                **{name: known.get(name, "") for name in ("path", "label", "scene", *OPTIONAL)},
                bed=_polygon(known.get("drawn_bed")),
                extras={
                    name: text
                    for name, text in known.items()
                    if name not in (*COLUMNS, *OWN, *OPTIONAL) and not name.startswith(MEASURED)
                },
            ),
            state=State(known["state"]),
            probabilities=p,
            presence=float(presence) if presence else p[State.IN_BED] / seen if seen else 0.5,
            certain=known["certain"] == "1",
            bed=_polygon(known.get("bed")),
            elapsed_ms=float(known["elapsed_ms"]),
            network=known.get("network", ""),
            measures={
                name.removeprefix(MEASURED): float(text) if text else None
                for name, text in known.items()
                if name.startswith(MEASURED)
            },
        )
    except (ValueError, PlacementError) as error:
        raise ManifestError(f"{file}, row {line}: {error}") from None


def _polygon(text: str | None) -> Polygon | None:
    return parse_polygon(text) if text and text.strip() else None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.5g}"
