"""Makes the PDF fixtures; needs groff and Python's reportlab.

    python3 Tests/DocumentsTests/Fixtures/pdf/make.py
"""

import pathlib
import subprocess

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import (BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph, Spacer, Table, TableStyle)
from reportlab.platypus.tableofcontents import TableOfContents

here = pathlib.Path(__file__).parent


def two_columns():
    """A paper in two columns with a footnote and a table, set by groff's ms macros and tbl."""
    pdf = subprocess.run(["groff", "-ms", "-t", "-Tpdf", str(here / "two-columns.ms")], check=True, capture_output=True)
    (here / "two-columns.pdf").write_bytes(pdf.stdout)


class Report(BaseDocTemplate):
    def __init__(self, path):
        super().__init__(path, pagesize=A4, invariant=1, title="untitled")
        frame = Frame(72, 72, A4[0] - 144, A4[1] - 144)
        self.addPageTemplates([PageTemplate("all", [frame], onPage=self.edges)])

    def edges(self, canvas, _):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, A4[1] - 40, "Port of Eastmark")
        canvas.drawRightString(A4[0] - 72, A4[1] - 40, "Annual report")
        canvas.drawCentredString(A4[0] / 2, 30, f"Page {canvas.getPageNumber()}")

    def afterFlowable(self, flowable):
        if getattr(flowable, "style", None) and flowable.style.name in ("Heading1", "Heading2"):
            self.notify("TOCEntry", (int(flowable.style.name[-1]) - 1, flowable.getPlainText(), self.page))


def report():
    """Title, contents with dots, chapters, a table through pages with wrapped cells, running heads and page numbers."""
    styles = getSampleStyleSheet()
    contents = TableOfContents(dotsMinLevel=0)
    story = [Paragraph("Annual report of the port", styles["Title"]), Paragraph("Contents", styles["Title"]), contents, PageBreak()]
    for number, name in enumerate(["Ships", "Cargo", "Dredging"], 1):
        story.append(Paragraph(f"{number} {name}", styles["Heading1"]))
        for part in ("Plan", "Result"):
            story.append(Paragraph(f"{number}.{1 if part == 'Plan' else 2} {part} of the year", styles["Heading2"]))
            story.append(Paragraph(f"The {part.lower()} for {name.lower()} is given here in words that fill some lines of the page, so "
                                   f"that there is text to be read, and it names the number {number * 111} once. " * 2, styles["Normal"]))
        story.append(Spacer(1, 12))
    rows = [["Berth", "Rule that holds there", "Length (m)", "Fee (EUR)"]]
    for number in range(1, 61):
        rule = "No anchoring" if number % 3 else Paragraph(
            "Speed is limited to four knots at all times of the day and of the year, for every vessel", styles["Normal"])
        rows.append([f"Berth {number}", rule, str(7 * number), f"{1000 + 13 * number:,}"])
    table = Table(rows, repeatRows=1, colWidths=[70, 190, 70, 70])
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.grey), ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
                               ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")]))
    story += [Paragraph("4 Berths", styles["Heading1"]), table]
    Report(str(here / "report.pdf")).multiBuild(story)


two_columns()
report()
