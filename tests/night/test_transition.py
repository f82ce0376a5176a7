"""The rules of a window as tables: every phase × every event, and each row of the design."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from bedcheck.history.row import Kind
from bedcheck.night.actions import Action, Disarm, Log, Look, PlaceCall, Revoke, Tell
from bedcheck.night.events import (
    Acknowledged,
    Answer,
    Answered,
    Barred,
    CallAccepted,
    CallFailed,
    Due,
    Event,
    Looked,
    LookFailed,
    Outcome,
    OutcomeGiven,
    WriteOff,
    WrittenOff,
)
from bedcheck.night.transition import transition
from bedcheck.night.window import AlarmCause, Bar, Ending, Phase, Question, Window
from tests.night.making import (
    COVERED,
    EDGE,
    IN_BED,
    LOW,
    MINUTE,
    OPENS,
    OUT,
    PERHAPS,
    SECOND,
    WINDOW,
    finding,
)


class Night:
    """One window, and what its transitions asked for so far."""

    def __init__(self, window: Window = WINDOW, **terms: Any) -> None:
        self.window = replace(window, terms=replace(window.terms, **terms))
        self.now = OPENS
        self.actions: list[Action] = []  # of the latest event
        self.all: list[Action] = []

    def then(self, event: Event, after: timedelta = 0 * MINUTE) -> Night:
        self.now += after
        self.window, actions = transition(self.window, event, self.now)
        self.actions = list(actions)
        self.all += actions
        return self

    def due(self, bar: Bar | None = None) -> Night:
        """The time that the window waits for has come."""
        assert self.window.due is not None
        self.now = max(self.now, self.window.due)
        return self.then(Due(bar=bar))

    def look(self, found: Any) -> Night:
        """The look that is due, and its end 25 seconds later."""
        self.due()
        assert self.window.phase is Phase.LOOKING
        return self.end(found)

    def end(self, found: Any) -> Night:
        key = self.window.look_key
        if isinstance(found, str):
            return self.then(LookFailed(key=key, kind=found), 25 * SECOND)
        return self.then(Looked(key=key, finding=found, seconds=25.0), 25 * SECOND)

    @property
    def phase(self) -> Phase:
        return self.window.phase

    @property
    def call(self) -> str:
        """Who is being called."""
        assert self.window.alarm is not None
        assert self.window.alarm.call is not None
        return self.window.alarm.call.contact

    @property
    def call_key(self) -> str:
        assert self.window.alarm is not None
        assert self.window.alarm.call is not None
        return self.window.alarm.call.key

    def of(self, kind: type) -> list[Any]:
        """Actions of one kind that the latest event asked for."""
        return [action for action in self.actions if isinstance(action, kind)]

    def rows(self) -> list[Kind]:
        return [log.kind for log in self.of(Log)]

    def told(self) -> list[tuple[str, str]]:
        return [(tell.to, tell.what) for tell in self.of(Tell)]


def in_phase(phase: Phase) -> Night:
    """A window that came to ``phase`` by the rules."""
    night = Night()
    if phase is Phase.PLANNED:
        return night
    if phase is Phase.LOOKING:
        return night.due()
    if phase is Phase.WAITING:
        return night.look(OUT)
    if phase is Phase.ASKING:
        return night.look(PERHAPS).look(PERHAPS)
    if phase is Phase.CLOSED:
        return night.look(IN_BED)
    night.look(OUT).look(OUT)
    if phase is Phase.CRISIS:
        while night.phase is not Phase.CRISIS:
            night.due()
    if phase is Phase.ACKNOWLEDGED:
        night.then(Acknowledged(by="contact:north"))
    return night


def event_of(kind: type, night: Night) -> Event:
    """An event that fits the window, where one can."""
    key = night.window.look_key or "none"
    alarm = night.window.alarm
    call = alarm.call.key if alarm and alarm.call else "none"
    events: dict[type, Event] = {
        Due: Due(),
        Looked: Looked(key=key, finding=OUT, seconds=25.0),
        LookFailed: LookFailed(key=key, kind="unreachable"),
        CallAccepted: CallAccepted(key=call, reference="R1"),
        CallFailed: CallFailed(key=call, kind="rejected", reason="full"),
        Acknowledged: Acknowledged(by="contact:north"),
        OutcomeGiven: OutcomeGiven(outcome=Outcome.UP_AND_WELL, by="contact:north"),
        WrittenOff: WrittenOff(reason=WriteOff.KNOWN_ABSENCE, by="contact:north"),
        Answered: Answered(answer=Answer.WELL, by="os:op"),
        Barred: Barred(bar=Bar.ABSENT, by="os:admin"),
    }
    return events[kind]


P, L, W, A, C, X, K, Z = Phase  # planned looking waiting asking calling crisis acknowledged closed

EVERY = {
    # event:        planned looking waiting asking calling crisis acknowledged closed
    Due:            (L, W, L, C, C, X, K, Z),
    Looked:         (P, W, W, A, C, X, K, Z),
    LookFailed:     (P, W, W, A, C, X, K, Z),
    CallAccepted:   (P, L, W, A, C, X, K, Z),
    CallFailed:     (P, L, W, A, C, X, K, Z),
    Acknowledged:   (P, L, W, A, K, K, K, Z),
    OutcomeGiven:   (P, L, W, A, Z, Z, Z, Z),
    WrittenOff:     (P, L, W, Z, Z, Z, Z, Z),
    Answered:       (P, L, W, Z, C, X, K, Z),
    Barred:         (Z, Z, Z, A, C, X, K, Z),
}  # fmt: skip


def test_the_table_has_every_event() -> None:
    assert set(EVERY) == set(get_args(Event))


@pytest.mark.parametrize(
    ("kind", "phase", "after"),
    [(kind, phase, row[i]) for kind, row in EVERY.items() for i, phase in enumerate(Phase)],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_every_phase_and_event(kind: type, phase: Phase, after: Phase) -> None:
    night = in_phase(phase)
    assert night.phase is phase
    before = night.window
    if kind is Due and before.due is not None:
        night.due()
    else:
        night.then(event_of(kind, night))
    assert night.phase is after
    # A closing row comes with the closing and at no other time.
    closing = after is Z and phase is not Z
    assert night.rows().count(Kind.WINDOW_CLOSED) == closing
    assert (night.window.due is None) == (after is Z)
    assert (night.window.ending is None) == (after is not Z)
    # What a person or a camera said is never dropped without a row.
    if kind not in (Due, Barred):
        assert night.rows()
    # Only what changed the window asks for anything but a row.
    if night.window == before:
        assert all(isinstance(action, Log) for action in night.actions)


@pytest.mark.parametrize("phase", list(Phase))
def test_a_wake_up_before_the_time_changes_nothing(phase: Phase) -> None:
    night = in_phase(phase)
    before = night.window
    early = (before.due or OPENS) - SECOND
    assert transition(before, Due(), early) == (before, ())


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize(
    "event",
    [
        Looked(key="other", finding=IN_BED, seconds=1.0),
        LookFailed(key="other", kind="unreachable"),
        CallAccepted(key="other"),
        CallFailed(key="other", kind="rejected"),
        Barred(bar=Bar.LINE_DOWN, by="x"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_belongs_to_another_step_is_a_row_at_most(phase: Phase, event: Event) -> None:
    night = in_phase(phase)
    before = night.window
    night.then(event)
    assert night.window == before
    assert all(isinstance(action, Log) for action in night.actions)


# --- What follows from a look: the table of the design -------------------------------------

FIRST = {
    # the first of two looks gives: the phase, what is called for
    "in_bed, certain": (IN_BED, Z, Ending.IN_BED),
    "in_bed, uncertain": (PERHAPS, W, None),
    "not_in_bed": (OUT, W, None),
    "not_in_bed, certain": (finding("not_in_bed", True), W, None),
    "low_contrast": (LOW, W, None),
    "obstructed": (COVERED, C, AlarmCause.CAMERA),
    "on the edge, which is in bed": (EDGE, Z, Ending.IN_BED),
}


@pytest.mark.parametrize(("found", "phase", "what"), FIRST.values(), ids=FIRST.keys())
def test_after_the_first_look(found: Any, phase: Phase, what: Any) -> None:
    night = Night().look(found)
    assert night.phase is phase
    assert (night.window.ending or (night.window.alarm and night.window.alarm.cause)) == what
    if phase is W:
        assert night.window.due == night.now + 10 * MINUTE


LAST = {
    "in_bed, certain": (IN_BED, Z, Ending.IN_BED, []),
    "in_bed, uncertain": (PERHAPS, A, Question.PICTURE, [("operator", "ask_picture")]),
    "not_in_bed": (OUT, C, AlarmCause.DEVIATION, []),
    "low_contrast": (LOW, C, AlarmCause.CANNOT_SEE, [("administrator", "low_contrast")]),
    "obstructed": (COVERED, C, AlarmCause.CAMERA, []),
}


@pytest.mark.parametrize("looks", ["second", "only"])
@pytest.mark.parametrize(("found", "phase", "what", "told"), LAST.values(), ids=LAST.keys())
def test_after_the_last_look(
    looks: str, found: Any, phase: Phase, what: Any, told: list[tuple[str, str]]
) -> None:
    night = Night(retry=10 * MINUTE if looks == "second" else None)
    if looks == "second":
        night.look(PERHAPS)
    night.look(found)
    window = night.window
    given = window.ending or window.question or (window.alarm and window.alarm.cause)
    assert (night.phase, given, night.told()) == (phase, what, told)
    assert bool(night.of(PlaceCall)) == (phase is C)


def test_the_second_look_after_too_little_contrast_is_longer() -> None:
    looks = Night().look(LOW).due().of(Look)
    assert [(look.purpose, look.seconds) for look in looks] == [("second", 50.0)]


@pytest.mark.parametrize(
    ("edge_counts_as_up", "phase"), [(False, Z), (True, W)], ids=["edge is in bed", "edge is up"]
)
def test_the_edge_of_the_bed(edge_counts_as_up: bool, phase: Phase) -> None:
    assert Night(edge_counts_as_up=edge_counts_as_up).look(EDGE).phase is phase


def test_on_the_edge_twice_is_a_deviation_where_agreed() -> None:
    night = Night(edge_counts_as_up=True).look(EDGE).look(EDGE)
    assert night.window.alarm is not None
    assert night.window.alarm.cause is AlarmCause.DEVIATION


def test_an_obstruction_puts_the_camera_out_of_order() -> None:
    night = Night().look(COVERED)
    assert night.of(Disarm) == [Disarm(fault="covered")]
    assert night.window.alarm is not None
    assert night.window.alarm.why == ("covered",)


FAULTS = {
    # kind: (cause, who is told, the camera is out of order)
    "unreachable": (AlarmCause.CAMERA, ("operator", "line"), False),
    "timed_out": (AlarmCause.CAMERA, ("operator", "line"), False),
    "refused": (AlarmCause.CAMERA, ("administrator", "camera"), True),
    "no_secret": (AlarmCause.NO_LOOK_MADE, ("administrator", "set_up"), False),
    "no_extra": (AlarmCause.NO_LOOK_MADE, ("administrator", "set_up"), False),
    "no_key_frame": (AlarmCause.CAMERA, ("administrator", "camera"), True),
    "unauthorised": (AlarmCause.CAMERA, ("administrator", "camera"), True),
    "not_a_picture": (AlarmCause.CAMERA, ("administrator", "camera"), True),
    "frozen": (AlarmCause.CAMERA, ("administrator", "camera"), True),
    "judgement": (AlarmCause.NO_LOOK_MADE, ("operator", "own_fault"), False),
    "no_grant": (AlarmCause.NO_LOOK_MADE, ("operator", "own_fault"), False),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_tried_three_times_and_then_goes_to_who_can_act(kind: str) -> None:
    cause, told, disarmed = FAULTS[kind]
    night = Night().look(kind)
    assert (night.phase, night.window.due) == (W, night.now + MINUTE)
    night.look(kind)
    assert (night.phase, night.window.look) == (W, 1)
    night.look(kind)
    assert night.phase is C
    assert night.window.alarm is not None
    assert (night.window.alarm.cause, night.window.alarm.why) == (cause, (kind,))
    assert night.told() == [told]
    assert bool(night.of(Disarm)) == disarmed


def test_a_camera_that_comes_back_is_looked_through_as_if_nothing_had_been() -> None:
    night = Night().look("unreachable").look(OUT)
    assert (night.phase, night.window.look, night.window.tries) == (W, 2, 0)


def test_a_look_whose_result_never_comes_is_tried_again() -> None:
    night = Night().due()
    night.due()
    assert (night.phase, night.window.tries) == (W, 1)
    assert night.rows() == [Kind.LOOK]


def test_a_result_that_comes_too_late_is_a_row() -> None:
    night = Night().due()
    key = night.window.look_key
    night.due().then(Looked(key=key, finding=IN_BED, seconds=120.0))
    assert night.phase is W
    (row,) = night.of(Log)
    assert (row.kind, row.facts["late"], row.facts["state"]) == (Kind.LOOK, True, "in_bed")


BARS = {
    Bar.ABSENT: (Z, Ending.ABSENT),
    Bar.NO_CONSENT: (Z, Ending.NO_CONSENT),
    Bar.ENDED: (Z, Ending.ENDED),
    Bar.OUT_OF_ORDER: (C, AlarmCause.NO_LOOK_POSSIBLE),
    Bar.LINE_DOWN: (C, AlarmCause.NO_LOOK_POSSIBLE),
    Bar.OWN_LINE: (C, AlarmCause.NO_LOOK_POSSIBLE),
}


@pytest.mark.parametrize("bar", list(Bar))
@pytest.mark.parametrize("phase", [P, W])
def test_what_stands_against_a_look(phase: Phase, bar: Bar) -> None:
    night = in_phase(phase).due(bar)
    window = night.window
    assert not night.of(Look)
    wanted = BARS[bar]
    if phase is W and bar in (Bar.LINE_DOWN, Bar.OWN_LINE):  # the first look saw enough to act on
        wanted = (C, AlarmCause.DEVIATION)
    assert (night.phase, window.ending or (window.alarm and window.alarm.cause)) == wanted


# --- The edges of the window --------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "phase"),
    [
        (0 * MINUTE, L),
        (29 * MINUTE, L),
        (30 * MINUTE - 4 * SECOND, C),  # not enough is left for a look
        (45 * MINUTE, C),
        (11 * 60 * MINUTE, C),
        (13 * 60 * MINUTE, Z),  # nobody is sent out for what was half a day ago
    ],
)
def test_a_late_start(late: timedelta, phase: Phase) -> None:
    night = Night().then(Due(), late)
    assert night.phase is phase
    if phase is C:
        assert night.window.alarm is not None
        assert night.window.alarm.cause is AlarmCause.NO_LOOK_MADE
        assert night.told() == [("operator", "no_look_made")]
    if phase is Z:
        assert night.window.ending is Ending.MISSED
        assert night.told() == [("administrator", "missed")]


def test_no_look_lasts_longer_than_the_window() -> None:
    night = Night().then(Due(), 30 * MINUTE - 10 * SECOND)
    assert [look.seconds for look in night.of(Look)] == [10.0]


def test_a_late_first_look_brings_the_second_forward() -> None:
    night = Night().then(Due(), 25 * MINUTE).end(OUT)
    assert night.window.due == OPENS + 30 * MINUTE - 25 * SECOND
    night.due()
    assert [look.seconds for look in night.of(Look)] == [25.0]


def test_without_room_for_a_second_look_the_first_decides() -> None:
    night = Night().then(Due(), 29 * MINUTE + 30 * SECOND).end(OUT)
    assert night.phase is C


@pytest.mark.parametrize(
    ("found", "phase"), [(OUT, C), (PERHAPS, A), (LOW, C)], ids=["out", "perhaps", "low"]
)
def test_a_second_look_missed_leaves_the_decision_to_the_first(found: Any, phase: Phase) -> None:
    night = Night().look(found).then(Due(), 40 * MINUTE)
    assert night.phase is phase


# --- Asking --------------------------------------------------------------------------------

ANSWERS = {
    # question, answer (None: none in time): what follows
    (Question.PICTURE, Answer.WELL): Ending.WELL,
    (Question.PICTURE, Answer.NOT_WELL): AlarmCause.DEVIATION,
    (Question.PICTURE, Answer.CANNOT_TELL): AlarmCause.UNSURE,
    (Question.PICTURE, None): AlarmCause.UNSURE,
    (Question.TELEPHONE, Answer.WELL): Ending.WELL,
    (Question.TELEPHONE, Answer.NOT_WELL): AlarmCause.DEVIATION,
    (Question.TELEPHONE, Answer.CANNOT_TELL): AlarmCause.DEVIATION,
    (Question.TELEPHONE, None): AlarmCause.DEVIATION,
}


@pytest.mark.parametrize(("question", "answer"), ANSWERS)
def test_what_follows_from_the_operators_answer(question: Question, answer: Any) -> None:
    found = PERHAPS if question is Question.PICTURE else OUT
    night = Night(telephone_first=question is Question.TELEPHONE, retry=None).look(found)
    assert (night.phase, night.window.question) == (A, question)
    assert night.window.due == night.now + 5 * MINUTE
    if answer is None:
        night.due()
    else:
        night.then(Answered(answer=answer, by="os:op"))
    window = night.window
    given = window.ending or (window.alarm and window.alarm.cause)
    assert given == ANSWERS[question, answer]
    assert Kind.ANSWER in night.rows()


def test_an_operator_who_sees_nobody_has_the_resident_telephoned_where_agreed() -> None:
    night = Night(telephone_first=True, retry=None).look(PERHAPS)
    night.then(Answered(answer=Answer.NOT_WELL, by="os:op"))
    assert (night.phase, night.window.question) == (A, Question.TELEPHONE)
    assert night.then(Answered(answer=Answer.NOT_WELL, by="os:op")).phase is C


# --- Calling -------------------------------------------------------------------------------


def test_the_first_contact_on_duty_is_called_and_time_runs() -> None:
    night = in_phase(C)
    (call,) = night.of(PlaceCall)
    assert call.contact == "north"
    assert night.rows()[-2:] == [Kind.ALARM_RAISED, Kind.ALARM_SENT]
    assert night.window.due == night.now + 3 * MINUTE
    assert night.window.alarm is not None
    assert night.window.alarm.deadline == night.now + 30 * MINUTE


def test_accepted_is_not_acknowledged() -> None:
    night = in_phase(C)
    night.then(CallAccepted(key=night.call_key, reference="R1"), MINUTE)
    assert night.phase is C
    assert night.window.due == night.now + 8 * MINUTE
    night.due()
    assert night.rows()[0] is Kind.ALARM_UNANSWERED
    assert night.call == "south"  # the day team is off duty


@pytest.mark.parametrize("kind", ["not_sent", "rejected", "unreachable"])
def test_a_call_that_fails_goes_to_the_next_at_once(kind: str) -> None:
    night = in_phase(C)
    night.then(CallFailed(key=night.call_key, kind=kind, reason="503"), SECOND)
    assert night.call == "south"
    assert [call.contact for call in night.of(PlaceCall)] == ["south"]


def test_of_a_call_that_was_never_sent_the_administrator_is_told_once_an_alarm() -> None:
    night = in_phase(C)
    why = "there is no secret named 'north': put it among the secrets"
    night.then(CallFailed(key=night.call_key, kind="not_sent", reason=why))
    assert Kind.ALARM_NOT_SENT in night.rows()
    assert Kind.ALARM_REJECTED not in night.rows()
    assert night.told() == [("administrator", "not_sent")]
    (tell,) = night.of(Tell)
    assert tell.facts == {"contact": "Night team north", "reason": why}
    night.then(CallFailed(key=night.call_key, kind="unreachable"))  # south
    night.due()
    assert night.call == "north"
    night.then(CallFailed(key=night.call_key, kind="not_sent", reason=why))
    assert (Kind.ALARM_NOT_SENT in night.rows(), night.told()) == (True, [])


def test_a_round_of_failures_is_not_begun_anew_in_the_same_instant() -> None:
    night = in_phase(C)
    for _ in range(2):
        night.then(CallFailed(key=night.call_key, kind="unreachable"))
    assert (night.phase, night.of(PlaceCall)) == (C, [])
    assert night.window.due == night.now + 3 * MINUTE
    assert night.due().call == "north"


def test_two_rounds_without_an_answer_reach_the_crisis_list() -> None:
    night = in_phase(C)
    order = [night.call]
    while night.due().phase is C:
        order.append(night.call)
    assert order == ["north", "south", "north", "south"]
    assert night.phase is X
    assert night.call == "duty"
    assert Kind.ALARM_CRISIS in night.rows()
    assert night.told() == [("operator", "crisis")]


def test_the_deadline_reaches_the_crisis_list_whatever_was_accepted() -> None:
    night = Night(deadline=10 * MINUTE, acknowledge=60 * MINUTE, retry=None).look(OUT)
    raised = night.now
    night.then(CallAccepted(key=night.call_key))
    night.due()
    assert (night.phase, night.now) == (X, raised + 10 * MINUTE)


def test_nobody_on_duty_reaches_the_crisis_list_at_once() -> None:
    off_duty = tuple(c for c in WINDOW.terms.contacts if c.key == "day")
    for contacts in (off_duty, ()):
        assert Night(contacts=contacts, retry=None).look(OUT).phase is X


def test_the_crisis_list_is_called_round_and_round() -> None:
    night = in_phase(X)
    order = [night.call] + [night.due().call for _ in range(5)]
    assert order == ["duty", "chief"] * 3
    assert night.phase is X


def test_an_empty_crisis_list_tells_the_operator_again_and_again() -> None:
    night = Night(contacts=(), crisis=(), retry=None).look(OUT)
    assert ("operator", "no_crisis_list") in night.told()
    assert ("operator", "no_crisis_list") in night.due().told()


def test_a_round_of_failures_on_the_crisis_list_waits_too() -> None:
    night = in_phase(X)
    for _ in range(2):
        night.then(CallFailed(key=night.call_key, kind="unreachable"))
    assert (night.phase, night.of(PlaceCall)) == (X, [])
    assert night.due().call == "duty"


def test_acknowledging_tells_the_others_who_were_called() -> None:
    night = in_phase(C)
    night.due()
    assert night.call == "south"
    night.then(Acknowledged(by="contact:south", via="link"))
    assert night.told() == [("north", "taken")]
    assert night.window.due == night.now + 120 * MINUTE


def test_somebody_called_earlier_may_still_acknowledge() -> None:
    night = in_phase(C).due().then(Acknowledged(by="contact:north"))
    assert night.phase is K


def test_a_missing_outcome_is_asked_for_twice_and_then_said_to_be_missing() -> None:
    night = in_phase(K)
    assert night.due().told() == [("north", "outcome_missing")]
    assert night.due().told() == [("north", "outcome_missing")]
    night.due()
    assert night.window.ending is Ending.NO_OUTCOME
    assert {to for to, _ in night.told()} == {"operator", "administrator"}


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_closes_the_alarm_and_the_window(outcome: Outcome) -> None:
    night = in_phase(K).then(OutcomeGiven(outcome=outcome, by="contact:north", note="all well"))
    assert night.window.ending is Ending.OUTCOME
    rows = [k for k in night.rows() if k is not Kind.TASK]
    assert rows == [Kind.ALARM_OUTCOME, Kind.ALARM_CLOSED, Kind.WINDOW_CLOSED]
    told = [("administrator", "camera_to_mend")] if outcome is Outcome.CAMERA_FAULT else []
    assert night.told() == told


def test_an_outcome_without_acknowledging_first_does_both() -> None:
    night = in_phase(C).then(OutcomeGiven(outcome=Outcome.FALLEN, by="contact:north"))
    assert night.rows()[0] is Kind.ALARM_ACKNOWLEDGED
    assert night.window.ending is Ending.OUTCOME


# --- Absence and withdrawal in the middle ----------------------------------------------------


@pytest.mark.parametrize("bar", [Bar.ABSENT, Bar.NO_CONSENT, Bar.ENDED])
@pytest.mark.parametrize("phase", [P, L, W])
def test_before_an_alarm_it_closes_the_window_and_locks_the_camera(phase: Phase, bar: Bar) -> None:
    night = in_phase(phase).then(Barred(bar=bar, by="os:admin"))
    assert night.window.ending == bar.value
    assert night.of(Revoke) == [Revoke()]


def test_a_look_that_ends_after_the_withdrawal_decides_nothing() -> None:
    night = in_phase(L)
    key = night.window.look_key
    night.then(Barred(bar=Bar.NO_CONSENT, by="os:admin"))
    night.then(Looked(key=key, finding=OUT, seconds=25.0))
    assert (night.phase, night.rows()) == (Z, [Kind.LOOK])


@pytest.mark.parametrize("phase", [C, X, K])
def test_after_an_alarm_it_proposes_to_write_off(phase: Phase) -> None:
    night = in_phase(phase)
    called = night.call
    night.then(Barred(bar=Bar.ABSENT, by="os:admin"))
    assert (night.phase, night.told()) == (phase, [(called, "write_off_proposed")])
    night.then(WrittenOff(reason=WriteOff.KNOWN_ABSENCE, by=f"contact:{called}"))
    assert night.window.ending is Ending.WRITTEN_OFF


# --- Shadow mode ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found",
    [OUT, PERHAPS, LOW, COVERED, "unreachable", "unauthorised", "judgement"],
    ids=["out", "perhaps", "low", "covered", "unreachable", "unauthorised", "judgement"],
)
def test_shadow_mode_judges_and_logs_and_calls_nobody(found: Any) -> None:
    night = Night(shadow=True, telephone_first=True)
    while night.phase is not Z:
        night.look(found)
    assert night.window.ending is Ending.SHADOW
    assert not [a for a in night.all if isinstance(a, PlaceCall | Tell | Disarm)]
    (closing,) = [a for a in night.all if isinstance(a, Log) and a.kind is Kind.WINDOW_CLOSED]
    assert {"would_alarm", "would_ask"} & set(closing.facts)


def test_shadow_mode_tells_nobody_of_a_look_not_made() -> None:
    night = Night(shadow=True).then(Due(), 40 * MINUTE)
    assert night.window.ending is Ending.SHADOW
    assert not night.told()


# --- Keys and jumps ------------------------------------------------------------------------


def test_every_key_is_used_once() -> None:
    night = in_phase(X)
    for _ in range(4):
        night.due()
    night.then(OutcomeGiven(outcome=Outcome.CAMERA_FAULT, by="contact:duty"))
    keys = [a.key for a in night.all if isinstance(a, Look | PlaceCall | Tell)]
    assert len(keys) == len(set(keys))
    assert all(key.startswith(f"{night.window.key}/") for key in keys)


@pytest.mark.parametrize("jump", [-60 * MINUTE, 60 * MINUTE])
def test_what_runs_goes_on_for_as_long_when_the_clock_is_set(jump: timedelta) -> None:
    night = in_phase(C)
    left = night.window.due - night.now if night.window.due else None
    moved = night.window.shifted(jump)
    assert moved.due is not None
    assert moved.due - (night.now + jump) == left
    assert moved.alarm is not None
    assert moved.alarm.deadline - (night.now + jump) == 30 * MINUTE
    assert WINDOW.shifted(jump) == WINDOW  # an agreed time of day stays one


def test_the_clock_is_an_argument() -> None:
    at = datetime(2026, 3, 10, 22, 0, tzinfo=OPENS.tzinfo)
    assert transition(WINDOW, Due(), at) == transition(WINDOW, Due(), at)
