"""report.html: one file that needs no other. Page one is for people who are no engineers."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval.intervals import Estimate
from eval.plots import calibration_plot, confusion_plot, curves_plot, sweep_plot
from eval.predictions import Prediction
from eval.slices import COLUMNS
from eval.words import WORDS

__all__ = ["page"]

CARDS = ("missed_absence", "wrong_call_out", "covered_seen", "low_contrast_seen", "certain")
TOWN = (
    "wrong_call_outs_per_year", "missed_share_of_absences", "visits_saved_share",
    "operator_asked_per_night",
)  # fmt: skip
SHARES = ("missed_share_of_absences", "visits_saved_share")
SLICES = 15
MANY = 20  # looks from which a figure is told in large
STYLE = Path(__file__).with_name("page.css")


def page(
    report: dict[str, Any],
    predictions: Sequence[Prediction],
    *,
    language: str = "en",
    pictures: Path | None = None,
) -> str:
    """The whole page. With ``pictures``, their root, the worst errors are shown and not only named.

    Then the page holds pictures of people's bedrooms, and belongs where those may be.
    """
    words = WORDS[language]
    parts = [
        f"<h1>{escape(words['title'])}</h1>",
        _opening(report, words),
        '<div class="cards">' + "".join(_card(name, report, words) for name in CARDS) + "</div>",
        _sure(report, words),
        _worst(report, words),
        _town(report, words),
        _beside(report, words),
        f'<h1 class="details">{escape(words["details"])}</h1>',
        _details(report, predictions, pictures),
    ]
    style = STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report['network'])}: {escape(words['title'])}</title>"
        f"<style>{style}</style></head><body><main>{''.join(parts)}</main></body></html>\n"
    )


def _opening(report: dict[str, Any], words: Any) -> str:
    told = words["measured"].format(
        name=report["network"], rows=report["rows"], rooms=report["rooms"]
    )
    text = f"<p>{escape(told)}"
    if report["failed"] or report["skipped"]:
        lost = words["lost"].format(failed=len(report["failed"]), skipped=len(report["skipped"]))
        text += f" <strong>{escape(lost)}</strong>"
    return text + "</p>"


def _card(name: str, report: dict[str, Any], words: Any) -> str:
    figure = report["errors"][name]
    if figure["value"] is None:
        body = f'<p class="why">{escape(words["never_measured"])}</p>'
        return f'<section class="card none"><h2>{escape(words[name])}</h2>{body}</section>'
    if figure["low"] is None:
        sure = words["no_interval"]
    else:
        sure = words["between"].format(low=_hundred(figure["low"]), high=_hundred(figure["high"]))
    rests = words["n"].format(
        n=figure["n"], units=figure["units"], unit=words[f"unit_{figure['unit']}"]
    )
    why = words["none_certain" if name == "certain" and not figure["value"] else f"{name}_why"]
    return (
        f'<section class="card {name}">{_big(figure, words)}<h2>{escape(words[name])}</h2>'
        f'<p class="why">{escape(why)}</p>'
        f'<p class="rests">{escape(sure)}; {escape(rests)}.</p></section>'
    )


def _big(figure: dict[str, Any], words: Any) -> str:
    """The figure in large; of few looks its interval, or that they are too few.

    "0 of 100" in large is read as a promise, whatever small print follows.
    """
    value = f"{_hundred(figure['value'])}<small> {escape(words['of_hundred'])}</small>"
    if figure["n"] >= MANY:
        return f'<p class="big">{value}</p>'
    if figure["low"] is None:
        right = round(figure["value"] * figure["n"])
        counted = words["counted"].format(k=right, n=figure["n"])
        return (
            f'<p class="big few">{escape(words["few_looks"])}<small> {escape(counted)}</small></p>'
        )
    low, high = _hundred(figure["low"]), _hundred(figure["high"])
    span = words["span"].format(low=low, high=high)
    return f'<p class="big few">{escape(span)}<small> {escape(words["of_hundred"])}</small></p>'


def _sure(report: dict[str, Any], words: Any) -> str:
    needed = f"{report['looks_needed']['0.10%']:,}".replace(",", "\u00a0")
    text = words["hears_text"].format(needed=needed, rooms=report["rooms"])
    return f"<h2>{escape(words['hears'])}</h2><p>{escape(text)}</p>"


def _worst(report: dict[str, Any], words: Any) -> str:
    known = [one for one in report["slices"] if not one["overlaps"]][:3]
    if not known:
        # Slices without an interval were never weighed against the rest.
        weighed = any(one["figure"]["low"] is not None for one in report["slices"])
        none = words["no_slices" if weighed else "few_for_slices"]
        return f"<h2>{escape(words['worst'])}</h2><p>{escape(none)}</p>"
    items = "".join(
        f"<li><strong>{one['figure']['value']:.0%}</strong> {escape(_slice(one, words))}"
        f" ({escape(words['rest'].format(rest=format(one['rest'], '.0%')))})</li>"
        for one in known
    )
    return f"<h2>{escape(words['worst'])}</h2><ul>{items}</ul>"


def _slice(one: dict[str, Any], words: Any) -> str:
    by, value = words.get(f"by_{one['by']}", one["by"]), one["value"]
    if one["by"] not in COLUMNS:  # a measured quantity's third
        for word in ("under", "over", "to"):
            value = " ".join(words[f"third_{w}"] if w == word else w for w in value.split())
    else:
        value = words.get(f"value_{value}", value.replace("_", " "))
    return f"{words['wrong_' + one['label']]}; {by}: {value}"


def _town(report: dict[str, Any], words: Any) -> str:
    if "nights" not in report:
        return ""
    nights = report["nights"]
    intro = words["year_intro"].format(
        residents=nights["town"]["residents"],
        supervisions=nights["town"]["supervisions"],
        years=nights["town"]["years"],
        repeat=_hundred(nights["repeat"]["value"]),
        how=words[f"how_{nights['repeat']['how']}"],
    )
    head = [words["policy"], *(words[name] for name in TOWN)]
    rows = [
        [words.get(policy, policy), *(_of_year(figures[name], name) for name in TOWN)]
        for policy, figures in nights["policies"].items()
    ]
    caution = words["year_caution"]
    return (
        f"<h2>{escape(words['year'])}</h2><p>{escape(intro)}</p>{_table(head, rows)}"
        f'<p class="rests">{escape(caution)}</p>'
    )


def _beside(report: dict[str, Any], words: Any) -> str:
    if not report.get("peers"):
        return ""
    head = [words["who"], words["missed_absence"], words["wrong_call_out"], words["auc"]]
    everyone = {words["ours"]: report}
    rows = [
        [
            name,
            _interval(one["errors"]["missed_absence"], share=True),
            _interval(one["errors"]["wrong_call_out"], share=True),
            _interval(one["presence"]["all"]["auc"]),
        ]
        for name, one in {**everyone, **report["peers"]}.items()
    ]
    intro = f"<p>{escape(words['beside_intro'])}</p>"
    return f"<h2>{escape(words['beside'])}</h2>{intro}{_table(head, rows)}"


def _details(
    report: dict[str, Any], predictions: Sequence[Prediction], pictures: Path | None
) -> str:
    taken = [p for p in predictions if p.row.extras.get("kind", "clean") in ("clean", "")]
    parts = [
        "<h2>Confusion</h2>",
        _image(confusion_plot(predictions), "true against judged states"),
        "<h2>Presence score</h2>",
        _image(curves_plot(taken), "ROC, precision and recall, risk and coverage"),
        _image(calibration_plot(taken), "claimed and true shares", narrow=True),
    ]
    for title, figures in (
        ("Errors", report["errors"]),
        ("Answered", report["answered"]),
        ("Calibration", report["calibration"]),
    ):
        rows = [[n.replace("_", " "), str(Estimate(**f))] for n, f in figures.items()]
        parts.append(f"<h2>{title}</h2>{_table(['figure', 'value, 95 % interval'], rows)}")
    rows = [
        [source, n.replace("_", " "), str(Estimate(**f))]
        for source, figures in report["presence"].items()
        for n, f in figures.items()
        if f["value"] is not None
    ]
    parts.append(f"<h2>By source and room</h2>{_table(['rows', 'figure', 'value'], rows)}")
    rows = [
        [one["told"], str(Estimate(**one["figure"])), f"{one['rest']:.3f}",
         "may be chance" if one["overlaps"] else ""]
        for one in report["slices"][:SLICES]
    ]  # fmt: skip
    head = ["slice", "share wrong", "elsewhere", ""]
    parts.append(f"<h2>Worst slices</h2>{_table(head, rows)}")
    rows = [
        [one["path"], one["scene"], one["label"], one["state"], f"{one['probability']:.3f}"]
        for one in report["worst"]
    ]
    head = ["path", "scene", "true", "judged", "probability"]
    parts.append(f"<h2>Surest errors, one a scene</h2>{_table(head, rows)}")
    if pictures:
        parts += [_shown(pictures / one["path"], one["path"]) for one in report["worst"]]
    if "sweep" in report:
        parts.append("<h2>As pictures get worse</h2>")
        parts.append(_image(sweep_plot(report["sweep"]), "shares of states over severity"))
    return "".join(parts)


def _shown(file: Path, name: str) -> str:
    kind = {"png": "png", "webp": "webp"}.get(file.suffix.lower().lstrip("."), "jpeg")
    data = base64.b64encode(file.read_bytes()).decode()
    caption = f"<figcaption>{escape(name)}</figcaption>"
    return f'<figure><img alt="" src="data:image/{kind};base64,{data}">{caption}</figure>'


def _image(png: bytes, told: str, *, narrow: bool = False) -> str:
    data = base64.b64encode(png).decode()
    kind = ' class="narrow"' if narrow else ""
    return f'<img{kind} alt="{escape(told)}" src="data:image/png;base64,{data}">'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>None.</p>"
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    # On a phone each cell stands on a line of its own, with its column's name before it.
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-column="{escape(name)}">{escape(cell)}</td>'
            for name, cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _of_year(figure: dict[str, Any], name: str) -> str:
    scale, unit = (100, " %") if name in SHARES else (1, "")
    if figure["value"] is None:
        return "–"
    value = scale * figure["value"]
    digits = 1 if value < 10 else 0
    text = f"{value:.{digits}f}{unit}"
    if figure["low"] is not None:
        low, high = scale * figure["low"], scale * figure["high"]
        text += f" ({low:.{digits}f}–{high:.{digits}f})"
    return text


def _interval(figure: dict[str, Any], *, share: bool = False) -> str:
    if figure["value"] is None:
        return "–"
    style = ".0%" if share else ".3f"
    text = format(figure["value"], style)
    if figure["low"] is not None:
        text += f" ({format(figure['low'], style)}–{format(figure['high'], style)})"
    return text


def _hundred(value: float) -> str:
    """A share as so many of a hundred; under ten with one decimal, so that few is not none."""
    times = 100 * value
    return f"{times:.0f}" if times >= 9.95 or times == 0 else f"{times:.1f}"
