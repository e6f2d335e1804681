"""Makes the fixtures of word processors and slides: `survey.docx` and `harbour.pptx` here, the others from them by LibreOffice.

    pip install python-docx==1.2.0 python-pptx==1.0.2
    apt-get install libreoffice-writer-nogui libreoffice-impress-nogui libreoffice-calc-nogui libreoffice-math-nogui
    python make.py

LibreOffice writes other bytes each time (dates, identifiers), the same texts.
"""

import io
import subprocess
import zipfile
from pathlib import Path

import docx
import pptx
from docx.oxml import parse_xml
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

HERE = Path(__file__).parent
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def run(paragraph, text, **looks):
    added = paragraph.add_run(text)
    for name, value in looks.items():
        setattr(added.font, name, value)
    return added


def field(paragraph, instruction, result):
    for xml in [
        f'<w:r {W}><w:fldChar w:fldCharType="begin"/></w:r>',
        f'<w:r {W}><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>',
        f'<w:r {W}><w:fldChar w:fldCharType="separate"/></w:r>',
        f"<w:r {W}><w:t>{result}</w:t></w:r>",
        f'<w:r {W}><w:fldChar w:fldCharType="end"/></w:r>',
    ]:
        paragraph._p.append(parse_xml(xml))


def survey():
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Survey of the quay", "Ann Author"
    section = document.sections[0]
    section.header.paragraphs[0].text = "Harbour office, file 4711"
    footer = section.footer.paragraphs[0]
    run(footer, "Page ")
    field(footer, "PAGE", "1")
    document.add_heading("Findings", 1)
    first = document.add_paragraph("The pump moves 10")
    run(first, "6", superscript=True)
    run(first, " litres of H")
    run(first, "2", subscript=True)
    run(first, "O; the wall leans by ")
    first._p.append(parse_xml(f'<w:r {W}><w:sym w:font="Symbol" w:char="F0B1"/></w:r>'))
    run(first, " 5 mm.")
    document.add_comment(first.runs[0], text="Measured twice.", author="Bo Reader", initials="B")
    for text, style in [("Piles", "List Number"), ("Deck", "List Number"), ("Loose stones", "List Bullet")]:
        document.add_paragraph(text, style=style)
    changed = document.add_paragraph("The deposit is ")
    changed._p.append(parse_xml(f'<w:del {W} w:id="91" w:author="a" w:date="2024-05-06T07:08:09Z"><w:r><w:delText>500</w:delText></w:r></w:del>'))
    changed._p.append(parse_xml(f'<w:ins {W} w:id="92" w:author="a" w:date="2024-05-06T07:08:09Z"><w:r><w:t>750</w:t></w:r></w:ins>'))
    run(changed, " euros.")
    run(changed, " Not for print.", hidden=True)
    document.add_heading("Tariff", 2)
    table = document.add_table(rows=4, cols=3, style="Table Grid")
    for row, texts in zip(table.rows, [("Berth", "Rates", ""), ("", "day", "week"), ("North", "12", "70"), ("", "14", "80")]):
        for cell, text in zip(row.cells, texts):
            if text: cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(2, 0).merge(table.cell(3, 0))
    formula = document.add_paragraph("Load ")
    formula._p.append(
        parse_xml(
            f"<m:oMath {M}><m:r><m:t>q=</m:t></m:r><m:f><m:num><m:r><m:t>F</m:t></m:r></m:num><m:den><m:sSup><m:e><m:r><m:t>d</m:t></m:r></m:e>"
            "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:den></m:f></m:oMath>"
        )
    )
    data = io.BytesIO()
    document.save(data)
    with zipfile.ZipFile(data) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    note = '<w:p><w:r><w:t>The gate closes at nine</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r><w:r><w:t>.</w:t></w:r></w:p>'
    parts["word/document.xml"] = body.replace("<w:sectPr", note + "<w:sectPr", 1).encode()
    parts["word/footnotes.xml"] = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:id="7"><w:p><w:r><w:t xml:space="preserve">Except on holidays.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    ).encode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    relations = parts["word/_rels/document.xml.rels"].decode()
    parts["word/_rels/document.xml.rels"] = relations.replace(
        "</Relationships>", f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    ).encode()
    types = parts["[Content_Types].xml"].decode()
    parts["[Content_Types].xml"] = types.replace(
        "</Types>",
        '<Override PartName="/word/footnotes.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"/></Types>',
    ).encode()
    pack("survey.docx", parts)


def harbour():
    deck = pptx.Presentation()
    deck.core_properties.title = "Harbour year"
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Cargo"
    frame = first.placeholders[1].text_frame
    frame.text = "Grain"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "Rye", 1
    first.notes_slide.notes_text_frame.text = "Mention the 40 day delay."
    group = first.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "Crane weighs 18 tonnes."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Output"
    data = CategoryChartData()
    data.categories = ["East", "West"]
    data.add_series("Tonnes 2023", (17.5, 23.25))
    data.add_series("Tonnes 2024", (18, 24))
    chart = second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(5), Inches(3), data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Output by quay"
    table = second.shapes.add_table(3, 2, 0, 0, Inches(4), Inches(1)).table
    for row, texts in enumerate([("Part", "Supplier"), ("Rotor", "Ahrens"), ("Hub", "")]):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 1).merge(table.cell(2, 1))
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Draft merger"
    hidden._element.set("show", "0")
    last = deck.slides.add_slide(deck.slide_layouts[6])
    last.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "A slide without a title."
    data = io.BytesIO()
    deck.save(data)
    with zipfile.ZipFile(data) as archive:
        pack("harbour.pptx", {name: archive.read(name) for name in archive.namelist() if "printerSettings" not in name and "thumbnail" not in name})


def pack(name, parts):
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in parts.items():
            info = zipfile.ZipInfo(entry, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def convert(source, *targets):
    for target in targets:
        subprocess.run(["soffice", "--headless", "--convert-to", target, "--outdir", str(HERE), str(HERE / source)], check=True, capture_output=True)


survey()
harbour()
convert("survey.docx", "odt", "rtf", "doc")
convert("harbour.pptx", "odp")
