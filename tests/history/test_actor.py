"""Who acts."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from bedcheck.errors import RecordError
from bedcheck.history import Filters, Kind, Store
from bedcheck.history.actor import holder, issue_token, operating_system_user, withdraw_token

NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.mark.skipif(os.name != "posix", reason="users are asked of pwd")
def test_the_environment_does_not_say_who_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert operating_system_user() == f"os:{pwd.getpwuid(os.getuid()).pw_name}"


def test_a_token_is_told_once_and_names_its_holder(store: Store) -> None:
    with store.transaction() as tx:
        token = issue_token(tx, "central", by="os:anna", at=NOW, expires=LATER)
    with store.snapshot() as read:
        assert holder(read, token, NOW) == "token:central"
        assert holder(read, token, LATER) is None
        assert holder(read, token[:-1], NOW) is None
        assert holder(read, "å\ud800", NOW) is None
    assert token.encode() not in store.path.read_bytes()
    (row,) = store.rows(Filters(kinds=(Kind.TOKEN,)), by="os:anna")
    assert row.facts == {"name": "central", "what": "issued"}


def test_a_new_token_ends_the_one_before_and_withdrawing_ends_it_at_once(store: Store) -> None:
    with store.transaction() as tx:
        old = issue_token(tx, "central", by="os:anna", at=NOW, expires=LATER)
        new = issue_token(tx, "central", by="os:anna", at=NOW, expires=LATER)
        assert (holder(tx, old, NOW), holder(tx, new, NOW)) == (None, "token:central")
        assert withdraw_token(tx, "central", by="os:anna", at=NOW)
        assert not withdraw_token(tx, "central", by="os:anna", at=NOW)
        assert holder(tx, new, NOW) is None


@pytest.mark.parametrize(
    ("name", "expires"), [("", LATER), ("Central", LATER), ("a b", LATER), ("central", NOW)]
)
def test_what_is_no_name_or_has_expired_is_refused(
    store: Store, name: str, expires: datetime
) -> None:
    with pytest.raises(RecordError, match="expected"), store.transaction() as tx:
        issue_token(tx, name, by="os:anna", at=NOW, expires=expires)
