"""Every text is there, in both languages, and can be drawn."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import chain

import pytest

from bedcheck import texts
from bedcheck.finding import Severity, What, Who
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
