"""Parts that need more than the library: a missing one is named by the extra that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bedcheck.errors import MissingExtra

__all__ = ["needs"]

BRINGS = {
    "apprise": "notify",
    "av": "rtsp",
    "fpdf": "report",
    "onvif": "onvif",
    "prometheus_client": "metrics",
    "sipmessage": "scaip",
    "wsdiscovery": "onvif",
    "zeep": "onvif",
}
"""Libraries that one extra alone brings, whichever part is missing them."""


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Turns a missing library into a MissingExtra that says what to install.

    Put round the imports of a part whose libraries are in ``extra`` of the package; a library
    that another extra brings is named by that one.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name == "bedcheck":  # a fault of ours, which no installing mends
            raise
        brings = BRINGS.get(name, extra)
        raise MissingExtra(
            f"this needs {name}, which is not installed: pip install 'bedcheck[{brings}]'"
        ) from None
