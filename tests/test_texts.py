"""Every text is there, in both languages, and can be drawn."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path

import pytest

import bedcheck
from bedcheck import texts
from bedcheck.finding import Severity, What, Who
from bedcheck.history.row import HistoryRow, Kind
from bedcheck.history.telling import tell
from bedcheck.night.registry import KINDS
from bedcheck.verdict import Cause, Posture, State

KEYS = sorted(texts.keys("sv"))


def written(key: str, language: str) -> set[str]:
    """The placeholders as they are written: those that a call without values misses."""
    missing: set[str] = set()
    while True:
        try:
            texts.text(key, language, **dict.fromkeys(missing, ""))
        except KeyError as error:
            missing.add(str(error.args[0]))
        else:
            return missing


def test_both_languages_have_the_same_keys() -> None:
    assert texts.keys("sv") == texts.keys("en")
    assert texts.LANGUAGES == ("sv", "en")


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    assert written(key, "sv") == written(key, "en")


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "members"),
    [
        ("state.{}", State),
        ("meaning.{}", State),
        ("cause.{}", Cause),
        ("posture.{}", Posture),
        ("severity.{}", Severity),
        ("who.{}", Who),
        ("finding.{}.title", What),
    ],
)
def test_every_member_has_its_text(prefix: str, members: type[StrEnum], language: str) -> None:
    for member in members:
        assert texts.text(prefix.format(member.value), language)


def test_every_cause_has_a_finding() -> None:
    assert {cause.value for cause in Cause} <= {what.value for what in What}


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_is_without_an_owner(language: str) -> None:
    """A text of an enumeration's table belongs to a member that there still is."""
    tables: dict[str, type[StrEnum]] = {
        "state": State, "meaning": State, "cause": Cause, "posture": Posture,
        "severity": Severity, "who": Who, "finding": What,
    }  # fmt: skip
    for key in texts.keys(language):
        table, name = key.split(".")[:2]
        if table in tables:
            tables[table](name)


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("bold", [False, True])
def test_the_font_has_every_letter(language: str, bold: bool) -> None:
    face = texts.font(20, bold)
    absent = bytes(face.getmask("\uffff"))
    every = set(
        chain.from_iterable(
            texts.text(key, language, **dict.fromkeys(written(key, language), ""))
            for key in texts.keys(language)
        )
    )
    every |= set("0123456789,.%·ÅÄÖåäöéü")
    assert [letter for letter in every - {" "} if bytes(face.getmask(letter)) == absent] == []


def test_numbers_are_written_as_the_language_does() -> None:
    assert texts.number(2.5, "sv") == "2,5"
    assert texts.number(2.5, "en") == "2.5"
    assert texts.number(17.2, "sv", 0) == "17"


@pytest.mark.parametrize(
    ("key", "language", "count", "told"),
    [
        ("figures.title.wrong", "en", 1, "wrong call-out"),
        ("figures.title.wrong", "en", 2, "wrong call-outs"),
        ("figures.title.wrong", "en", 0, "wrong call-outs"),
        ("figures.title.wrong", "sv", 1, "onödig utryckning"),
        ("figures.title.wrong", "sv", "1 000", "onödiga utryckningar"),
        ("figures.unit.wrong_rate", "sv", 1, "kundnatt"),
    ],
)
def test_one_is_told_as_one(key: str, language: str, count: int | str, told: str) -> None:
    assert texts.text(key, language, n=count) == told


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_number_stands_beside_a_word_that_does_not_bend(language: str) -> None:
    """Every text that counts is right of one as well."""
    many = {
        "sv": r"\b1 (rader|dagar|nätter|minuter|timmar|tillsyner|kundnätter|gånger|tittar)\b",
        "en": r"\b1 (rows|days|nights|minutes|hours|homes|supervisions|alarms|looks|times)\b",
    }
    for key in texts.keys(language):
        said = texts.text(key, language, **dict.fromkeys(written(key, language), "1"))
        assert not re.search(many[language], said), (key, said)


def test_another_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="expected sv or en; got 'fi'"):
        texts.text("state.in_bed", "fi")


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        texts.text("state.asleep", "sv")


# ---- what is said in English by parts that do not know who reads it

PACKAGE = Path(bedcheck.__file__).parent
DELIVERING = [*(PACKAGE / "night/channels").glob("*.py"), PACKAGE / "night/own_loop.py"]


def template(node: ast.AST) -> str:
    """A literal as `said.toml` has it; empty where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
        return "".join(map(str, parts))
    return ""


def reasons() -> set[str]:
    """Every reason for which a delivery is not accepted, as the channels write it."""
    found = set()
    for path in DELIVERING:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in ("NotSent", "Rejected", "Unreachable", "SipTrouble"):
                    found |= {template(arg) for arg in node.args}
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "reason":
                found.add(template(node.value))
    return {one for one in found if " " in one}


FILLED = {  # where what is filled in is a piece of a sentence
    "the mail server's answer is not SMTP{}": "; whether it was taken is not known",
    "{} {}: whether it took the alarm is not known": "no reply with its",
}


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_every_reason_of_a_channel_is_told_in_swedish(reason: str) -> None:
    filled = reason.replace("{}", FILLED.get(reason, "no answer"), 1).replace("{}", "7")
    assert texts.said(filled, "en") == filled
    told = texts.said(filled, "sv")
    assert told != filled
    assert not re.search(r"\b(the|was|within|of|it|not|answer|message)\b", told), told


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        ("HTTP 503", "HTTP 503"),
        ("the mail server refused the recipient: 550", "mejlservern vägrade mottagaren: 550"),
        ("it misses a field that it needs (status number 7: dty)",
         "den saknar ett fält som den behöver (statusnummer 7: dty)"),
        ("no answer within 2.0 s", "inget svar inom 2.0 s"),
        ("nobody listens at that port; whether it was taken is not known",
         "ingen lyssnar på den porten; om det togs emot är inte känt"),
        ("something that nobody foresaw", "something that nobody foresaw"),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_kept_or_told_too(english: str, swedish: str) -> None:
    assert texts.said(english, "sv") == swedish


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_kind_and_field_of_the_registry_has_its_word(language: str) -> None:
    """As `history list` tells what was changed."""
    for kind, entry in KINDS.items():
        assert texts.text(f"history.entry.{kind}", language)
        for field in fields(entry):
            assert texts.text(f"history.field.{field.name}", language)


def test_a_change_is_told_in_the_reader_s_words_and_a_key_as_it_is() -> None:
    facts = {"of": "crisis_list old_town", "what": "changed", "fields": ["contacts", "start"]}
    row = HistoryRow(at=datetime(2026, 3, 10, tzinfo=UTC), kind=Kind.CHANGE, facts=facts)
    assert tell(row, "sv") == "Ändring: kriskontaktslista old_town, ändrad, kontakter, början"
    assert tell(row, "en") == "Change: crisis list old_town, changed, contacts, start"
