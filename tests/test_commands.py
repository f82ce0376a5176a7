"""The command `bedcheck`: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from bedcheck import Detector, Placement, commands, diagnose, texts
from bedcheck.errors import JudgementError, NetworkError
from bedcheck.verdict import SCHEMA

BED = "0.25,0.35 0.75,0.35 0.85,0.9 0.15,0.9"
OTHER_BED = "0.1,0.1 0.6,0.1 0.6,0.6 0.1,0.6"
KEYS = [
    "schema", "row", "path", "scene", "state", "probabilities", "certain", "causes", "posture",
    "bed", "measures", "network", "elapsed_ms",
]  # fmt: skip


BED_POINTS = ((0.25, 0.35), (0.75, 0.35), (0.85, 0.9), (0.15, 0.9))


def bedcheck(*words: object) -> Result:
    return CliRunner().invoke(commands.app, [str(word) for word in words])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def corners(text: str) -> list[list[float]]:
    return [[float(value) for value in point.split(",")] for point in text.split()]


# ---- check


def test_a_line_of_json_a_picture(picture: Path) -> None:
    result = bedcheck("check", "--json", "--bed", BED, picture, picture)
    assert (result.exit_code, result.stderr) == (0, "")
    first, second = lines(result)
    assert list(first) == KEYS
    assert (first["schema"], first["path"]) == (SCHEMA, str(picture))
    assert (first["row"], first["scene"]) == (None, None)
    assert first["bed"] == corners(BED)
    assert first["probabilities"] == second["probabilities"]


def test_each_row_of_a_manifest_is_judged_with_its_own_bed(picture: Path) -> None:
    manifest = picture.parent / "manifest.csv"
    manifest.write_text(
        "note,scene,path,bed\n"
        f"x,a,bedroom.jpg,{quoted(BED)}\n"
        f'"with, comma",b,bedroom.jpg,{quoted(OTHER_BED)}\n',
        encoding="utf-8-sig",  # as spreadsheets write it
    )
    result = bedcheck("check", "--json", "--manifest", manifest)
    assert result.exit_code == 0
    first, second = lines(result)
    assert list(first) == KEYS
    assert (first["row"], first["scene"], first["path"]) == (0, "a", "bedroom.jpg")
    assert (second["row"], second["scene"], second["path"]) == (1, "b", "bedroom.jpg")
    assert (first["bed"], second["bed"]) == (corners(BED), corners(OTHER_BED))


def test_a_placement_goes_before_a_bed_and_both_before_the_manifest(picture: Path) -> None:
    manifest, placement = picture.parent / "manifest.csv", picture.parent / "camera.toml"
    manifest.write_text(f"path,scene,bed\nbedroom.jpg,a,{quoted(OTHER_BED)}\n")
    Placement(bed=BED_POINTS).save(placement)
    rows = ("check", "--json", "--manifest", manifest)
    third_bed = "0.2,0.2 0.8,0.2 0.8,0.8"
    assert lines(bedcheck(*rows, "--bed", third_bed))[0]["bed"] == corners(third_bed)
    both = bedcheck(*rows, "--bed", third_bed, "--placement", placement)
    assert lines(both)[0]["bed"] == corners(BED)


def test_paths_start_from_the_root(picture: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "lists" / "manifest.csv"
    manifest.parent.mkdir()
    manifest.write_text("path,scene,bed\nbedroom.jpg,a,\n")
    assert bedcheck("check", "--json", "--manifest", manifest).exit_code == 3
    assert bedcheck("check", "--json", "--manifest", manifest, "--root", tmp_path).exit_code == 0


def test_a_wrong_row_is_one_error_line(picture: Path) -> None:
    manifest = picture.parent / "manifest.csv"
    manifest.write_text(
        f"path,scene,bed\n,a,\nbedroom.jpg,b,one two\nbedroom.jpg,c,{quoted(BED)}\n"
    )
    result = bedcheck("check", "--json", "--manifest", manifest)
    assert result.exit_code == 3
    empty, malformed, good = lines(result)
    assert list(empty) == ["row", "path", "scene", "error"]
    assert (empty["row"], empty["error"]["kind"]) == (0, "manifest")
    assert (malformed["scene"], malformed["error"]["kind"]) == ("b", "placement")
    assert "row 1: bed: expected" in malformed["error"]["message"]
    assert list(good) == KEYS


def test_the_table_for_people(picture: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    result = bedcheck("check", "--bed", BED, picture, text)
    assert result.exit_code == 3
    table = " ".join(result.stdout.split())
    for word in ("picture", "state", "prob.", "certain", "why", "not judged unreadable"):
        assert word in table
    assert f"bedcheck: {text}: expected a" in result.stderr


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    result = bedcheck("check", tmp_path / "\x1b[2Jgone.jpg", "s\udce5ng.jpg")
    assert result.exit_code == 3
    assert "\x1b" not in result.stdout + result.stderr
    assert "\\x1b[2Jgone.jpg" in result.stderr


def test_a_name_that_is_no_text_survives_json() -> None:
    (line,) = lines(bedcheck("check", "--json", "s\udce5ng.jpg"))
    assert line["path"] == "s\udce5ng.jpg"


def test_one_failed_judgement_does_not_stop_the_others(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FailsOnce(Detector):
        failed = False

        def judge(self, *args: Any, **kwargs: Any) -> Any:
            if not self.failed:
                self.failed = True
                raise JudgementError("expected a verdict")
            return super().judge(*args, **kwargs)

    monkeypatch.setattr(commands, "Detector", FailsOnce)
    result = bedcheck("check", "--json", picture, picture)
    assert result.exit_code == 3
    first, second = lines(result)
    assert first == {
        "path": str(picture),
        "error": {"kind": "judgement", "message": "expected a verdict"},
    }
    assert list(second) == KEYS


def test_without_its_network_it_says_so_and_ends_with_1(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Detector:
        raise NetworkError("expected the network's sheet; reinstall bedcheck")

    monkeypatch.setattr(commands, "Detector", missing)
    result = bedcheck("check", "--json", picture)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "bedcheck: expected the network's sheet; reinstall bedcheck\n"


# ---- wrong usage


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--json"], ["pictures or --manifest"]),  # neither
        (["a.jpg", "--manifest", "m.csv"], ["pictures or --manifest"]),  # both
        (["a.jpg", "--root", "."], ["--root", "--manifest"]),
        (["a.jpg", "--bed", ""], ["bed", "0..1"]),
        (["a.jpg", "--bed", "0.1,0.1 0.9,0.1"], ["bed", "3 to", "got 2"]),
        (["a.jpg", "--bed", "0.1,0.1 0.9,0.1 0.5"], ["bed", "x,y", "'0.5'"]),
        (["a.jpg", "--bed", "10,10 90,10 50,90"], ["bed", "0..1", "10,10"]),  # percent
        (["a.jpg", "--bed", "0.1,nan 0.9,0.1 0.5,0.5"], ["bed", "0..1", "nan"]),
        (["a.jpg", "--placement", "nowhere.toml"], ["nowhere.toml"]),
        (["a.jpg", "--placement", "broken.toml"], ["broken.toml"]),
        (["a.jpg", "--placement", "no_bed.toml"], ["bed"]),
        (["--manifest", "nowhere.csv"], ["nowhere.csv", "cannot be opened"]),
        (["--manifest", "short.csv"], ["short.csv", "missing: scene, bed"]),
        (["--manifest", "empty.csv"], ["empty.csv", "missing: path, scene, bed"]),
        (["--manifest", "latin.csv"], ["latin.csv", "UTF-8"]),
        (["--manifest", "quote.csv"], ["quote.csv", "CSV"]),
        (["a.jpg", "--bad"], ["--bad"]),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_was_expected(
    words: list[str], told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.toml").write_text("bed = [")
    Path("no_bed.toml").write_text('name = "hall"\n')
    Path("short.csv").write_text("path,label\na.jpg,in_bed\n")
    Path("empty.csv").write_bytes(b"")
    Path("latin.csv").write_bytes("path,scene,bed\nsäng.jpg,a,\n".encode("latin-1"))
    Path("quote.csv").write_text('path,scene,bed\n"a.jpg,a,\n')
    result = bedcheck("check", *words)
    assert (result.exit_code, result.stdout) == (2, "")
    for word in told:
        assert word in " ".join(result.stderr.split())


# ---- diagnose


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_diagnosis_names_every_finding_its_advice_and_who_acts(
    language: str, picture: Path, tmp_path: Path
) -> None:
    out = tmp_path / "annotated.png"
    result = bedcheck("diagnose", picture, "--bed", BED, "--lang", language, "--out", out)
    assert result.exit_code == 0
    assert result.stderr == f"wrote {out}\n"
    expected = diagnose(picture, Placement(bed=BED_POINTS))
    assert texts.text(f"state.{expected.verdict.state}", language) in result.stdout
    for finding in expected.findings:
        assert finding.title(language) in result.stdout
        assert texts.text(finding.advice, language) in result.stdout
        assert texts.text(f"who.{finding.who}", language) in result.stdout
    with Image.open(out) as annotated:
        assert annotated.format == "PNG"
        assert np.array_equal(np.asarray(annotated)[..., ::-1], expected.picture(language))


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["bedroom.jpg", "--out", "annotated.jpg"], 2, "ends in .png"),
        (["bedroom.jpg", "--out", "nowhere/annotated.png"], 2, "nowhere"),
        (["bedroom.jpg", "--lang", "fi"], 2, "'fi'"),
        (["bedroom.jpg", "--bed", "0,0 1,1"], 2, "bed: expected"),
        (["gone.jpg"], 3, "gone.jpg: expected"),
    ],
)
def test_a_diagnosis_that_cannot_be_made(
    words: list[str], exit_code: int, told: str, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    result = bedcheck("diagnose", *words)
    assert result.exit_code == exit_code
    assert told in " ".join(result.stderr.split())


# ---- place


def test_what_place_writes_check_reads(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "camera.toml"
    placed = bedcheck("place", picture, picture, "--bed", BED, "--out", out)
    assert (placed.exit_code, placed.stdout) == (0, "")
    assert str(out) in placed.stderr
    (line,) = lines(bedcheck("check", "--json", "--placement", out, picture))
    assert np.array(line["bed"]) == pytest.approx(np.array(corners(BED)), abs=0.01)


SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.mark.parametrize(
    ("sample", "warned"),
    [
        ("in_bed_lamp.jpg", "the network sees a person in the bed"),
        ("arm_before_the_lens.jpg", "the view of the bed is obstructed"),
        ("same_hue.jpg", "a person could not be made out"),
        ("empty_daylight.jpg", ""),
    ],
)
def test_a_reference_that_is_not_judged_empty_is_told_and_written_all_the_same(
    sample: str, warned: str, tmp_path: Path
) -> None:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as file:
        (bed,) = (row["bed"] for row in csv.DictReader(file) if row["path"] == sample)
    out = tmp_path / "camera.toml"
    placed = bedcheck("place", SAMPLES / sample, "--bed", bed, "--out", out, "--lang", "en")
    assert placed.exit_code == 0, placed.stderr
    assert out.exists()
    wrote, *warnings = placed.stderr.splitlines()
    assert wrote == f"wrote {out}"
    assert [f"{sample}: WARNING: " in line and warned in line for line in warnings] == (
        [True] if warned else []
    )


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["bedroom.jpg", "--bed", BED, "--out", "nowhere/camera.toml"], 2, "--out"),
        (["bedroom.jpg", "--bed", "0,0 1,1", "--out", "camera.toml"], 2, "bed: expected"),
        (["bedroom.jpg", "--out", "camera.toml"], 2, "--bed"),
        (["gone.jpg", "--bed", BED, "--out", "camera.toml"], 3, "gone.jpg: expected"),
    ],
)
def test_a_placement_that_cannot_be_made_is_not_written(
    words: list[str], exit_code: int, told: str, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    result = bedcheck("place", *words)
    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert told in result.stderr
    assert not Path("camera.toml").exists()


# ---- help


@pytest.mark.parametrize("command", ["check", "diagnose", "place"])
def test_every_command_has_help(command: str) -> None:
    result = bedcheck(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def quoted(text: str) -> str:
    return f'"{text}"'


def test_a_manifest_without_rows_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("path,scene,bed\n")
    result = CliRunner().invoke(commands.app, ["check", "--manifest", str(tmp_path / "empty.csv")])
    assert result.exit_code == 2
    assert "expected at least one row" in result.output
