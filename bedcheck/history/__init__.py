"""The store of the night and its history: tables, chain, export, retention. No picture in here.

Needs the extra `night`.
"""

from bedcheck.extras import needs

with needs("night"):
    from bedcheck.history.grant import Grant, Redeem
    from bedcheck.history.reading import Filters
    from bedcheck.history.row import HistoryRow, Kind, Retained
    from bedcheck.history.store import Store
    from bedcheck.history.story import AlarmStory, Call
    from bedcheck.history.transaction import Intent, Snapshot, Transaction

__all__ = [
    "AlarmStory",
    "Call",
    "Filters",
    "Grant",
    "HistoryRow",
    "Intent",
    "Kind",
    "Redeem",
    "Retained",
    "Snapshot",
    "Store",
    "Transaction",
]
