"""The test of a parked camera: real HTTP cameras, dead, frozen, covered, unlit and good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from bedcheck.commands import app
from bedcheck.errors import GrantError, RegistryError
from bedcheck.frame import read
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.store import Store
from bedcheck.night.absence import Absence
from bedcheck.night.changes import change, import_registry, withdraw
from bedcheck.night.clock import SimulatedClock
from bedcheck.night.lines.port import Asked
from bedcheck.night.parked import Ill, ills, sight
from bedcheck.night.parking import take_parked_test
from bedcheck.night.registry import Registry
from bedcheck.night.secrets import Secrets
from bedcheck.night.world import World, real_world
from bedcheck.placement import Placement
from tests.night.nights import Night, ScriptedJudge, night_of
from tests.night.registering import tables
from tests.night.servers import Handler, serving, unused_port

SAMPLES = Path(__file__).parent.parent.parent / "samples"
NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
Picture = NDArray[np.uint8]
RANDOM = np.random.default_rng(5)


def with_noise(picture: NDArray[Any], sigma: float = 2.0) -> Picture:
    noisy = picture + RANDOM.normal(0, sigma, picture.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def ceiling(brightness: float = 120.0) -> Picture:
    """A white ceiling by lamp or infrared light, which falls off towards the edges."""
    y, x = np.mgrid[-1:1:480j, -1:1:640j]
    light = brightness * (1 - 0.35 * (x * x + y * y))
    light[:60] *= 0.8  # where ceiling meets wall
    return with_noise(light)


def flat(level: float) -> Picture:
    return with_noise(np.full((480, 640), level))


def lamp() -> Picture:
    """A hand or a cloth before an infrared camera: its own light comes back."""
    y, x = np.mgrid[-1:1:480j, -1:1:640j]
    return with_noise(330 - 110 * (x * x + y * y))


VIEWS: dict[str, tuple[Callable[[], Picture], tuple[str, ...]]] = {
    "a ceiling by day": (ceiling, ()),
    "a ceiling by infrared": (lambda: ceiling(50), ()),
    "a dark floor": (lambda: ceiling(40), ()),
    "covered, in light": (lambda: flat(110), ("covered",)),
    "covered, black": (lambda: flat(2), ("covered", "too_dark")),
    "a hand before infrared": (lamp, ("overexposed",)),
    "unlit": (lambda: ceiling(14), ("covered", "too_dark")),
    "a dying sensor": (lambda: with_noise(ceiling(), 25), ("noisy",)),
}


@pytest.mark.parametrize(("view", "wrong"), VIEWS.values(), ids=list(VIEWS))
def test_what_the_measures_say(view: Callable[[], Picture], wrong: tuple[str, ...]) -> None:
    found = ills([sight(read(view())) for _ in range(3)])
    assert set(found) == set(wrong) or (wrong == ("covered", "too_dark") and "too_dark" in found)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.jpg")), ids=lambda path: path.stem)
def test_what_the_measures_say_of_rendered_rooms(path: Path) -> None:
    """A towel, a hand before infrared, no light; of a picture that is in order, nothing."""
    bad = {
        "covered_dark": Ill.TOO_DARK,
        "covered_bright": Ill.OVEREXPOSED,
        "too_dark": Ill.TOO_DARK,
    }
    found = ills([sight(read(path))])
    assert found == ((bad[path.stem],) if path.stem in bad else ())


def test_pictures_that_are_the_same_to_the_bit_are_a_frozen_camera() -> None:
    same = sight(read(ceiling()))
    assert ills([same] * 3) == (Ill.FROZEN,)
    assert ills([same] * 3, live=False) == ()  # a file that nobody has replaced
    assert ills([same]) == ()


def test_one_bad_picture_of_three_is_no_fault() -> None:
    good, bad = (lambda: sight(read(ceiling()))), sight(read(flat(110)))
    assert ills([good(), bad, good()]) == ()
    assert ills([bad, bad, good()]) == (Ill.COVERED,)


def test_a_camera_that_shows_the_bed_is_not_parked(bedroom: Any) -> None:
    picture = np.asarray(bedroom)
    bed = ((0.2, 0.4), (0.8, 0.4), (0.9, 0.9), (0.1, 0.9))
    placement = Placement.fit([picture], bed=bed)
    assert ills([sight(read(with_noise(picture)), placement)]) == (Ill.NOT_PARKED,)
    assert ills([sight(read(ceiling()), placement)]) == ()
    assert Ill.NOT_PARKED not in ills([sight(read(picture))])  # no reference: cannot be told


# ---- over HTTP


def jpeg(picture: Picture) -> bytes:
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


class Parked:
    """A store with one camera that can be parked."""

    def __init__(self, path: Path, parked: str) -> None:
        self.clock = SimulatedClock(NOW)
        self.store = Store.open(path / "night.db", create=True)
        changed = tables()
        changed["camera"][0] |= {"parked": parked, "source": "http://127.0.0.1:9/bed"}
        import_registry(self.store, Registry.read(changed), "os:anna", NOW)
        self.world = real_world(Secrets(), ScriptedJudge())

    def test(self) -> Any:
        return take_parked_test(self.store, self.world, self.clock, "C1", "os:anna")

    def rows(self, kind: Kind) -> list[HistoryRow]:
        rows = self.store.rows(by="os:test", at=self.clock.now())
        return [row for row in rows if row.kind is kind]


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[Callable[[str], Parked]]:
    made: list[Parked] = []

    def make(parked: str) -> Parked:
        made.append(Parked(tmp_path, parked))
        return made[-1]

    yield make
    for one in made:
        one.store.close()


FROZEN = jpeg(ceiling())
ANSWERS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "good": (lambda: jpeg(ceiling()), ()),
    "frozen": (lambda: FROZEN, ("frozen",)),
    "covered": (lambda: jpeg(flat(110)), ("covered",)),
    "unlit": (lambda: jpeg(ceiling(10)), ("covered", "too_dark")),
    "not a picture": (lambda: b"<html>", ("not_a_picture",)),
}


@pytest.mark.parametrize(("shows", "wrong"), ANSWERS.values(), ids=list(ANSWERS))
def test_a_camera_over_http(
    camera: Callable[[str], Parked], shows: Callable[[], bytes], wrong: tuple[str, ...]
) -> None:
    def answer(handler: Handler) -> None:
        handler.reply(body=shows(), Content_Type="image/jpeg")

    with serving(answer) as server:
        one = camera(server.url)
        found = one.test()
    assert found.wrong == wrong
    assert {request.path for request in server.requests} == {"/picture.jpg"}  # never the bed's
    (row,) = one.rows(Kind.LOOK)
    assert (row.facts["purpose"], row.facts["causes"]) == ("parked", list(wrong))
    told = [row.facts["what"] for row in one.rows(Kind.TASK)]
    assert told == (["parked_failed"] if wrong else [])
    with one.store.snapshot() as snapshot:  # the look itself is still tried at the window
        assert snapshot.get("camera", "C1") | {} == {  # type: ignore[operator]
            **(snapshot.get("camera", "C1") or {}), "fault": ""}  # fmt: skip


def test_a_dead_camera(camera: Callable[[str], Parked]) -> None:
    found = camera(f"http://127.0.0.1:{unused_port()}/parked").test()
    assert (found.wrong, found.frames) == (("refused",), 0)


def test_a_camera_that_leaves_files(camera: Callable[[str], Parked], tmp_path: Path) -> None:
    path = tmp_path / "parked.jpg"
    path.write_bytes(FROZEN)
    one = camera(str(path))
    assert one.test().wrong == ()
    path.write_bytes(jpeg(flat(3)))
    assert "too_dark" in one.test().wrong
    path.unlink()
    assert one.test().wrong == ("not_found",)


def test_nothing_is_asked_that_may_not_be(camera: Callable[[str], Parked]) -> None:
    with serving(lambda handler: handler.reply(body=FROZEN)) as server:
        one = camera(server.url)
        away = Absence(key="a", resident="berit", start=NOW, end=NOW + timedelta(days=1))
        change(one.store, [away], "os:anna", NOW)
        with pytest.raises(GrantError, match="no look: the resident is away"):
            one.test()
        withdraw(one.store, "berit", "os:anna", NOW)
        with pytest.raises(GrantError, match="no look: there is no consent"):
            one.test()
        with pytest.raises(RegistryError, match="no such camera"):
            take_parked_test(one.store, one.world, one.clock, "C9", "os:anna")
        assert server.requests == []
    refused = one.rows(Kind.GRANT_REFUSED)
    assert [row.facts["purpose"] for row in refused] == ["parked", "parked"]


def test_only_where_the_registry_says_so(camera: Callable[[str], Parked]) -> None:
    with pytest.raises(RegistryError, match="cannot be parked"):
        camera("").test()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pictures = iter([jpeg(ceiling()) for _ in range(3)] + [FROZEN] * 3)
    answer = lambda handler: handler.reply(body=next(pictures), Content_Type="image/jpeg")  # noqa: E731
    with serving(answer) as server:
        Parked(tmp_path, server.url).store.close()
        good = CliRunner().invoke(app, ["night", "parked", "C1", "--lang", "en"])
        bad = CliRunner().invoke(app, ["night", "parked", "C1", "--lang", "en"])
        none = CliRunner().invoke(app, ["night", "parked", "C9", "--lang", "en"])
    assert (good.exit_code, good.output) == (0, "The camera is well.\n")
    assert (bad.exit_code, bad.output) == (
        3, "What is wrong: the camera's picture stands still.\n")  # fmt: skip
    assert none.exit_code == 2


# ---- by the runner


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    changed = tables()
    changed["camera"][0]["parked"] = "parked.jpg"
    with night_of(tmp_path, changed, NOW + timedelta(minutes=1)) as night:
        yield night


def parked_rows(night: Night) -> list[HistoryRow]:
    return [row for row in night.rows(Kind.LOOK) if row.facts["purpose"] == "parked"]


def test_four_hours_before_its_window_a_parked_camera_is_tested(night: Night) -> None:
    night.until(datetime(2026, 3, 10, 21, 59, tzinfo=UTC))
    (row,) = parked_rows(night)  # scripted pictures are flat
    assert timedelta(hours=3, minutes=55) < datetime(2026, 3, 10, 22, tzinfo=UTC) - row.at
    assert night.told() == [("admin", "parked_failed")]
    (text,) = [alarm.text for *_, alarm, _ in night.sent if alarm.kind == "parked_failed"]
    assert "23:00" in text
    assert {grant.purpose for _, _, grant in night.grabs} == {"parked"}
    assert len({grant.id for _, _, grant in night.grabs}) == 3
    night.until(datetime(2026, 3, 11, 6, tzinfo=UTC))
    opens = [row.at.hour for row in parked_rows(night)]
    assert opens == [18, 22]  # the windows of 22:00 and 02:00 are four hours apart


def test_nothing_is_tested_while_the_resident_is_away_or_the_hours_are_none(night: Night) -> None:
    away = Absence(key="a", resident="berit", start=NOW, end=NOW + timedelta(hours=12))
    change(night.store, [away], "os:anna", NOW)
    night.until(datetime(2026, 3, 10, 23, tzinfo=UTC))
    assert night.grabs == []


def test_a_runner_that_was_killed_tests_again_and_tells_once(night: Night) -> None:
    for _ in range(4):
        night.runner.step()  # its result is lost with it
        night.new_runner()
    night.until(datetime(2026, 3, 10, 20, tzinfo=UTC))
    keys = {key for *_, alarm, key in night.sent if alarm.kind == "parked_failed"}
    assert len(keys) == 1
    *broken, whole = parked_rows(night)
    assert {row.facts["error"] for row in broken} == {"interrupted"}
    assert whole.facts["causes"] == ["covered"]


def test_a_line_that_is_down_is_told_already(tmp_path: Path) -> None:
    from tests.night.test_outages import Homes

    changed = tables()
    changed["camera"][0]["parked"] = "parked.jpg"
    tester = Homes()
    tester.down["C1"] = Asked(camera="timed_out")
    start = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    with night_of(tmp_path, changed, start, tester) as night:
        night.until(datetime(2026, 3, 10, 21, 59, tzinfo=UTC))
        assert night.told() == [("operator", "line_silent")]
        assert night.grabs == []


def test_no_network_sees_a_parked_picture(night: Night) -> None:
    class Blind:
        def judge(self, *args: Any) -> Any:
            raise AssertionError("a parked picture was judged")

    night.world = World(camera=night.world.camera, channel=night.world.channel, judge=Blind())
    night.new_runner()
    night.until(datetime(2026, 3, 10, 21, 59, tzinfo=UTC))
    assert len(parked_rows(night)) == 1
