"""A camera is installed: step by step, with and without questions, well and badly."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tomli_w
from click.testing import Result
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.history import HistoryRow, Kind, Store
from bedcheck.night.cards import planner_notice, resident_card, staff_notice
from bedcheck.night.registry import Registry
from tests.night.grabbing import encoded
from tests.night.registering import registry, tables
from tests.night.servers import Handler, serving, unused_port

SAMPLES = Path(__file__).parent.parent.parent / "samples"
BED = "0.1,0.3 0.9,0.3 0.9,0.95 0.1,0.95"
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)  # a day before the agreement begins


# ---- what people are told


def card(language: str = "en", now: datetime = NOW, **agreement: Any) -> str:
    known = registry(agreement=agreement)
    return "\n".join(resident_card(known, known.units["C1"], now, language))


def test_the_resident_is_told_when_it_looks_for_how_long_and_what_is_kept() -> None:
    assert card().splitlines() == [
        "The camera in your bedroom",
        "It looks at 23:00 and 03:00, each time for 25 seconds at most. In between it is locked,"
        " and nobody can look.",
        "If it does not see you in bed, it looks once more, about 10 minutes later.",
        "If it does not see you in bed then, the night staff come to you. They also come when the"
        " camera is out of order.",
        "It keeps no picture, no film and no sound. What is written down is when it looked, for"
        " how long, and whether it saw somebody in the bed.",
        "A computer looks, not a person. Only where it is not certain, somebody at the alarm"
        " centre looks too.",
        "You may say no at any time: then it looks no more. You may also ask who has looked, and"
        " when. Ask Administrator.",
        "It looks for the first time on 2026-02-03 at 23:00.",
    ]
    assert "sparar ingen bild, ingen film och inget ljud" in card("sv")


@pytest.mark.parametrize(
    ("agreement", "says"),
    [
        ({"times": [{"at": "23:30"}]}, "It looks at 23:30, each time"),
        (
            {"times": [{"at": "05:00"}, {"at": "23:30"}, {"at": "02:00"}]},
            "It looks at 23:30, 02:00 and 05:00, each",  # in the order of a night
        ),
        ({"look_seconds": 30}, "for 30 seconds at most"),
        ({"retry_minutes": 0}, "It looks once each time."),
        ({"shadow": True}, "This is a trial: nobody is called"),
        ({"state": "paused"}, "for the first time on a day that is not set yet"),
    ],
)
def test_the_card_says_what_is_agreed(agreement: dict[str, Any], says: str) -> None:
    assert says in card(**agreement)


def test_who_wishes_it_is_telephoned_first() -> None:
    known = registry(agreement={"telephone_first": True}, resident={"telephone": "08-123 45"})
    assert "you are telephoned first" in " ".join(
        resident_card(known, known.units["C1"], NOW, "en")
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_night_staff_and_planner_are_told_the_first_night(language: str) -> None:
    known = registry(resident={"address": "Storgatan 1"})
    staff = staff_notice(known, known.units["C1"], NOW, language)
    planner = planner_notice(known, known.units["C1"], NOW, language)
    for notice in (staff, planner):
        assert "Berit, Storgatan 1." in notice[1]
        assert "2026-02-03" in notice[1]
        assert "23:00" in notice[1]
    assert "bedcheck night look C1" in staff[-1]


def test_without_an_agreement_there_is_nothing_to_tell() -> None:
    known = registry(agreement={"state": "ended"})
    for make in (resident_card, staff_notice, planner_notice):
        assert make(known, known.units["C1"], NOW, "en") == ()


# ---- the walk


class Home:
    """A camera that shows one sample after the other, the last from then on, with noise."""

    def __init__(self, *names: str) -> None:
        self.shows = [cv2.imread(str(SAMPLES / name)) for name in names]
        self.random = np.random.default_rng(1)

    def __call__(self, handler: Handler) -> None:
        if handler.path == "/":
            handler.reply(404)
            return
        shown = self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]
        grey = self.random.normal(0, 1, shown.shape[:2])[..., None]
        picture = np.clip(shown + grey, 0, 255).astype(np.uint8)
        handler.reply(200, encoded(picture), Content_Type="image/jpeg")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    monkeypatch.setattr("bedcheck.night.probe.APART", 0.01)
    return tmp_path / "night.db"


def ordered(store: Path, source: str, **camera: Any) -> None:
    """A store with one resident, whose camera is ordered and has no bed yet."""
    known = tables()
    known["camera"][0] |= {"source": source, "state": "ordered", **camera}
    file = store.with_name("a.toml")
    file.write_text(tomli_w.dumps(known), encoding="utf-8")
    for words in (("init",), ("import", str(file))):
        result = CliRunner().invoke(commands.app, ["night", *words])
        assert result.exit_code == 0, result.output


def install(*words: str, answers: str | None = None, serial: str = "C1") -> Result:
    words = ("night", "install", serial, *words, "--lang", "en")
    return CliRunner().invoke(commands.app, words, input=answers)


def kept(store: Path, kind: Kind) -> list[HistoryRow]:
    with Store.open(store) as opened:
        return [row for row in opened.rows(by="os:test") if row.kind == kind]


def unit_of(store: Path) -> Any:
    with Store.open(store) as opened, opened.snapshot() as snapshot:
        return Registry.load(snapshot).units["C1"]


def test_a_camera_is_installed_without_a_question(store: Path) -> None:
    with serving(Home("in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        result = install("--yes")
    assert result.exit_code == 0, result.output
    assert "The camera in your bedroom" in result.stdout
    assert "To the night staff" in result.stdout
    assert "To the planner" in result.stdout
    assert "Good: The camera's clock is right." in result.stderr
    unit = unit_of(store)
    assert (unit.state, unit.fault) == ("active", "")
    assert unit.bed is not None
    (row,) = kept(store, Kind.INSTALLED)
    assert (row.camera, row.facts["result"], row.facts["bed"]) == ("C1", "in_service", "proposed")
    notes = {(note["step"], note["what"]): note["severity"] for note in row.facts["findings"]}
    assert notes["infrared", "later"] == "not_checked"
    assert notes["clock", "clock"] == "ok"
    assert notes["line", "picture"] == "ok"
    assert notes["look", "in_bed"] == "ok"
    purposes = [row.facts["purpose"] for row in kept(store, Kind.LOOK)]
    assert purposes == ["install", "install", "test"]
    assert kept(store, Kind.EXPORT) == []
    assert list(store.parent.glob("*.png")) == []


def test_the_bed_may_be_given_and_is_kept_the_next_time(store: Path) -> None:
    with serving(Home("in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        first = install("--bed", BED, "--json")
        second = install("--yes", "--json")
    assert json.loads(first.stdout)["bed"] == "given"
    assert json.loads(second.stdout)["bed"] == "kept"
    assert json.loads(second.stdout)["in_service"] is True
    assert unit_of(store).bed == ((0.1, 0.3), (0.9, 0.3), (0.9, 0.95), (0.1, 0.95))


def test_an_administrator_is_asked_and_may_mistype(store: Path) -> None:
    with serving(Home("in_bed_lamp.jpg", "in_bed_infrared.jpg", "in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        # is this the bed? no; corners: wrong, then right; a second picture in the dark? yes
        result = install(answers=f"n\n0,0 1\n{BED}\ny\n")
    assert "Is this the bed?" in result.stderr
    assert "That is no polygon" in result.stderr
    assert "3. The picture in colour:" in result.stderr
    assert "3. The picture in the dark, by infrared:" in result.stderr
    (row,) = kept(store, Kind.INSTALLED)
    steps = {note["step"] for note in row.facts["findings"]}
    assert steps >= {"colour", "infrared", "line", "clock", "look"}
    assert not any(note["what"] == "later" for note in row.facts["findings"])


def test_a_picture_is_written_where_a_person_asks_for_it_and_that_is_noted(
    store: Path, tmp_path: Path
) -> None:
    wanted = tmp_path / "bed.png"
    with serving(Home("in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        result = install("--yes", "--picture", str(wanted))
    assert result.exit_code == 0, result.output
    assert cv2.imread(str(wanted)) is not None
    assert stat.S_IMODE(wanted.stat().st_mode) == 0o600
    (row,) = kept(store, Kind.EXPORT)
    assert (row.camera, row.facts["what"]) == ("C1", "picture")


def test_a_covered_camera_is_not_in_service_and_says_why(store: Path) -> None:
    with serving(Home("covered_dark.jpg")) as server:
        ordered(store, server.url)
        result = install("--bed", BED)
    assert result.exit_code == 3
    assert "The camera is covered" in result.stderr
    assert result.stdout == ""  # no card, no notices
    (row,) = kept(store, Kind.INSTALLED)
    assert row.facts["result"] == "not_in_service"
    assert "covered" in row.facts["problems"]
    assert unit_of(store).state == "ordered"


def test_a_picture_without_a_bed_asks_for_one(store: Path) -> None:
    with serving(Home("covered_dark.jpg")) as server:
        ordered(store, server.url)
        result = install("--yes")
    assert result.exit_code == 3
    assert "point it at the bed, or give --bed" in result.stderr
    (row,) = kept(store, Kind.INSTALLED)
    assert {"covered", "bed_not_found"} <= set(row.facts["problems"])
    assert unit_of(store).bed is None


def test_a_camera_that_gives_no_picture_is_told_with_what_to_do(store: Path) -> None:
    ordered(store, f"http://127.0.0.1:{unused_port()}/")
    result = install("--yes")
    assert result.exit_code == 3
    assert "No picture came: nobody answers" in result.stderr
    assert "Check the port" in result.stderr
    (row,) = kept(store, Kind.INSTALLED)
    assert row.facts["findings"] == [{"step": "picture", "what": "refused", "severity": "problem"}]


def test_without_anybody_to_answer_it_says_how_to_go_on(store: Path) -> None:
    """As a scheduled job is, or one whose input is closed."""
    with serving(Home("in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        result = install(answers="")
    assert result.exit_code == 2
    assert "Aborted" not in result.output
    assert "give the answers as options (--yes, --bed" in result.output


def test_without_consent_nothing_is_asked_of_the_camera(store: Path) -> None:
    with serving(Home("in_bed_lamp.jpg")) as server:
        ordered(store, server.url)
        CliRunner().invoke(commands.app, ["night", "withdraw", "berit"])
        result = install("--yes")
        assert server.requests == []
    assert result.exit_code == 1
    assert "there is no consent" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--bed", "1,2"), "--bed"),
        (("--yes", "--picture", "bed.jpg"), "ends in .png"),
    ],
)
def test_wrong_usage(store: Path, words: tuple[str, ...], says: str) -> None:
    ordered(store, "berit.jpg")
    result = install(*words)
    assert result.exit_code == 2
    assert says in result.output


def test_a_camera_that_is_not_registered(store: Path) -> None:
    ordered(store, "berit.jpg")
    result = install("--yes", serial="C9")
    assert result.exit_code == 2
    assert "there is no such camera" in result.output
