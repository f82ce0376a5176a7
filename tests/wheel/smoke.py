"""The installed wheel on its own: python -I smoke.py SAMPLES CHECKOUT

Run by an environment that holds the wheel and its dependencies, away from the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import bedcheck

samples, checkout = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
pictures = sorted(path for path in samples.iterdir() if path.suffix in {".jpg", ".png"})
assert pictures, f"expected pictures in {samples}"

# What runs here is the wheel, and the wheel is the library alone.
assert checkout not in Path(bedcheck.__file__).resolve().parents, bedcheck.__file__
for name in ("benchmarks", "cli", "datasets", "demo", "eval", "models", "torch"):
    assert find_spec(name) is None, f"{name} can be imported beside the wheel"
installed = {file.parts[0] for file in distribution("bedcheck").files or ()}
outside = {name for name in installed if not name.startswith("bedcheck") and name != ".."}
assert not outside, f"the wheel holds more than the library: {outside}"
assert (Path(bedcheck.__file__).parent / "py.typed").is_file()

# The library judges and diagnoses.
detector = bedcheck.Detector()
verdict = detector.judge(pictures[0])
assert isinstance(verdict.state, bedcheck.State)
assert bedcheck.diagnose(pictures[0], detector=detector) is not None

# So do both ways to its command.
command = Path(sys.executable).with_name("bedcheck")
for words in ([str(command)], [sys.executable, "-I", "-m", "bedcheck"]):
    done = subprocess.run(
        [*words, "check", "--json", *map(str, pictures), "missing.jpg"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, ""), done
    *judged, failed = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["path"] for line in judged] == list(map(str, pictures))
    assert {line["network"] for line in judged} == {verdict.network}
    assert failed["error"]["kind"] == "unreadable"

print(f"wheel: bedcheck {bedcheck.__version__} judges {len(pictures)} pictures on its own")
