"""docs/channels.md: what it says is what is."""

from __future__ import annotations

import re
import tomllib
import xml.etree.ElementTree as ET
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.history.store import Store
from bedcheck.night.channels import Accepted, Rejected
from bedcheck.night.channels.scaip import document, judged
from bedcheck.night.contact import Reply, Scaip
from bedcheck.night.registry import Registry
from tests.night.test_channels import ALARM

DOCUMENT = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")


def test_every_field_of_the_profile_has_its_row_and_its_default() -> None:
    (table,) = re.findall(r"\| profile \|.*?\n\n", DOCUMENT, re.DOTALL)
    shown = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", table, re.MULTILINE))
    assert set(shown) == {field.name for field in fields(Scaip)}
    for field in fields(Scaip):
        if field.default not in (MISSING, None, ""):
            assert shown[field.name].strip() == f"`{str(field.default).replace('False', 'false')}`"


def test_every_way_of_replying_is_told() -> None:
    for reply in Reply:
        assert f"`{reply}`" in DOCUMENT


def test_every_field_that_is_sent_is_told() -> None:
    sent = document(ALARM, "k", Scaip(controller="1", system="1"), encrypted=True)
    for child in ET.fromstring(sent):
        assert f"`{child.tag}`" in DOCUMENT, child.tag


def test_its_table_of_answers_is_that_of_the_program() -> None:
    (line,) = re.findall(r"^\| SIP (400 to .*?) \| rejected \|$", DOCUMENT, re.MULTILINE)
    told = {
        status
        for first, last in re.findall(r"(\d{3})(?: to (\d{3}))?", line)
        for status in range(int(first), int(last or first) + 1)
    }
    refused = {s for s in range(300, 700) if isinstance(judged(s, b"", "R", Reply.BODY), Rejected)}
    assert told == refused
    numbers = {
        n
        for n in range(100)
        if isinstance(judged(200, b"<mrs><snu>%d</snu></mrs>" % n, "R", Reply.BODY), Rejected)
    }
    assert numbers == {1, 2, 3, 7}
    assert judged(200, b"<mrs><snu>0</snu></mrs>", "R", Reply.BODY) == Accepted()


def test_its_example_is_a_registry() -> None:
    (written,) = re.findall(r"^```toml\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    (contact,) = Registry.read(tomllib.loads(written)).contacts.values()
    assert contact.scaip is not None


def test_its_commands_run_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEDCHECK_STORE", str(tmp_path / "night.db"))
    with Store.open(tmp_path / "night.db", create=True):
        pass
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    adding = [line for line in lines if "test-channel" not in line]
    assert len(adding) == 3
    for line in adding:
        words = re.findall(r'"[^"]*"|\S+', line)[1:]
        result = CliRunner().invoke(commands.app, [word.strip('"') for word in words])
        assert result.exit_code == 0, f"{line}\n{result.output}"
