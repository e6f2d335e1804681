"""Makes the fixtures of the container formats, the same bytes each time (but for the encrypted `locked.pdf`).

    pip install python-docx==1.2.0 python-pptx==1.0.2 openpyxl==3.1.5 reportlab pikepdf
    python make.py
"""

import datetime
import io
import re
import struct
import zipfile
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pptx
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen import canvas

HERE = Path(__file__).parent
WHEN = datetime.datetime(2024, 5, 6, 7, 8, 9)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pack(name, entries, first_stored=False):
    """Writes a ZIP archive with fixed times."""
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for index, (entry, data) in enumerate(entries):
            info = zipfile.ZipInfo(entry, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if first_stored and index == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


UNREAD = ("theme", "slideLayout", "slideMaster", "notesMaster", "printerSettings", "thumbnail", "customXml", "webSettings", "settings", "fontTable", "stylesWithEffects")


def pack_both(name, entries, first_stored=False):
    """Also writes `stored-…`, without compression, whose parts a test damages."""
    entries = [(entry, data) for entry, data in entries if not any(word in entry for word in UNREAD)]
    pack(name, entries, first_stored)
    with zipfile.ZipFile(HERE / f"stored-{name}", "w", zipfile.ZIP_STORED) as archive:
        for entry, data in entries:
            archive.writestr(zipfile.ZipInfo(entry, (2024, 1, 1, 0, 0, 0)), data)


def unpack(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return unpack(buffer.getvalue())


def properties(core):
    core.title, core.author, core.keywords = "Annual report", "Ann Author", "alpha, beta"
    core.created = core.modified = WHEN


# --- Word


def word():
    document = docx.Document()
    properties(document.core_properties)
    document.add_heading("Report", 1)
    document.add_paragraph("First paragraph.")
    document.add_paragraph("one", style="List Number")
    document.add_paragraph("two", style="List Number")
    document.add_paragraph("dot", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, [("A", "B"), ("1", "2")]):
        for cell, text in zip(row.cells, cells):
            cell.text = text
    document.add_paragraph("Said.", style="Quote")
    parts = saved(document)
    body = parts["word/document.xml"].decode()
    extra = (
        '<w:p><w:pPr><w:pStyle w:val="Eigene"/></w:pPr><w:r><w:t>Own style</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>By outline</w:t></w:r></w:p>'
        '<w:p><w:r><w:t xml:space="preserve">kept </w:t></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>inserted</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>deleted</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="a"/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">joined </w:t></w:r></w:p><w:p><w:r><w:t>with next</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r><w:hyperlink><w:r><w:t xml:space="preserve"> link</w:t></w:r></w:hyperlink>'
        '<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
        '<w:p><w:r><w:t>Anchor</w:t></w:r><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:drawing></mc:Choice>'
        "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        '<w:p><w:pPr><w:pStyle w:val="Code"/></w:pPr><w:r><w:t xml:space="preserve">if x:</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Code"/></w:pPr><w:r><w:t xml:space="preserve">    y()</w:t></w:r></w:p>'
        '<w:p><w:pPr><w:pStyle w:val="Verzeichnis1"/></w:pPr><w:r><w:t>Contents entry 3</w:t></w:r></w:p>'
    )
    parts["word/document.xml"] = body.replace("<w:sectPr", extra + "<w:sectPr", 1).encode()
    styles = re.sub(r'<w:style w:type="table".*?</w:style>', "", parts["word/styles.xml"].decode(), flags=re.S)
    parts["word/styles.xml"] = styles.replace(
        "</w:styles>",
        '<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Eigene" w:customStyle="1"><w:name w:val="Eigene"/><w:basedOn w:val="berschrift2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Code" w:customStyle="1"><w:name w:val="Source Code"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>',
    ).encode()
    parts["word/footnotes.xml"] = (
        f'<w:footnotes xmlns:w="{W}"><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>The note.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    ).encode()
    rels = parts["word/_rels/document.xml.rels"].decode()
    parts["word/_rels/document.xml.rels"] = rels.replace(
        "</Relationships>",
        '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes" Target="footnotes.xml"/></Relationships>',
    ).encode()
    pack_both("report.docx", sorted(parts.items()))


def minimal_word(document):
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    return [("_rels/.rels", rels), ("word/document.xml", document)]


def paragraphs(text):
    return f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'


def hostile_word():
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )
    laughs = f'<!DOCTYPE d [<!ENTITY l0 "lol">{entities}]>' + paragraphs("&l9;")
    pack("laughs.docx", minimal_word(laughs))
    pack("external.docx", minimal_word('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + paragraphs("&x;")))
    pack("bomb.docx", minimal_word(paragraphs(" " * (8 << 20))))
    pack("traversal.docx", minimal_word(paragraphs("text")) + [("../../etc/passwd", "x")])
    inner = b"0" * (1 << 20)
    for level in range(4):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(16):
                archive.writestr(zipfile.ZipInfo(f"lib {copy}.zip", (2024, 1, 1, 0, 0, 0)), inner, zipfile.ZIP_DEFLATED)
        inner = buffer.getvalue()
    pack("nested.docx", minimal_word(paragraphs("text")) + [("word/embeddings/lib.zip", inner)])
    pack("locked.docx", minimal_word(paragraphs("text")))
    patch("locked.docx", flag_encrypted)
    pack("liar.docx", minimal_word(paragraphs("x" * 5000)))
    patch("liar.docx", shrink_declared_size)


def patch(name, change):
    data = bytearray((HERE / name).read_bytes())
    change(data)
    (HERE / name).write_bytes(data)


def headers(data):
    """Offsets of local and central headers, with the offsets of their flags and unpacked sizes."""
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        for info in archive.infolist():
            yield info.header_offset + 6, info.header_offset + 22
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        yield at + 8, at + 24
        at = data.find(b"PK\x01\x02", at + 4)


def flag_encrypted(data):
    for flags, _ in list(headers(data)):
        data[flags] |= 1


def shrink_declared_size(data):
    for _, size in list(headers(data)):
        value = struct.unpack_from("<I", data, size)[0]
        if value > 5000:
            struct.pack_into("<I", data, size, 300)


# --- PowerPoint, Excel


def slides():
    deck = pptx.Presentation()
    properties(deck.core_properties)
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = "Opening", "A subtitle"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "Second slide"
    frame = second.placeholders[1].text_frame
    frame.text = "Point"
    deeper = frame.add_paragraph()
    deeper.text, deeper.level = "Deeper point", 1
    second.notes_slide.notes_text_frame.text = "Say hello"
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Table"
    table = third.shapes.add_table(2, 2, 0, 0, 99999, 99999).table
    for row, cells in enumerate([("A", "B"), ("1", "2")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    third.shapes.add_textbox(0, 0, 99999, 99999).text_frame.text = "Loose text"
    # The file order of slides is not their order in the show.
    order = deck.slides._sldIdLst
    order.insert(1, order[2])
    parts = saved(deck)
    pack_both("slides.pptx", sorted(parts.items()))


def workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "People"
    for row in [
        ("Name", "Born", "Share", "Active", "Seen"),
        ("Ann", datetime.date(1990, 2, 3), 0.25, True, datetime.datetime(2024, 5, 6, 7, 8, 9)),
        ("Böb", datetime.date(1900, 3, 1), 0.1 + 0.2, False, None),
    ]:
        sheet.append(row)
    sheet["C2"].number_format = "0%"
    sheet["F2"], sheet["F2"].number_format = 1.5, "[h]:mm"
    plain = book.create_sheet("Plain")
    plain.append([1, "two", 3.5])
    plain.append([4, None, 6])
    plain["A3"] = "=SUM(A1:A2)"
    book.create_sheet("Empty")
    parts = saved(book)
    name = "xl/worksheets/sheet2.xml"
    parts[name] = parts[name].replace(b"<v />", b"<v>5</v>").replace(b"<v></v>", b"<v>5</v>")
    core = parts["docProps/core.xml"].decode()
    begin = core.index("<dcterms:created")
    parts["docProps/core.xml"] = (core[:begin] + "</cp:coreProperties>").encode()
    pack_both("book.xlsx", sorted(parts.items()))


# --- EPUB


def epub():
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    opf = (
        '<?xml version="1.0"?><!DOCTYPE package><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A Novel</dc:title><dc:creator>Ann Author</dc:creator>'
        "<dc:language>en</dc:language><dc:date>2020-01-02</dc:date></metadata><manifest>"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="two" href="text/chapter%202.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="one" href="text/one.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="font" href="font.otf" media-type="font/otf"/></manifest>'
        '<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine></package>'
    )
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title><script src="a.js"/></head><body><h1>{}</h1><p>{}</p></body></html>'
    )
    entries = [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", container),
        ("OEBPS/book.opf", opf),
        ("OEBPS/nav.xhtml", page.format("Contents", "One Two")),
        ("OEBPS/text/one.xhtml", page.format("One", "It was&nbsp;dark.")),
        ("OEBPS/text/chapter 2.xhtml", page.format("Two", "It was light — déjà vu.")),
    ]

    def encryption(algorithm, uri):
        return (
            "META-INF/encryption.xml",
            '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#">'
            f'<EncryptionMethod Algorithm="{algorithm}"/><CipherData><CipherReference URI="{uri}"/></CipherData></EncryptedData></encryption>',
        )

    pack_both("novel.epub", entries + [encryption("http://www.idpf.org/2008/embedding", "OEBPS/font.otf")], True)
    pack("drm.epub", entries + [encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "OEBPS/text/one.xhtml")], True)


# --- PDF


def paper():
    target = canvas.Canvas(str(HERE / "paper.pdf"), pagesize=A5, invariant=1, pageCompression=1)
    target.setTitle("A short paper")
    target.setAuthor("Ann Author")
    pages = [
        ["The measurement of retri-", "eval quality needs a well-", "known test collection.", "", "A well-known second paragraph."],
        ["• first item", "• second item", "", "An ordinary line of the second page that is long", "enough to be wrapped by its writer."],
        [],
        ["The last page ends the paper."],
    ]
    for number, lines in enumerate(pages, 1):
        target.setFont("Helvetica", 10)
        target.drawString(40, 560, "Journal of Examples, volume 7")
        target.drawString(40, 20, f"Page {number} of 4")
        y = 500
        for line in lines:
            target.drawString(40, y, line)
            y -= 12
        target.showPage()
    target.save()
    blank = canvas.Canvas(str(HERE / "scanned.pdf"), pagesize=A5, invariant=1)
    blank.rect(40, 40, 100, 100, fill=1)
    blank.showPage()
    blank.save()
    with pikepdf.open(HERE / "paper.pdf") as pdf:
        pdf.save(HERE / "locked.pdf", encryption=pikepdf.Encryption(owner="owner", user="user", R=4), static_id=True)


def unicode_paper():
    """Two-byte codes without a font, told by their ToUnicode map: CJK, a ligature, Greek."""
    lines = ["日本語の文書を", "検索する。", "e\ufb03cient \ufb01le", "αβγ"]
    codes = {}
    for character in "".join(lines):
        codes.setdefault(character, len(codes) + 1)
    entries = "\n".join(f"<{code:04X}> <{ord(c):04X}>" for c, code in codes.items())
    cmap = f"begincmap\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n{len(codes)} beginbfchar\n{entries}\nendbfchar\nendcmap"
    shown = "\n".join("<" + "".join(f"{codes[c]:04X}" for c in line) + "> Tj 0 -14 Td" for line in lines[:2])
    shown += "\n0 -40 Td " + "\n0 -40 Td ".join("<" + "".join(f"{codes[c]:04X}" for c in line) + "> Tj" for line in lines[2:])
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(400, 400))
    to_unicode = pikepdf.Stream(pdf, cmap.encode())
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name.None_,
        CIDSystemInfo=pikepdf.Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0), DW=1000,
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name.None_, Encoding=pikepdf.Name("/Identity-H"),
        DescendantFonts=pikepdf.Array([descendant]), ToUnicode=to_unicode,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pikepdf.Stream(pdf, f"BT /F1 12 Tf 40 350 Td {shown} ET".encode())
    pdf.save(HERE / "unicode.pdf", static_id=True)


# --- Mail


def mail():
    text = """\
From: =?iso-8859-1?Q?J=F6rg?= <joerg@example.org>
To: ann@example.org
Subject: =?utf-8?B?UmXDnw==?= =?utf-8?Q?=20caf=C3?= =?utf-8?Q?=A9?= meeting
Date: Tue, 5 Mar 2024 09:08:07 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed;
 boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-15
Content-Transfer-Encoding: quoted-printable

Hello,
it costs 5=A4 =
today.

On Monday Ann wrote:
> An old
> line.
>> Older.

Bye
--inner
Content-Type: text/html; charset=utf-8

<p>Not this one</p>
--inner--
--outer
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGgyPk5vdGU8L2gyPjxwPlPDvMOfPC9wPg==
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''r%C3%A9sum; filename*1=e.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: message/rfc822

From: inner@example.org
Subject: Forwarded

Inner text
--outer--
epilogue
"""
    (HERE / "message.eml").write_bytes(text.replace("\n", "\r\n").encode("ascii"))


def page():
    (HERE / "page.html").write_text(
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Page</title></head><body><nav>x</nav>"
        "<h1>Heading</h1><p>Text &amp; <b>more</b>.</p><ul><li>a<ol><li>b</ol></ul><table><tr><th>A<th>B<tr><td>1<td>2</table>"
        "<pre>code\n  more</pre><blockquote>said</blockquote><dl><dt>t<dd>d</dl><img alt='pic'><!-- c --></body></html>",
        encoding="utf-8",
    )


for make in [word, hostile_word, slides, workbook, epub, paper, unicode_paper, mail, page]:
    make()
