"""What `import bedcheck` gives, and what it must not drag along."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import bedcheck
from bedcheck import errors


def test_exports_are_what_is_imported() -> None:
    tree = ast.parse(Path(bedcheck.__file__).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    assert names | {"__version__"} == set(bedcheck.__all__)


def test_exports_are_in_alphabetical_order() -> None:
    assert list(bedcheck.__all__) == sorted(bedcheck.__all__)


def test_every_error_is_exported() -> None:
    assert set(errors.__all__) <= set(bedcheck.__all__)


def test_the_version_is_the_package_s() -> None:
    assert bedcheck.__version__ == version("bedcheck")


def test_importing_needs_no_command_line_no_extra_and_no_workshop() -> None:
    unwanted = ["typer", "rich", "torch", "models", "datasets", "benchmarks", "cli"]
    unwanted += ["alembic", "cryptography", "httpx", "openpyxl", "pydantic", "sqlalchemy"]
    code = f"import sys, bedcheck; print([n for n in {unwanted} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)
