"""The commands ``bedcheck night`` for who installs cameras: probe an address, find addresses."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from bedcheck.errors import GrabError, RegistryError
from bedcheck.extras import needs
from bedcheck.printing import printable
from bedcheck.texts import text
from bedcheck.usage import (
    DEFAULT_STORE,
    NOT_JUDGED,
    Lang,
    Language,
    StoreFile,
    Token,
    actor,
    opened,
    told,
)

if TYPE_CHECKING:
    from bedcheck.history import Grant, Store
    from bedcheck.night.probe import Probed
    from bedcheck.night.unit import Unit

__all__ = ["probing", "say_lines"]

SAID = "nobody listens at that port"  # a reason that adds nothing to what to do

probing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

Login = Annotated[str, typer.Option(metavar="NAME", help="User name at the camera.")]
Secret = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="Name of its password among the secrets [it is asked for, unseen]."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@probing.command(no_args_is_help=True)
def probe(
    url: Annotated[str, typer.Argument(metavar="URL", help="http://…, https://… or rtsp://…")],
    login: Login = "",
    secret: Secret = "",
    basic: Annotated[bool, typer.Option("--basic", help="Basic, not digest, password.")] = False,
    as_json: Json = False,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Try a camera's address: does it work, how fast, and if not, what is wrong?

    Pictures are measured and dropped: none is judged, shown or kept. An address of a camera
    that is registered is tried as by a test look: never without consent, and noted.

    Example: bedcheck night probe rtsp://10.0.0.7/live --login viewer
    """
    with told(lang):
        with needs("night"):
            from bedcheck.night.probe import lines
            from bedcheck.night.secrets import Secrets
            from bedcheck.night.unit import Unit

        check_address(url)
        with opened(store, lang) if store.exists() else nullcontext() as opening:
            unit = None if opening is None else unit_at(opening, url)
            secrets = Secrets.beside(store)
            if unit is None:
                unit = Unit(key="probe", resident="", source=url)
            else:
                typer.echo(text("probe.registered", lang, camera=printable(unit.key)), err=True)
            if login:
                scheme: Any = "basic" if basic else "digest"
                unit = replace(unit, login=login, scheme=scheme, secret=secret or "probe")
            if login and not secret:
                asked = typer.prompt(
                    text("probe.password", lang, login=login), hide_input=True, err=True
                )
                secrets = Secrets({**secrets.known, "probe": asked})
            by = "" if opening is None else actor(opening, token)
            probed = run_probe(opening if unit.resident else None, secrets, unit, by)
    found = lines(probed)
    works = bool(probed.waits) and not probed.failure and not probed.frozen
    if as_json:
        told_lines = [line.to_dict(lang) for line in found]
        typer.echo(json.dumps({"works": works, "failure": probed.failure, "lines": told_lines}))
    else:
        say_lines(found, lang)
        if probed.reason and not probed.reason.endswith(SAID):
            typer.echo(
                text(
                    "probe.reason",
                    lang,
                    reason=printable(probed.reason.removeprefix(f"camera {unit.key}: ")),
                )
            )
        typer.echo(text("probe.works" if works else "probe.works_not", lang))
        if works and not unit.resident:
            typer.echo(text("probe.add", lang, url=printable(url)))
    if not works:
        raise typer.Exit(NOT_JUDGED)


@probing.command()
def find(
    host: Annotated[
        str | None,
        typer.Argument(metavar="HOST", help="One camera, as 10.0.0.7 or 10.0.0.7:8080."),
    ] = None,
    login: Login = "",
    secret: Secret = "",
    seconds: Annotated[float, typer.Option(min=1.0, max=60.0, help="To wait at most.")] = 10.0,
    as_json: Json = False,
    store: StoreFile = DEFAULT_STORE,
    lang: Lang = Language.SV,
) -> None:
    """Ask cameras for their addresses by ONVIF: all of the network, or one for its own.

    No picture is asked for. Needs the extra onvif; ONVIF is often to be switched on in the
    camera, with a user of its own.

    Example: bedcheck night find 10.0.0.7 --login viewer
    """
    with told(lang):
        with needs("night"):
            from bedcheck.night.cameras.onvif import ask, discover
            from bedcheck.night.secrets import Secrets

        if host is None:
            hosts = discover(seconds)
            if as_json:
                typer.echo(json.dumps({"hosts": list(hosts)}))
                return
            for one in hosts:
                typer.echo(printable(one))
            if not hosts:
                typer.echo(text("find.none", lang), err=True)
                raise typer.Exit(NOT_JUDGED)
            return
        password = Secrets.beside(store).get(secret) if secret else ""
        if secret and not password:
            raise typer.BadParameter(f"there is no secret named {secret!r}", param_hint="--secret")
        if login and not secret:
            password = typer.prompt(
                text("probe.password", lang, login=login), hide_input=True, err=True
            )
        try:
            camera = ask(host, login, password, datetime.now(UTC), seconds)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="HOST") from None
        except GrabError as error:
            typer.echo(f"bedcheck: {printable(str(error))}", err=True)
            typer.echo(text(f"probe.fix.{error.kind}", lang), err=True)
            raise typer.Exit(NOT_JUDGED) from None
    if as_json:
        typer.echo(json.dumps(camera.to_dict()))
        return
    typer.echo(printable(f"{camera.maker} {camera.model}  {camera.serial}".strip()))
    for profile in camera.profiles:
        size = f"{profile.size[0]}x{profile.size[1]}" if profile.size else ""
        typer.echo(printable(f"{profile.name}  {profile.codec} {size}".rstrip()))
        for name, address in (("snapshot", profile.snapshot), ("stream", profile.stream)):
            said = printable(address) if address else text("find.no_address", lang)
            typer.echo(f"  {text(f'find.{name}', lang)}: {said}")
    if camera.clock_ahead is not None and abs(camera.clock_ahead) > 5:
        key = "probe.clock_ahead" if camera.clock_ahead > 0 else "probe.clock_behind"
        typer.echo(text(key, lang, seconds=f"{abs(camera.clock_ahead):.0f}"))


# ---- what they share


def check_address(url: str) -> None:
    """Tells what is no camera's address as wrong usage."""
    from bedcheck.night.cameras.rtsp import check_rtsp
    from bedcheck.night.http import check_url

    try:
        if url.startswith("rtsp:"):
            check_rtsp(url, "expected")
        else:
            check_url(url, "expected")
    except ValueError as error:
        message = str(error).removeprefix("expected: ")
        hint = message if "apart" in message else f"{message} or rtsp://; got {url!r:.60}"
        raise typer.BadParameter(hint, param_hint="URL") from None


def unit_at(store: Store, url: str) -> Unit | None:
    """The registered camera at ``url``, or the only one on its machine; with that address.

    Raises RegistryError where that machine is of several cameras, none of them at ``url``.
    """
    from bedcheck.night.fault import Fault
    from bedcheck.night.registry import Registry

    with store.snapshot() as snapshot:
        units = Registry.load(snapshot).units.values()
    here = [
        unit
        for unit in units
        if unit.live and urlsplit(unit.source).hostname == urlsplit(url).hostname
    ]
    same = [unit for unit in here if unit.source == url]
    if len(here) > 1 and not same:
        names = ", ".join(unit.key for unit in here[:5])
        message = f"this machine has several registered cameras ({names}): register this one first"
        raise RegistryError([Fault(place="URL", message=message)])
    found = same or here
    return replace(found[0], source=url) if found else None


def run_probe(store: Store | None, secrets: Any, unit: Unit, by: str) -> Probed:
    """Probe ``unit``; with a store, as the camera that is registered there."""
    from bedcheck.history import HistoryRow, Kind
    from bedcheck.history.grant import Grant
    from bedcheck.night.cameras.clock import clock_ahead
    from bedcheck.night.clock import SystemClock
    from bedcheck.night.permit import permit
    from bedcheck.night.probe import FRAMES, SECONDS, Probed, probe
    from bedcheck.night.world import camera_of

    clock = SystemClock()
    if store is not None:
        allowed = permit(
            store, clock, unit.key, by, purpose="probe", frames=FRAMES, seconds=SECONDS
        )
        grants, redeem = allowed.grants, allowed.redeem
    else:  # it stands at nobody's, as far as is known here
        made = Grant(
            id="probe", secret="", camera=unit.key, window="probe", purpose="probe",
            expires=clock.now(),
        )  # fmt: skip
        grants, redeem = [made] * FRAMES, nobodys
    begun = clock.monotonic()
    try:
        camera: Any = camera_of(secrets, unit, redeem)
        ahead = clock_ahead(unit.source, clock.now())
        probed = probe(camera, grants, clock, ahead)
    except GrabError as error:
        probed = Probed(streams=unit.streams, failure=error.kind, reason=str(error))
    if store is not None:
        facts = {
            "purpose": "probe",
            "key": allowed.key,
            "seconds": round(clock.monotonic() - begun, 1),
            "frames": len(probed.waits),
            **({"error": probed.failure} if probed.failure else {}),
        }
        with store.transaction() as tx:
            tx.append(
                HistoryRow(
                    at=clock.now(), kind=Kind.LOOK, resident=unit.resident, camera=unit.key,
                    who=by, facts=facts,
                )
            )  # fmt: skip
    return probed


def nobodys(grant: Grant, camera: str) -> None:
    """Lets a frame pass of a camera that is registered for nobody: it has no window."""


def say_lines(found: Any, lang: Language) -> None:
    """Each line with how bad it is."""
    for line in found:
        typer.echo(f"{text(f'severity.{line.severity}', lang)}: {printable(line.text(lang))}")
