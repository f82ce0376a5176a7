"""Changes of the registry: all or nothing, twice the same as once, and obeyed at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bedcheck.errors import GrantError, RegistryError
from bedcheck.history.row import Kind
from bedcheck.night.absence import Absence
from bedcheck.night.changes import change, import_registry, remove, withdraw
from bedcheck.night.registry import Registry
from bedcheck.night.window import Ending, Phase
from tests.night.nights import Night, night_of
from tests.night.registering import registry, tables

START = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
OPENS = datetime(2026, 3, 10, 22, 0, tzinfo=UTC)
FIRST = "berit@2026-03-10T22:00:00Z"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    with night_of(tmp_path, tables(), START) as night:
        yield night


def away(now: datetime, key: str = "trip") -> Absence:
    return Absence(key=key, resident="berit", start=now, end=now + timedelta(days=2))


def registered(night: Night) -> Registry:
    with night.store.snapshot() as snapshot:
        return Registry.load(snapshot)


def test_importing_twice_changes_nothing_the_second_time(night: Night) -> None:
    changed = registry(resident={"name": "Berit A"})
    assert import_registry(night.store, changed, "os:anna", START).changed == 1
    assert import_registry(night.store, changed, "os:anna", START) == (0, 0, ())
    (row,) = [r for r in night.rows(Kind.CHANGE) if r.who == "os:anna"]
    assert dict(row.facts) == {"of": "resident berit", "what": "changed", "fields": ["name"]}


def test_five_faults_change_nothing(night: Night) -> None:
    changed = registry(
        agreement={"retry_minutes": 29, "look_seconds": 60, "contacts": []},
        resident={"name": "Another"},
        settings={"language": "fi"},
        camera={"source": ""},
        contact={"hours": [{"start": "21:00", "end": "08:00", "days": []}]},
    )
    with pytest.raises(RegistryError, match="5 faults"):
        import_registry(night.store, changed, "os:anna", START)
    assert registered(night) == registry()
    assert not [row for row in night.rows(Kind.CHANGE) if row.who == "os:anna"]


def test_an_absence_before_the_second_look_closes_the_window(night: Night) -> None:
    night.shows["C1"] = "out"
    night.until(OPENS + 5 * MINUTE)
    assert night.window(FIRST).phase is Phase.WAITING
    change(night.store, [away(night.clock.now())], "os:anna", night.clock.now())
    assert night.window(FIRST).ending is Ending.ABSENT
    looks = len(night.grabs)
    night.until(OPENS + 60 * MINUTE)
    assert (len(night.grabs), night.calls()) == (looks, [])


def test_an_absence_after_the_call_proposes_to_write_off(night: Night) -> None:
    night.shows["C1"] = "out"
    night.until(OPENS + 11 * MINUTE)
    assert night.window(FIRST).phase is Phase.CALLING
    change(night.store, [away(night.clock.now())], "os:anna", night.clock.now())
    night.until(OPENS + 12 * MINUTE)
    assert night.told() == [("north", "write_off_proposed")]
    assert night.window(FIRST).phase is Phase.CALLING


def test_a_withdrawal_ends_a_look_between_two_frames(night: Night) -> None:
    shown = night.world.camera

    def withdrawing(unit, redeem):  # type: ignore[no-untyped-def]
        camera = shown(unit, redeem)
        grab = camera.grab

        def one(grant, deadline):  # type: ignore[no-untyped-def]
            frame = grab(grant, deadline)
            if len(night.grabs) == 1:
                withdraw(night.store, "berit", "os:anna", night.clock.now())
            return frame

        camera.grab = one
        return camera

    night.world = replace(night.world, camera=withdrawing)
    night.new_runner()
    night.until(OPENS + MINUTE)
    assert len(night.grabs) == 1
    assert night.window(FIRST).ending is Ending.NO_CONSENT
    (refused,) = night.rows(Kind.GRANT_REFUSED)
    assert refused.facts["reason"] == "expired"
    (look,) = night.rows(Kind.LOOK)
    assert (look.facts["error"], look.facts["late"]) == ("no_grant", True)
    assert {to for to, what in night.told() if what == "withdrawn"} == {"admin", "north"}
    ended = registered(night)
    assert ended.agreements["berit"].state == ended.units["C1"].state == "ended"


def test_a_look_without_a_grant_is_refused_and_logged(night: Night) -> None:
    night.until(OPENS + MINUTE)
    (_, _, grant), *_ = night.grabs
    camera = night.world.camera(registered(night).units["C1"], night.runner._jobs._redeem)
    for forged in (grant, replace(grant, id="0" * 16), replace(grant, secret="0" * 32)):
        with pytest.raises(GrantError):
            camera.grab(forged, 0.0)
    reasons = [row.facts["reason"] for row in night.rows(Kind.GRANT_REFUSED)]
    assert reasons == ["used", "unknown", "unknown"]
    assert len(night.grabs) == 3


def test_withdrawing_for_nobody_is_told(night: Night) -> None:
    with pytest.raises(RegistryError, match="resident\\[bo\\]: there is no such resident"):
        withdraw(night.store, "bo", "os:anna", START)


def test_what_others_need_is_not_removed(night: Night) -> None:
    with pytest.raises(RegistryError, match="there is no contact 'north'"):
        remove(night.store, "contact", "north", "os:anna", START)
    with pytest.raises(RegistryError, match="there is none"):
        remove(night.store, "absence", "trip", "os:anna", START)
    change(night.store, [away(START)], "os:anna", START)
    remove(night.store, "absence", "trip", "os:anna", START)
    assert not registered(night).absences
