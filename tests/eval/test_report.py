"""The page is one file that names no picture's content, in two languages, with every figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval.page import page
from eval.run import finish, report_of
from eval.slices import gallery, slices
from eval.words import WORDS
from tests.eval.tables import prediction

ROWS = [
    prediction(
        k,
        label="not_in_bed" if k % 2 else "in_bed",
        state="in_bed" if k % 2 and k < 40 else ("not_in_bed" if k % 2 else "in_bed"),
        room=f"room{k // 4}",
        scene=f"room{k // 4}_{k % 2}",
        light="dim" if k < 40 else "day",
        source="<b>drawn</b>",
    )
    for k in range(80)
]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return report_of(ROWS, name="drawn@1")


def figures(node: Any) -> list[dict[str, Any]]:
    """Every estimate in a report, however deep."""
    if isinstance(node, dict):
        if "value" in node and "low" in node:
            return [node]
        return [one for part in node.values() for one in figures(part)]
    return [one for part in node for one in figures(part)] if isinstance(node, list) else []


def test_every_figure_has_n_and_an_interval_or_says_why_not(report: dict[str, Any]) -> None:
    found = figures(report)
    assert len(found) > 40
    for one in found:
        assert one["n"] >= 0
        if one["low"] is None:
            assert one["method"].startswith(("no interval", "not estimable"))
        else:
            assert one["low"] - 1e-9 <= one["value"] <= one["high"] + 1e-9 and one["n"] > 0


def test_the_worst_slice_is_the_one_that_fails(report: dict[str, Any]) -> None:
    worst = report["slices"][0]
    assert (worst["by"], worst["value"], worst["label"]) == ("light", "dim", "not_in_bed")
    assert worst["figure"]["value"] == 1.0 and worst["rest"] == 0.0 and not worst["overlaps"]


def test_slices_by_a_measured_quantity() -> None:
    rows = [
        prediction(k, state="in_bed" if k < 40 else "not_in_bed", room=f"r{k}", cover="none")
        for k in range(60)
    ]
    for k, p in enumerate(rows):
        object.__setattr__(p, "measures", {"noise": float(k)})
    worst = slices(rows)[0]
    assert (worst["by"], worst["value"]) == ("noise", "over 39.3")


def test_the_gallery_has_one_error_a_scene_and_the_surest_first() -> None:
    rows = [
        prediction(0, scene="a", state="not_in_bed", sure=0.6),
        prediction(1, scene="a", state="not_in_bed", sure=0.9),
        prediction(2, scene="b", state="not_in_bed", sure=0.7),
        prediction(3, scene="c"),
    ]
    assert [one["path"] for one in gallery(rows)] == ["1.png", "2.png"]


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_needs_no_other_file_and_escapes(report: dict[str, Any], language: str) -> None:
    text = page(report, ROWS, language=language)
    assert f'<html lang="{language}">' in text
    assert not re.search(r'(src|href)="(?!data:image/png)', text)
    assert "<b>drawn" not in text and "&lt;b&gt;drawn" in text
    assert WORDS[language]["missed_absence"] in text
    assert WORDS[language]["never_measured"] in text  # no covered lens among these
    assert "50<small>" in text  # half of the empty beds


@pytest.mark.parametrize("language", ["en", "sv"])
def test_few_looks_are_not_told_in_large(language: str) -> None:
    """Three looks without an error are no "0 of 100", and no slice of them is weighed."""
    words = WORDS[language]
    rows = [prediction(k, label="not_in_bed", state="not_in_bed", certain=False) for k in range(3)]
    rows += [prediction(9 + k, certain=False) for k in range(9)]
    rows.append(prediction(90, label="obstructed", state="obstructed"))
    text = page(report_of(rows, name="drawn@1"), rows, language=language)
    card = {
        name: re.search(rf'class="card {name}".*?</section>', text)[0]  # type: ignore[index]
        for name in ("missed_absence", "wrong_call_out", "certain")
    }
    assert words["few_looks"] in card["missed_absence"] and "3)" in card["missed_absence"]
    span = words["span"].format(low="0", high="34")  # exact, of nine
    assert re.search(rf'class="big few">{span}<', card["wrong_call_out"])
    assert words["none_certain"] in card["certain"]  # and yet the hidden bed's was
    assert words["few_for_slices"] in text and words["no_slices"] not in text


def test_both_languages_say_the_same_things() -> None:
    english = {key for key in WORDS["en"] if not key.startswith(("by_", "value_"))}
    swedish = {key for key in WORDS["sv"] if not key.startswith(("by_", "value_"))}
    assert english == swedish
    for key in english:
        holes = [sorted(re.findall(r"{\w+}", WORDS[lang][key])) for lang in ("en", "sv")]
        assert holes[0] == holes[1], key


def test_finish_plays_nights_compares_and_writes(tmp_path: Path, report: dict[str, Any]) -> None:
    finish(
        tmp_path,
        report,
        ROWS,
        root=tmp_path,
        peers={"coin": lambda picture, bed: {"in_bed": 0.6, "not_in_bed": 0.4}},  # type: ignore
        baseline=ROWS,
    )
    written = json.loads((tmp_path / "report.json").read_text())
    assert written["peers"]["coin"]["errors"]["missed_absence"]["value"] == 1.0
    assert written["nights"]["policies"] and written["baseline"]["rows"] == 80
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "coin" in text and WORDS["en"]["year"] in text
