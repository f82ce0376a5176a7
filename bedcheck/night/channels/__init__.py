"""Channels: how an alarm reaches a person. Accepted by a receiver is not acknowledged by one.

Those that need a library of their own are imported where they are used: ``mail``, ``notify``
and ``scaip``, which `bedcheck.night.channels.making` makes by what the registry says.
"""

from bedcheck.extras import needs

with needs("night"):
    from bedcheck.night.channels.fake import FakeChannel
    from bedcheck.night.channels.port import (
        Accepted,
        AlarmMessage,
        Channel,
        Delivery,
        NotSent,
        Rejected,
        Unreachable,
    )
    from bedcheck.night.channels.printed import PrintChannel
    from bedcheck.night.channels.webhook import WebhookChannel

__all__ = [
    "Accepted",
    "AlarmMessage",
    "Channel",
    "Delivery",
    "FakeChannel",
    "NotSent",
    "PrintChannel",
    "Rejected",
    "Unreachable",
    "WebhookChannel",
]
