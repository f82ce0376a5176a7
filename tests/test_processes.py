"""The command as a process of its own: bad files, memory, pipes, terminals."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import bedcheck

COMMAND = [sys.executable, "-W", "error", "-m", "bedcheck"]
MEMORY = 400 * 2**20  # bytes; the pictures below would need 30 GB if one were decoded


MEASURED = """
import pathlib, resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
pathlib.Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def png_claiming(width: int, height: int) -> bytes:
    """A PNG with a true header of this size and next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def test_bad_files_among_good_ones(tmp_path: Path, bedroom: NDArray[np.uint8]) -> None:
    jpeg, png = (cv2.imencode(kind, bedroom)[1].tobytes() for kind in (".jpg", ".png"))
    bad = {
        "text.jpg": (b"Dear sir or madam,\n" * 40, "unreadable"),
        "cut.jpg": (jpeg[: len(jpeg) // 2], "truncated"),
        "empty.jpg": (b"", "empty"),
        "huge.png": (png_claiming(100_000, 100_000), "too_large"),
        "directory": (None, "unreadable"),
        "missing.jpg": (None, "unreadable"),
    }
    good = {"first.jpg": jpeg, "middle.png": png, "last.jpg": jpeg}
    for name, data in {**good, **{name: data for name, (data, _) in bad.items()}}.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
    (tmp_path / "directory").mkdir()
    (tmp_path / "directory" / "inside.jpg").write_bytes(jpeg)
    names = ["first.jpg", *list(bad)[:3], "middle.png", *list(bad)[3:], "last.jpg"]
    paths = [str(tmp_path / name) for name in names]

    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        # A child starts with its parent's peak: this process, full of other tests' libraries,
        # must not be the parent.
        between = [sys.executable, "-c", MEASURED, str(tmp_path / "peak")]
        command = [*between, *COMMAND, "check", "--json", *paths]
        child = subprocess.run(command, stdout=out, stderr=err, check=False)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = int((tmp_path / "peak").read_text()) * unit

    assert (child.returncode, (tmp_path / "err").read_text()) == (3, "")
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [line["path"] for line in lines] == paths
    for name, line in zip(names, lines, strict=True):
        if name in good:
            assert line["state"] in line["probabilities"]
        else:
            assert set(line) == {"path", "error"}
            assert line["error"]["kind"] == bad[name][1]
            assert line["path"] in line["error"]["message"]
    assert peak < MEMORY


def test_a_reader_that_leaves_is_not_an_error(picture: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "--json", *[str(picture)] * 200],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert json.loads(child.stdout.readline())["path"] == str(picture)
        child.stdout.close()
        assert child.stderr.read() == b""


def test_lines_come_as_soon_as_they_are_known(picture: Path, tmp_path: Path) -> None:
    # The child stands still at a pipe nobody writes to; its first line is there all the same.
    code = (
        "import sys; from bedcheck import Detector, checking, printing\n"
        "task = checking.tasks_from_paths([sys.argv[1]], None)\n"
        "def results():\n"
        "    yield from checking.judge_all(task, Detector())\n"
        "    sys.stdin.read()\n"
        "printing.print_json(results())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(picture)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["path"] == str(picture)
        assert child.poll() is None
        child.stdin.close()
    assert child.returncode == 0


def test_the_progress_bar_stays_out_of_the_results(picture: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    with (tmp_path / "out").open("wb") as out:
        child = subprocess.Popen(
            [*COMMAND, "check", "--json", *[str(picture)] * 8],
            stdout=out,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(theirs)
        bar = all_of(ours).decode()
        assert child.wait() == 0, bar
    assert "Judging" in bar
    assert "{" not in bar
    lines = (tmp_path / "out").read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 8


def all_of(terminal: int) -> bytes:
    """Everything written to a pseudo-terminal until its last writer leaves."""
    parts = []
    # Linux tells the end with an error.
    with os.fdopen(terminal, "rb", buffering=0) as file, contextlib.suppress(OSError):
        while part := file.read(4096):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_no_encoding_of_the_terminal_breaks_it(encoding: str) -> None:
    done = subprocess.run(
        [*COMMAND, "check", "säng–ÅÄÖ😀.jpg"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "200"},
        check=False,
    )
    assert done.returncode == 3
    assert b"not judged" in done.stdout
    assert b"Traceback" not in done.stderr


def test_the_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"bedcheck {bedcheck.__version__}\n"
