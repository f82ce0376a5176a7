"""What the settings of lines, and a camera's own, may not be."""

from __future__ import annotations

from collections.abc import Iterator

from bedcheck.night.fault import Fault
from bedcheck.night.lines.tcp import router_address
from bedcheck.night.lines.terms import LineTerms
from bedcheck.night.unit import Unit

__all__ = ["line_faults", "unit_faults"]

RANGES = {
    "interval_minutes": (5, 1440),
    "grace_minutes": (0, 120),
    "tries": (1, 10),
    "area_minutes": (1, 120),
    "area_cameras": (2, 1000),
    "parked_hours": (0, 24),
}


def line_faults(terms: LineTerms, place: str) -> Iterator[Fault]:
    """Every fault of the municipality's settings."""
    for name, (least, most) in RANGES.items():
        value = getattr(terms, name)
        if not least <= value <= most:
            message = f"expected {least} to {most}; got {value}"
            yield Fault(place=f"{place}.{name}", message=message)


def unit_faults(unit: Unit, place: str) -> Iterator[Fault]:
    """Every fault of what a camera says of its line."""
    for name, field in (("line_minutes", "interval_minutes"), ("grace_minutes", "grace_minutes")):
        value, (least, most) = getattr(unit, name), RANGES[field]
        if value is not None and not least <= value <= most:
            message = f"expected {least} to {most} minutes, or nothing; got {value}"
            yield Fault(place=f"{place}.{name}", message=message)
    if unit.router and router_address(unit) is None:
        yield Fault(
            place=f"{place}.router",
            message=f"expected host:port, as 10.0.0.1:443; got {unit.router!r:.60}",
        )
    if unit.parked and unit.parked == unit.source:
        yield Fault(
            place=f"{place}.parked",
            message="expected another address than the source: one at which the bed is not in view",
        )
