"""The commands ``bedcheck history`` that count: stats and report."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bedcheck.history import Filters, Kind, Store
from bedcheck.history.actor import operating_system_user
from bedcheck.history.figures import FIGURES
from bedcheck.history_commands import history
from demo.town import Town

Run = Callable[..., Result]
SPAN = ("--since", "2026-10-05", "--until", "2026-10-11")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "night.db"
    with Store.open(path, create=True) as store:
        Town(residents=6, up=0.1, wrong=0.1, fault=0.05).live(store, date(2026, 10, 4), 9)
        store.seal(next(iter(store.rows(by="os:t"))).at)
    return path


@pytest.fixture
def run(town: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("BEDCHECK_STORE", str(town))
    monkeypatch.delenv("BEDCHECK_TOKEN", raising=False)

    def invoke(*args: str, columns: int = 100) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(history, list(args))

    return invoke


@pytest.mark.parametrize("language", ["sv", "en"])
def test_stats_tell_every_figure(run: Run, language: str) -> None:
    done = run("stats", *SPAN, "--lang", language)
    assert done.exit_code == 0
    told = " ".join(done.stdout.split())
    first = {
        "sv": "2026-10-05 till 2026-10-11, 7 nätter, räknade från kväll till kväll 42 kundnätter",
        "en": "2026-10-05 to 2026-10-11, 7 nights, counted from evening to evening"
        " 42 resident-nights",
    }[language]
    assert told.startswith(first)
    assert {"sv": "av 42 kundnätter", "en": "of 42 resident-nights"}[language] in told


@pytest.mark.parametrize("by", ["area", "resident", "cause", "network", "software", "night"])
def test_stats_by_something_fit_a_terminal(run: Run, by: str) -> None:
    done = run("stats", *SPAN, "--by", by, columns=80)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("alla")
    assert len(lines) > 3 or by in ("software", "network")


def test_stats_as_json_have_every_figure_with_its_interval_and_n(run: Run) -> None:
    told = json.loads(run("stats", *SPAN, "--by", "area", "--json").stdout)
    assert [part["name"] for part in told["parts"]] == ["Norr", "Söder", "Öster"]
    for part in (told["total"], *told["parts"]):
        assert list(part["figures"]) == list(FIGURES)
        for figure in part["figures"].values():
            assert set(figure) == {"value", "low", "high", "n", "count", "method"}
            assert figure["method"]
    assert not any(name.startswith("seconds/") for name in told["total"]["counts"])


def test_who_asked_is_noted(run: Run, town: Path) -> None:
    run("stats", *SPAN, "--resident", "r-0003")
    with Store.open(town) as store:
        rows = list(store.rows(Filters(kinds=(Kind.READ,), resident="r-0003"), by="os:other"))
    assert (rows[-1].who, rows[-1].facts["what"]) == (operating_system_user(), "statistics")


def test_a_plot_is_drawn(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "alarms.png"
    assert run("stats", *SPAN, "--plot", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--since", "yesterday"], "--since: expected a date, as 2026-11-01; got 'yesterday'"),
        (["--since", "2026-10-11", "--until", "2026-10-05"], "expected a first night, a last one"),
        (["--since", "1999-01-01", "--until", "2026-10-05"], "ten years at most"),
        ([*SPAN, "--resident", ""], "resident: expected 1 to 200 printable characters"),
        ([*SPAN, "--plot", "alarms.gif"], "expected a name that ends in .png"),
        ([*SPAN, "--plot", "/nowhere/alarms.png"], "cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_answered_is_told_in_a_line(run: Run, args: list[str], message: str) -> None:
    done = run("stats", *args)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output


def test_nights_without_a_supervision_say_so(run: Run) -> None:
    done = run("stats", "--since", "2020-01-01", "--until", "2020-01-07", "--lang", "en")
    assert "No supervision was closed in those nights." in done.stdout


def test_the_report_can_be_looked_at_before_anybody_gets_it(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    args = [
        "report",
        str(out),
        "--every",
        "weekly",
        "--of",
        "2026-10-07",
        "--preview",
        "--lang",
        "en",
    ]
    done = run(*args)
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in out.iterdir()) == [
        "bedcheck-2026-w41-alarms.png",
        "bedcheck-2026-w41-areas.png",
        "bedcheck-2026-w41.eml",
        "bedcheck-2026-w41.html",
        "bedcheck-2026-w41.pdf",
    ]
    page = (out / "bedcheck-2026-w41.html").read_text(encoding="utf-8")
    assert "Week 41 2026" in page
    assert 'src="bedcheck-2026-w41-alarms.png"' in page
    mail = message_from_bytes((out / "bedcheck-2026-w41.eml").read_bytes())
    assert [part.get_filename() for part in mail.walk() if part.get_filename()][-1].startswith(
        "seal-"
    )


def test_a_report_of_nights_that_are_to_come_is_refused(run: Run, tmp_path: Path) -> None:
    far = (date.today() + timedelta(days=40)).isoformat()
    done = run("report", str(tmp_path / "out"), "--of", far, "--lang", "en")
    assert done.exit_code == 2
    assert "--of: expected a night of a time that has begun" in done.output
    assert not (tmp_path / "out").exists()


def test_a_report_of_nights_that_are_not_over_says_so(run: Run, tmp_path: Path) -> None:
    tonight = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    done = run("report", str(tmp_path / "out"), "--of", tonight, "--lang", "en")
    assert done.exit_code == 0, done.output
    last = date.fromisoformat(tonight)
    over = (last + timedelta(days=1)).month != last.month  # the month of that night has ended
    assert ("Not all of those nights are over" in done.output) or over


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (SPAN, r"\d+ looks with what was found: .*labels.csv"),
        (("--since", "2020-01-01", "--until", "2020-01-02"), "from 2020-01-01 to 2020-01-02 there"
         " is no look of which is known what was found: .*labels.csv has its heading alone"),
    ],
)  # fmt: skip
def test_labels_say_what_was_written(
    run: Run, tmp_path: Path, span: tuple[str, ...], told: str
) -> None:
    done = run("labels", str(tmp_path / "labels.csv"), *span, "--lang", "en")
    assert done.exit_code == 0
    assert re.search(told, done.stderr)
    assert re.search(
        "rubrikrad|vad som hittades", run("labels", str(tmp_path / "l.csv"), *span).stderr
    )


def test_a_report_that_cannot_be_written_is_told(run: Run, town: Path) -> None:
    done = run("report", str(town), "--of", "2026-10-07")
    assert (done.exit_code, "cannot be written" in done.output) == (2, True)
