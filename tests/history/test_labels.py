"""Outcomes as labels, all the way: from the night's rows to years played from them."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from bedcheck.history import Filters, HistoryRow, Kind, Store
from bedcheck.history.figures import Question
from bedcheck.history.labels import labelled, write_labels
from bedcheck.history_commands import history
from demo.town import Town
from eval.predictions import read_predictions

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
NOW = datetime(2026, 11, 2, tzinfo=UTC)
TOWN = Town(residents=12, wrong=0.05, again=0.6, up=0.03, away=0.0, line=0.0, fault=0.0)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("town") / "night.db"
    with Store.open(path, create=True) as store:
        TOWN.live(store, FIRST, 31)
        yield store


def row(kind: Kind, seconds: int, **facts: object) -> HistoryRow:
    at = datetime(2026, 10, 5, 23, 0, seconds, tzinfo=UTC)
    return HistoryRow(at=at, kind=kind, resident="berit", window="w", facts=facts)


LOOK = row(Kind.LOOK, 1, purpose="first", state="in_bed", certain=True, presence=0.9, key="k")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # nobody said otherwise
        ([LOOK, row(Kind.WINDOW_CLOSED, 2, outcome="in_bed")], ("in_bed", "presumed")),
        # somebody did, afterwards
        (
            [
                LOOK,
                row(Kind.WINDOW_CLOSED, 2, outcome="in_bed"),
                row(Kind.LATE, 9, event="outcome", outcome="fallen"),
            ],
            ("not_in_bed", "told"),
        ),
        # the operator looked; who was there goes before
        (
            [
                LOOK,
                row(Kind.ANSWER, 2, question="picture", answer="well"),
                row(Kind.WINDOW_CLOSED, 3, outcome="well"),
            ],
            ("in_bed", "answered"),
        ),
        (
            [
                LOOK,
                row(Kind.ANSWER, 2, question="picture", answer="not_well"),
                row(Kind.ALARM_OUTCOME, 3, outcome="in_bed_after_all"),
                row(Kind.WINDOW_CLOSED, 4, outcome="outcome"),
            ],
            ("in_bed", "told"),
        ),
        (
            [
                LOOK,
                row(Kind.ALARM_WRITTEN_OFF, 2, reason="known_absence"),
                row(Kind.WINDOW_CLOSED, 3, outcome="written_off"),
            ],
            ("not_in_bed", "told"),
        ),
        # an outcome that does not say where the resident was; a telephone call neither
        (
            [
                LOOK,
                row(Kind.ALARM_OUTCOME, 2, outcome="camera_fault"),
                row(Kind.WINDOW_CLOSED, 3, outcome="outcome"),
            ],
            None,
        ),
        (
            [
                LOOK,
                row(Kind.ANSWER, 2, question="telephone", answer="well"),
                row(Kind.WINDOW_CLOSED, 3, outcome="well"),
            ],
            None,
        ),
        # not closed yet
        ([LOOK], None),
    ],
)
def test_what_is_known_of_a_look(
    store: Store, rows: list[HistoryRow], expected: tuple[str, str] | None
) -> None:
    with store.transaction() as tx:
        for one in rows:
            tx.append(one)
    found = labelled(store, Question(first=FIRST, last=LAST), by="os:anna", at=NOW)
    assert [(label.truth, label.certainty) for label in found] == ([expected] if expected else [])
    (noted,) = store.rows(Filters(kinds=(Kind.EXPORT,)), by="os:anna", at=NOW)
    assert (noted.who, noted.facts["what"], noted.facts["format"]) == ("os:anna", "labels", "csv")


def test_the_table_names_nobody_and_is_its_owner_s(town: Store, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    found = labelled(town, Question(first=FIRST, last=LAST), by="os:anna", at=NOW)
    write_labels(path, found)
    assert not re.search(r"r-00\d\d", path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    table = read_predictions(path)
    assert len(table) == len(found) > 700
    assert len({p.row.room for p in table}) == 12
    assert {p.network for p in table} == {TOWN.network}


def test_years_played_from_a_town_are_as_that_town_counted(
    town: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the history to a table, from the table to years, and the two beside each other."""
    monkeypatch.setenv("BEDCHECK_STORE", str(town.path))
    span = ["--since", str(FIRST), "--until", str(LAST)]
    table, counted = tmp_path / "labels.csv", tmp_path / "stats.json"
    run = CliRunner().invoke
    assert run(history, ["labels", str(table), *span]).exit_code == 0
    told = run(history, ["stats", *span, "--json"])
    assert told.exit_code == 0
    counted.write_text(told.stdout, encoding="utf-8")
    args = ["--residents", "12", "--supervisions", "24", "--years", "3", "--beside", str(counted)]
    played = run(cli.app, ["eval", "nights", str(table), *args])
    assert played.exit_code == 0, played.output
    number = r"wrong call outs per resident year: ([\d.]+)"
    simulated = float(re.findall(number, played.stdout)[0])
    at = played.stdout.index(
        "counted in the history, 2026-10-01 to 2026-10-31: 372 resident-nights"
    )
    real = re.search(number + r" \[([\d.]+), ([\d.]+)\]", played.stdout[at:])
    assert real is not None
    value, low, high = map(float, real.groups())
    rate = json.loads(told.stdout)["total"]["figures"]["wrong_rate"]
    assert value == pytest.approx(365 * rate["value"], abs=0.001)
    assert low < simulated < high


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "other"}'])
def test_what_is_no_statistics_is_refused(town: Store, tmp_path: Path, content: str) -> None:
    table, counted = tmp_path / "labels.csv", tmp_path / "stats.json"
    counted.write_text(content)
    write_labels(table, labelled(town, Question(first=FIRST, last=LAST), by="os:t", at=NOW)[:50])
    done = CliRunner().invoke(cli.app, ["eval", "nights", str(table), "--beside", str(counted)])
    assert done.exit_code == 2
    assert "expected the output of `bedcheck history stats --json`" in done.output
