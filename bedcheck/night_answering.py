"""The commands ``bedcheck night`` by which people answer: ack, write-off, answer."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedcheck.errors import RegistryError
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import DEFAULT_STORE, Lang, Language, StoreFile, Token, actor, opened

if TYPE_CHECKING:
    from bedcheck.history import Store
    from bedcheck.night.window import Window

__all__ = ["answering"]

answering = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

TOO_LATE = 3  # exit code

Supervision = Annotated[
    str, typer.Argument(metavar="SUPERVISION", help="Its key or its alarm's, as `status` tells it.")
]
By = Annotated[
    str | None,
    typer.Option(metavar="CONTACT", help="Who says so, by contact key [the one who acts]."),
]
Note = Annotated[str, typer.Option(metavar="TEXT", help="A few words for the history.")]


class Outcome(StrEnum):
    """What the night staff found."""

    IN_BED_AFTER_ALL = "in_bed_after_all"
    UP_AND_WELL = "up_and_well"
    FALLEN = "fallen"
    NOT_AT_HOME = "not_at_home"
    CAMERA_FAULT = "camera_fault"
    OTHER = "other"


class Reason(StrEnum):
    """Why an alarm is closed without a visit."""

    KNOWN_ABSENCE = "known_absence"
    SEEN_OTHERWISE = "seen_otherwise"
    TEST = "test"
    OTHER = "other"


class Answer(StrEnum):
    """What the operator answers."""

    WELL = "well"
    NOT_WELL = "not_well"
    CANNOT_TELL = "cannot_tell"


@answering.command(no_args_is_help=True)
def ack(
    supervision: Annotated[
        str | None,
        typer.Argument(metavar="[SUPERVISION]", help="Its key or its alarm's, see `status`."),
    ] = None,
    store: StoreFile = DEFAULT_STORE,
    by: By = None,
    outcome: Annotated[
        Outcome | None, typer.Option(help="What was found; closes the alarm.")
    ] = None,
    note: Note = "",
    link: Annotated[
        str | None, typer.Option(metavar="LINK", help="The link that came with the alarm.")
    ] = None,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Take an alarm: nobody else is called. With --outcome, tell what was found.

    Example: bedcheck night ack "berit@2026-03-10T22:00:00Z" --by north --outcome up_and_well
    """
    if (supervision is None) == (link is None):
        raise typer.BadParameter("expected a supervision or --link, one of them")
    with opened(store, lang) as opening:
        from bedcheck.night import events
        from bedcheck.night.acts import act, by_link

        now = datetime.now(UTC)
        if link is not None:
            window, followed = by_link(opening, link, now)
        else:
            who = contact_or_actor(opening, by, token)
            event: Any = events.Acknowledged(by=who)
            if outcome is not None:
                found = events.Outcome(outcome.value)
                event = events.OutcomeGiven(outcome=found, by=who, note=note)
            window, followed = act(opening, supervision or "", event, now)
    tell_what_followed(window, followed, lang)


@answering.command("write-off", no_args_is_help=True)
def write_off(
    supervision: Supervision,
    reason: Annotated[Reason, typer.Option(help="Why nobody need drive.")],
    store: StoreFile = DEFAULT_STORE,
    by: By = None,
    note: Note = "",
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Close an alarm without a visit, with the reason.

    Example: bedcheck night write-off "berit@2026-03-10T22:00:00Z" --reason known_absence
    """
    with opened(store, lang) as opening:
        from bedcheck.night import events
        from bedcheck.night.acts import act

        who = contact_or_actor(opening, by, token)
        event = events.WrittenOff(reason=events.WriteOff(reason.value), by=who, note=note)
        window, followed = act(opening, supervision, event, datetime.now(UTC))
    tell_what_followed(window, followed, lang)


@answering.command(no_args_is_help=True)
def answer(
    supervision: Supervision,
    said: Annotated[Answer, typer.Argument(metavar="well|not_well|cannot_tell")],
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Answer what the operator was asked: is the resident in bed, or well on the telephone?

    Example: bedcheck night answer "berit@2026-03-10T22:00:00Z" well
    """
    with opened(store, lang) as opening:
        from bedcheck.night import events
        from bedcheck.night.acts import act

        event = events.Answered(answer=events.Answer(said.value), by=actor(opening, token))
        window, followed = act(opening, supervision, event, datetime.now(UTC))
    tell_what_followed(window, followed, lang)


# ---- what they share


def contact_or_actor(store: Store, contact: str | None, token: str | None) -> str:
    """Who says so: a contact by key, else who acts. Raises RegistryError for no contact."""
    from bedcheck.night.fault import Fault

    who = actor(store, token)
    if contact is None:
        return who
    with store.snapshot() as snapshot:
        if snapshot.get("contact", contact) is None:
            raise RegistryError([Fault(place="--by", message=f"there is no contact {contact!r}")])
    return f"contact:{contact}"


def tell_what_followed(window: Window, followed: bool, lang: Language) -> None:
    """Says how the supervision stands now; exits with `TOO_LATE` where nothing followed."""
    phase = text(f"night.phase.{window.phase}", lang)
    key = "night.done" if followed else "night.too_late"
    typer.echo(text(key, lang, window=printable(window.key), phase=phase))
    if not followed:
        raise typer.Exit(TOO_LATE)
