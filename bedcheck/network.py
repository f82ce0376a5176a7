"""The network that ships: two ONNX files and the sheet that belongs to them.

Nothing else in Bedcheck knows onnxruntime.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from bedcheck import crop
from bedcheck.errors import NetworkError
from bedcheck.verdict import Polygon, Posture

__all__ = ["Answer", "Network", "Sheet"]

SHEET = "network.json"
REMEDY = (
    "Name the folder that holds network.json and its .onnx files; if it is the one that"
    " ships, reinstall bedcheck"
)
LARGEST = 20.0  # logit, so that a probability is never exactly 0 or 1
CONTRACT = 2  # version of the inputs and outputs below; a network of another is refused


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What belongs to a network: its name, its files' checksums, its calibration."""

    name: str
    version: str
    contract: int
    size: int  # side of the square input, pixels
    files: Mapping[str, str]  # SHA-256 of judge.onnx and finder.onnx, by their names
    visibility_temperature: float = 1.0  # divides the visibility logits
    visibility_shift: tuple[float, ...] = (0.0, 0.0, 0.0)  # then added to them
    presence_scale: float = 1.0  # presence = sigmoid(scale * logit)
    in_bed_threshold: float = 1.0  # p_in_bed from which a verdict is certain
    not_in_bed_threshold: float = 1.0  # the same for p_not_in_bed
    notes: Mapping[str, Any] = field(default_factory=dict)  # n and bounds behind the figures

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Raises NetworkError where the sheet is missing or not of this contract."""
        try:
            sheet = cls(**json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise NetworkError(
                f"expected the network's sheet at {path}; got {_fault(error)}. {REMEDY}"
            ) from error
        except (ValueError, TypeError) as error:
            raise NetworkError(
                f"expected the network's sheet at {path}; got {error}. {REMEDY}"
            ) from error
        if sheet.contract != CONTRACT:
            raise NetworkError(
                f"expected a network of contract {CONTRACT}; {path} is of contract"
                f" {sheet.contract}. Install the bedcheck that belongs to it"
            )
        return sheet


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the network says of one window; calibrated."""

    seen: float  # 0..1; seen, obstructed and low_contrast sum to 1
    obstructed: float
    low_contrast: float
    presence: float  # over 0, under 1: a person in the bed if it is seen
    posture: Posture
    posture_share: float  # 0..1, how much of the posture's probability is on it


class Network:
    """Two onnxruntime sessions; may be shared between threads.

    Contract 2: both take ``picture`` uint8 1 x S x S x 3 (BGR). ``judge`` takes ``bed`` uint8
    1 x S x S as well (255 on the bed, all 0 where it is not known) and gives ``visibility``
    (logits of seen, obstructed, low contrast), ``presence`` (logit) and ``posture`` (logits of
    lying, sitting up, edge, other). ``finder`` gives ``masks`` (1 x 3 x S/8 x S/8 in 0..1): the
    largest bed, people, every bed.
    """

    def __init__(self, folder: Path | None = None, *, threads: int = 1) -> None:
        """Load the network in ``folder``, by default the one that ships.

        Raises NetworkError where a file is missing, damaged or of another contract.
        """
        folder = folder or Path(str(files("bedcheck") / "weights"))
        self.sheet = Sheet.read(folder / SHEET)
        self._judge, self._finder = (
            _session(folder / f"{part}.onnx", self.sheet.files.get(part, ""), threads)
            for part in ("judge", "finder")
        )

    @property
    def name(self) -> str:
        """name@version, as verdicts carry it."""
        return f"{self.sheet.name}@{self.sheet.version}"

    def prepare(
        self, pixels: NDArray[np.uint8], bed: Polygon | None
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The two inputs for HxW or HxWx3 pixels: the bed's window, or the whole picture."""
        height, width = pixels.shape[:2]
        window = crop.around(bed, width, height) if bed else crop.whole(width, height)
        size = self.sheet.size
        picture = crop.cut(pixels, window, size)
        return picture[None], crop.draw(bed, window, width, height, size)[None]

    def find(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Masks 3 x M x M in 0..1 of a whole picture from `prepare`: see the class."""
        masks: NDArray[np.float32] = self._finder.run(None, {"picture": picture})[0][0]
        return masks

    def run(self, picture: NDArray[np.uint8], bed: NDArray[np.uint8]) -> Answer:
        """The calibrated answer to inputs from `prepare`."""
        visibility, presence, posture = self._judge.run(None, {"picture": picture, "bed": bed})
        sheet = self.sheet
        seen, obstructed, low_contrast = _softmax(
            visibility[0] / sheet.visibility_temperature + np.asarray(sheet.visibility_shift)
        )
        logit = sheet.presence_scale * float(presence[0])
        shares = _softmax(posture[0])
        best = int(np.argmax(shares))
        return Answer(
            seen=seen,
            obstructed=obstructed,
            low_contrast=low_contrast,
            presence=1 / (1 + math.exp(-min(max(logit, -LARGEST), LARGEST))),
            posture=tuple(Posture)[best],
            posture_share=shares[best],
        )


def _fault(error: OSError) -> str:
    """What the system said, without its number and the path that stands beside it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "no such file"
    return error.strerror or str(error)


def _session(path: Path, sha256: str, threads: int) -> onnxruntime.InferenceSession:
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise NetworkError(
            f"expected the network at {path}; got {_fault(error)}. {REMEDY}"
        ) from error
    found = hashlib.sha256(weights).hexdigest()
    if found != sha256:
        raise NetworkError(
            f"expected {path} with SHA-256 {sha256}; got {found}."
            " The file is damaged: reinstall bedcheck"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait steal the time of whatever runs beside.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base of their own
        raise NetworkError(f"onnxruntime cannot load {path}: {error}") from error


def _softmax(logits: NDArray[Any]) -> list[float]:
    shifted = np.exp(logits.astype(np.float64) - logits.max())
    shares: list[float] = (shifted / shifted.sum()).tolist()
    return shares
