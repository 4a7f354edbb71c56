"""The sheets of a depot as PDF, with the same rows as on the page: drawn by fpdf2, with letters of our own."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from fpdf import FPDF

from dashboards.pages.paper.code import SquareCode
from dashboards.pages.paper.depot import DepotSheet, PaperRow

FONT, POINTS = "DejaVu", 9.5
LEFT, TOP, WIDE, HIGH = 10.0, 9.0, 277.0, 210.0
ROW, HEAD, TABLE = 7.4, 6.0, 36.0
"""Heights [mm] of a row and of the table's head, and where that begins."""
COLUMNS = (16.0, 56.0, 10.0, 26.0, 17.0, 42.0, 38.0, 25.0, 10.0, 16.0, 21.0)
"""Widths [mm], of the whole as on the page."""
OUT, DONE = 8, 9
"""Which columns are for a pen: a box, and a time."""
MUTED = 90


def sheet_pdf(sheet: DepotSheet) -> bytes:
    """One lying A4 a sheet."""
    pdf = FPDF(orientation="landscape", unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_title(sheet.title)
    pdf.set_creator("dagsplan")
    fonts = files("dashboards") / "fonts"
    pdf.add_font(FONT, "", str(fonts / "DejaVuSansCondensed.ttf"))
    pdf.add_font(FONT, "B", str(fonts / "DejaVuSansCondensed-Bold.ttf"))
    for rows, number in zip(sheet.sheets, sheet.numbers, strict=True):
        pdf.add_page()
        _head(pdf, sheet)
        _table(pdf, sheet, rows)
        _foot(pdf, sheet, number)
    return bytes(pdf.output())


def _head(pdf: FPDF, sheet: DepotSheet) -> None:
    """What it is, for when, and what it rests on."""
    side = 24.0 if sheet.code else 0.0
    _write(pdf, LEFT, TOP, 170, sheet.title, size=16, bold=True, high=8)
    pdf.set_font(FONT, "", POINTS)
    pdf.set_xy(LEFT, TOP + 8.5)
    said = sheet.lead if sheet.code else f"{sheet.lead}\n{sheet.no_code}"
    pdf.multi_cell(178, 4.6, said, align="L")
    for n, (label, value) in enumerate(sheet.frame.meta):
        y = TOP + 4.7 * n
        _write(pdf, LEFT + WIDE - side - 62, y, 28, label, muted=True, high=4.7)
        _write(pdf, LEFT + WIDE - side - 34, y, 32, value, bold=True, align="R", high=4.7)
    if sheet.code:
        _code(pdf, sheet.code, LEFT + WIDE - 23, TOP, 23.0)


def _code(pdf: FPDF, code: SquareCode, x: float, y: float, side: float) -> None:
    """The square code with its quiet zone of two modules, and its address to be tapped."""
    one = side / (code.side + 4)
    pdf.set_fill_color(0)
    for left, top, n in code.bars:
        pdf.rect(x + (left + 2) * one, y + (top + 2) * one, n * one, one, style="F")
    pdf.link(x, y, side, side, code.address)


def _table(pdf: FPDF, sheet: DepotSheet, rows: Sequence[PaperRow]) -> None:
    x = LEFT
    for wide, head in zip(COLUMNS, sheet.heads, strict=True):
        _write(pdf, x, TABLE, wide, head, muted=True, high=HEAD)
        x += wide
    _rule(pdf, TABLE + HEAD, 0.4)
    for n, row in enumerate(rows):
        y = TABLE + HEAD + n * ROW
        _row(pdf, row, y, sheet)
        _rule(pdf, y + ROW, 0.6 if row.kind == "need" else 0.2)
        if row.kind == "need":
            _rule(pdf, y, 0.6)


def _row(pdf: FPDF, row: PaperRow, y: float, sheet: DepotSheet) -> None:
    muted, said = row.kind == "off", f"{row.code} {row.title}".strip()
    _write(pdf, LEFT, y, COLUMNS[0], row.start, bold=True, muted=muted)
    if not said:
        _write(pdf, LEFT + COLUMNS[0], y, WIDE - COLUMNS[0], row.said, bold=row.kind == "need", muted=muted)
        return
    ready = f"{row.ready} {sheet.late}" if row.late else row.ready
    cells = [said, row.prio, row.action, row.vehicle, row.ring, row.why, ready]
    strong = {0, 3, 6} if row.late else {0, 3}
    if row.kind != "go":
        cells, strong = [said, row.prio, row.action, f"{row.said} {row.why}"], {3} if row.kind == "need" else set()
    x = LEFT + COLUMNS[0]
    for n, text in enumerate(cells):
        wide = COLUMNS[n + 1] if row.kind == "go" or n < 3 else sum(COLUMNS[n + 1 : OUT])
        _write(pdf, x, y, wide, text, bold=n in strong, muted=muted)
        x += wide
    _pen(pdf, row, y)


def _pen(pdf: FPDF, row: PaperRow, y: float) -> None:
    """The box to tick, the field for a time, and what is known already."""
    x = LEFT + sum(COLUMNS[:OUT])
    pdf.set_line_width(0.35)
    if row.kind != "off":
        pdf.rect(x + 2, y + (ROW - 4.5) / 2, 4.5, 4.5)
    x += COLUMNS[OUT]
    pdf.set_line_width(0.2)
    for at in (x, x + COLUMNS[DONE]):
        pdf.line(at, y, at, y + ROW)
    _write(pdf, x + COLUMNS[DONE], y, COLUMNS[DONE + 1], row.note)


def _foot(pdf: FPDF, sheet: DepotSheet, number: str) -> None:
    _write(pdf, LEFT, HIGH - 14, 200, f"{sheet.frame.holds} {sheet.frame.ring}", muted=True)
    _write(pdf, LEFT + 200, HIGH - 14, WIDE - 200, number, bold=True, align="R")


def _write(
    pdf: FPDF,
    x: float,
    y: float,
    wide: float,
    text: str,
    *,
    bold: bool = False,
    muted: bool = False,
    align: str = "L",
    size: float = POINTS,
    high: float = ROW,
) -> None:
    """One line of text in a cell, cut where it is too long for it."""
    text = " ".join(text.split())
    pdf.set_font(FONT, "B" if bold else "", size)
    pdf.set_text_color(MUTED if muted else 0)
    room = wide - 2.2
    if pdf.get_string_width(text) > room:
        while text and pdf.get_string_width(f"{text}…") > room:
            text = text[:-1]
        text = f"{text.rstrip()}…"
    pdf.set_xy(x, y)
    pdf.cell(wide, high, text, align=align)


def _rule(pdf: FPDF, y: float, thick: float) -> None:
    pdf.set_line_width(thick)
    pdf.line(LEFT, y, LEFT + WIDE, y)
