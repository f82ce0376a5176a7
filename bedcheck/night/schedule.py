"""Which windows open when: agreed times of day as instants, clock changes included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bedcheck.night.agreement import WINDOW, Agreement
from bedcheck.night.registry import Registry
from bedcheck.night.unit import Service
from bedcheck.night.walltime import instant_of
from bedcheck.night.window import Terms, Window

__all__ = ["Planned", "open_window", "schedule", "terms_of"]

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A window that will open. It lasts 30 minutes, whatever the clocks do."""

    agreement: str
    resident: str
    opens: datetime  # UTC

    @property
    def closes(self) -> datetime:
        """When the camera is locked again."""
        return self.opens + WINDOW

    @property
    def key(self) -> str:
        """Names the window; two of one agreement never open at the same instant."""
        return f"{self.agreement}@{self.opens:%Y-%m-%dT%H:%M:%SZ}"


def schedule(registry: Registry, start: datetime, end: datetime) -> list[Planned]:
    """The windows that open from ``start`` until before ``end``, in their order.

    Those of a resident who is away or has withdrawn are among them: that nobody looked, and
    why, belongs in the history. Agreements that were paused or ended have none.
    """
    zone = registry.zone
    planned: dict[str, Planned] = {}
    day = start.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date() + DAY
    while day <= last:
        for agreement in registry.agreements.values():
            if agreement.state in (Service.PAUSED, Service.ENDED):
                continue
            for wish in agreement.times:
                opens = instant_of(day, wish.at, zone)
                if start <= opens < end and opens >= agreement.starts:
                    window = Planned(
                        agreement=agreement.key, resident=agreement.resident, opens=opens
                    )
                    planned[window.key] = window
        day += DAY
    return sorted(planned.values(), key=lambda window: (window.opens, window.key))


def terms_of(registry: Registry, agreement: Agreement) -> Terms:
    """What a window of the agreement goes by from now on."""

    def minutes(number: int) -> timedelta:
        return timedelta(minutes=number)

    contacts = registry.contacts
    area = registry.residents[agreement.resident].area
    crisis = registry.crisis_lists.get(area)
    return Terms(
        look=timedelta(seconds=agreement.look_seconds),
        retry=minutes(agreement.retry_minutes) if agreement.retry_minutes else None,
        telephone_first=agreement.telephone_first,
        edge_counts_as_up=agreement.edge_counts_as_up,
        answer=minutes(agreement.answer_minutes),
        acknowledge=minutes(agreement.acknowledge_minutes),
        operator=minutes(agreement.operator_minutes),
        deadline=minutes(agreement.deadline_minutes),
        outcome=minutes(agreement.outcome_minutes),
        shadow=agreement.shadow,
        zone=registry.settings.zone,
        contacts=tuple(contacts[key] for key in agreement.contacts if key in contacts),
        crisis=tuple(
            contacts[key] for key in (crisis.contacts if crisis else ()) if key in contacts
        ),
    )


def open_window(registry: Registry, planned: Planned) -> Window:
    """The window as it begins."""
    agreement = registry.agreements[planned.agreement]
    return Window(
        key=planned.key,
        agreement=agreement.key,
        resident=agreement.resident,
        camera=agreement.camera,
        area=registry.residents[agreement.resident].area,
        opens=planned.opens,
        closes=planned.closes,
        terms=terms_of(registry, agreement),
        due=planned.opens,
    )
