"""From any picture to a verdict or one of our errors, and nothing else."""

from __future__ import annotations

import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

import bedcheck.detector
from bedcheck import (
    BedcheckError,
    Cause,
    Detector,
    JudgementError,
    NetworkError,
    PictureError,
    Placement,
    PlacementError,
    State,
)

BED = ((0.2, 0.3), (0.8, 0.3), (0.9, 0.9), (0.1, 0.9))


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def a_room(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (12, 16, 3)).astype(np.uint8)
    return cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize(
    ("what", "picture"),
    [
        ("black", np.zeros((480, 640, 3), np.uint8)),
        ("white", np.full((480, 640, 3), 255, np.uint8)),
        ("grey", np.full((480, 640), 128, np.uint8)),
        ("grey with noise", np.random.default_rng(0).normal(90, 4, (480, 640)).astype(np.uint8)),
    ],
)
@pytest.mark.parametrize("placement", [None, Placement(bed=BED)])
def test_a_uniform_frame_is_covered(
    detector: Detector, what: str, picture: np.ndarray, placement: Placement | None
) -> None:
    verdict = detector.judge(picture, placement)
    assert verdict.state is State.OBSTRUCTED
    assert verdict.causes == (Cause.COVERED,)


def test_path_bytes_and_array_give_the_same_verdict(detector: Detector, tmp_path: Path) -> None:
    picture = a_room()
    path = tmp_path / "room.png"
    cv2.imwrite(str(path), picture)
    placement = Placement(bed=BED)
    verdicts = [
        detector.judge(given_as, placement) for given_as in (path, path.read_bytes(), picture)
    ]
    assert len({tuple(v.probabilities.values()) for v in verdicts}) == 1


def test_grey_and_alpha_and_sixteen_bits_are_taken(detector: Detector) -> None:
    grey = cv2.cvtColor(a_room(), cv2.COLOR_BGR2GRAY)
    placement = Placement(bed=BED)
    pictures = {
        "grey": grey,
        "bgr": cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR),
        "bgra": cv2.cvtColor(grey, cv2.COLOR_GRAY2BGRA),
        "16 bits": grey.astype(np.uint16) * 257,
    }
    presence = {name: detector.judge(p, placement).presence for name, p in pictures.items()}
    assert presence == pytest.approx(dict.fromkeys(presence, presence["grey"]), abs=0.02)


def test_a_drawn_bed_that_is_mostly_out_of_view_is_not_judged(detector: Detector) -> None:
    corner = ((0.6, 0.6), (1.0, 0.6), (1.0, 1.0), (0.6, 1.0))
    verdict = detector.judge(a_room(), Placement(bed=corner))
    assert (verdict.state, verdict.causes, verdict.certain) == (
        State.OBSTRUCTED,
        (Cause.BED_CUT_OFF,),
        False,
    )


def test_the_bed_that_is_told_is_the_bed_that_is_judged(detector: Detector) -> None:
    assert detector.judge(a_room(), Placement(bed=BED)).bed == BED


def test_threads_may_share_a_detector(detector: Detector) -> None:
    pictures = [a_room(seed) for seed in range(6)] * 4
    alone = [dict(detector.judge(p).probabilities) for p in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = [dict(v.probabilities) for v in pool.map(detector.judge, pictures)]
    assert together == alone


def test_the_callers_picture_is_left_alone(detector: Detector) -> None:
    picture = a_room()
    before = picture.copy()
    detector.judge(picture)
    np.testing.assert_array_equal(picture, before)
    assert picture.flags.writeable


def test_a_failure_inside_is_an_error_and_never_a_state(
    detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a fault in a measure")

    monkeypatch.setattr(bedcheck.detector, "measure", broken)
    with pytest.raises(JudgementError, match="ZeroDivisionError: a fault in a measure"):
        detector.judge(a_room())


def test_a_bed_that_is_no_placement_is_told_so(detector: Detector) -> None:
    with pytest.raises(PlacementError, match="expected a Placement, got tuple"):
        detector.judge(a_room(), BED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "network.json").unlink(), "no such file. Name the folder that"),
        (lambda folder: (folder / "judge.onnx").unlink(), "expected the network at"),
        (lambda folder: (folder / "finder.onnx").write_bytes(b"no"), "with SHA-256"),
        (lambda folder: (folder / "network.json").write_text("[]"), "expected the network's sheet"),
        (
            lambda folder: (folder / "network.json").write_text(
                (folder / "network.json").read_text().replace('"contract": 2', '"contract": 99')
            ),
            "expected a network of contract 2",
        ),
    ],
)
def test_damaged_weights_are_refused(tmp_path: Path, damage: object, message: str) -> None:
    shipped = Path(bedcheck.__file__).parent / "weights"
    for name in ("network.json", "judge.onnx", "finder.onnx"):
        (tmp_path / name).write_bytes((shipped / name).read_bytes())
    damage(tmp_path)  # type: ignore[operator]
    with pytest.raises(NetworkError, match=message):
        Detector(weights=tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_array_gives_a_verdict_or_our_error(detector: Detector, data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.uint8, np.uint16, np.float32, np.int32, np.bool_]))
    small = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)
    side = st.integers(60, 300)
    large = st.one_of(st.tuples(side, side), st.tuples(side, side, st.integers(1, 5)))
    shape = data.draw(st.one_of(small, large, large))
    kind = data.draw(st.sampled_from(["noise", "flat", "steps", "ramp"]))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    value = data.draw(st.integers(0, 2**16 - 1))
    size = int(np.prod(shape))
    values = {
        "noise": lambda: rng.integers(0, value + 1, size),
        "flat": lambda: np.full(size, value),
        "steps": lambda: np.where(np.arange(size) % 97 < 50, value, 0),
        "ramp": lambda: np.linspace(0, value, size),
    }[kind]()
    picture = np.asarray(values).reshape(shape).astype(dtype)
    placement = data.draw(st.sampled_from([None, Placement(bed=BED)]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            verdict = detector.judge(picture, placement)
        except PictureError:
            return
    assert sum(verdict.probabilities.values()) == pytest.approx(1)
    assert verdict.to_dict()["state"] in list(State)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    noise=st.binary(max_size=400),
    damage=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
    form=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "TIFF", None]),
)
def test_any_bytes_give_a_verdict_or_our_error(
    detector: Detector, noise: bytes, damage: list[tuple[int, int]], form: str | None
) -> None:
    content = bytearray(noise)
    if form:
        held = io.BytesIO()
        Image.fromarray(a_room()).save(held, form)
        content = bytearray(held.getvalue())
        for place, value in damage:
            content[place % len(content)] = value
    try:
        verdict = detector.judge(bytes(content))
    except BedcheckError:
        return
    assert verdict.state in State
