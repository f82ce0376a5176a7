"""Figures in words and numbers, as people of each language write them."""

from __future__ import annotations

from bedcheck.history.figures.figures import SHARES, TIMES
from bedcheck.history.figures.intervals import Estimate
from bedcheck.texts import number, text

__all__ = ["basis", "interval", "time_text", "title", "value", "whole"]

PER = 1000  # a rate is told over so many resident-nights


def title(name: str, language: str, n: int | None = None) -> str:
    """What the figure is called; beside a count of ``n``, as that many are."""
    return text(f"figures.title.{name}", language, n=n)


def value(name: str, figure: Estimate, language: str, bare: bool = False) -> str:
    """The figure itself; a dash where there is none. ``bare``: its unit stands elsewhere."""
    if figure.value is None:
        return text("figures.no_value", language)
    return _written(name, figure.value, language, bare)


def interval(name: str, figure: Estimate, language: str) -> str:
    """Its two ends; a dash where it has none."""
    if figure.low is None or figure.high is None:
        return text("figures.no_value", language)
    low, high = (_written(name, end, language, bare=True) for end in (figure.low, figure.high))
    return f"{low} – {high}"


def basis(name: str, figure: Estimate, language: str) -> str:
    """What it rests on: "36 of 1 859 resident-nights"."""
    unit = text(f"figures.unit.{name}", language, n=round(figure.n))
    n = whole(round(figure.n), language)
    if figure.count is None:
        return text("figures.only_n", language, n=n, unit=unit)
    count = whole(round(figure.count), language)
    return text("figures.count_of", language, count=count, n=n, unit=unit)


def whole(count: int, language: str) -> str:
    """A whole number with its thousands apart: 1 859 or 1,859."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}" if language == "sv" else ",")


def time_text(seconds: float, language: str) -> str:
    """A duration in its two largest units."""
    left = round(seconds)
    days, left = divmod(left, 86_400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    parts = {"days": days, "hours": hours, "minutes": minutes, "seconds": left}
    largest = next((name for name, count in parts.items() if count), "seconds")
    return text(f"figures.{largest}", language, **parts)


def _written(name: str, amount: float, language: str, bare: bool = False) -> str:
    """In one piece: no line ends between a number and its unit."""
    return _worded(name, amount, language, bare).replace(" ", "\N{NO-BREAK SPACE}")


def _worded(name: str, amount: float, language: str, bare: bool) -> str:
    if name in TIMES:
        return time_text(amount, language)
    if name in SHARES:
        percent = number(100 * amount, language, 1 if amount >= 0.001 or amount == 0 else 2)
        return percent if bare else text("figures.share", language, value=percent)
    rate = number(PER * amount, language)
    return rate if bare else text("figures.rate", language, value=rate)
