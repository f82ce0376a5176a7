"""The commands ``bedcheck history``: what they print, what they note, how they end."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from bedcheck import commands
from bedcheck.history import Filters, HistoryRow, Kind, Retained, Store
from bedcheck.history.actor import operating_system_user
from bedcheck.history.retention import DEFAULT_DAYS
from bedcheck.history.verify import Tampering
from bedcheck.history_commands import history

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with one night of one resident, named by the environment."""
    path = tmp_path / "night.db"
    monkeypatch.setenv("BEDCHECK_STORE", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("BEDCHECK_TOKEN", raising=False)

    def row(minutes: int, kind: str, who: str = "runner", **facts: object) -> HistoryRow:
        return HistoryRow(
            at=NOW + timedelta(minutes=minutes), kind=kind, resident="r-17", camera="c-17",
            window="w-17", alarm="w-17/alarm" if kind.startswith("alarm") else None, who=who,
            facts=facts,
        )  # fmt: skip

    with Store.open(path, create=True) as store, store.transaction() as tx:
        tx.put("resident", "r-17", {"name": "Åke Berg"}, by="os:anna", at=NOW)
        tx.append(row(0, "look", purpose="first", state="not_in_bed", certain=True))
        tx.append(row(10, "alarm_raised", cause="deviation"))
        tx.append(row(11, "alarm_sent", to="north", channel="webhook", key="k1"))
        tx.append(row(12, "alarm_acknowledged", "contact:north", via="link"))
    return path


def run(*words: object, **kwargs: object) -> Result:
    return CliRunner().invoke(commands.app, ["history", *map(str, words)], **kwargs)  # type: ignore[arg-type]


def rows(path: Path, *kinds: Kind) -> list[HistoryRow]:
    with Store.open(path) as store:
        return list(store.rows(Filters(kinds=kinds), by="test"))


def test_the_list_and_that_it_was_read(path: Path) -> None:
    result = run("list", "--lang", "en")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines == [
        "when resident what by",
        "2026-11-01 03:00:00 Åke Berg (r-17) Look: first, Not in bed the software",
        "2026-11-01 03:10:00 Åke Berg (r-17) Alarm: not seen in bed the software",
        "2026-11-01 03:11:00 Åke Berg (r-17) Alarm sent: north, webhook the software",
        "2026-11-01 03:12:00 Åke Berg (r-17) Alarm acknowledged: link north",
    ]
    (read,) = rows(path, Kind.READ)[:1]
    assert (read.who, read.facts) == (operating_system_user(), {"what": "rows", "filters": {}})


@pytest.mark.parametrize(
    ("words", "seqs"),
    [
        (["--resident", "r-17"], [1, 2, 3, 4]),
        (["--resident", "r-18"], []),
        (["--kind", "look", "--kind", "alarm_sent"], [1, 3]),
        (["--since", "2026-11-01 03:11"], [3, 4]),  # on the municipality's clock
        (["--since", "2026-11-01T02:11:00Z"], [3, 4]),
        (["--until", "2026-11-01 03:10"], [1]),
        (["--until", "2026-11-01"], []),
        (["--last", "1"], [4]),
        (["--last", "2", "--kind", "alarm_raised", "--kind", "alarm_sent"], [2, 3]),
        (["--last", "99"], [1, 2, 3, 4]),
        (["--who", "contact:north"], [4]),
        (["--alarm", "w-17/alarm", "--window", "w-17", "--camera", "c-17"], [2, 3, 4]),
    ],
)
def test_filters(path: Path, words: list[str], seqs: list[int]) -> None:
    result = run("list", "--json", *words)
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, [row["seq"] for row in found]) == (0, seqs)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["list", "--since", "yesterday"], '--since: expected 2026-11-01 or "2026-11-01 02:30"'),
        (["list", "--kind", "looks"], "kind: expected one of look, "),
        (["list", "--resident", ""], "resident: expected 1 to 200"),
        (["list", "--token", "bedcheck_x"], "the token is unknown, withdrawn or has expired"),
        (["show", "w-99/alarm"], "w-99/alarm"),
        (["export", "out.pdf"], "ends in .csv, .json or .xlsx"),
        (["verify", "--seal", "missing.json"], "missing.json: cannot be read"),
        (["token", "withdraw", "nobody"], "there is none called 'nobody'"),
        (["token", "issue", "Not A Name"], "expected small letters"),
    ],
)
def test_wrong_usage_says_what_to_do(path: Path, words: list[str], message: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("list")
    assert result.exit_code == 2
    assert "there is no such store: make it with `night init`" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_alarms_and_one_of_them_as_a_story(path: Path) -> None:
    for words in (["alarms"], ["alarms", "--open"]):
        assert "not seen in bed  acknowledged  north" in run(*words, "--lang", "en").stdout
    result = run("show", "w-17/alarm")
    assert result.stdout.splitlines() == [
        "Åke Berg (r-17)",
        "2026-11-01 03:10:00  Larm: sågs inte i sängen",
        "2026-11-01 03:11:00  Skickat till north (webhook)",
        "2026-11-01 03:12:00  Kvitterat av north",
        "Inte avslutat: kvitterat, utfall saknas",
    ]
    assert run("alarms", "--resident", "r-18").stdout == "Ingen rad uppfyller det.\n"
    read = [(row.facts["what"], row.resident) for row in rows(path, Kind.READ)]
    assert read == [("alarms", None), ("alarms", None), ("alarm", "r-17"), ("alarms", "r-18")]
    assert "Historiken läst: ett larm" in run("readers", "r-17").stdout


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_export_is_noted(path: Path, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    result = run("export", out, "--resident", "r-17")
    assert (result.exit_code, out.stat().st_mode & 0o777) == (0, 0o600)
    (row,) = rows(path, Kind.EXPORT)
    assert (row.resident, row.facts["format"]) == ("r-17", form)


def test_verify_and_a_seal_kept_elsewhere(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "seal.json"
    assert run("seal", "--out", kept).exit_code == 0
    result = run("verify", "--seal", kept)
    assert (result.exit_code, result.stdout.splitlines()) == (0, [
        "Historiken är hel: 5 rader, 0 av dem gallrade.",
        "Sigill: 2 kontrollerade; till och med rad 4 kan inget ha skrivits om osett.",
    ])  # fmt: skip
    assert "No seal was checked" in run("verify", "--lang", "en").stdout

    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER rows_are_never_changed")
    connection.execute("UPDATE rows SET who = 'os:other' WHERE seq = 2")
    connection.commit()
    connection.close()
    result = run("verify", "--lang", "en")
    assert result.exit_code == 3
    assert (
        "The history is NOT whole: 5 rows, faults found: 1.\n  row 2: its content" in result.stdout
    )
    kept.write_text("{}")
    assert run("verify", "--seal", kept).exit_code == 2


def test_purge_asks_first(path: Path) -> None:
    assert "Inget har nått" in run("purge", "--dry-run").stdout
    with Store.open(path) as store, store.transaction() as tx:
        tx.append(HistoryRow(at=NOW - timedelta(days=9999), kind="look"))
    for words, given in ((["--dry-run"], None), ([], "n\n"), ([], "")):
        result = run("purge", *words, input=given)
        assert "Gallras: 1 rad" in result.stdout
        with Store.open(path) as store:
            assert store.verify().purged == 0
    result = run("purge", input="y\n")
    assert result.exit_code == 0
    assert "Gallrat: 1 rad" in result.stdout
    with Store.open(path) as store:
        assert (store.verify().purged, store.verify().whole) == (1, True)
    (row,) = rows(path, Kind.PURGE)
    assert row.who == operating_system_user()


def test_retention_times_are_set_and_noted(path: Path) -> None:
    result = run("retain", "supervision", 1)
    assert (result.exit_code, "Gallras: 4 rader" in result.stdout) == (0, True)
    assert "1 dag" in run("what").stdout
    (row,) = rows(path, Kind.CHANGE)
    assert (row.who, row.facts["of"], row.facts["days"]) == (
        operating_system_user(), "retention supervision", 1,
    )  # fmt: skip
    for words, message in (
        (["looks", "3"], "expected one of supervision"),
        (["seal", "3"], "expected one of supervision"),
        (["access", "0"], "expected days from 1"),
    ):
        result = run("retain", *words)
        assert (result.exit_code, message in result.stderr) == (2, True)
    assert len(rows(path, Kind.CHANGE)) == 1


def test_what_is_stored(path: Path) -> None:
    told = run("what", "--lang", "en").stdout
    for words in ("730 days", "as long as the history", "now: 4", "Never stored: pictures", ".key"):
        assert words in told


def test_a_token_says_who_acts(path: Path) -> None:
    made = run("token", "issue", "central", "--days", "1").stdout.strip()
    assert run("list", "--token", made).exit_code == 0
    assert run("list", env={"BEDCHECK_TOKEN": made}).exit_code == 0
    assert [row.who for row in rows(path, Kind.READ)[:2]] == ["token:central"] * 2
    assert run("token", "withdraw", "central").exit_code == 0
    assert run("list", "--token", made).exit_code == 2
    assert made not in str(rows(path))


DOCUMENT = (Path(__file__).parent.parent / "docs" / "history.md").read_text(encoding="utf-8")


def test_the_document_has_every_command_class_and_retention_time() -> None:
    for words in every_command():
        assert f"`bedcheck history {' '.join(words)}`" in DOCUMENT
    for retained in Retained:
        (line,) = [part for part in DOCUMENT.splitlines() if part.startswith(f"| `{retained}` |")]
        days = DEFAULT_DAYS.get(retained)
        assert line.endswith("as long as the store |" if days is None else f"| {days} days |")
    for what in Tampering:
        assert f"*{what.replace('_', ' ')}*" in DOCUMENT


def test_without_the_extra_it_is_named(path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['sqlalchemy'] = None\n"
        "from bedcheck.commands import app\n"
        "app(['history', 'list'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "bedcheck: this needs sqlalchemy, which is not installed: pip install 'bedcheck[night]'\n"
    )


def every_command() -> list[list[str]]:
    def below(words: list[str], app: object) -> list[list[str]]:
        inner = getattr(app, "commands", None)
        if inner is None:
            return [words]
        return [found for name, part in inner.items() for found in below([*words, name], part)]

    return below([], typer.main.get_command(history))


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: list[str]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert f"Example: bedcheck history {' '.join(words)}" in " ".join(result.stdout.split())
