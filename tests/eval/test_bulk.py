"""One process, two processes and a cluster give the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from bedcheck.errors import ManifestError
from bedcheck.verdict import Polygon
from eval.bulk import CHUNK, Answer, Failure, Item, judge_all
from eval.corruptions import Corruption
from eval.judges import Spec

BED = ((0.2, 0.3), (0.8, 0.3), (0.8, 0.9), (0.2, 0.9))
OURS = Spec()


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """More than two chunks, one of them a file that is no picture, one corrupted."""
    root = tmp_path_factory.mktemp("bulk")
    rng = np.random.default_rng(5)
    made = []
    for k in range(2 * CHUNK + 3):
        file = root / f"{k}.png"
        coarse = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
        cv2.imwrite(str(file), cv2.resize(coarse, (160, 120)))
        made.append(Item(file=file, bed=BED if k % 2 else None))
    (root / "3.png").write_bytes(b"no picture")
    made[5] = replace(made[5], corruption=Corruption(kind="stalled", severity=3, seed=1))
    return made


def untimed(answers: list[Answer | Failure]) -> list[Answer | Failure]:
    return [a if isinstance(a, Failure) else replace(a, elapsed_ms=0.0) for a in answers]


@pytest.fixture(scope="module")
def alone(items: list[Item]) -> list[Answer | Failure]:
    return untimed(judge_all(items, OURS, workers=1))


def test_a_picture_that_cannot_be_read_does_not_stop_the_others(
    alone: list[Answer | Failure],
) -> None:
    failures = [k for k, answer in enumerate(alone) if isinstance(answer, Failure)]
    assert failures == [3]


def test_two_processes_give_the_same(items: list[Item], alone: list[Answer | Failure]) -> None:
    seen: list[tuple[int, int]] = []
    answers = judge_all(items, OURS, workers=2, progress=lambda *at: seen.append(at))
    assert untimed(answers) == alone
    assert seen[-1] == (len(items), len(items))


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # distributed's own sockets at exit
def test_a_scheduler_with_two_workers_gives_the_same(
    items: list[Item], alone: list[Answer | Failure]
) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        answers = judge_all(items, OURS, cluster=cluster.scheduler_address)
    assert untimed(answers) == alone


def test_a_scheduler_that_is_not_there_is_told(
    items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")

    def refuses(*args: Any, **options: Any) -> None:
        raise OSError("timed out")

    monkeypatch.setattr(distributed, "Client", refuses)
    with pytest.raises(ManifestError, match="expected a dask scheduler"):
        judge_all(items, OURS, cluster="tcp://127.0.0.1:1")


def half(picture: np.ndarray, bed: Polygon | None) -> Mapping[str, float]:
    """A foreign detector: brightness is presence."""
    assert picture.shape[2] == 3 and picture.dtype == np.uint8
    return {"in_bed": float(picture.mean()), "not_in_bed": 100.0}


def breaks(picture: np.ndarray, bed: Polygon | None) -> Mapping[str, float]:
    raise RuntimeError("out of order")


def foreign(picture: np.ndarray, bed: Polygon | None) -> Mapping[str, float]:
    return {"asleep": 1.0}


class Counted:
    def __call__(self, picture: np.ndarray, bed: Polygon | None) -> Mapping[str, float]:
        return {"obstructed": 3.0}


HERE = "tests.eval.test_bulk"


def test_somebodys_callable_is_judged_alike(items: list[Item]) -> None:
    (answer,) = judge_all(items[:1], Spec(detector=f"{HERE}:half"))
    assert isinstance(answer, Answer)
    assert sum(answer.probabilities) == pytest.approx(1)
    assert not answer.certain
    (answer,) = judge_all(items[:1], Spec(detector=f"{HERE}:Counted"))
    assert isinstance(answer, Answer) and answer.state == "obstructed"


@pytest.mark.parametrize(
    ("name", "told"), [("breaks", "out of order"), ("foreign", "expected the states")]
)
def test_a_callable_that_fails_costs_its_picture(items: list[Item], name: str, told: str) -> None:
    (failure,) = judge_all(items[:1], Spec(detector=f"{HERE}:{name}"))
    assert isinstance(failure, Failure) and told in failure.message


@pytest.mark.parametrize("name", ["nowhere:judge", f"{HERE}:nothing", f"{HERE}:HERE", "plain"])
def test_a_detector_that_is_none_is_told_before_the_work(items: list[Item], name: str) -> None:
    with pytest.raises(ManifestError, match="detector"):
        judge_all(items, Spec(detector=name))
