"""On what a benchmark ran: processor, system and versions."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import bedcheck

__all__ = ["Environment", "slug"]

PACKAGES = ("numpy", "opencv-python-headless", "onnxruntime", "pillow")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What a figure depends on beside the code measured."""

    cpu: str  # the processor's name
    cores: int  # that this process may use
    load: float | None  # runnable processes over the last minute; None: not told here
    system: str
    python: str
    versions: tuple[tuple[str, str], ...]  # package, version

    @classmethod
    def here(cls) -> Environment:
        """The environment of this process."""
        return cls(
            cpu=_cpu_name(),
            cores=len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1,
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            system=f"{platform.system()} {platform.machine()}",
            python=platform.python_version(),
            versions=(("bedcheck", bedcheck.__version__), *((n, _version(n)) for n in PACKAGES)),
        )

    def lines(self) -> list[str]:
        """The environment as lines of text."""
        load = "" if self.load is None else f", load {self.load:.1f} at the start"
        packages = ", ".join(f"{name} {number}" for name, number in self.versions)
        return [
            f"{self.cpu}, {self.cores} cores{load}",
            f"{self.system}, Python {self.python}, {packages}",
        ]


def slug(text: str) -> str:
    """``text`` as part of a file name: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-") or "unknown"


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine() or "unknown processor"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
