"""The workshop's command line: everything in `bedcheck`, and what needs an extra."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

import cli
from bedcheck import commands

ROOT = Path(cli.__file__).parent
TRAIN = ["train", "--config", "c.toml", "--manifest", "m.csv", "--out", "run"]


def names(help_text: str) -> set[str]:
    """The commands that a help page lists."""
    return set(re.findall(r"^  (\w+)  ", help_text.partition("Commands:")[2], re.MULTILINE))


def test_it_has_every_command_of_bedcheck_and_more() -> None:
    ours = names(CliRunner().invoke(cli.app, ["--help"]).stdout)
    theirs = names(CliRunner().invoke(commands.app, ["--help"]).stdout)
    assert theirs == {"check", "diagnose", "history", "night", "place"}
    assert ours == theirs | {
        "bench",
        "calibrate",
        "degrade",
        "eval",
        "export",
        "manifest",
        "slim",
        "synth",
        "train",
    }


@pytest.mark.parametrize(
    "words",
    [
        "train",
        "calibrate",
        "export",
        "degrade",
        "synth",
        "bench latency",
        "bench store",
        "bench scaip",
        "bench kill",
        "bench night",
    ],
)
def test_every_command_has_help(words: str) -> None:
    result = CliRunner().invoke(cli.app, [*words.split(), "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_it_runs_from_the_checkout() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "cli.py", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("library", "install"),
    [
        ("torch", "pip install -e '.[train]'"),
        ("onnx", "pip install -e '.[train]'"),
    ],
)
def test_a_missing_library_is_told_by_its_extra(library: str, install: str) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; import cli; cli.app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", "models"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"needs {library}" in done.stderr
    assert install in done.stderr


@pytest.mark.parametrize("library", ["embreex", "numba", "scipy"])
def test_rendering_names_its_extra(library: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{library!r}] = None; import cli; cli.app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "synth", "--out", str(tmp_path / "rooms")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install -e '.[synth]'" in done.stderr
    assert not (tmp_path / "rooms").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["synth", "--scenes", "3"], "--out"),
        (["synth", "--out", "x", "--scenes", "0"], "--scenes"),
        (["synth", "--out", "x", "--views", "99"], "--views"),
        (["train", "--manifest", "m.csv", "--out", "run"], "--config"),
        (["train", "--config", "c.toml", "--out", "run"], "--manifest"),
        ([*TRAIN, "--root", "a", "--root", "b"], "expected one for each of the 1 manifests; got 2"),
    ],
)
def test_wrong_usage(words: list[str], told: str) -> None:
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--fold", "judge.pt=nowhere_*"], "expected JUDGE.pt=ROOM,ROOM with a file and rooms"),
        (["--split", "dev", "--fold", "judge.pt=*"], "expected rows of split dev"),
        (["--split", "", "--fold", "missing.pt=room_*"], "expected JUDGE.pt=ROOM,ROOM with a file"),
    ],
)
def test_calibrating_asks_for_rooms_that_are_there(
    more: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("a.png", np.zeros((48, 64, 3), np.uint8))
    Path("manifest.csv").write_text(
        "path,label,scene,bed,room,split\na.png,in_bed,s1,,room_1,train\n", encoding="utf-8"
    )
    Path("judge.pt").touch()
    config = str(ROOT / "models" / "configs" / "tiny.toml")
    words = ["calibrate", "--config", config, "--manifest", "manifest.csv", *more]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.replace("│", " ").split())
