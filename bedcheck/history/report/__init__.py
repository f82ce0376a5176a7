"""The report: a week or a month as mail, page and PDF sheet. Drawing it needs the extra `report`.

What it says is in `content`; `letter` draws it, and imports what that takes.
"""

from bedcheck.history.report.content import (
    Content,
    Every,
    gather,
    nights_before,
    nights_with,
)

__all__ = ["Content", "Every", "gather", "nights_before", "nights_with"]
