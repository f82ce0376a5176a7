"""What the README shows works as shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bedcheck import State, commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README's examples name, to stand in."""
    place = tmp_path / "readme"
    (place / "pictures").mkdir(parents=True)
    for name in {*re.findall(r"\w+\.jpg", README), "pictures/a.jpg"}:
        (place / name).write_bytes(picture.read_bytes())
    (place / "beds.csv").write_text("path,scene,bed\na.jpg,hall,\n")
    (place / "municipality.toml").write_bytes((ROOT / "docs" / "municipality.toml").read_bytes())
    monkeypatch.chdir(place)
    return place


def test_its_commands_run_in_their_order(folder: Path) -> None:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    shown = [line for line in lines if line.startswith("bedcheck ")]
    groups = {"check", "diagnose", "place", "night", "history"}
    assert {line.split()[1] for line in shown} == groups
    for line in shown:
        words = []
        for word in shlex.split(line, comments=True)[1:]:
            words += sorted(map(str, Path().glob(word))) if "*" in word else [word]
        result = CliRunner().invoke(commands.app, words)
        assert result.exit_code == 0, f"{line}\n{result.output}"


def test_its_python_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out.split()[0] in set(State)


def test_its_states_are_the_states() -> None:
    assert re.findall(r"^\| `(\w+)`", README, re.MULTILINE)[: len(State)] == list(State)


def test_its_scripts_are_there() -> None:
    named = set(re.findall(r"\bscripts/\w+", README))
    assert named >= {"scripts/demo", "scripts/test"}
    for name in named:
        assert (ROOT / name).stat().st_mode & 0o100, f"{name} cannot be executed"
