"""Prints the lowest version of each dependency, as pip's constraints: oldest.py pyproject.toml"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["project"]
for dependency in project["dependencies"]:
    lowest = re.fullmatch(r"([\w-]+)>=([\d.]+)(,<\d+)?", dependency)
    if lowest is None:
        sys.exit(f"expected name>=version in the dependencies, got {dependency}")
    print(f"{lowest[1]}=={lowest[2]}")
