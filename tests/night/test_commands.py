"""The commands of the night, as a new user meets them: a whole set-up, and wrong input."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from click.testing import Result
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.history.row import Kind
from bedcheck.history.store import Store
from bedcheck.night.engine import happen, put_window
from bedcheck.night.events import Due, Looked
from bedcheck.night.registry import Registry
from bedcheck.night.schedule import Planned, open_window
from bedcheck.night.window import Phase, Window
from bedcheck.night_commands import night
from tests.night.making import OUT, PERHAPS
from tests.night.registering import tables

SAMPLES = Path(__file__).parent.parent.parent / "samples"
GROUPS = [(), ("add",)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "night.db"


def bedcheck(*words: str) -> Result:
    return CliRunner().invoke(commands.app, list(words))


def ran(*words: str) -> str:
    result = bedcheck(*words)
    assert result.exit_code == 0, result.output
    return result.output


def set_up() -> None:
    """A municipality of one resident, by commands alone."""
    ran("night", "init")
    ran("night", "add", "contact", "north", "--name", "Night north", "--hours", "21:00-08:00")
    ran("night", "add", "contact", "centre", "--name", "Alarm centre")
    ran("night", "add", "contact", "anna", "--name", "Anna")
    ran("night", "set", "--operator", "centre", "--administrator", "anna", "--messages", "en")
    ran("night", "add", "crisis-list", "north", "centre", "anna")
    ran("night", "add", "resident", "berit", "--name", "Berit A", "--area", "north")
    ran(
        *("night", "add", "consent", "berit-1", "--resident", "berit", "--taken-by", "Anna"),
        *("--taken-on", "2026-02-01", "--reference", "binder 3"),
    )
    ran(
        *("night", "add", "camera", "C1", "--resident", "berit"),
        *("--source", str(SAMPLES / "in_bed_lamp.jpg")),
    )
    ran(
        *("night", "add", "agreement", "berit", "--resident", "berit", "--camera", "C1"),
        *("--at", "23:00,22:00-01:00", "--at", "03:00", "--call", "north"),
        *("--ordered-by", "Care manager"),
    )


def rows(store: Path, *kinds: Kind) -> list[Any]:
    with Store.open(store) as opened:
        return [r for r in opened.rows(by="os:test") if r.kind in kinds]


def help_of(*words: str) -> str:
    return CliRunner().invoke(commands.app, ["night", *words, "--help"]).output


COMMANDS = sorted(
    (*group, name)
    for group in GROUPS
    for name in re.findall(
        r"^  ([\w-]+)  ", help_of(*group).partition("Commands:")[2], re.MULTILINE
    )
    if name != "add"
)


def test_there_are_the_commands_that_are_documented() -> None:
    names = {" ".join(words) for words in COMMANDS}
    assert names >= {
        "init", "plan", "run", "look", "ack", "write-off", "answer", "status", "withdraw",
        "import", "export", "remove", "set", "add resident", "add consent", "add camera",
        "add contact", "add crisis-list", "add agreement", "add absence", "add number",
        "probe", "find", "install",
    }  # fmt: skip
    assert night.info is not None


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_of_itself(words: tuple[str, ...]) -> None:
    shown = " ".join(help_of(*words).split())
    assert f"Example: bedcheck night {' '.join(words)}" in shown


def test_a_set_up_by_commands(store: Path) -> None:
    set_up()
    shown = ran("night", "status", "--hours", "72", "--lang", "en")
    assert "Berit A" in shown
    assert "Nothing is open." in shown
    exported = ran("night", "export")
    Path("again.toml").write_text(exported, encoding="utf-8")
    assert ran("night", "import", "again.toml", "--lang", "en") == "New: 0. Changed: 0.\n"


def test_a_test_look_puts_a_camera_in_service_or_says_why_not(store: Path) -> None:
    set_up()
    assert "The camera is in service." in ran("night", "look", "C1", "--lang", "en")
    ran(
        *("night", "add", "camera", "C1", "--resident", "berit"),
        *("--source", str(SAMPLES / "covered_dark.jpg")),
    )
    result = bedcheck("night", "look", "C1", "--lang", "en")
    assert result.exit_code == 3
    assert "covered" in result.output
    assert "not in service" in result.output
    ran("night", "withdraw", "berit")
    result = bedcheck("night", "look", "C1")
    assert result.exit_code == 1
    assert "no look" in result.output or "no test look" in result.output
    looks = rows(store, Kind.LOOK)
    assert [row.facts["purpose"] for row in looks] == ["test", "test"]
    (refused,) = rows(store, Kind.GRANT_REFUSED)
    assert refused.facts["reason"] == "no_consent"


def test_a_withdrawal_is_told_once_and_outlasts_the_same_file_again(store: Path) -> None:
    ran("night", "init")
    Path("a.toml").write_text(tomli_w.dumps(tables()), encoding="utf-8")
    assert ran("night", "import", "a.toml", "--lang", "en") == "New: 10. Changed: 0.\n"
    shown = ran("night", "withdraw", "berit", "--lang", "en")
    assert "Will be told: administrator, north." in shown
    assert "withdrawn already" in ran("night", "withdraw", "berit", "--lang", "en")
    assert ran("night", "import", "a.toml", "--lang", "en").splitlines() == [
        "New: 0. Changed: 0.",
        "Kept as changed since: consent berit-1, camera C1, agreement berit.",
    ]
    assert "withdrawn_on" in ran("night", "export")
    added = bedcheck(
        *("night", "add", "consent", "berit-1", "--resident", "berit", "--taken-by", "Anna"),
        *("--taken-on", "2026-02-01", "--reference", "binder 3"),
    )
    assert added.exit_code != 0
    assert "consent[berit-1]: was withdrawn on" in added.output


def test_a_camera_s_router_and_parked_picture_are_kept_when_it_is_added_again(store: Path) -> None:
    set_up()
    same = ("night", "add", "camera", "C1", "--resident", "berit", "--source", "http://10.0.0.7/a")
    ran(*same, "--router", "10.0.0.1:443", "--parked", str(SAMPLES / "covered_dark.jpg"))
    ran(*same)
    with Store.open(store) as opened, opened.snapshot() as snapshot:
        unit = snapshot.get("camera", "C1") or {}
    assert unit["router"] == "10.0.0.1:443"
    result = bedcheck("night", "parked", "C1", "--lang", "en")
    assert (result.exit_code, "What is wrong: " in result.output) == (3, True)
    assert "expected host:port" in bedcheck(*same, "--router", "10.0.0.1").output


def test_a_missing_secret_is_no_fault_of_the_camera(store: Path) -> None:
    set_up()
    ran(
        *("night", "add", "camera", "C1", "--resident", "berit", "--login", "viewer"),
        *("--source", "http://127.0.0.1:9/a.jpg", "--secret", "cameras"),
    )
    result = bedcheck("night", "look", "C1", "--lang", "en")
    assert result.exit_code == 3
    assert "there is no secret named 'cameras'" in result.output
    assert "the camera's password is not among the software's secrets" in result.output
    (look,) = rows(store, Kind.LOOK)
    assert look.facts["error"] == "no_secret"


def test_five_faults_in_a_file_are_told_at_once_and_change_nothing(store: Path) -> None:
    ran("night", "init")
    changed = tables()
    changed["agreement"][0] |= {"retry_minutes": 29, "look_seconds": 60, "contacts": []}
    changed["settings"][0]["language"] = "fi"
    changed["camera"][0]["source"] = ""
    changed["crisis_list"][0]["contacts"] = []
    Path("a.toml").write_text(tomli_w.dumps(changed), encoding="utf-8")
    result = bedcheck("night", "import", "a.toml")
    assert result.exit_code == 2
    for place in (
        "agreement[berit].retry_minutes: ",
        "agreement[berit].contacts: ",
        "settings.language: ",
        "camera[C1].source: ",
        "crisis_list[north].contacts: ",
    ):
        assert place in result.output
    assert ran("night", "export") == ""


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("night", "status"), 2, "there is no such store: make it with `night init`"),
        (("night", "run"), 2, "there is no such store"),
        (("night", "import", "nothing.toml"), 2, "there is no such store"),
    ],
)
def test_without_a_store_it_says_what_to_do(
    store: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    result = bedcheck(*words)
    assert (result.exit_code, told in result.output) == (code, True), result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("night", "look", "C9"), "there is no such camera"),
        (("night", "ack", "nothing"), "there is no supervision or alarm 'nothing'"),
        (("night", "ack", "nothing", "--by", "bo"), "there is no contact 'bo'"),
        (("night", "ack"), "Usage"),
        (("night", "ack", "--link", "x", "y"), "one of them"),
        (("night", "write-off", "x", "--reason", "tired"), "known_absence"),
        (("night", "answer", "x", "perhaps"), "cannot_tell"),
        (("night", "withdraw", "bo"), "there is no such resident"),
        (("night", "remove", "absence", "x"), "there is none"),
        (("night", "init"), "is there already"),
        (("night", "import", "no.toml"), "cannot be read"),
        (("night", "add", "absence", "a", "--resident", "berit", "--from", "soon"), "a time as"),
        (("night", "add", "absence", "a", "--resident", "berit", "--from", "2026-03-01"), "review"),
        (("night", "add", "camera", "C2", "--resident", "bo", "--source", "x"), "no resident 'bo'"),
        (("night", "set", "--zone", "Europe/Stokholm"), "settings.zone"),
    ],
)
def test_wrong_input_is_told_and_changes_nothing(
    store: Path, words: tuple[str, ...], told: str
) -> None:
    set_up()
    before = ran("night", "export")
    result = bedcheck(*words)
    assert result.exit_code != 0 or told == "Usage"
    assert told in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert ran("night", "export") == before


def test_a_link_that_was_forged_is_refused_and_noted(store: Path) -> None:
    set_up()
    result = bedcheck("night", "ack", "--link", "https://x.example/abc.def")
    assert result.exit_code == 1
    (row,) = rows(store, Kind.LINK_REFUSED)
    assert row.facts["reason"] == "forged"


@pytest.fixture
def alarmed(store: Path) -> Window:
    """A window whose alarm is out, a moment ago."""
    set_up()
    return begun(store, OUT)


def begun(store: Path, found: Any) -> Window:
    now = datetime.now(UTC)
    with Store.open(store) as opened, opened.transaction() as tx:
        registry = Registry.load(tx)
        planned = Planned(agreement="berit", resident="berit", opens=now - timedelta(minutes=15))
        window = open_window(registry, planned)
        put_window(tx, window)
        at = window.opens
        while window.alarm is None and window.phase is not Phase.ASKING:
            event: Any = Due()
            if window.phase is Phase.LOOKING:
                event = Looked(key=window.look_key, finding=found, seconds=25.0)
            elif window.due is not None:
                at = max(at, window.due)
            window = happen(tx, window, event, at)
    return window


def test_an_alarm_is_taken_told_and_too_late_for_the_next(alarmed: Window, store: Path) -> None:
    assert "nobody has acknowledged" in ran("night", "status", "--lang", "en")
    shown = ran("night", "ack", f"{alarmed.key}/alarm", "--by", "north", "--lang", "en")
    assert "acknowledged" in shown
    ran("night", "ack", alarmed.key, "--by", "north", "--outcome", "up_and_well", "--note", "tea")
    result = bedcheck(
        "night", "write-off", alarmed.key, "--reason", "known_absence", "--lang", "en"
    )
    assert (result.exit_code, "too late" in result.output) == (3, True)
    story = ran("history", "show", f"{alarmed.key}/alarm", "--lang", "en")
    assert "up and well" in story
    (late,) = rows(store, Kind.LATE)
    assert late.facts["reason"] == "known_absence"


def test_an_alarm_is_written_off(alarmed: Window, store: Path) -> None:
    shown = ran("night", "write-off", alarmed.key, "--reason", "known_absence", "--lang", "en")
    assert "closed" in shown


def test_the_operator_answers(store: Path) -> None:
    set_up()
    window = begun(store, PERHAPS)
    assert "waits for the operator" in ran("night", "status", "--lang", "en")
    assert "closed" in ran("night", "answer", window.key, "well", "--lang", "en")


def test_a_plan_is_shown_and_applied(store: Path) -> None:
    set_up()
    shown = ran("night", "plan", "--lang", "en")
    assert "23:00" in shown
    assert "Before: 1 look" in shown


def test_a_runner_runs_and_stops_when_asked(store: Path) -> None:
    set_up()
    command = [sys.executable, "-W", "error", "-m", "bedcheck", "night", "run", "--lang", "en"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert "The night runs on" in child.stderr.readline()
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "another runner runs on this store" in second.stderr
        child.terminate()
        rest = child.stderr.read()
    assert child.returncode == 0
    assert "stopped" in rest
    whats = [row.facts["what"] for row in rows(store, Kind.RUNNER)]
    assert whats == ["started", "stopped"]


def test_without_the_extra_it_is_named() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from bedcheck.commands import app; app(['night', 'status'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'bedcheck[night]'" in done.stderr


def test_the_export_is_json_where_its_name_says_so(store: Path) -> None:
    set_up()
    ran("night", "export", "--out", "a.json")
    assert json.loads(Path("a.json").read_text())["resident"][0]["key"] == "berit"
    assert Path("a.json").stat().st_mode & 0o777 == 0o600
    exports = rows(store, Kind.EXPORT)
    assert len(exports) == 1
