"""A latency run covers every case and writes what it measured; no test asserts a time."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import cv2
import pytest

from benchmarks import latency
from benchmarks.environment import Environment, slug
from benchmarks.latency import run
from benchmarks.peers import Peer
from benchmarks.report import COLUMNS, Report
from benchmarks.timing import STAGES, Times


class OnePeer:
    """A peer that always takes 7 milliseconds of wall and 14 of CPU time."""

    found = (Peer(name="other", version="1.2"),)

    def __init__(self, python: Path | None) -> None:
        self.python = python

    def __enter__(self) -> OnePeer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def time(self, peer: Peer, picture: Path, *, threads: int, rounds: int) -> Times:
        assert picture.stat().st_size > 0
        return Times(wall=[7.0] * rounds, cpu=[14.0] * rounds)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(latency, "Peers", OnePeer)
        return run(
            tmp_path_factory.mktemp("results") / "new",
            rounds=6,
            warmup=1,
            sizes=((192, 144), (96, 128)),
            processes=1,
        )


def table(report: Report) -> list[dict[str, Any]]:
    lines = report.csv.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_every_case_has_every_contender_and_stage(report: Report) -> None:
    rows = table(report)
    found = {
        (r["width"], r["height"], r["source"], r["threads"], r["tool"], r["placement"], r["stage"])
        for r in rows
        if r["source"] != "process"
    }
    expected = {
        (*size, source, threads, *contender)
        for size in (("192", "144"), ("96", "128"))
        for source in ("array", "bytes")
        for threads in ("1", "2")
        for contender in (
            *(
                ("bedcheck", placement, stage)
                for placement in ("polygon", "reference", "none")
                for stage in ("whole", *STAGES, "rest")
            ),
            ("other", "", "whole"),
        )
    }
    assert found == expected
    assert {r["rounds"] for r in rows if r["source"] != "process"} == {"6"}


def test_start_up_is_measured_in_its_own_process(report: Report) -> None:
    rows = [row for row in table(report) if row["source"] == "process"]
    assert [row["stage"] for row in rows] == ["import", "load", "first verdict"]
    assert all(float(row["wall_min_ms"]) > 0 for row in rows)
    if Path("/proc/self/status").exists():
        assert float(rows[-1]["peak_mib"]) > 1


def test_ratios_are_a_peers_median_over_ours_with_a_polygon(report: Report) -> None:
    rows = [row for row in report.rows if row["stage"] == "whole"]
    for row in rows:
        if row["tool"] == "bedcheck":
            assert row["wall_ratio"] is None
            continue
        case = ("width", "height", "source", "threads")
        ours = next(
            r
            for r in rows
            if r["placement"] == "polygon" and all(r[key] == row[key] for key in case)
        )
        assert row["wall_ratio"] == pytest.approx(7 / float(ours["wall_p50_ms"] or 0))
        assert row["cpu_ratio"] == pytest.approx(14 / float(ours["cpu_p50_ms"] or 0))


def test_files_are_named_after_network_dtype_version_and_processor(report: Report) -> None:
    assert report.csv.name.startswith("latency_")
    assert report.csv.stem.endswith(slug(report.environment.cpu))
    assert "_float32_" in report.csv.stem or "_int8_" in report.csv.stem
    assert report.plot == report.csv.with_suffix(".png")


def test_the_csv_says_on_what_it_ran(report: Report) -> None:
    head = report.csv.read_text(encoding="utf-8").splitlines()
    assert head[:2] == [f"# {line}" for line in report.environment.lines()]
    assert head[2] == ",".join(COLUMNS)


def test_the_plot_is_a_picture(report: Report) -> None:
    plot = cv2.imread(str(report.plot))
    assert plot is not None
    assert plot.std() > 10


def test_the_lines_name_every_whole_and_the_start(report: Report) -> None:
    text = "\n".join(report.lines())
    assert "192x144 array, 1 thread(s): bedcheck (polygon)" in text
    assert "x ours" in text
    assert "first verdict" in text


def test_progress_and_opencvs_threads_are_as_before(tmp_path: Path) -> None:
    before, told = cv2.getNumThreads(), []
    run(
        tmp_path,
        rounds=1,
        warmup=1,
        sizes=((96, 72),),
        sources=("array",),
        threads=(1, 2),
        placements=("polygon",),
        processes=0,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert cv2.getNumThreads() == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AMD EPYC 7763 64-Core Processor", "amd-epyc-7763-64-core-processor"),
        ("Intel(R) Core(TM) i5 @ 2.40GHz", "intel-r-core-tm-i5-2.40ghz"),
        ("bedcheck-rooms", "bedcheck-rooms"),
        ("", "unknown"),
    ],
)
def test_slugs_fit_into_file_names(text: str, expected: str) -> None:
    assert slug(text) == expected


def test_the_environment_names_processor_and_versions() -> None:
    text = " ".join(Environment.here().lines())
    for word in ("cores", "Python", "onnxruntime", "opencv-python-headless", "numpy"):
        assert word in text
