"""What a registry may not be: every fault of it at once, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import combinations
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bedcheck.errors import PlacementError, RegistryError
from bedcheck.night.agreement import NOTICE, WINDOW, Agreement, Wish
from bedcheck.night.bars import consented
from bedcheck.night.cameras.rtsp import check_rtsp
from bedcheck.night.contact import Contact, Medium
from bedcheck.night.fault import Fault
from bedcheck.night.lines.checks import line_faults, unit_faults
from bedcheck.night.reach import CONTROLLER, mail_faults, reach_faults
from bedcheck.night.registry import KINDS, Registry
from bedcheck.night.reports.terms import report_faults
from bedcheck.night.resident import Party
from bedcheck.night.unit import Service
from bedcheck.night.wording import shown

__all__ = ["checked", "validate"]

KEY = re.compile(r"[\w.-]{1,64}")
MONDAY = datetime(2026, 1, 5)  # of a week in which no clock changes
STEP = timedelta(minutes=5)
MINUTES = {  # a field of the agreement, and the minutes that it may be
    "retry_minutes": (0, 29),
    "answer_minutes": (1, 30),
    "acknowledge_minutes": (1, 60),
    "operator_minutes": (1, 30),
    "deadline_minutes": (5, 120),
    "outcome_minutes": (10, 600),
}
LOOK_SECONDS = (5, 120)
LEAST_OF_A_STREAM = 15  # seconds: each of three frames may wait 4 s for a key frame
RUNNING = (Service.ORDERED, Service.ACTIVE)


def checked(registry: Registry) -> Registry:
    """``registry`` itself. Raises RegistryError with every fault."""
    if faults := validate(registry):
        raise RegistryError(faults)
    return registry


def validate(registry: Registry) -> list[Fault]:
    """Every fault of the registry; none: it may be used.

    What an entry that could not be read may have held is no fault of the others.
    """
    faults = [
        Fault(place=f"{kind}[{key}]", message="key: expected letters, digits, . _ - , 64 at most")
        for kind in KINDS
        for key in registry.of(kind)
        if not KEY.fullmatch(key)
    ]
    for check in (_settings, _contacts, _residents, _units, _absences, _numbers, _agreements):
        faults += check(registry)
    if registry.lacks("settings"):  # what stands for them are the defaults
        faults = [fault for fault in faults if not fault.place.startswith("settings")]
    return faults


def _settings(registry: Registry) -> Iterator[Fault]:
    place, settings = "settings", registry.settings
    try:
        ZoneInfo(settings.zone)
    except (KeyError, OSError, ValueError):  # as zoneinfo has it
        yield Fault(
            place=f"{place}.zone",
            message=f"expected a time zone, as Europe/Stockholm; got {settings.zone!r}",
        )
    if settings.language not in ("sv", "en"):
        yield Fault(
            place=f"{place}.language", message=f"expected sv or en; got {settings.language!r}"
        )
    if not 1 <= settings.concurrent_looks <= 64:
        yield Fault(
            place=f"{place}.concurrent_looks",
            message=f"expected 1 to 64; got {settings.concurrent_looks}",
        )
    if settings.heartbeat_url and not _web(settings.heartbeat_url):
        yield Fault(
            place=f"{place}.heartbeat_url", message="expected an address that begins with http"
        )
    yield from mail_faults(settings)
    yield from line_faults(settings.lines, f"{place}.lines")
    yield from report_faults(settings.reports)
    if registry.agreements:
        for role in ("operator", "administrator"):
            key = getattr(settings, role)
            if key not in registry.contacts and not registry.lacks("contact", key):
                yield Fault(
                    place=f"{place}.{role}", message=f"expected a contact's key; got {key!r}"
                )


def _contacts(registry: Registry) -> Iterator[Fault]:
    for contact in registry.contacts.values():
        place = f"contact[{contact.key}]"
        if contact.medium is Medium.WEBHOOK and not _web(contact.address):
            yield Fault(
                place=f"{place}.address",
                message="expected the webhook's address, beginning with http:// or https://",
            )
        if contact.medium is Medium.WEBHOOK and not contact.secret:
            yield Fault(place=f"{place}.secret", message="expected the name of the webhook's key")
        yield from reach_faults(contact, registry.settings)
        for number, hours in enumerate(contact.hours):
            if not hours.days or not set(hours.days) <= set(range(1, 8)):
                yield Fault(
                    place=f"{place}.hours[{number}].days",
                    message="expected days from 1 (Monday) to 7",
                )
    for area, crisis in registry.crisis_lists.items():
        place = f"crisis_list[{area}].contacts"
        if not crisis.contacts:
            yield Fault(place=place, message="expected at least one contact")
        yield from _known(registry, "contact", crisis.contacts, place)


def _residents(registry: Registry) -> Iterator[Fault]:
    for resident in registry.residents.values():
        if resident.area not in registry.crisis_lists and not registry.lacks(
            "crisis_list", resident.area
        ):
            yield Fault(
                place=f"resident[{resident.key}].area",
                message=f"expected an area with a crisis list; there is none for {resident.area!r}",
            )
        if resident.controller and not CONTROLLER.fullmatch(resident.controller):
            yield Fault(
                place=f"resident[{resident.key}].controller",
                message=f"expected 1 to 16 digits; got {resident.controller!r:.40}",
            )
    for consent in registry.consents.values():
        place = f"consent[{consent.key}]"
        yield from _known(registry, "resident", (consent.resident,), f"{place}.resident")
        if consent.party is Party.CO_LIVING and not consent.person:
            yield Fault(place=f"{place}.person", message="expected the name of who consents")
        if consent.withdrawn_on and consent.withdrawn_on < consent.taken_on:
            yield Fault(
                place=f"{place}.withdrawn_on",
                message=f"expected {consent.taken_on} or later; got {consent.withdrawn_on}",
            )


def _units(registry: Registry) -> Iterator[Fault]:
    for unit in registry.units.values():
        place = f"camera[{unit.key}]"
        yield from _known(registry, "resident", (unit.resident,), f"{place}.resident")
        if not unit.source:
            yield Fault(place=f"{place}.source", message="expected an address or a path")
        elif (unit.source.startswith("http") and not _web(unit.source)) or (
            unit.source.startswith("rtsp") and not _stream(unit.source)
        ):
            yield Fault(
                place=f"{place}.source",
                message="expected an address without name and password: give login and secret",
            )
        if unit.clock and not (
            0 <= unit.clock[0] < unit.clock[2] <= 1 and 0 <= unit.clock[1] < unit.clock[3] <= 1
        ):
            yield Fault(
                place=f"{place}.clock",
                message=f"expected left, top, right, bottom in 0..1; got {list(unit.clock)}",
            )
        if unit.parked.startswith("http") and not _web(unit.parked):
            yield Fault(
                place=f"{place}.parked",
                message="expected an address without name and password: give login and secret",
            )
        yield from unit_faults(unit, place)
        try:
            unit.placed()
        except PlacementError as error:
            field = "placement" if unit.placement else "bed"
            yield Fault(place=f"{place}.{field}", message=str(error))


def _absences(registry: Registry) -> Iterator[Fault]:
    for absence in registry.absences.values():
        place = f"absence[{absence.key}]"
        yield from _known(registry, "resident", (absence.resident,), f"{place}.resident")
        if absence.end is None and absence.review is None:
            yield Fault(
                place=place,
                message="expected an end, or a review: a date on which somebody asks whether"
                " the resident is back",
            )
        for name in ("end", "review"):
            at = getattr(absence, name)
            if at is not None and at <= absence.start:
                yield Fault(
                    place=f"{place}.{name}",
                    message=f"expected a time after the start ({absence.start}); got {at}",
                )


def _numbers(registry: Registry) -> Iterator[Fault]:
    for number in registry.temporary_numbers.values():
        if number.end <= number.start:
            yield Fault(
                place=f"temporary_number[{number.key}].end",
                message=f"expected a time after the start ({number.start}); got {number.end}",
            )


def _agreements(registry: Registry) -> Iterator[Fault]:
    running = [a for a in registry.agreements.values() if a.state in RUNNING]
    for agreement in registry.agreements.values():
        place = f"agreement[{agreement.key}]"
        yield from _known(registry, "resident", (agreement.resident,), f"{place}.resident")
        yield from _known(registry, "camera", (agreement.camera,), f"{place}.camera")
        yield from _known(registry, "contact", agreement.contacts, f"{place}.contacts")
        yield from _times(agreement, place)
    for agreement in running:
        yield from _running(registry, agreement, f"agreement[{agreement.key}]")
    yield from _overlaps(running)


def _times(agreement: Agreement, place: str) -> Iterator[Fault]:
    for name, (least, most) in MINUTES.items():
        if not least <= getattr(agreement, name) <= most:
            yield Fault(
                place=f"{place}.{name}",
                message=f"expected {least} to {most} minutes; got {getattr(agreement, name)}",
            )
    least, most = LOOK_SECONDS
    if not least <= agreement.look_seconds <= most:
        yield Fault(
            place=f"{place}.look_seconds",
            message=f"expected {least} to {most} seconds; got {agreement.look_seconds}",
        )
    if agreement.looks_take() > WINDOW:
        seconds = agreement.look_seconds
        total = agreement.looks_take().total_seconds()
        yield Fault(
            place=f"{place}.retry_minutes",
            message=f"expected both looks to fit in the window of 30 minutes; {seconds} s +"
            f" {agreement.retry_minutes} min + {seconds} s = {total / 60:.1f} min: agree on a"
            " shorter wait",
        )
    if not agreement.times:
        yield Fault(place=f"{place}.times", message="expected at least one time")
    for number, wish in enumerate(agreement.times):
        if not _within(wish):
            yield Fault(
                place=f"{place}.times[{number}]",
                message=f"expected {shown(wish.at)} between earliest and latest, both given or"
                f" neither; got {shown(wish.earliest)} and {shown(wish.latest)}",
            )


def _within(wish: Wish) -> bool:
    if wish.earliest is None or wish.latest is None:
        return wish.earliest is wish.latest
    span = (_seconds(wish.latest) - _seconds(wish.earliest)) % 86400
    return (_seconds(wish.at) - _seconds(wish.earliest)) % 86400 <= span


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _running(registry: Registry, agreement: Agreement, place: str) -> Iterator[Fault]:
    notice = agreement.starts - agreement.ordered_at
    if notice < NOTICE and not agreement.exception_by:
        yield Fault(
            place=f"{place}.starts",
            message=f"expected 24 hours or more after the order; it is"
            f" {notice.total_seconds() / 3600:.1f} h: start later, or name who allowed the"
            " exception in exception_by",
        )
    known = agreement.resident in registry.residents and not registry.lacks("consent")
    if known and not consented(registry, agreement.resident):
        yield Fault(
            place=place,
            message="expected the written consent of the resident and of everybody who lives"
            " there (co_living): without it there is no look",
        )
    unit = registry.units.get(agreement.camera)
    if unit is not None and unit.resident != agreement.resident:
        yield Fault(
            place=f"{place}.camera",
            message=f"expected a camera of {agreement.resident}; {unit.key} is"
            f" registered for {unit.resident}",
        )
    if unit is not None and unit.streams and agreement.look_seconds < LEAST_OF_A_STREAM:
        yield Fault(
            place=f"{place}.look_seconds",
            message=f"expected {LEAST_OF_A_STREAM} seconds or more with a camera that streams;"
            f" got {agreement.look_seconds}",
        )
    if unit is not None and unit.state is Service.ENDED:
        yield Fault(place=f"{place}.camera", message=f"{unit.key} has been taken out of service")
    resident = registry.residents.get(agreement.resident)
    if agreement.telephone_first and resident and not resident.telephone:
        yield Fault(
            place=f"{place}.telephone_first",
            message=f"expected a telephone number of resident {resident.key}",
        )
    contacts = [registry.contacts[key] for key in agreement.contacts if key in registry.contacts]
    if not agreement.contacts:
        yield Fault(place=f"{place}.contacts", message="expected whom to call")
    else:
        yield from _unreachable(agreement, contacts, place)


def _unreachable(agreement: Agreement, contacts: list[Contact], place: str) -> Iterator[Fault]:
    """Hours of the week in which an alarm could be out and no contact is on duty."""
    if any(not contact.hours for contact in contacts) or len(contacts) < len(agreement.contacts):
        return  # one of them is not known, and told elsewhere
    for number, wish in enumerate(agreement.times):
        length = WINDOW + timedelta(minutes=agreement.deadline_minutes)
        for day in range(7):
            opens = datetime.combine(MONDAY + timedelta(days=day), wish.at)
            for step in range(length // STEP + 1):
                at = opens + step * STEP
                if not any(hours.cover(at) for contact in contacts for hours in contact.hours):
                    yield Fault(
                        place=f"{place}.times[{number}]",
                        message=f"nobody of its contacts is on duty on a {at:%A at %H:%M}, when"
                        " an alarm may be out: add a contact, or hours to one",
                    )
                    break
            else:
                continue
            break


def _overlaps(agreements: list[Agreement]) -> Iterator[Fault]:
    """Windows of one resident or one camera that are open at the same time."""
    by_unit: dict[str, list[tuple[Agreement, int]]] = {}
    for agreement in agreements:
        for number in range(len(agreement.times)):
            for name in (f"resident {agreement.resident}", f"camera {agreement.camera}"):
                by_unit.setdefault(name, []).append((agreement, number))
    told: set[tuple[str, int, str, int]] = set()
    for name, windows in by_unit.items():
        for (one, i), (other, j) in combinations(windows, 2):
            a, b = one.times[i].at, other.times[j].at
            apart = (_seconds(b) - _seconds(a)) % 86400
            which = (one.key, i, other.key, j)
            if min(apart, 86400 - apart) < WINDOW.total_seconds() and which not in told:
                told.add(which)
                yield Fault(
                    place=f"agreement[{other.key}].times[{j}]",
                    message=f"expected 30 minutes or more between windows of one {name};"
                    f" {b:%H:%M} overlaps {a:%H:%M} of agreement[{one.key}].times[{i}]",
                )


def _known(registry: Registry, kind: str, keys: tuple[str, ...], place: str) -> Iterator[Fault]:
    for key in keys:
        if key not in registry.of(kind) and not registry.lacks(kind, key):
            yield Fault(place=place, message=f"there is no {kind} {key!r}: add it, or correct this")


def _stream(address: str) -> bool:
    try:
        check_rtsp(address)
    except ValueError:
        return False
    return True


def _web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return False
