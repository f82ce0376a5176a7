"""The commands as a user types them, wrong input included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from eval.card import renew
from eval.predictions import read_predictions, write_predictions
from tests.eval.tables import prediction
from tests.eval.test_compare import table

run = CliRunner().invoke


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str, str]:
    for name, missed in (("a", set()), ("b", set(range(10)))):
        (tmp_path / name).mkdir()
        write_predictions(tmp_path / name / "predictions.csv", table(missed))
    return str(tmp_path / "a"), str(tmp_path / "b" / "predictions.csv")


@pytest.mark.parametrize(
    ("turned", "guard", "code"),
    [
        (False, ["missed_absence"], 3),
        (False, ["wrong_call_out"], 0),  # no worse in this
        (True, ["missed_absence", "auc"], 0),  # better
        (False, [], 0),  # nothing to hold
        (False, ["covered_seen"], 2),  # no row to check it on: not a silent pass
        (False, ["mised_absence"], 2),
    ],
)
def test_a_guard_holds_a_line(
    tables: tuple[str, str], turned: bool, guard: list[str], code: int
) -> None:
    order = tables[::-1] if turned else tables
    words = [word for name in guard for word in ("--guard", name)]
    done = run(app, ["eval", "compare", *order, *words])
    assert done.exit_code == code, done.output
    if code == 3:
        assert "guard: missed_absence is worse" in done.output


def test_a_comparison_that_cannot_be_written_says_so(
    tables: tuple[str, str], tmp_path: Path
) -> None:
    done = run(app, ["eval", "compare", *tables, "--out", str(tmp_path / "none" / "x.json")])
    assert done.exit_code == 2 and "cannot be written" in " ".join(done.output.split())


def test_tables_are_joined_once_a_row(tables: tuple[str, str], tmp_path: Path) -> None:
    done = run(app, ["eval", "join", *tables, "--out", str(tmp_path / "c")])
    assert done.exit_code == 2 and "expected each row in one table" in done.output
    other = [prediction(500 + k, state="obstructed", room=f"x{k}") for k in range(6)]
    write_predictions(tmp_path / "other.csv", other)
    other_table = str(tmp_path / "other.csv")
    done = run(app, ["eval", "join", tables[0], other_table, "--out", str(tmp_path / "c")])
    assert done.exit_code == 0, done.output
    assert len(read_predictions(tmp_path / "c" / "predictions.csv")) == 86
    assert json.loads((tmp_path / "c" / "report.json").read_text())["rows"] == 86


def test_nights_are_played_from_a_table(tables: tuple[str, str]) -> None:
    done = run(app, ["eval", "nights", tables[1], "--years", "1", "--repeat", "0.9"])
    assert done.exit_code == 0, done.output
    assert "wrong again with 0.900 (given" in done.output
    assert "needless" not in done.output and "wrong call outs per year" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--manifest", "none.csv", "--out", "x"], "can be read"),
        (["--out", "x"], "--manifest"),
        (["--manifest", "none.csv", "--out", "x", "--lang", "no"], "expected one of en, sv"),
        (["nights", "none.csv"], "none.csv: expected a predictions.csv"),
        (["compare", "a", "b"], "`cli.py eval --manifest CSV --out DIR` writes one"),
        (["sweep", "--manifest", "none.csv", "--out", "x", "--kind", "moths"], "expected one of"),
    ],
)
def test_wrong_usage_is_told(words: list[str], told: str) -> None:
    done = run(app, ["eval", *words])
    assert done.exit_code == 2
    assert told in " ".join(done.output.split())
    assert "Errno" not in done.output


def test_what_was_written_is_read(tmp_path: Path) -> None:
    rows = [prediction(1, room="r", extras={"kind": "arm"}), prediction(2, state="obstructed")]
    write_predictions(tmp_path / "p.csv", rows)
    again = read_predictions(tmp_path / "p.csv")
    assert [(p.key, p.state, p.row.room, p.row.get("kind"), p.certain) for p in again] == [
        (p.key, p.state, p.row.room, p.row.get("kind"), p.certain) for p in rows
    ]
    (tmp_path / "p.csv").write_text("row,path\n1,a\n")
    assert run(app, ["eval", "nights", str(tmp_path / "p.csv")]).exit_code == 2


def test_the_cards_section_is_renewed_and_the_rest_kept(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("# Card\n\n## Data\nkept\n\n## Made by\nus\n")
    wrong = {"value": 0.5, "low": 0.2, "high": 0.8, "n": 9, "units": 9, "unit": "room",
             "method": "bootstrap"}  # fmt: skip
    states = {"in_bed": 0.5, "not_in_bed": 0.5, "obstructed": 0.0, "low_contrast": 0.0}
    curve = [
        {"severity": s, "states": states, "wrong_way": wrong | {"value": 0.1 * s}} for s in range(6)
    ]
    figures = {"blur": {"in_bed": curve, "not_in_bed": []}}
    slices = [{"told": "beds, light dim", "figure": wrong, "rest": 0.1, "overlaps": False}]
    for name in ("one@1", "two@2"):
        renew(card, {"network": name, "slices": slices}, figures, count=9)
    text = card.read_text()
    assert text.count("## Robustness and slices") == 1
    assert "two@2" in text and "one@1" not in text
    assert "blur, severity 5: residents in bed judged not_in_bed 0.500" in text
    assert text.startswith("# Card\n\n## Data\nkept\n\n") and text.endswith("\n## Made by\nus\n")
    assert (tmp_path / "sweep.png").read_bytes().startswith(b"\x89PNG")
