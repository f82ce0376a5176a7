"""What an agreement may not be, and everything around it: a table of faults and places."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bedcheck.errors import RegistryError
from bedcheck.night.registry import Registry
from bedcheck.night.validate import checked, validate
from tests.night.registering import registry, tables


def test_the_municipality_of_the_tests_is_right() -> None:
    assert validate(registry()) == []
    assert checked(registry()) == registry()


SCAIP = {"controller": "0012345678"}
MAIL = {"host": "mail.example", "sender": "natt@kommun.example"}

FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    # kind, change, place, what the message says
    ("agreement", {"retry_minutes": 29, "look_seconds": 40}, ".retry_minutes",
     "40 s + 29 min + 40 s = 30.3 min"),
    ("agreement", {"retry_minutes": 30}, ".retry_minutes", "expected 0 to 29 minutes; got 30"),
    ("agreement", {"look_seconds": 1}, ".look_seconds", "expected 5 to 120 seconds"),
    ("agreement", {"starts": "2026-02-02T09:00:00+01:00"}, ".starts", "it is 23.0 h"),
    ("agreement", {"times": []}, ".times", "at least one time"),
    ("agreement", {"times": [{"at": "23:00", "earliest": "23:30", "latest": "01:00"}]},
     ".times[0]", "between earliest and latest"),
    ("agreement", {"times": [{"at": "23:00", "earliest": "22:00"}]}, ".times[0]",
     "both given or neither"),
    ("agreement", {"times": [{"at": "23:50"}, {"at": "00:10"}]}, ".times[1]",
     "00:10 overlaps 23:50"),
    ("agreement", {"times": [{"at": "20:00"}]}, ".times[0]",
     "nobody of its contacts is on duty on a Monday at 20:00"),
    ("agreement", {"times": [{"at": "07:15"}]}, ".times[0]", "on a Monday at 08:00"),
    ("settings", {"lines": {"interval_minutes": 2}}, ".lines.interval_minutes", "5 to 1440; got 2"),
    ("settings", {"lines": {"tries": 0}}, ".lines.tries", "expected 1 to 10"),
    ("camera", {"grace_minutes": 999}, ".grace_minutes", "expected 0 to 120 minutes, or nothing"),
    ("camera", {"router": "10.0.0.1"}, ".router", "expected host:port, as 10.0.0.1:443"),
    ("camera", {"router": "10.0.0.1:99999"}, ".router", "expected host:port"),
    ("camera", {"parked": "berit.jpg"}, ".parked", "another address than the source"),
    ("camera", {"parked": "http://a:b@c/d"}, ".parked", "give login and secret"),
    ("agreement", {"contacts": []}, ".contacts", "expected whom to call"),
    ("agreement", {"contacts": ["nobody"]}, ".contacts", "there is no contact 'nobody'"),
    ("agreement", {"camera": "C9"}, ".camera", "there is no camera 'C9'"),
    ("agreement", {"resident": "bo"}, ".resident", "there is no resident 'bo'"),
    ("agreement", {"telephone_first": True}, ".telephone_first", "a telephone number"),
    ("agreement", {"deadline_minutes": 1000}, ".deadline_minutes", "5 to 120"),
    ("consent", {"withdrawn_on": "2026-02-05"}, "agreement[berit]", "the written consent"),
    ("consent", {"withdrawn_on": "2026-01-05"}, ".withdrawn_on", "2026-02-01 or later"),
    ("consent", {"party": "co_living"}, ".person", "the name of who consents"),
    ("resident", {"co_living": ["Bo"]}, "agreement[berit]", "everybody who lives there"),
    ("resident", {"area": "south"}, ".area", "there is none for 'south'"),
    ("resident", {"key": "be rit"}, "resident[be rit]", "key: expected letters"),
    ("camera", {"source": ""}, ".source", "expected an address or a path"),
    ("camera", {"source": "http://user:word@camera/"}, ".source", "without name and password"),
    ("camera", {"source": "rtsp://user:word@camera/"}, ".source", "without name and password"),
    ("camera", {"source": "rtsp:/camera"}, ".source", "expected an address"),
    ("camera", {"clock": [0.4, 0.1, 0.2, 0.2]}, ".clock", "left, top, right, bottom"),
    ("camera", {"clock": [0.1, 0.1, 0.2, 1.2]}, ".clock", "left, top, right, bottom"),
    ("camera", {"bed": [[0, 0], [1, 1]]}, ".bed", "expected"),
    ("camera", {"placement": "version = 9"}, ".placement", "version: expected 1"),
    ("camera", {"state": "ended"}, "agreement[berit].camera", "taken out of service"),
    ("contact", {"medium": "webhook", "secret": "k"}, ".address", "the webhook's address"),
    ("contact", {"medium": "webhook", "address": "https://a.example/"}, ".secret", "the name of"),
    ("contact", {"hours": [{"start": "21:00", "end": "08:00", "days": [0]}]}, ".hours[0].days",
     "from 1 (Monday) to 7"),
    ("contact", {"medium": "mail", "address": "natt"}, "contact[north].address", "a mail address"),
    ("contact", {"medium": "mail", "address": "n@k.example"}, "settings.mail", "the mail server"),
    ("contact", {"medium": "notify"}, "contact[north].secret", "the service's address"),
    ("contact", {"medium": "scaip", "address": "sip:a@host"}, "contact[north].scaip", "profile"),
    ("contact", {"medium": "scaip", "scaip": SCAIP}, "contact[north].address", "sip:alarm@"),
    ("contact", {"medium": "scaip", "scaip": SCAIP, "address": "sip:a@host:70000"},
     "contact[north].address", "sip:alarm@"),
    ("contact", {"scaip": SCAIP}, "contact[north].scaip", "for the medium scaip; it is print"),
    *(("contact", {"medium": "scaip", "address": "sip:a@host", "scaip": {**SCAIP, name: value}},
       f"contact[north].scaip.{name}", "expected")
      for name, value in (("controller", "12a"), ("controller", "1" * 17), ("root", "m q"),
                          ("content_type", "xml"), ("device_type", "12345"), ("system", "9"),
                          ("caller", "å"), ("domain", "a b"))),
    ("contact", {"medium": "scaip", "address": "sip:a@host",
                 "scaip": {**SCAIP, "heartbeat_minutes": -1}},
     "contact[north].scaip.heartbeat_minutes", "0 to 1440"),
    ("resident", {"controller": "x"}, "resident[berit].controller", "1 to 16 digits"),
    ("settings", {"mail": {**MAIL, "host": "a b"}}, "settings.mail.host", "a machine's name"),
    ("settings", {"mail": {**MAIL, "port": 0}}, "settings.mail.port", "1 to 65535"),
    ("settings", {"mail": {**MAIL, "sender": "x"}}, "settings.mail.sender", "a mail address"),
    ("settings", {"mail": {**MAIL, "login": "x"}}, "settings.mail.secret", "the login's password"),
    ("settings", {"mail": {**MAIL, "login": "x", "secret": "y", "encryption": "none"}},
     "settings.mail.encryption", "a password is not sent readable"),
    ("crisis_list", {"contacts": []}, ".contacts", "at least one contact"),
    ("crisis_list", {"contacts": ["x"]}, ".contacts", "there is no contact 'x'"),
    ("settings", {"zone": "Europe/Stokholm"}, "settings.zone", "expected a time zone"),
    ("settings", {"language": "fi"}, "settings.language", "expected sv or en"),
    ("settings", {"operator": ""}, "settings.operator", "a contact's key"),
    ("settings", {"heartbeat_url": "ftp://x"}, "settings.heartbeat_url", "begins with http"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "place", "message"), FAULTS, ids=[f"{f[0]} {f[1]}" for f in FAULTS]
)
def test_a_fault_is_told_with_its_place(
    kind: str, change: dict[str, Any], place: str, message: str
) -> None:
    faults = validate(registry(**{kind: change}))
    assert any(place in fault.place and message in fault.message for fault in faults), faults


REACHED = [
    {"medium": "mail", "address": "natt@kommun.example"},
    {"medium": "notify", "secret": "service"},
    *({"medium": "scaip", "scaip": SCAIP, "address": address}
      for address in ("sip:alarm@receiver.example", "sips:receiver.example:5061", "sip:[::1]",
                      "sip:alarm@10.0.0.7:5060;transport=tcp")),
    {"medium": "scaip", "address": "sip:receiver.example", "scaip": {
        "controller": "1", "root": "scaip", "content_type": "application/xml", "reply": "status",
        "declaration": True, "device_type": "0049", "system": "3", "caller": "", "text": False,
        "domain": "kommun.example"}},
]  # fmt: skip


@pytest.mark.parametrize("way", REACHED)
def test_a_contact_is_reached_in_many_ways(way: dict[str, Any]) -> None:
    entries = registry(contact=way, settings={"mail": MAIL})
    assert not validate(entries)
    assert Registry.read(entries.tables()) == entries


ABSENCE = {"key": "trip", "resident": "berit", "start": "2026-03-01T12:00:00+01:00"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "expected an end, or a review"),
        ({"end": "2026-03-01T12:00:00+01:00"}, "expected a time after the start"),
        ({"review": "2026-02-01T12:00:00+01:00"}, "expected a time after the start"),
        ({"end": "2026-03-02T12:00:00+01:00", "resident": "bo"}, "there is no resident 'bo'"),
    ],
)
def test_an_absence_ends_or_is_reviewed(more: dict[str, str], message: str) -> None:
    (fault,) = validate(Registry.read({**tables(), "absence": [{**ABSENCE, **more}]}))
    assert message in fault.message


def test_a_look_that_just_fits_is_right() -> None:
    assert validate(registry(agreement={"retry_minutes": 29, "look_seconds": 30})) == []


def test_a_look_through_a_stream_has_time_for_its_key_frames() -> None:
    stream = {"source": "rtsp://10.0.0.7/live", "clock": [0.0, 0.0, 0.5, 0.1]}
    assert validate(registry(camera=stream, agreement={"look_seconds": 15})) == []
    (fault,) = validate(registry(camera=stream, agreement={"look_seconds": 14}))
    assert "15 seconds or more with a camera that streams" in fault.message


def test_a_start_sooner_than_a_day_needs_a_name() -> None:
    change = {"starts": "2026-02-01T12:00:00+01:00", "exception_by": "Unit manager"}
    assert validate(registry(agreement=change)) == []


def test_without_a_second_look_nothing_is_waited_for() -> None:
    assert validate(registry(agreement={"retry_minutes": 0, "look_seconds": 120})) == []


def test_one_contact_round_the_clock_is_enough() -> None:
    change = {"times": [{"at": "14:00"}], "contacts": ["north", "duty"]}
    assert validate(registry(agreement=change)) == []


def test_two_contacts_that_take_turns_are_enough() -> None:
    changed = tables()
    changed["contact"].append(
        {"key": "day", "name": "Day team", "hours": [{"start": "08:00", "end": "21:00"}]}
    )
    changed["agreement"][0].update(contacts=["north", "day"], times=[{"at": "07:45"}])
    assert validate(Registry.read(changed)) == []
    changed["contact"][-1]["hours"][0]["days"] = [1, 2, 3, 4, 5]
    (fault,) = validate(Registry.read(changed))
    assert "on a Saturday at 08:00" in fault.message


def test_windows_of_two_agreements_of_one_resident_do_not_overlap() -> None:
    changed = tables()
    other = deepcopy(changed["agreement"][0])
    changed["agreement"].append({**other, "key": "berit-2", "times": [{"at": "23:20"}]})
    (fault,) = validate(Registry.read(changed))
    assert fault.place == "agreement[berit-2].times[0]"
    assert "agreement[berit].times[0]" in fault.message


def test_an_ended_agreement_asks_for_no_consent() -> None:
    changed = tables()
    changed["consent"][0]["withdrawn_on"] = "2026-02-20"
    changed["agreement"][0]["state"] = "ended"
    assert validate(Registry.read(changed)) == []


def test_a_camera_of_another_resident_is_refused() -> None:
    changed = tables()
    changed["resident"].append({"key": "bo", "name": "Bo", "area": "north"})
    changed["camera"][0]["resident"] = "bo"
    faults = validate(Registry.read(changed))
    assert [fault.place for fault in faults] == ["agreement[berit].camera"]


def test_checked_raises_with_every_fault() -> None:
    with pytest.raises(RegistryError, match="2 faults") as caught:
        checked(registry(agreement={"look_seconds": 1}, settings={"language": "fi"}))
    assert len(caught.value.faults) == 2
