"""Addresses of SIP receivers: what they stand for, and what is none."""

from __future__ import annotations

import pytest

from bedcheck.night.channels.scaip import ScaipChannel
from bedcheck.night.channels.sip import Transport, sip_address
from bedcheck.night.contact import Scaip


@pytest.mark.parametrize(
    ("address", "host", "port", "transport"),
    [
        ("sip:alarm@receiver.example", "receiver.example", 5060, Transport.UDP),
        ("sip:receiver.example:5070;transport=TCP", "receiver.example", 5070, Transport.TCP),
        ("sip:alarm@10.0.0.7;transport=tls", "10.0.0.7", 5061, Transport.TLS),
        ("sips:alarm@[::1]:5063", "::1", 5063, Transport.TLS),
    ],
)
def test_an_address(address: str, host: str, port: int, transport: Transport) -> None:
    found = sip_address(address)
    assert (found.host, found.port, found.transport) == (host, port, transport)


@pytest.mark.parametrize(
    "address",
    ["", "receiver.example", "https://receiver.example", "tel:+46812345", "sip:", "sip:a:b@host",
     "sip:host;transport=pigeon", "sip:host:99999", "sip:a b@host", "sip:host\r\nX: y"],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ValueError, match="expected an address as sip:alarm@"):
        sip_address(address)
    with pytest.raises(ValueError, match="expected an address as sip:alarm@"):
        ScaipChannel(address=address, profile=Scaip(controller="1"))
