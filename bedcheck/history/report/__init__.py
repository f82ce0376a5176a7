"""The report: a week or a month as mail, page and PDF sheet. Needs the extra `report`."""

from bedcheck.history.report.content import Content, Every, gather, nights_before
from bedcheck.history.report.letter import Rendered, letter, render

__all__ = ["Content", "Every", "Rendered", "gather", "letter", "nights_before", "render"]
