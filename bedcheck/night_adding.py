"""The commands ``bedcheck night add``: one for each kind of entry in the registry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bedcheck.errors import RecordError
from bedcheck.placement import parse_polygon
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

__all__ = ["add", "put"]

add = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Key = Annotated[str, typer.Argument(metavar="KEY", help="A short name: letters, digits, . _ -")]
Resident = Annotated[str, typer.Option(metavar="KEY", help="Whose it is.")]


class Reply(StrEnum):
    """How a SCAIP receiver answers, as `bedcheck.night.contact.Reply` has it."""

    BODY = "body"
    MESSAGE = "message"
    STATUS = "status"


CLOCK = "As 2026-03-10T22:00, on the municipality's clock."


@add.command(no_args_is_help=True)
def resident(
    key: Key,
    name: Annotated[str, typer.Option(help="What the night staff know the resident by.")],
    area: Annotated[str, typer.Option(help="Whose night staff drive out; has a crisis list.")],
    telephone: Annotated[str, typer.Option()] = "",
    address: Annotated[str, typer.Option(help="Where to drive.")] = "",
    co_living: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Who else lives there; repeat it.")
    ] = None,
    controller: Annotated[
        str, typer.Option(metavar="NUMBER", help="What SCAIP receivers know the home by.")
    ] = "",
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """The person supervised.

    Example: bedcheck night add resident berit --name "Berit A" --area north
    """
    fields = {
        "key": key,
        "name": name,
        "area": area,
        "telephone": telephone,
        "address": address,
        "co_living": co_living or [],
        "controller": controller,
    }
    put(store, "resident", fields, token, lang)


@add.command(no_args_is_help=True)
def consent(
    key: Key,
    resident: Resident,
    taken_by: Annotated[str, typer.Option(help="Who collected it.")],
    taken_on: Annotated[str, typer.Option(metavar="DATE", help="As 2026-02-01.")],
    reference: Annotated[str, typer.Option(help="Where the paper is kept.")],
    person: Annotated[
        str, typer.Option(metavar="NAME", help="Who consents, if not the resident.")
    ] = "",
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """A written consent, of the resident or of somebody who lives there too.

    Example: bedcheck night add consent berit-1 --resident berit --taken-by Anna
    --taken-on 2026-02-01 --reference "binder 3"
    """
    fields = {
        "key": key,
        "resident": resident,
        "party": "co_living" if person else "resident",
        "person": person,
        "taken_by": taken_by,
        "taken_on": taken_on,
        "reference": reference,
    }
    put(store, "consent", fields, token, lang)


@add.command(no_args_is_help=True)
def camera(
    serial: Annotated[str, typer.Argument(metavar="SERIAL", help="The unit's serial number.")],
    resident: Resident,
    source: Annotated[
        str,
        typer.Option(help="Snapshot (http…) or stream (rtsp…), or a picture or a folder of them."),
    ],
    login: Annotated[str, typer.Option(metavar="NAME", help="User name at the camera.")] = "",
    secret: Annotated[
        str, typer.Option(metavar="NAME", help="Name of its password among the secrets.")
    ] = "",
    basic: Annotated[bool, typer.Option("--basic", help="Basic, not digest, password.")] = False,
    bed: Annotated[str | None, typer.Option(metavar='"x,y x,y …"', help="The mattress.")] = None,
    placement: Annotated[
        Path | None, typer.Option(metavar="FILE", help="As `bedcheck place` wrote it.")
    ] = None,
    clock: Annotated[
        str | None,
        typer.Option(
            metavar="LEFT,TOP,RIGHT,BOTTOM",
            help="Where its picture shows the time, in 0..1; a frozen picture is known by it.",
        ),
    ] = None,
    router: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="The home's router, to test the line.")
    ] = None,
    parked: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Of a picture without the bed in view.")
    ] = None,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """A camera at a resident's home. It is in service once `night look` has seen the bed.

    Example: bedcheck night add camera AXIS-0417 --resident berit
    --source http://10.0.0.7/snapshot.jpg --login viewer --secret berit
    """
    fields: dict[str, Any] = {
        "key": serial,
        "resident": resident,
        "source": source,
        "login": login,
        "secret": secret,
        "scheme": "basic" if basic else "digest",
    }
    given = {"router": router, "parked": parked}
    fields |= {name: value for name, value in given.items() if value is not None}
    with opened(store, lang) as opening:  # a unit that is changed keeps its state
        with opening.snapshot() as snapshot:
            known = snapshot.get("camera", serial) or {}
        if bed is not None:
            fields["bed"] = [list(corner) for corner in parse_polygon(bed)]
        if clock is not None:
            fields["clock"] = [part.strip() for part in clock.split(",")]
        if placement is not None:
            try:
                fields["placement"] = placement.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise RecordError(f"{placement}: cannot be read: {error}") from None
    put(store, "camera", {**known, **fields}, token, lang)


@add.command(no_args_is_help=True)
def contact(
    key: Key,
    name: Annotated[str, typer.Option()],
    webhook: Annotated[
        str, typer.Option(metavar="URL", help="Where alarms are posted [they are printed].")
    ] = "",
    mail: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where alarms are mailed; see `night set`.")
    ] = "",
    scaip: Annotated[
        str, typer.Option(metavar="SIP-ADDRESS", help="As sip:alarm@host;transport=tcp, or sips:…")
    ] = "",
    controller: Annotated[
        str, typer.Option(metavar="NUMBER", help="What its SCAIP receiver knows us by.")
    ] = "",
    reply: Annotated[
        Reply | None, typer.Option(help="How its SCAIP receiver says that it took it [body].")
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="By the service whose apprise address is the secret.")
    ] = False,
    secret: Annotated[
        str,
        typer.Option(metavar="NAME", help="Name of the webhook's key, or notify's address."),
    ] = "",
    telephone: Annotated[str, typer.Option()] = "",
    hours: Annotated[
        list[str] | None,
        typer.Option(metavar="21:00-08:00", help="When on duty; repeat it [round the clock]."),
    ] = None,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Somebody who takes alarms or tasks: a night team, the operator, an administrator.

    The rest of a SCAIP receiver's profile can be set by `import`. See docs/channels.md.

    Example: bedcheck night add contact north --name "Night team north" --hours 21:00-08:00
    """
    given = {"webhook": webhook, "mail": mail, "scaip": scaip, "notify": notify}
    media = [medium for medium, address in given.items() if address] or ["print"]
    if len(media) > 1:
        raise typer.BadParameter(f"expected one of them: {', '.join(f'--{m}' for m in media)}")
    fields: dict[str, Any] = {
        "key": key,
        "name": name,
        "medium": media[0],
        "address": webhook or mail or scaip,
        "secret": secret,
        "telephone": telephone,
        "hours": [
            dict(zip(("start", "end"), span.split("-"), strict=False)) for span in hours or ()
        ],
    }
    if scaip:
        with opened(store, lang) as opening, opening.snapshot() as snapshot:
            known = (snapshot.get("contact", key) or {}).get("scaip") or {}
        told = {"controller": controller, "reply": reply.value if reply else ""}
        fields["scaip"] = {**known, **{name: value for name, value in told.items() if value}}
    put(store, "contact", fields, token, lang)


@add.command("crisis-list", no_args_is_help=True)
def crisis_list(
    area: Annotated[str, typer.Argument(metavar="AREA")],
    contacts: Annotated[list[str], typer.Argument(metavar="CONTACT...", help="In this order.")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Whom to reach in an area when everybody else has failed.

    Example: bedcheck night add crisis-list north duty-manager unit-manager
    """
    put(store, "crisis_list", {"key": area, "contacts": contacts}, token, lang)


@add.command(no_args_is_help=True)
def agreement(
    key: Key,
    resident: Resident,
    camera: Annotated[str, typer.Option(metavar="SERIAL")],
    at: Annotated[
        list[str],
        typer.Option(metavar="23:00[,22:00-01:00]", help="A time, and its span; repeat it."),
    ],
    call: Annotated[list[str], typer.Option(metavar="CONTACT", help="Whom, in order; repeat it.")],
    ordered_by: Annotated[str, typer.Option(help="Who ordered it.")],
    starts: Annotated[
        str | None, typer.Option(metavar="TIME", help=f"{CLOCK} [24 hours from now]")
    ] = None,
    exception_by: Annotated[
        str, typer.Option(metavar="NAME", help="Who allowed a start sooner than 24 hours.")
    ] = "",
    look_seconds: Annotated[int, typer.Option(help="How long a look lasts.")] = 25,
    retry: Annotated[
        int, typer.Option(metavar="MINUTES", help="To the second look; 0: there is none.")
    ] = 10,
    telephone_first: Annotated[
        bool, typer.Option("--telephone-first", help="Ring before anyone drives.")
    ] = False,
    edge_is_up: Annotated[
        bool, typer.Option("--edge-is-up", help="Sitting on the edge counts as up.")
    ] = False,
    shadow: Annotated[bool, typer.Option("--shadow", help="Judge and log; call nobody.")] = False,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """What was agreed for one resident. The other times it has can be set by `import`.

    Example: bedcheck night add agreement berit --resident berit --camera AXIS-0417
    --at 23:00,22:00-01:00 --at 03:00 --call north --ordered-by "Care manager"
    """
    now = datetime.now(UTC)
    begins = moment(starts, store, lang) if starts else (now + timedelta(hours=24)).isoformat()
    fields = {
        "key": key,
        "resident": resident,
        "camera": camera,
        "times": [wish(span) for span in at],
        "contacts": call,
        "ordered_at": now.isoformat(),
        "ordered_by": ordered_by,
        "starts": begins,
        "exception_by": exception_by,
        "look_seconds": look_seconds,
        "retry_minutes": retry,
        "telephone_first": telephone_first,
        "edge_counts_as_up": edge_is_up,
        "shadow": shadow,
    }
    put(store, "agreement", fields, token, lang)


@add.command(no_args_is_help=True)
def absence(
    key: Key,
    resident: Resident,
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=CLOCK)],
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=CLOCK)] = None,
    review: Annotated[
        str | None, typer.Option(metavar="TIME", help="When to ask, where no end is known.")
    ] = None,
    reason: Annotated[str, typer.Option()] = "",
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """A time in which no look is wanted. Looks pause and resume by themselves.

    Example: bedcheck night add absence trip --resident berit --from 2026-03-10T12:00
    --to 2026-03-12T18:00
    """
    with opened(store, lang) as opening:
        by = actor(opening, token)
    fields: dict[str, Any] = {"key": key, "resident": resident, "reason": reason, "by": by}
    for name, written in (("start", start), ("end", end), ("review", review)):
        if written is not None:
            fields[name] = moment(written, store, lang)
    put(store, "absence", fields, token, lang)


@add.command("number", no_args_is_help=True)
def temporary_number(
    key: Key,
    area: Annotated[str, typer.Option()],
    number: Annotated[str, typer.Option(help="What the night staff answer.")],
    start: Annotated[str, typer.Option("--from", metavar="TIME", help=CLOCK)],
    end: Annotated[str, typer.Option("--to", metavar="TIME", help=CLOCK)],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """A temporary alarm number, while the mobile network is down.

    Example: bedcheck night add number storm --area north --number "08-123 45"
    --from 2026-03-10T12:00 --to 2026-03-11T12:00
    """
    fields = {
        "key": key,
        "area": area,
        "number": number,
        "start": moment(start, store, lang),
        "end": moment(end, store, lang),
    }
    put(store, "temporary_number", fields, token, lang)


# ---- what they share


def put(store: Path, kind: str, fields: dict[str, Any], token: str | None, lang: Language) -> None:
    """One entry into the registry; says whether that changed anything."""
    with opened(store, lang) as opening:
        from bedcheck.night.changes import change
        from bedcheck.night.registry import entry_from

        entry = entry_from(kind, fields)
        with opening.snapshot() as snapshot:
            known = snapshot.get(kind, entry.key) is not None
        count = change(opening, [entry], actor(opening, token), datetime.now(UTC))
    typer.echo(text("night.changed" if known else "night.added", lang, count=count))


def duty(written: str) -> dict[str, str]:
    """ "21:00-08:00" as hours."""
    start, _, end = written.partition("-")
    return {"start": start.strip(), "end": end.strip()}


def wish(written: str) -> dict[str, str]:
    """ "23:00,22:00-01:00" as a time and its span."""
    at, _, span = written.partition(",")
    earliest, _, latest = span.partition("-")
    given = {"at": at.strip(), "earliest": earliest.strip(), "latest": latest.strip()}
    return {name: value for name, value in given.items() if value}


def moment(written: str, store: Path, lang: Language) -> str:
    """A time as people write it, on the municipality's clock unless it says which."""
    with opened(store, lang) as opening:
        from bedcheck.night.registry import Registry

        with opening.snapshot() as snapshot:
            zone = Registry.load(snapshot).zone
        try:
            at = datetime.fromisoformat(written.strip())
        except ValueError:
            raise RecordError(f"expected a time as 2026-03-10T22:00, got {written!r:.40}") from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()
