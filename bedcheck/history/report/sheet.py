"""The report as one page of PDF, A4, with the font that ships."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any

from bedcheck import texts
from bedcheck.extras import needs
from bedcheck.history.report.content import Content, Line
from bedcheck.texts import text

with needs("report"):
    from fpdf import FPDF

__all__ = ["pdf"]

INK, SOFT, LINE = (31, 41, 55), (75, 85, 99), (209, 213, 219)
LEFT, TOP, WIDTH, HEIGHT = 14.0, 12.0, 182.0, 297.0  # millimetres
TALL = 54.0  # millimetres for a plot, at most


def pdf(content: Content, plots: Sequence[bytes]) -> bytes:
    """The sheet; the same content and plots give the same bytes."""
    sheet: Any = FPDF(format="A4")
    sheet.set_margins(LEFT, TOP, LEFT)
    sheet.set_auto_page_break(False)
    sheet.set_creation_date(content.written)
    sheet.set_title(content.subject)
    sheet.set_lang(content.language)
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        with as_file(files(texts) / name) as path:
            sheet.add_font("DejaVu", style, path)
    sheet.add_page()

    def say(key: str) -> str:
        return text(f"report.{key}", content.language)

    _text(sheet, say("above"), 8, colour=SOFT)
    _text(sheet, content.name, 17, bold=True)
    _text(sheet, content.nights(), 9, colour=SOFT)
    sheet.ln(1.5)
    _text(sheet, " ".join(content.lead()), 9.5)
    sheet.ln(2)
    _heading(sheet, say("figures"))
    headings = ["", say("value"), say("interval"), say("before"), ""]
    lines = [Line(name=line.name, cells=(*line.cells, line.note)) for line in content.figures()]
    _table(sheet, headings, lines, (61, 25, 33, 23, 40), last_left=True)
    top = sheet.get_y() + 3
    _plots(sheet, plots, top)
    _tables(sheet, content, say)
    _notes(sheet, content)
    return bytes(sheet.output())


def _plots(sheet: Any, plots: Sequence[bytes], top: float) -> None:
    """Side by side, as wide as the page lets them."""
    gap = 4.0
    width = (WIDTH - gap) / 2
    for number, plot in enumerate(plots[:2]):
        sheet.image(
            BytesIO(plot), x=LEFT + number * (width + gap), y=top, w=width, h=TALL,
            keep_aspect_ratio=True,
        )  # fmt: skip
    sheet.set_y(top + TALL + 3)


def _tables(sheet: Any, content: Content, say: Any) -> None:
    if not content.by_cause():
        return
    top = sheet.get_y()
    _heading(sheet, say("causes"))
    headings = [say("cause"), say("alarms"), say("outcomes"), say("wrong"), say("acknowledged")]
    _table(sheet, headings, content.by_cause(), (46, 13, 15, 16, 24))
    bottom = sheet.get_y()
    sheet.set_xy(LEFT + 122, top)
    _heading(sheet, say("found"), x=LEFT + 122)
    _table(sheet, ["", say("alarms")], content.found(), (45, 15), x=LEFT + 122)
    sheet.set_y(max(bottom, sheet.get_y()) + 2)
    if len(content.areas) > 1:
        _heading(sheet, say("areas"))
        headings = [say(n) for n in ("area", "supervisions", "alarms", "wrong", "could_not_tell")]
        room = int((_notes_top(sheet, content) - sheet.get_y()) / 4.6) - 2
        lines = _fitting(content.by_area(), max(room, 1), content.language)
        _table(sheet, headings, lines, (66, 29, 29, 29, 29))


def _fitting(lines: list[Line], room: int, language: str) -> list[Line]:
    """Those that there is room for, and how many there are beside."""
    if len(lines) <= room:
        return lines
    left = text("report.more", language, count=len(lines) - room + 1)
    return [*lines[: room - 1], Line(name=left, cells=("",) * len(lines[0].cells))]


def _notes(sheet: Any, content: Content) -> None:
    sheet.set_y(_notes_top(sheet, content))
    sheet.set_draw_color(*LINE)
    sheet.line(LEFT, sheet.get_y() - 1.5, LEFT + WIDTH, sheet.get_y() - 1.5)
    for note in content.notes():
        _text(sheet, note, 7, colour=SOFT)


def _notes_top(sheet: Any, content: Content) -> float:
    """Where the notes begin that end at the bottom of the page."""
    sheet.set_font("DejaVu", "", 7)
    lines = sum(
        len(sheet.multi_cell(WIDTH, 3.5, note, align="L", dry_run=True, output="LINES"))
        for note in content.notes()
    )
    return HEIGHT - 10 - 3.5 * lines


def _heading(sheet: Any, title: str, x: float = LEFT) -> None:
    sheet.set_x(x)
    sheet.set_font("DejaVu", "B", 10)
    sheet.set_text_color(*INK)
    sheet.cell(WIDTH, 6, title, new_x="LEFT", new_y="NEXT")


def _text(sheet: Any, words: str, size: float, *, bold: bool = False, colour: Any = INK) -> None:
    sheet.set_font("DejaVu", "B" if bold else "", size)
    sheet.set_text_color(*colour)
    sheet.multi_cell(WIDTH, size * 0.5, words, align="L", new_x="LMARGIN", new_y="NEXT")


def _table(
    sheet: Any, headings: Sequence[str], lines: Sequence[Line], widths: Sequence[float],
    *, x: float = LEFT, last_left: bool = False,
) -> None:  # fmt: skip
    """Names to the left, cells to the right, each line ruled off."""
    sheet.set_draw_color(*LINE)
    _row(sheet, headings, widths, x, last_left, colour=SOFT)
    for line in lines:
        _row(sheet, [line.name, *line.cells], widths, x, last_left)


def _row(
    sheet: Any, cells: Sequence[str], widths: Sequence[float], x: float, last_left: bool,
    colour: Any = INK,
) -> None:  # fmt: skip
    sheet.set_x(x)
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        last = last_left and number == len(cells) - 1
        sheet.set_text_color(*(SOFT if last else colour))
        size = 8.0 if not last else 6.5
        sheet.set_font("DejaVu", "", size)
        while sheet.get_string_width(cell) > width - 2 and size > 5:
            size -= 0.25
            sheet.set_font("DejaVu", "", size)
        align = "L" if number == 0 or last else "R"
        sheet.cell(width, 4.6, cell, border="B", align=align)
    sheet.ln(4.6)
