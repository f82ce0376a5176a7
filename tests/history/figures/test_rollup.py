"""What is rolled up equals what raw rows count, in whatever order they come; purges included."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import StoreError
from bedcheck.history import Filters, HistoryRow, Kind, Store
from bedcheck.history.figures import By, Question, rollup
from bedcheck.history.figures.rollup import sums, sums_by_resident, whole_months
from bedcheck.history.figures.tally import Group
from bedcheck.history.retention import DOCUMENT
from bedcheck.history.tables import tallies
from demo.town import Town
from tests.history.figures.counting import Counts, recounted, residents, rolled_up

FIRST = date(2026, 10, 22)  # the clocks go back in the night of the 24th
LAST = date(2026, 11, 3)
NIGHTS = (LAST - FIRST).days + 1
TOWN = Town(residents=4, up=0.2, wrong=0.2, fault=0.15, line=0.05, low=0.1, away=0.1, unsure=0.3)
LIVED = [list(rows) for rows in TOWN.nights(FIRST, NIGHTS)]


@contextmanager
def a_store() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "night.db", create=True) as store,
    ):
        yield store


def append(store: Store, rows: list[HistoryRow]) -> None:
    with store.transaction() as tx:
        for row in rows:
            tx.append(row)


def of_all(counts: Counts) -> dict[tuple[date, Group], Counter[str]]:
    total: dict[tuple[date, Group], Counter[str]] = defaultdict(Counter)
    for (night, _, group), some in counts.items():
        total[night, group].update(some)
    return total


def late(window: str, resident: str, **facts: Any) -> HistoryRow:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return HistoryRow(at=at, kind=Kind.LATE, window=window, resident=resident, facts=facts)


CLOSED = [row for rows in LIVED for row in rows if row.kind is Kind.WINDOW_CLOSED]
LATE = st.lists(
    st.builds(
        lambda row, outcome: late(row.window, row.resident, event="outcome", outcome=outcome),
        st.sampled_from(CLOSED),
        st.sampled_from(["fallen", "in_bed_after_all", "up_and_well"]),
    ),
    max_size=6,
)


@settings(max_examples=12, deadline=None)
@given(
    cuts=st.lists(st.integers(0, sum(map(len, LIVED))), max_size=8),
    batch=st.integers(20, 400),
    outcomes=LATE,
)
def test_rolled_up_equals_recounted(cuts: list[int], batch: int, outcomes: list[Any]) -> None:
    """Whenever it is rolled up, in the middle of a supervision or once at the end."""
    rows = [row for night in LIVED for row in night] + outcomes
    with a_store() as store, patch.object(rollup, "BATCH", batch):
        done = 0
        for cut in [*sorted(cuts), len(rows)]:
            append(store, rows[done:cut])
            done = max(done, cut)
            store.roll_up()
        expected, found = recounted(store), rolled_up(store)
        assert found == expected
        with store.snapshot() as read:
            nobody = {
                (date.fromisoformat(one.span[1:]), one.group): Counter(one.counts)
                for one in sums(read.connection, FIRST, LAST)
            }
            assert nobody == of_all(expected)


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, NIGHTS - 1), last=st.integers(0, NIGHTS - 1))
def test_months_and_nights_of_residents_make_any_span(lived: Store, first: int, last: int) -> None:
    start, end = FIRST + timedelta(days=min(first, last)), FIRST + timedelta(days=max(first, last))
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for (night, resident, _), counts in recounted(lived).items():
        if start <= night <= end:
            expected[resident].update(counts)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with lived.snapshot() as read:
        for one in sums_by_resident(read.connection, start, end):
            found[one.resident].update(one.counts)
    assert found == expected


@pytest.fixture(scope="module")
def lived() -> Iterator[Store]:
    with a_store() as store:
        append(store, [row for night in LIVED for row in night])
        store.roll_up()
        yield store


def test_a_month_s_sum_is_used_for_a_whole_month() -> None:
    assert whole_months(date(2026, 10, 1), date(2026, 11, 2)) == (
        ["m2026-10"], [("n2026-11-01", "n2026-11-02")],
    )  # fmt: skip
    assert whole_months(date(2026, 9, 30), date(2026, 10, 30)) == (
        [], [("n2026-09-30", "n2026-09-30"), ("n2026-10-01", "n2026-10-30")],
    )  # fmt: skip


def ask(store: Store, **asked: Any) -> Any:
    question = Question(first=FIRST, last=LAST, **asked)
    return store.statistics(question, by="os:anna", at=datetime(2026, 12, 1, tzinfo=UTC))


def test_every_grouping_sums_to_the_same(lived: Store) -> None:
    total = ask(lived).total.counts
    for by in By:
        statistics = ask(lived, by=by)
        assert statistics.total.counts == total, by
        if by not in (By.ALL, By.CAUSE):
            parts: Counter[str] = Counter()
            for part in statistics.parts:
                parts.update(part.counts)
            assert parts == total, by
    assert [part.name for part in ask(lived, by=By.AREA).parts] == ["Norr", "Söder", "Öster"]
    assert {part.name for part in ask(lived, by=By.CAUSE).parts} >= {"camera", "deviation"}


def test_figures_by_resident_go_with_the_rows_and_those_of_nobody_stay() -> None:
    with a_store() as store:
        append(store, [row for night in LIVED for row in night])
        before = of_all(recounted(store))
        now = datetime(2026, 11, 10, 12, tzinfo=UTC)
        with store.transaction() as tx:
            tx.put(*DOCUMENT, {"supervision": 12}, by="os:anna", at=now)
        assert store.purge(now, by="os:anna").rows.total() > 0
        with store.snapshot() as read:
            first = min(row.at for row in store.rows(Filters(kinds=("look",)), by="t", at=now))
            assert first >= now - timedelta(days=12)
            # Nights of before the 29th are gone, and with them the month's share of them.
            spans = read.connection.execute(
                tallies.select().where(tallies.c.resident != "").order_by(tallies.c.span)
            )
            kept = {row.span for row in spans}
            assert {span for span in kept if span < "n2026-10-29"} == {"m2026-10", "m2026-11"}
            month = [
                Counter(one.counts)
                for one in sums_by_resident(read.connection, date(2026, 10, 1), date(2026, 10, 31))
            ]
            nights = [
                Counter(one.counts)
                for resident in residents(store)
                for one in sums(read.connection, date(2026, 10, 1), date(2026, 10, 31), resident)
            ]
            assert sum(month, Counter()) == sum(nights, Counter())
            nobody = {
                (date.fromisoformat(one.span[1:]), one.group): Counter(one.counts)
                for one in sums(read.connection, FIRST, LAST)
            }
        assert nobody == before


def test_a_late_word_on_a_purged_night_changes_nothing() -> None:
    with a_store() as store:
        append(store, [row for night in LIVED for row in night])
        now = datetime(2028, 12, 1, tzinfo=UTC)
        store.purge(now, by="os:anna")
        before = ask(store).total.counts
        assert before["supervisions"] > 50
        row = CLOSED[0]
        assert row.window is not None
        assert row.resident is not None
        append(store, [late(row.window, row.resident, event="outcome", outcome="fallen")])
        assert ask(store).total.counts == before
        assert ask(store, by=By.RESIDENT).parts == ()


def test_who_asks_is_a_row_and_of_whom(lived: Store) -> None:
    ask(lived, resident="r-0001", by=By.CAUSE)
    row = list(lived.rows(Filters(kinds=(Kind.READ,)), by="os:other"))[-1]
    assert (row.who, row.resident, row.facts["what"]) == ("os:anna", "r-0001", "statistics")
    assert row.facts["filters"] == {
        "first": "2026-10-22", "last": "2026-11-03", "by": "cause", "resident": "r-0001",
    }  # fmt: skip


def test_a_store_of_before_there_were_counts_is_counted_when_asked(tmp_path: Path) -> None:
    with Store.open(tmp_path / "night.db", create=True) as store:
        append(store, LIVED[0])
        expected = ask(store).total.counts
        with store.transaction() as tx:
            for table in ("tallies", "tallied", "watched"):
                tx.connection.exec_driver_sql(f"DROP TABLE {table}")
            tx.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with Store.open(tmp_path / "night.db") as store:
        assert ask(store).total.counts == expected


def test_a_damaged_row_is_told_and_does_not_keep_the_purge() -> None:
    with a_store() as store:
        append(store, LIVED[0])
        with store.transaction() as tx:
            tx.connection.exec_driver_sql("DROP TRIGGER rows_are_never_changed")
            tx.connection.exec_driver_sql("UPDATE rows SET facts = '{' WHERE kind = 'look'")
        with pytest.raises(StoreError, match="run `bedcheck history verify`"):
            ask(store)
        purged = store.purge(datetime(2029, 1, 1, tzinfo=UTC), by="os:anna")
        assert purged.rows.total() == sum(row.kind is not Kind.CHANGE for row in LIVED[0])
        assert ask(store).total.counts["looks"] == 0  # what could not be read was never counted


def test_damaged_counts_are_told() -> None:
    with a_store() as store:
        append(store, LIVED[0])
        store.roll_up()
        with store.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE tallies SET counts = '{'")
        with pytest.raises(StoreError, match="counts of the history are damaged"):
            ask(store)
