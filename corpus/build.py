#!/usr/bin/env python3
"""Build the PDF and Word documents of the corpus from their Markdown sources.

    sources/pdf/NAME.md   ->  papers/NAME.pdf
    sources/docx/NAME.md  ->  office/NAME.docx

Usage (Python 3.11; the two packages are named in REQUIREMENTS below):

    python3 -m venv /tmp/corpus-venv
    /tmp/corpus-venv/bin/pip install reportlab python-docx
    /tmp/corpus-venv/bin/python corpus/build.py            # build everything
    /tmp/corpus-venv/bin/python corpus/build.py --check    # build twice, compare
    /tmp/corpus-venv/bin/python corpus/build.py NAME ...   # only these names

The sources use a small part of Markdown:

    ---            optional front matter: `title: ...` and `author: ...`
    # ## ### ####  headings (the first `#` is the document title)
    paragraphs     joined over line breaks; > block quotes
    - item         bulleted lists, nested by two or more spaces
    1. item        numbered lists, nested the same way
    | a | b |      pipe tables with a |---|---| line under the header
    ```lang        fenced code
    **bold**, *italic*, `code`, [text](address)

The output is deterministic: running twice gives equal bytes. PDF dates and
the PDF file id are fixed by reportlab's `invariant`; the Word core properties
carry FIXED_DATE and every member of the zip file has the same time stamp.
PDF text uses the standard Helvetica and Courier fonts (WinAnsi encoding), so
characters outside that set are replaced by PDF_REPLACE; a character that is
neither in the set nor in the table is an error, not a black box on the page.
"""

from __future__ import annotations

import argparse
import datetime
import io
import re
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

REQUIREMENTS = ["reportlab>=4.0", "python-docx>=1.1"]

ROOT = Path(__file__).resolve().parent
AUTHOR = "Machine Learning Engineering Handbook"
FIXED_DATE = datetime.datetime(2025, 6, 2, 9, 0, 0)
ZIP_DATE = (1980, 1, 1, 0, 0, 0)

PDF_REPLACE = {
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "⇒": "=>",
    "−": "-", "∑": "sum", "Σ": "sum", "√": "sqrt", "∞": "infinity", "∈": "in",
    "∩": "intersect", "∪": "union", "α": "alpha", "β": "beta", "γ": "gamma",
    "λ": "lambda", "μ": "mu", "σ": "sigma", "θ": "theta", "ε": "epsilon",
    "δ": "delta", "Δ": "delta", "π": "pi", "τ": "tau", "ρ": "rho", "η": "eta",
    "✓": "yes", "✗": "no", "☐": "[ ]", "₀": "0", "₁": "1", "₂": "2", "ₖ": "k",
    "\u2011": "-", "\u202f": " ", "\u2009": " ", "\u00a0": " ",
}


# --- Markdown ---------------------------------------------------------------


@dataclass
class Block:
    kind: str  # heading, paragraph, quote, item, table, code
    text: str = ""
    level: int = 0  # heading level, or nesting depth of a list item (0 = top)
    marker: str = ""  # "" for a bullet, "3." for a numbered item
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Document:
    title: str
    author: str
    blocks: list[Block]


HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
ITEM = re.compile(r"^(\s*)([-*+]|\d+[.)])\s+(.*)$")
FENCE = re.compile(r"^\s*(```+|~~~+)")
DIVIDER = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")


def split_row(line: str) -> list[str]:
    """The cells of one pipe table line; `\\|` and pipes in code stay."""
    line = line.strip()
    line = line[1:] if line.startswith("|") else line
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    cells, cell, code, i = [], "", False, 0
    while i < len(line):
        ch = line[i]
        if ch == "\\" and line[i + 1 : i + 2] == "|":
            cell, i = cell + "|", i + 2
            continue
        if ch == "`":
            code = not code
        if ch == "|" and not code:
            cells.append(cell.strip())
            cell = ""
        else:
            cell += ch
        i += 1
    cells.append(cell.strip())
    return cells


def parse(text: str, fallback_title: str) -> Document:
    lines = text.replace("\r\n", "\n").split("\n")
    meta: dict[str, str] = {}
    if lines and lines[0].strip() == "---" and "---" in [x.strip() for x in lines[1:]]:
        end = [x.strip() for x in lines[1:]].index("---") + 1
        for line in lines[1:end]:
            key, colon, value = line.partition(":")
            if colon:
                meta[key.strip()] = value.strip().strip("\"'")
        lines = lines[end + 1 :]
    blocks: list[Block] = []
    i = 0

    def starts_block(line: str) -> bool:
        return bool(
            not line.strip() or HEADING.match(line) or ITEM.match(line)
            or FENCE.match(line) or line.lstrip().startswith((">", "|"))
        )

    def take_text(first: str, start: int) -> tuple[str, int]:
        parts = [first.strip()]
        while start < len(lines) and not starts_block(lines[start]):
            parts.append(lines[start].strip())
            start += 1
        return " ".join(parts), start

    indents: list[int] = []  # the indents of the list items that are open
    while i < len(lines):
        line = lines[i]
        if not line.strip():
            i += 1
            continue
        fence = FENCE.match(line)
        item = ITEM.match(line)
        if not item and not line.startswith((" ", "\t")):
            indents = []
        if fence:
            mark, body, i = fence.group(1), [], i + 1
            while i < len(lines) and not lines[i].strip().startswith(mark):
                body.append(lines[i])
                i += 1
            i += 1
            blocks.append(Block("code", "\n".join(body).expandtabs(4)))
        elif heading := HEADING.match(line):
            blocks.append(Block("heading", heading.group(2), len(heading.group(1))))
            i += 1
        elif item:
            indent = len(item.group(1).expandtabs(4))
            while indents and indents[-1] > indent:
                indents.pop()
            if not indents or indents[-1] < indent:
                indents.append(indent)
            body_text, i = take_text(item.group(3), i + 1)
            marker = item.group(2) if item.group(2)[0].isdigit() else ""
            blocks.append(Block("item", body_text, len(indents) - 1, marker))
        elif line.lstrip().startswith(">"):
            parts = []
            while i < len(lines) and lines[i].lstrip().startswith(">"):
                parts.append(lines[i].lstrip()[1:].strip())
                i += 1
            blocks.append(Block("quote", " ".join(p for p in parts if p)))
        elif "|" in line and i + 1 < len(lines) and DIVIDER.match(lines[i + 1]):
            rows = [split_row(line)]
            i += 2
            while i < len(lines) and lines[i].strip() and "|" in lines[i]:
                rows.append(split_row(lines[i]))
                i += 1
            width = len(rows[0])
            rows = [(row + [""] * width)[:width] for row in rows]
            blocks.append(Block("table", rows=rows))
        elif re.match(r"^\s*([-*_]\s*){3,}$", line):
            i += 1  # a rule carries no text
        else:
            body_text, i = take_text(line, i + 1)
            blocks.append(Block("paragraph", body_text))
    title = meta.get("title") or next(
        (plain(b.text) for b in blocks if b.kind == "heading"), fallback_title
    )
    return Document(title, meta.get("author", AUTHOR), blocks)


SPAN = re.compile(
    r"(`+)(?P<code>.+?)\1|\*\*(?P<bold>.+?)\*\*|(?<![\w*])\*(?P<italic>[^*\s][^*]*?)\*(?!\w)"
    r"|\[(?P<text>[^\]]+)\]\((?P<link>[^)\s]+)\)"
)


def spans(text: str):
    """Yield (style, text) with style one of plain, code, bold, italic, link."""
    at = 0
    for match in SPAN.finditer(text):
        if match.start() > at:
            yield "plain", text[at : match.start()]
        if match.group("code") is not None:
            yield "code", match.group("code").strip()
        elif match.group("bold") is not None:
            yield "bold", match.group("bold")
        elif match.group("italic") is not None:
            yield "italic", match.group("italic")
        else:
            yield "link", match.group("text")
        at = match.end()
    if at < len(text):
        yield "plain", text[at:]


def plain(text: str) -> str:
    return "".join(part for _, part in spans(text))


# --- PDF --------------------------------------------------------------------


def pdf_text(text: str, where: str) -> str:
    text = "".join(PDF_REPLACE.get(ch, ch) for ch in text)
    try:
        text.encode("cp1252")
    except UnicodeEncodeError as error:
        bad = sorted({ch for ch in text if not ch.encode("cp1252", "ignore")})
        raise SystemExit(f"{where}: no PDF replacement for {bad}: {error}") from None
    return text


def build_pdf(doc: Document, where: str) -> bytes:
    from xml.sax.saxutils import escape

    from reportlab import rl_config
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.platypus import (
        BaseDocTemplate, Frame, PageTemplate, Paragraph, Preformatted, Spacer, Table, TableStyle,
    )

    rl_config.invariant = 1
    rl_config.useA85 = 0

    def markup(text: str) -> str:
        out = []
        for style, part in spans(text):
            part = escape(pdf_text(part, where))
            out.append({
                "plain": part, "link": part, "bold": f"<b>{part}</b>", "italic": f"<i>{part}</i>",
                "code": f'<font face="Courier" size="9">{part}</font>',
            }[style])
        return "".join(out)

    body = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14, spaceAfter=6)
    quote = ParagraphStyle("quote", body, leftIndent=16, fontName="Helvetica-Oblique")
    cell = ParagraphStyle("cell", body, fontSize=8.5, leading=11, spaceAfter=0)
    head = ParagraphStyle("head", cell, fontName="Helvetica-Bold")
    code = ParagraphStyle(
        "code", fontName="Courier", fontSize=8, leading=10.5, leftIndent=6, rightIndent=6,
        spaceBefore=4, spaceAfter=10, borderPadding=5, backColor=colors.HexColor("#f2f2f2"),
    )
    headings = {
        level: ParagraphStyle(
            f"h{level}", fontName="Helvetica-Bold", fontSize=size, leading=size * 1.25,
            spaceBefore=before, spaceAfter=5, keepWithNext=1,
        )
        for level, size, before in [(1, 20, 0), (2, 14, 12), (3, 11.5, 8), (4, 10, 6), (5, 10, 6), (6, 10, 6)]
    }
    width = A4[0] - 44 * mm
    story, first_heading = [], True
    for block in doc.blocks:
        if block.kind == "heading":
            para = Paragraph(markup(block.text), headings[block.level])
            para.outline = (pdf_text(plain(block.text), where), block.level)
            story.append(para)
            if first_heading and block.level == 1:
                story.append(Spacer(1, 6))
            first_heading = False
        elif block.kind == "paragraph":
            story.append(Paragraph(markup(block.text), body))
        elif block.kind == "quote":
            story.append(Paragraph(markup(block.text), quote))
        elif block.kind == "item":
            inset = 14 + 16 * block.level
            style = ParagraphStyle(
                f"item{block.level}", body, leftIndent=inset + (6 if block.marker else 0),
                bulletIndent=inset - 12, spaceAfter=3,
            )
            story.append(Paragraph(markup(block.text), style, bulletText=block.marker or "\u2022"))
        elif block.kind == "code":
            text = pdf_text(block.text, where)
            story.append(Preformatted(text, code, maxLineLength=92, newLineChars="  "))
        elif block.kind == "table":
            columns = range(len(block.rows[0]))
            # Wide enough for the longest word, the rest shared by the amount of text.
            need = [
                max(stringWidth(w, "Helvetica-Bold", 8.5) for r in block.rows for w in (pdf_text(plain(r[c]), where).split() or [""])) + 12
                for c in columns
            ]
            want = [max(30, sum(len(r[c]) for r in block.rows)) ** 0.8 for c in columns]
            spare = max(0.0, width - sum(need))
            widths = [n + spare * w / sum(want) for n, w in zip(need, want)]
            if sum(need) > width:
                widths = [width * n / sum(need) for n in need]
            rows = [
                [Paragraph(markup(text), head if r == 0 else cell) for text in row]
                for r, row in enumerate(block.rows)
            ]
            table = Table(rows, colWidths=widths, repeatRows=1, spaceBefore=4, spaceAfter=10)
            table.setStyle(TableStyle([
                ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#999999")),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e6e9ee")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]))
            story.append(table)

    title = pdf_text(doc.title, where)

    class Template(BaseDocTemplate):
        def afterFlowable(self, flowable):
            if hasattr(flowable, "outline"):
                text, level = flowable.outline
                key = f"h{self.seen}"
                self.seen += 1
                self.canv.bookmarkPage(key)
                depth = min(level - 1, self.depth + 1)  # an outline may not skip a level
                self.canv.addOutlineEntry(text, key, depth, closed=depth > 0)
                self.depth = depth

    def footer(canvas, template):
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.drawString(22 * mm, 12 * mm, title)
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, f"Page {template.page}")
        canvas.restoreState()

    buffer = io.BytesIO()
    template = Template(
        buffer, pagesize=A4, title=title, author=pdf_text(doc.author, where),
        subject="Machine learning engineering", creator="build.py", lang="en", invariant=1,
    )
    template.seen, template.depth = 0, -1
    frame = Frame(22 * mm, 20 * mm, width, A4[1] - 40 * mm, 0, 0, 0, 0)
    template.addPageTemplates(PageTemplate("page", [frame], onPageEnd=footer))
    template.build(story)
    return buffer.getvalue()


# --- Word -------------------------------------------------------------------


def build_docx(doc: Document, where: str) -> bytes:
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    word = docx.Document()
    props = word.core_properties
    props.title, props.author, props.last_modified_by = doc.title, doc.author, doc.author
    props.subject, props.language, props.comments = "Machine learning engineering", "en", ""
    props.created = props.modified = FIXED_DATE
    props.revision = 1

    code_style = word.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    code_style.base_style = word.styles["Normal"]
    code_style.font.name, code_style.font.size = "Courier New", Pt(9)
    code_style.paragraph_format.space_after = Pt(0)

    def fill(paragraph, text: str):
        for style, part in spans(text):
            run = paragraph.add_run(part)
            run.bold = True if style == "bold" else None
            run.italic = True if style == "italic" else None
            if style == "code":
                run.font.name = "Courier New"
        return paragraph

    def list_style(block: Block) -> str:
        base = "List Number" if block.marker else "List Bullet"
        return base if block.level == 0 else f"{base} {min(block.level + 1, 3)}"

    numbering = word.part.numbering_part.element
    open_lists: dict[int, int] = {}  # nesting depth -> number of the Word list

    def number(paragraph, block: Block) -> None:
        """Give the item to its list; a new list starts at the item's own number."""
        for depth in [d for d in open_lists if d > block.level]:
            del open_lists[depth]
        if not block.marker:
            open_lists.pop(block.level, None)
            return
        if block.level not in open_lists:
            style_num = paragraph.style.element.pPr.numPr.numId.val
            abstract = numbering.num_having_numId(style_num).abstractNumId.val
            num = numbering.add_num(abstract)
            num.add_lvlOverride(ilvl=0).add_startOverride(int(block.marker[:-1]))
            open_lists[block.level] = num.numId
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = open_lists[block.level]

    for block in doc.blocks:
        if block.kind != "item":
            open_lists.clear()
        if block.kind == "heading":
            fill(word.add_paragraph(style=f"Heading {min(block.level, 9)}"), block.text)
        elif block.kind == "paragraph":
            fill(word.add_paragraph(), block.text)
        elif block.kind == "quote":
            fill(word.add_paragraph(style="Quote"), block.text)
        elif block.kind == "item":
            number(fill(word.add_paragraph(style=list_style(block)), block.text), block)
        elif block.kind == "code":
            for line in block.text.split("\n"):
                word.add_paragraph(line, style="Code")
            word.add_paragraph()
        elif block.kind == "table":
            table = word.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
            for r, row in enumerate(block.rows):
                for target, text in zip(table.add_row().cells, row):
                    fill(target.paragraphs[0], f"**{plain(text)}**" if r == 0 and text else text)
            word.add_paragraph()

    raw = io.BytesIO()
    word.save(raw)
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        names = sorted(source.namelist())
        names.remove("[Content_Types].xml")
        for name in ["[Content_Types].xml", *names]:
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            target.writestr(entry, source.read(name), compresslevel=6)
    return fixed.getvalue()


# --- Command line -----------------------------------------------------------

KINDS = [("pdf", "papers", build_pdf), ("docx", "office", build_docx)]


def main() -> int:
    parser = argparse.ArgumentParser(description="Build papers/*.pdf and office/*.docx.")
    parser.add_argument("names", nargs="*", help="source names without suffix; default all")
    parser.add_argument("--check", action="store_true", help="build twice and compare the bytes")
    args = parser.parse_args()
    failed = False
    for kind, folder, build in KINDS:
        target = ROOT / folder
        target.mkdir(exist_ok=True)
        sources = sorted((ROOT / "sources" / kind).glob("*.md"))
        for source in sources:
            if args.names and source.stem not in args.names:
                continue
            where = source.relative_to(ROOT).as_posix()
            text = source.read_text(encoding="utf-8")
            data = build(parse(text, source.stem), where)
            if args.check and build(parse(text, source.stem), where) != data:
                print(f"{where}: two builds differ", file=sys.stderr)
                failed = True
            out = target / f"{source.stem}.{kind}"
            changed = not out.exists() or out.read_bytes() != data
            if changed:
                out.write_bytes(data)
            print(f"{where} -> {folder}/{out.name} ({len(data)} bytes{'' if changed else ', unchanged'})")
        known = {source.stem for source in sources}
        for stale in sorted(p for p in target.glob(f"*.{kind}") if p.stem not in known):
            print(f"warning: {folder}/{stale.name} has no source", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
