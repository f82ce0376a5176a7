"""A night whose receivers misbehave: each ends in its outcome, and somebody is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bedcheck.history.row import Kind
from bedcheck.night.channels.making import channel_for
from bedcheck.night.channels.port import Channel
from bedcheck.night.contact import Contact
from bedcheck.night.registry import settings_of
from bedcheck.night.secrets import Secrets
from tests.night.nights import night_of
from tests.night.registering import tables
from tests.night.servers import unused_port
from tests.night.sip import sipp
from tests.night.test_mail import Receiver, mail_server
from tests.night.test_runner import FIRST, OPENS, START


def test_an_alarm_goes_round_until_a_receiver_takes_it(tmp_path: Path) -> None:
    hanging = Receiver(hangs=True)
    changed: dict[str, list[dict[str, Any]]] = tables()
    with mail_server(hanging) as port, sipp("body", tmp_path, transport="tcp") as peer:
        server = {"host": "127.0.0.1", "port": port, "encryption": "none", "sender": "n@k.example"}
        changed["settings"][0]["mail"] = server
        scaip = {"medium": "scaip", "scaip": {"controller": "4711"}}
        address = "sip:alarm@127.0.0.1:{};transport=tcp"
        changed["contact"] += [
            {"key": "mail", "name": "M", "medium": "mail", "address": "team@k.example"},
            {"key": "gone", "name": "G", **scaip, "address": address.format(unused_port())},
            {"key": "lost", "name": "L", "medium": "webhook", "address": "http://x", "secret": "?"},
            {"key": "takes", "name": "T", **scaip, "address": address.format(peer.port)},
        ]
        changed["agreement"][0]["contacts"] = ["mail", "gone", "lost", "takes"]
        with night_of(tmp_path, changed, START) as night:

            def channel(contact: Contact) -> Channel:
                made: Any = channel_for(contact, Secrets(), settings_of(night.store))
                return replace(made, seconds=1.0) if hasattr(made, "seconds") else made

            night.world = replace(night.world, channel=channel)
            night.new_runner()
            night.shows["C1"] = "covered"
            night.until(OPENS + timedelta(minutes=2))
            kinds = (Kind.ALARM_UNREACHABLE, Kind.ALARM_NOT_SENT, Kind.ALARM_ACCEPTED)
            told = [
                (row.facts["to"], str(row.kind).removeprefix("alarm_"), row.facts.get("reason"))
                for row in night.rows(*kinds)
            ]
            alarm = night.window(FIRST).alarm
        assert alarm is not None and alarm.call is not None and alarm.call.accepted
        assert len(peer.references()) == 1
    assert told == [
        ("mail", "unreachable",
         "no answer after the whole message: whether it was taken is not known (1 s)"),
        ("gone", "unreachable", "nobody listens at that port"),
        ("lost", "not_sent", "there is no secret named '?': put it among the secrets"),
        ("takes", "accepted", None),
    ]  # fmt: skip
    assert len(hanging.took) == 1
