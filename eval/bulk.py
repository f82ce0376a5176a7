"""Many pictures judged, here, by several processes, or by a dask cluster: the same answers."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from bedcheck.errors import BedcheckError, ManifestError, MissingExtra
from bedcheck.frame import read
from bedcheck.verdict import Polygon, State, Verdict
from datasets.manifest import Row
from eval.corruptions import Corruption, corrupt
from eval.judges import Spec, build
from eval.predictions import Prediction

__all__ = ["Answer", "Failure", "Item", "judge_all", "predict"]

CHUNK = 16  # pictures: a second or so of work
ALONE = 48  # pictures that are judged sooner than another process has started

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One picture to judge, so that any process can."""

    file: Path
    bed: Polygon | None
    corruption: Corruption | None = None  # laid over the picture first


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A verdict in plain values that can be sent between processes."""

    state: str
    probabilities: tuple[float, ...]  # in the order of State
    presence: float
    certain: bool
    bed: Polygon | None
    elapsed_ms: float
    network: str
    measures: tuple[tuple[str, float | None], ...]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why a picture has no verdict."""

    kind: str
    message: str


def judge_all(
    items: Sequence[Item],
    spec: Spec,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> list[Answer | Failure]:
    """An answer or a failure for each item, in their order.

    ``workers`` processes (by default one a processor, and none but this one for few pictures),
    or the workers of the dask scheduler at ``cluster``, which need this checkout and the
    pictures at the same paths. Raises NetworkError, ManifestError where ``spec`` cannot be
    made, MissingExtra, and ManifestError where the scheduler does not answer.
    """
    build(spec)  # fails here, once, rather than in every process
    chunks = [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]
    done: dict[int, list[Answer | Failure]] = {}
    count = workers if workers is not None else min(os.cpu_count() or 1, 8)
    if cluster:
        results = _on_cluster(chunks, spec, cluster)
    elif count <= 1 or (workers is None and len(items) < ALONE):
        results = ((k, judge_chunk(chunk, spec)) for k, chunk in enumerate(chunks))
    else:
        results = _in_processes(chunks, spec, count)
    judged = 0
    for k, answers in results:
        done[k] = answers
        judged += len(answers)
        if progress:
            progress(judged, len(items))
    return [answer for k in range(len(chunks)) for answer in done[k]]


def predict(
    rows: Sequence[tuple[int, Row]],
    root: Path,
    spec: Spec,
    *,
    find_beds: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> tuple[list[Prediction], list[tuple[int, str]]]:
    """Judge numbered rows; return predictions, and (number, message) of what could not be.

    With ``find_beds`` the manifest's polygons are kept from the detector.
    """
    items = [Item(file=root / row.path, bed=None if find_beds else row.bed) for _, row in rows]
    answers = judge_all(items, spec, workers=workers, cluster=cluster, progress=progress)
    done: list[Prediction] = []
    failed: list[tuple[int, str]] = []
    for (number, row), answer in zip(rows, answers, strict=True):
        if isinstance(answer, Failure):
            failed.append((number, answer.message))
        else:
            done.append(prediction(number, row, answer))
    return done, failed


def prediction(number: int, row: Row, answer: Answer) -> Prediction:
    """The row with its answer."""
    return Prediction(
        number=number,
        row=row,
        state=State(answer.state),
        probabilities=dict(zip(State, answer.probabilities, strict=True)),
        presence=answer.presence,
        certain=answer.certain,
        bed=answer.bed,
        elapsed_ms=answer.elapsed_ms,
        network=answer.network,
        measures=dict(answer.measures),
    )


def judge_chunk(items: Sequence[Item], spec: Spec) -> list[Answer | Failure]:
    """What one process does with its part."""
    cv2.setNumThreads(1)  # the processes share the processors
    judge = build(spec)
    answers: list[Answer | Failure] = []
    for item in items:
        try:
            if item.corruption is None:
                verdict = judge(item.file, item.bed)
            else:
                pixels = read(item.file).pixels
                verdict = judge(corrupt(pixels, item.bed, item.corruption), item.bed)
        except BedcheckError as error:
            answers.append(Failure(kind=error.kind, message=str(error)))
        else:
            answers.append(_answer(verdict))
    return answers


def _answer(verdict: Verdict) -> Answer:
    return Answer(
        state=verdict.state.value,
        probabilities=tuple(verdict.probabilities[state] for state in State),
        presence=verdict.presence,
        certain=verdict.certain,
        bed=verdict.bed,
        elapsed_ms=verdict.elapsed_ms,
        network=verdict.network,
        # As `Verdict.to_dict` has them: their last bits differ from process to process.
        measures=tuple(
            (name, None if value is None else round(value, 4))
            for name, value in verdict.measures.items()
        ),
    )


def _in_processes(
    chunks: Sequence[Sequence[Item]], spec: Spec, workers: int
) -> Iterator[tuple[int, list[Answer | Failure]]]:
    fresh = multiprocessing.get_context("spawn")  # onnxruntime does not live through a fork
    with ProcessPoolExecutor(min(workers, len(chunks)), mp_context=fresh) as pool:
        at: dict[Future[list[Answer | Failure]], int] = {
            pool.submit(judge_chunk, chunk, spec): k for k, chunk in enumerate(chunks)
        }
        for future in as_completed(at):
            yield at[future], future.result()


def _on_cluster(
    chunks: Sequence[Sequence[Item]], spec: Spec, address: str
) -> Iterator[tuple[int, list[Answer | Failure]]]:
    try:
        import distributed
    except ModuleNotFoundError:
        raise MissingExtra(
            "--cluster needs distributed, which is not installed: pip install -e '.[cluster]'"
        ) from None
    try:
        client: Any = distributed.Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise ManifestError(
            f"cluster: expected a dask scheduler such as tcp://host:8786 at {address!r}; {error}"
        ) from None
    with client:
        futures = [client.submit(judge_chunk, list(c), spec, pure=False) for c in chunks]
        at = {future.key: k for k, future in enumerate(futures)}
        for future, answers in distributed.as_completed(futures, with_results=True):
            yield at[future.key], answers
