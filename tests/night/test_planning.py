"""Times proposed so that looks and alarms do not come all at once."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.night.planning import Limits, Plan, propose
from bedcheck.night.registry import Registry
from bedcheck.night.validate import validate
from tests.night.registering import tables

WISH = {"at": "23:00", "earliest": "22:00", "latest": "01:00"}


def many(number: int, wish: dict[str, Any] = WISH) -> Registry:
    """So many residents who all wish the same."""
    changed = tables()
    for n in range(number):
        for kind in ("resident", "consent", "camera", "agreement"):
            entry = deepcopy(tables()[kind][0])
            entry["key"] = f"r{n}"
            if kind != "resident":
                entry["resident"] = f"r{n}"
            if kind == "agreement":
                entry.update(camera=f"r{n}", times=[wish])
            changed[kind].append(entry)
    for kind in ("agreement", "camera", "consent", "resident"):
        del changed[kind][0]
    return Registry.read(changed)


def applied(registry: Registry, plan: Plan) -> Registry:
    changed = [plan.applied(agreement) for agreement in registry.agreements.values()]
    return registry.with_entries("agreement", changed)


def test_a_peak_is_spread_within_what_was_wished() -> None:
    registry = many(300)
    plan = propose(registry)
    assert (plan.before.concurrent, plan.before.spacing) == (300, 0)
    assert plan.after.concurrent <= 8
    assert plan.after.spacing >= 5
    assert plan.after.alarms <= 1.0
    assert plan.beyond == ()
    assert max(plan.before.openings) == 300
    assert max(plan.after.openings) < 60
    assert sum(plan.after.openings) == 300
    assert validate(applied(registry, plan)) == []


def test_times_that_are_not_to_be_moved_stay_and_the_limit_is_told() -> None:
    plan = propose(many(20, {"at": "23:00"}))
    assert plan.moves == ()
    assert plan.beyond[0] == "20 looks at the same moment (23:00:00), over 8"
    assert plan.beyond[1] == "r0 23:00:00 and r1 23:00:00 open 0 s apart, under 5 s"
    assert len(plan.beyond) == 2


def test_the_movable_make_room_for_the_fixed() -> None:
    registry = many(8, {"at": "23:00"})
    movable = many(9).agreements["r8"]
    registry = registry.with_entries("agreement", [movable])
    (move,) = propose(registry, Limits(spacing=60)).moves
    assert (move.agreement, f"{move.before:%H:%M}") == ("r8", "23:00")
    assert abs(move.after.hour * 60 + move.after.minute - 23 * 60) == 1


def test_what_is_flat_already_is_left_alone() -> None:
    registry = many(50)
    once = applied(registry, propose(registry))
    again = propose(once)
    assert again.after.concurrent <= propose(registry).after.concurrent
    assert propose(many(1)).moves == ()


def test_two_windows_of_one_resident_are_kept_apart() -> None:
    registry = many(60)
    one = {"at": "22:00", "earliest": "21:00", "latest": "23:00"}
    other = {"at": "23:00", "earliest": "23:00", "latest": "01:00"}
    for agreement in registry.agreements.values():
        both = [many(1, wish).agreements["r0"].times[0] for wish in (one, other)]
        object.__setattr__(agreement, "times", tuple(both))
    assert validate(applied(registry, propose(registry))) == []


def test_too_many_alarms_for_one_team_are_told() -> None:
    plan = propose(many(40), Limits(alarm_rate=1.0))
    assert any("expected by one team" in limit and ": north" in limit for limit in plan.beyond)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 120)), min_size=1, max_size=40),
    st.integers(1, 120),
)
def test_every_time_stays_in_its_span(wishes: list[tuple[int, int]], spacing: int) -> None:
    registry = many(len(wishes))
    for (at, span), agreement in zip(wishes, registry.agreements.values(), strict=True):
        wish = {
            "at": f"{at // 60:02}:{at % 60:02}",
            "earliest": f"{at // 60:02}:{at % 60:02}",
            "latest": f"{(at + span) % 1440 // 60:02}:{(at + span) % 60:02}",
        }
        changed = many(1, wish).agreements["r0"]
        object.__setattr__(agreement, "times", changed.times)
    moved = applied(registry, propose(registry, Limits(spacing=spacing)))
    outside = [fault for fault in validate(moved) if "between earliest" in fault.message]
    assert outside == []
