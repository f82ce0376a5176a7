"""The command ``bedcheck night install``: an administrator is walked through a camera's set-up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedcheck.detector import Detector
from bedcheck.errors import GrabError, PlacementError, RecordError
from bedcheck.finding import Severity
from bedcheck.placement import format_polygon, parse_polygon
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
)
from bedcheck.verdict import State

if TYPE_CHECKING:
    from bedcheck.diagnosis import Diagnosis
    from bedcheck.history import Store
    from bedcheck.night.install import Taken
    from bedcheck.night.unit import Unit
    from bedcheck.verdict import Polygon

__all__ = ["installing"]

installing = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@installing.command(no_args_is_help=True)
def install(
    camera: Annotated[str, typer.Argument(metavar="SERIAL", help="Its serial number.")],
    bed: Annotated[
        str | None,
        typer.Option(metavar='"x,y x,y …"', help="The mattress's corners; nothing is asked then."),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Keep the bed registered, else take the one found; ask nothing."
        ),
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Write the picture with the bed here, to look at."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
    store: StoreFile = DEFAULT_STORE,
    token: Token = None,
    lang: Lang = Language.SV,
) -> None:
    """Install a camera: picture, bed, diagnosis, line and clock, test look; then who is told.

    The camera is registered before (`night add camera`). Each look is allowed as by a test
    look: never without consent. The findings are kept in the history; no picture is, unless
    --picture asks for one. Exit code 3: the camera is not in service.

    Example: bedcheck night install AXIS-0417 --yes --picture bed.png
    """
    drawn = None
    if picture is not None and picture.suffix.lower() != ".png":
        raise typer.BadParameter(
            f"expected a name that ends in .png; got {picture}", param_hint="--picture"
        )
    if bed is not None:
        try:
            drawn = parse_polygon(bed)
        except PlacementError as error:
            raise typer.BadParameter(str(error), param_hint="--bed") from None
    with opened(store, lang) as opening:
        walk = Walk(opening, camera, actor(opening, token), lang, asks=not (yes or drawn))
        in_service = walk.through(drawn, picture)
        done, shown = walk.done, walk.papers() if in_service else ""
    if as_json:
        findings = [note.to_dict() for note in done.notes]
        typer.echo(json.dumps({"in_service": in_service, "bed": done.origin, "findings": findings}))
    elif shown:
        typer.echo(shown)
    if not in_service:
        raise typer.Exit(NOT_JUDGED)


class Walk:
    """The steps, one by one; what is told on the way goes to stderr."""

    def __init__(self, store: Store, serial: str, by: str, lang: Language, *, asks: bool) -> None:
        from bedcheck.night.clock import SystemClock
        from bedcheck.night.install import Installation
        from bedcheck.night.secrets import Secrets
        from bedcheck.night.world import real_world

        self.store, self.serial, self.by, self.lang, self.asks = store, serial, by, lang, asks
        self.clock, self.detector = SystemClock(), Detector()
        self.world = real_world(Secrets.beside(store.path), self.detector)
        self.done = Installation()

    def through(self, drawn: Polygon | None, picture: Path | None) -> bool:
        """All of them; whether the camera is in service then."""
        taken = self.picture()
        if taken is None:
            return False
        bed = self.bed(taken, drawn, picture)
        if bed is None and self.done.origin != "kept":
            self.diagnose(taken, None)
            self.done.note("bed", "bed_not_found", Severity.PROBLEM)
            self.say("install.bed_needed")
            self.end(taken.unit, False)
            return False
        self.done.put_bed(self.store, self.serial, self.by, self.clock.now())
        self.lights(taken, bed)
        self.line()
        sees = self.test()
        self.end(taken.unit, sees)
        self.say("night.in_service" if sees else "night.not_in_service")
        return sees

    def picture(self) -> Taken | None:
        """A picture; None where none came, which is told and written down."""
        from bedcheck.night.install import registered

        self.say("install.look")
        try:
            return self.take()
        except (GrabError, ValueError) as error:
            kind = error.kind if isinstance(error, GrabError) else "not_found"
            self.no_picture(kind)
            self.done.note("picture", kind, Severity.PROBLEM)
            self.end(registered(self.store, self.serial), False)
            return None

    def take(self) -> Taken:
        """One picture, by a grant of its own."""
        from bedcheck.night.install import take_picture

        return take_picture(self.store, self.world, self.clock, self.serial, self.by)

    def bed(self, taken: Taken, drawn: Polygon | None, picture: Path | None) -> Polygon | None:
        """The bed as it was given, kept or found; None: as registered, or there is none."""
        known = drawn is None and taken.unit.placed() is not None
        found = taken.diagnosed(self.detector, drawn)
        if picture is not None:
            self.show(found, taken, picture)
        if known:
            self.say("install.bed_kept")
            if not self.asks or self.confirm("install.bed_keep"):
                return self.chosen(None, "kept")
            found = taken.diagnosed(self.detector, None, anew=True)
        if drawn is not None:
            return self.chosen(drawn, "given")
        # A bed that is found behind a cover is none to go by.
        seen = found.verdict.state is not State.OBSTRUCTED
        proposed = found.verdict.bed if seen else None
        if proposed is None:
            self.say("install.bed_none")
        else:
            self.say("install.bed_found", bed=format_polygon(proposed))
            if "several_beds" in found.verdict.causes:
                self.say("install.several")
            if not self.asks or self.confirm("install.bed_ask"):
                return self.chosen(proposed, "proposed")
        return self.chosen(self.typed(), "given") if self.asks else None

    def chosen(self, bed: Polygon | None, origin: str) -> Polygon | None:
        """Notes where the bed comes from."""
        self.done.bed, self.done.origin = bed, origin
        return bed

    def typed(self) -> Polygon:
        """The bed as a person types it; asked for again until it is one."""
        while True:
            written = typer.prompt(text("install.bed_type", self.lang), err=True)
            try:
                return parse_polygon(written)
            except PlacementError as error:
                self.say("install.bed_wrong", reason=printable(str(error)))

    def lights(self, taken: Taken, bed: Polygon | None) -> None:
        """A diagnosis in the light that there is, and in the other one where a person says so."""
        from bedcheck.night.install import LIGHTS

        light = self.diagnose(taken, bed)
        other = next(one for one in LIGHTS if one != light)
        name = text(f"install.light.{other}", self.lang)
        if self.asks and self.confirm("install.light_ask", default=False, light=name):
            try:
                second = self.take()
            except GrabError as error:
                self.no_picture(error.kind)
            else:
                if self.diagnose(second, bed) == light:
                    self.say("install.light_same")
        if self.done.note_missing_light():
            self.say("install.light_later", light=name)

    def diagnose(self, taken: Taken, bed: Polygon | None) -> str:
        """Tells and notes the findings of one picture; returns by which light it was taken."""
        diagnosis = taken.diagnosed(self.detector, bed)
        light = "infrared" if diagnosis.verdict.measures.get("infrared") else "colour"
        self.say("install.diagnosis", light=text(f"install.light.{light}", self.lang))
        for finding in diagnosis.findings:
            said = f"{finding.title(self.lang)}. {finding.what_to_do(self.lang)}"
            self.bullet(finding.severity, said)
        self.done.note_diagnosis(light, diagnosis)
        return light

    def line(self) -> None:
        """How fast and steady pictures come, and whether the camera's clock is right."""
        from bedcheck.night.install import try_line
        from bedcheck.night.probe import lines

        self.say("install.line")
        found = lines(try_line(self.store, self.world, self.clock, self.serial, self.by))
        self.done.note_line(found)
        for one in found:
            self.bullet(one.severity, one.text(self.lang))

    def test(self) -> bool:
        """The test look, which puts a camera that sees the bed in service."""
        from bedcheck.night.events import Looked
        from bedcheck.night.messages import why_text
        from bedcheck.night.testlook import take_test_look

        self.say("install.test")
        event, sees = take_test_look(self.store, self.world, self.clock, self.serial, self.by)
        if isinstance(event, Looked):
            self.say(f"meaning.{event.finding.state}")
            what, why = event.finding.state, event.finding.causes
        else:
            what, why = event.kind, (event.kind,)
        if said := why_text(why, self.lang):
            self.bullet(Severity.NOTE if sees else Severity.PROBLEM, said)
        self.done.note("look", what, Severity.OK if sees else Severity.PROBLEM)
        return sees

    def end(self, unit: Unit, in_service: bool) -> None:
        """Write the findings down."""
        self.done.write(self.store, unit, in_service, self.by, self.clock.now())

    def papers(self) -> str:
        """The resident's card and the notices to night staff and planner."""
        from bedcheck.night.cards import planner_notice, resident_card, staff_notice
        from bedcheck.night.registry import Registry

        with self.store.snapshot() as snapshot:
            registry = Registry.load(snapshot)
        unit, now = registry.units[self.serial], self.clock.now()
        made = [
            paper
            for make in (resident_card, staff_notice, planner_notice)
            if (paper := make(registry, unit, now, self.lang))
        ]
        if not made:
            return text("install.no_agreement", self.lang)
        return "".join("\n" + "\n".join(map(printable, paper)) + "\n" for paper in made)

    def show(self, found: Diagnosis, taken: Taken, picture: Path) -> None:
        """Write the picture where a person asked for it, which the history notes."""
        from bedcheck.night.install import note_picture

        note_picture(self.store, taken.unit, self.by, self.clock.now())
        try:
            picture.touch(mode=0o600)
            picture.chmod(0o600)
            found.write_png(picture, self.lang)
        except OSError as error:
            raise RecordError(f"{picture}: cannot be written: {error.strerror}") from None
        self.say("install.shown", path=printable(str(picture)))

    # ---- how it speaks

    def say(self, key: str, **values: str) -> None:
        """A text, on stderr: stdout is for the papers, or for JSON."""
        typer.echo(text(key, self.lang, **values), err=True)

    def bullet(self, severity: Severity, said: str) -> None:
        """One finding, with how bad it is."""
        severe = text(f"severity.{severity}", self.lang)
        typer.echo(f"   {severe}: {printable(said)}", err=True)

    def no_picture(self, kind: str) -> None:
        """Why no picture came, and what to do."""
        from bedcheck.night.messages import why_text

        self.say("install.no_picture", why=why_text([kind], self.lang))
        self.say(f"probe.fix.{kind}")

    def confirm(self, key: str, default: bool = True, **values: str) -> bool:
        """What a person answers."""
        return typer.confirm(text(key, self.lang, **values), default=default, err=True)
