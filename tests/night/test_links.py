"""Links and calls back: believed when signed, in time and for the first time."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedcheck.errors import LinkError
from bedcheck.history import Filters, HistoryRow, Kind, Store
from bedcheck.night.channels.webhook import signature
from bedcheck.night.links import (
    CALLBACK,
    Callback,
    Purpose,
    check_callback,
    make_link,
    read_callback,
    read_link,
    use_link,
)

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BASE = "https://night.example/ack"
SECRET = b"0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "night.db", create=True)


def link(store: Store, key: str = "w1/call/1", **changes: object) -> str:
    given = {"alarm": "a1", "contact": "natt-norr", "key": key, "expires": LATER, **changes}
    return make_link(store.keys, BASE, **given)  # type: ignore[arg-type]


def use(store: Store, link: str, now: datetime = NOW) -> object:
    with store.transaction() as tx:
        return use_link(tx, store.keys, link, now)


def refusals(store: Store) -> list[dict[str, object]]:
    rows = store.rows(Filters(kinds=(Kind.LINK_REFUSED,)), by="test")
    return [dict(row.facts) for row in rows]


# ---- links


def test_a_link_says_whose_and_for_which_alarm_and_is_used_once(store: Store) -> None:
    sent = link(store, alarm="alarm å/1", purpose=Purpose.OUTCOME)
    assert sent.startswith(BASE + "/")
    for _ in range(3):  # reading does not use it up
        found = read_link(store.keys, sent, NOW)
        assert (found.alarm, found.contact, found.purpose, found.expires) == (
            "alarm å/1", "natt-norr", Purpose.OUTCOME, LATER,
        )  # fmt: skip
    assert use(store, sent) == found
    with pytest.raises(LinkError, match="used before") as caught:
        use(store, sent)
    assert caught.value.reason == "used"
    assert refusals(store) == [
        {"reason": "used", "what": "link", "contact": "natt-norr", "alarm": "alarm å/1"}
    ]


def test_a_delivery_that_is_repeated_carries_the_same_link(store: Store) -> None:
    assert link(store) == link(store)
    assert link(store) != link(store, key="w1/call/2")
    assert link(store) != link(store, purpose=Purpose.OUTCOME)
    use(store, link(store))
    use(store, link(store, purpose=Purpose.OUTCOME))


def test_an_expired_link_is_refused_and_logged(store: Store) -> None:
    use(store, link(store), LATER - timedelta(microseconds=1))
    with pytest.raises(LinkError, match="ended at 2026-11-01 03:00 UTC"):
        use(store, link(store, key="other"), LATER)
    assert refusals(store) == [{"reason": "expired", "what": "link"}]


def test_a_link_of_another_store_is_forged(store: Store, tmp_path: Path) -> None:
    with Store.open(tmp_path / "other.db", create=True) as other:
        foreign = link(other)
    with pytest.raises(LinkError) as caught:
        use(store, foreign)
    assert caught.value.reason == "forged"
    assert refusals(store) == [{"reason": "forged", "what": "link"}]


def test_a_link_with_any_letter_changed_is_refused(store: Store) -> None:
    sent = link(store)
    token = sent.rsplit("/", 1)[-1]
    for place in range(len(token)):
        for letter in "Aa_.=":
            if token[place] != letter:
                changed = token[:place] + letter + token[place + 1 :]
                with pytest.raises(LinkError):
                    read_link(store.keys, changed, NOW)
    for changed in (token + "=", token + "A", token[:-1], token.replace(".", ".."), token[::-1]):
        with pytest.raises(LinkError):
            read_link(store.keys, changed, NOW)


@settings(deadline=None)
@given(st.text() | st.binary().map(lambda data: data.hex()))
def test_any_text_is_refused_as_a_link(text: str) -> None:
    from bedcheck.history.keys import Keys

    with pytest.raises(LinkError):
        read_link(Keys(bytes(32), bytes(32)), text, NOW)


def test_a_refusal_stands_where_all_else_is_rolled_back(store: Store) -> None:
    def acknowledge() -> None:
        with store.transaction() as tx:
            tx.append(HistoryRow(at=NOW, kind="alarm_acknowledged", alarm="a1"))
            use_link(tx, store.keys, "x.y", NOW)

    with pytest.raises(LinkError):
        acknowledge()
    assert [row.kind for row in store.rows(by="test")] == [Kind.LINK_REFUSED]


# ---- calls back


def body(**changes: object) -> bytes:
    table = {"schema": CALLBACK, "alarm": "a1", "what": "acknowledge", "who": "Anna", **changes}
    return json.dumps({name: value for name, value in table.items() if value is not None}).encode()


def signed(content: bytes, at: datetime = NOW, secret: bytes = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": signature(secret, stamp, content)}


def receive(store: Store, content: bytes, headers: dict[str, str], now: datetime = NOW) -> Callback:
    with store.transaction() as tx:
        return read_callback(tx, SECRET, headers, content, now, contact="central")


def test_a_call_back_is_believed_once(store: Store) -> None:
    content = body(what="outcome", outcome="fallen", note="på golvet")
    headers = signed(content)
    assert receive(store, content, {k.upper(): v for k, v in headers.items()}) == Callback(
        alarm="a1", purpose=Purpose.OUTCOME, who="Anna", outcome="fallen", note="på golvet"
    )
    with pytest.raises(LinkError, match="received before") as caught:
        receive(store, content, headers)
    assert caught.value.reason == "used"
    # The key is not signed: another one makes no other request of it.
    with pytest.raises(LinkError, match="received before"):
        receive(store, content, {**headers, "Idempotency-Key": "k0"})
    # Signed anew, as a receiver repeats what was not answered: the same by its key.
    again = signed(content, NOW + timedelta(seconds=30))
    receive(store, content, {**again, "Idempotency-Key": "k1"})
    third = signed(content, NOW + timedelta(seconds=60))
    with pytest.raises(LinkError, match="received before"):
        receive(store, content, {**third, "Idempotency-Key": "k1"})


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (lambda content: {}, "forged"),
        (lambda content: signed(content, secret=b"another secret 16"), "forged"),
        (lambda content: signed(content + b" "), "forged"),
        (lambda content: {**signed(content), "Bedcheck-Timestamp": "1793505601"}, "forged"),
        (lambda content: {**signed(content), "Bedcheck-Timestamp": "²"}, "forged"),
        (lambda content: {**signed(content), "Bedcheck-Timestamp": "9" * 30}, "forged"),
        (lambda content: {**signed(content), "Bedcheck-Signature": "v1=å"}, "forged"),
        (lambda content: signed(content, NOW - timedelta(minutes=5, seconds=1)), "expired"),
        (lambda content: signed(content, NOW + timedelta(minutes=5, seconds=1)), "expired"),
    ],
)
def test_what_is_not_signed_or_not_recent_is_refused_and_logged(
    store: Store, headers: Callable[[bytes], dict[str, str]], reason: str
) -> None:
    content = body()
    with pytest.raises(LinkError) as caught:
        receive(store, content, headers(content))
    assert caught.value.reason == reason
    assert refusals(store) == [{"reason": reason, "what": "callback", "contact": "central"}]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{", b"[" * 10_000, b"\xff", b"null", body(schema="x"), body(alarm=None),
        body(alarm=""), body(alarm=7), body(what="close"), body(what="outcome"),
        body(what="write_off"), body(what="outcome", outcome="sleeping"),
        body(what="write_off", reason="tired"), body(who=["a"]), body(note="x" * 2000),
        body(note="\ud800"), body(note="x" * 70_000),
    ],
)  # fmt: skip
def test_what_is_signed_and_not_understood_is_refused(store: Store, content: bytes) -> None:
    with pytest.raises(LinkError) as caught:
        receive(store, content, signed(content))
    assert caught.value.reason == "malformed"


@settings(deadline=None)
@given(content=st.binary(max_size=300), stamp=st.text(max_size=15), sign=st.text(max_size=80))
def test_any_request_is_refused(content: bytes, stamp: str, sign: str) -> None:
    headers = {"Bedcheck-Timestamp": stamp, "Bedcheck-Signature": sign}
    with pytest.raises(LinkError):
        check_callback(SECRET, headers, content, NOW)
