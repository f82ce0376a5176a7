"""The diagnosis of one picture: verdict, findings, annotated picture, JSON values."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bedcheck.detector import Detector
from bedcheck.diagnosis import SCHEMA, Diagnosis, diagnose
from bedcheck.errors import PictureTooSmall, UnreadablePicture
from bedcheck.finding import What
from bedcheck.frame import read
from bedcheck.placement import Placement
from bedcheck.verdict import State

BED = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


@pytest.fixture(scope="module")
def placement() -> Placement:
    return Placement(bed=BED)


@pytest.fixture(scope="module")
def diagnosis(bedroom: Pixels, placement: Placement, detector: Detector) -> Diagnosis:
    return diagnose(bedroom, placement, detector=detector)


def test_it_carries_the_detector_s_verdict(
    diagnosis: Diagnosis, bedroom: Pixels, placement: Placement, detector: Detector
) -> None:
    verdict = detector.judge(bedroom, placement)
    assert diagnosis.verdict.probabilities == verdict.probabilities
    assert diagnosis.verdict.bed == BED
    assert diagnosis.findings


def test_it_loads_a_detector_of_its_own(bedroom: Pixels, diagnosis: Diagnosis) -> None:
    own = diagnose(bedroom, Placement(bed=BED))
    assert own.verdict.network == diagnosis.verdict.network


@pytest.mark.parametrize("level", [0, 12, 130, 255])
def test_a_blank_picture_is_a_covered_camera(
    level: int, placement: Placement, detector: Detector
) -> None:
    found = diagnose(np.full((480, 640), level, np.uint8), placement, detector=detector)
    assert found.verdict.state is State.OBSTRUCTED
    assert [one.what for one in found.findings] == [What.COVERED]


def test_another_view_than_the_placement_s_is_told(bedroom: Pixels, detector: Detector) -> None:
    placement = Placement.fit(bedroom, bed=BED)
    still = diagnose(bedroom, placement, detector=detector)
    turned = diagnose(np.ascontiguousarray(bedroom[::-1]), placement, detector=detector)
    assert What.MOVED not in [one.what for one in still.findings]
    assert [one.what for one in turned.findings] == [What.MOVED]


def test_a_small_bed_is_told(bedroom: Pixels, detector: Detector) -> None:
    tiny = np.asarray(cv2.resize(bedroom, (96, 72), interpolation=cv2.INTER_AREA), np.uint8)
    found = diagnose(tiny, Placement(bed=BED), detector=detector)
    small = [one for one in found.findings if one.what is What.BED_SMALL]
    assert [one.value for one in small] == [pytest.approx((0.33 * 96 * 72) ** 0.5)]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_plain_json(diagnosis: Diagnosis, language: str) -> None:
    told = diagnosis.to_dict(language)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert list(told) == ["schema", "language", "verdict", "findings"]
    assert (told["schema"], told["language"]) == (SCHEMA, language)
    assert told["verdict"] == diagnosis.verdict.to_dict()
    assert len(told["findings"]) == len(diagnosis.findings)


def test_the_file_is_the_annotated_picture(diagnosis: Diagnosis, tmp_path: Path) -> None:
    out = tmp_path / "annotated.png"
    diagnosis.write_png(out, "en")
    assert np.array_equal(read(out).pixels, diagnosis.picture("en"))


def test_the_file_tells_nothing_of_where_and_when(
    bedroom: Pixels, detector: Detector, tmp_path: Path
) -> None:
    """The same page whatever the file's name, and no text or time inside the PNG."""
    pages = []
    for name in ("hall.png", "room 12.png"):
        cv2.imwrite(str(tmp_path / name), bedroom)
        found = diagnose(tmp_path / name, Placement(bed=BED), detector=detector)
        found.write_png(tmp_path / "out.png")
        pages.append((tmp_path / "out.png").read_bytes())
    assert pages[0] == pages[1]
    assert not any(chunk in pages[0] for chunk in (b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf"))


def test_its_picture_is_not_in_what_it_prints(diagnosis: Diagnosis) -> None:
    assert "frame" not in repr(diagnosis)


def test_errors_are_the_detector_s(detector: Detector, tmp_path: Path) -> None:
    with pytest.raises(UnreadablePicture):
        diagnose(tmp_path / "gone.jpg", detector=detector)
    with pytest.raises(PictureTooSmall):
        diagnose(np.zeros((20, 20), np.uint8), detector=detector)
