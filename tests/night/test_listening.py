"""The command ``bedcheck night inbox`` as a process of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import typer
from typer.testing import CliRunner

from bedcheck import commands
from bedcheck.history import Store
from bedcheck.night_listening import address_of


def test_it_listens_until_it_is_stopped(tmp_path: Path) -> None:
    store = tmp_path / "night.db"
    Store.open(store, create=True).close()
    words = ["night", "inbox", "--store", store, "--listen", "127.0.0.1:0", "--lang", "en"]
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "bedcheck", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stderr is not None
        told = child.stderr.readline()
        place = re.fullmatch(r"Taking acknowledgements at (127\.0\.0\.1:\d+)\. .*\n", told)
        assert place, told
        answer = httpx.post(f"http://{place[1]}/ack/forged.x", trust_env=False)
        assert (answer.status_code, "not from here" in answer.text) == (401, True)
        child.send_signal(signal.SIGTERM)
        assert (child.wait(60), child.stderr.read()) == (0, "")


def test_an_address_that_is_taken_or_none(tmp_path: Path) -> None:
    store = tmp_path / "night.db"
    Store.open(store, create=True).close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for listen, message in (
            (f"127.0.0.1:{taken.getsockname()[1]}", "in use"),
            ("8765", "expected HOST:PORT"),
        ):
            words = ["night", "inbox", "--store", str(store), "--listen", listen]
            result = CliRunner().invoke(commands.app, words)
            assert (result.exit_code, message in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8765", ("127.0.0.1", 8765)),
        ("[::1]:1", ("::1", 1)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_addresses(listen: str, address: tuple[str, int]) -> None:
    assert address_of(listen) == address


@pytest.mark.parametrize(
    "listen",
    ["", ":", "host", "host:", ":80", "host:x", "host:65536", "host:²", "host:" + "9" * 99],
)
def test_what_is_no_address(listen: str) -> None:
    with pytest.raises(typer.BadParameter, match="expected HOST:PORT"):
        address_of(listen)
