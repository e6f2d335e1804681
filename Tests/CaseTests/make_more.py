#!/usr/bin/env python3
"""Makes `more/`: further everyday files with right outcomes, in other languages and by other programs than `files/`.

usage: make_more.py      writes more/cases.json and more/files/ beside this script

Needs openpyxl xlsxwriter python-docx python-pptx odfpy reportlab fpdf2 weasyprint pillow (pip), groff and chromium.
The files are in the repository: the test runs without these programs. A case that a program's new version would make
otherwise is no reason to run this again.
"""
import io, json, os, subprocess, tempfile, zipfile
from email.message import EmailMessage

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "more")
FILES = os.path.join(OUT, "files")
os.makedirs(FILES, exist_ok=True)
CASES = []


def case(name, *, files=(), tree=None, checks=None, steps=None):
    entry = {"name": name}
    if files: entry["files"] = list(files)
    if tree: entry["tree"] = tree
    if steps: entry["steps"] = steps
    else: entry["checks"] = checks
    CASES.append(entry)


def save(name, data):
    with open(os.path.join(FILES, name), "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)
    return name


def found(query, *contains, lacks=(), **more):
    step = {"search": query, "contains": list(contains)}
    if lacks: step["lacks"] = list(lacks)
    return {**step, **more}


def ingest(*paths, **more):
    return {"ingest": list(paths) or ["docs"], **more}


# ---------------------------------------------------------------- identity and synchronisation
def sync():
    case("sync/cyrillic-folder-then-file", tree={"отчёты/2024/план.txt": "План предусматривает семь причалов.",
                                                 "отчёты/итог.txt": "Итог года хороший."},
         steps=[ingest("отчёты", expect={"added": 2}), ingest("отчёты/2024", expect={"unchanged": 1, "added": 0}),
                {"write": {"отчёты/2024/план.txt": "План предусматривает девять причалов."}},
                ingest("отчёты/2024/план.txt", expect={"updated": 1}), {"documents": 2},
                found("причалов", "девять причалов", lacks=["семь"])])
    case("sync/names-in-every-script", tree={"docs/東京 タワー.txt": "塔の高さは三百三十三メートルです。",
                                             "docs/🦊 fox.txt": "The fox sleeps in den 12.",
                                             "docs/ملف.txt": "The file has 3 pages.", "docs/a b\tc.txt": "Tabbed name.",
                                             "docs/100%41 #1?.txt": "Percent name of the kiln."},
         steps=[ingest(expect={"added": 5}), ingest(expect={"unchanged": 5}), found("den", "den 12"),
                found("kiln", "Percent name")])
    case("sync/folder-names-in-both-forms", tree={"docs/caf\u00e9/a.txt": "Composed folder: soup.",
                                                  "docs/cafe\u0301/a.txt": "Decomposed folder: bread."},
         steps=[ingest(expect={"added": 2}), ingest(expect={"unchanged": 2}), {"remove": ["docs/cafe\u0301/a.txt"]},
                ingest(expect={"deleted": 1}), found("soup", "soup"), found("bread", lacks=["Decomposed folder"])])
    case("sync/name-that-is-no-utf-8", tree={"docs/r\udce9sum\udce9.txt": "The candidate speaks five languages.",
                                             "docs/r\udce8sum\udce8.txt": "The other candidate speaks two languages."},
         steps=[ingest(expect={"added": 2, "failed": 0}), ingest(expect={"unchanged": 2}), {"documents": 2},
                found("candidate", "five languages"), found("candidate", "two languages")])
    case("sync/names-that-differ-in-case", tree={"docs/README.md": "# Upper\n\nThe upper file tells of cranes.",
                                                 "docs/readme.md": "# Lower\n\nThe lower file tells of hoists."},
         steps=[ingest(expect={"added": 2}), ingest(expect={"unchanged": 2}), {"remove": ["docs/readme.md"]},
                ingest(expect={"deleted": 1}), found("cranes", "cranes")])
    ten = {f"docs/{i}.txt": f"Note {i} is about buoys." for i in range(10)}
    case("sync/most-files-gone-is-not-a-deletion", tree=ten,
         steps=[ingest(expect={"added": 10}), {"remove": [f"docs/{i}.txt" for i in range(7)]},
                ingest(exit=1, expect={"deleted": 0}, named=["--prune"]), {"documents": 10},
                ingest(args=["--prune"], expect={"deleted": 7}), {"documents": 3}])
    case("sync/a-few-files-gone-are-deleted", tree=ten,
         steps=[ingest(expect={"added": 10}), {"remove": ["docs/2.txt", "docs/5.txt"]}, ingest(expect={"deleted": 2}),
                {"documents": 8}])
    case("sync/other-roots-go-on", tree={**ten, "other/a.txt": "Other one.", "other/b.txt": "Other two."},
         steps=[ingest("docs", "other", expect={"added": 12}), {"move": ["docs", "away"]}, {"write": {"docs/.keep": ""}},
                {"remove": ["other/b.txt"]}, {"write": {"other/c.txt": "Other three is about winches."}},
                ingest("docs", "other", exit=1, expect={"added": 1}), {"documents": 12}, found("winches", "winches")])
    case("sync/missing-root-deletes-nothing", tree={"docs/a.txt": "Alpha is about sluices.", "docs/b.txt": "Beta."},
         steps=[ingest(expect={"added": 2}), {"move": ["docs", "gone"]}, ingest(exit=1), {"documents": 2},
                found("sluices", "sluices")])
    case("sync/subfolder-folder-and-link", tree={"d/sub/deep/k.txt": "The kiln is hot at ten.", "d/a.txt": "Alder.",
                                                 "d/sub/b.txt": "Birch."},
         steps=[ingest("d/sub/deep"), ingest("d/sub"), ingest("d"), {"documents": 3}, {"link": ["d", "alias"]},
                ingest("alias"), {"documents": 3}, {"write": {"d/sub/deep/k.txt": "The kiln is hot at eleven."}},
                ingest("alias", expect={"updated": 1}), found("kiln", "eleven", lacks=["at ten"])])
    case("sync/emptied-file-keeps-the-old-version", tree={"docs/list.txt": "The ladder reaches 12 metres.",
                                                          "docs/b.txt": "Second."},
         steps=[ingest(expect={"added": 2}), {"write": {"docs/list.txt": ""}}, ingest(named=["list.txt"]), {"documents": 2},
                found("ladder", "12 metres")])
    save("half.docx", docx(lambda d: d.add_paragraph("The capstan turns at 14 revolutions.")))
    with open(os.path.join(FILES, "half.docx"), "rb") as f: whole = f.read()
    save("half-cut.docx", whole[: len(whole) // 2])
    case("sync/half-copied-docx-keeps-the-old-version", files=["half.docx"],
         steps=[ingest(expect={"added": 1}), {"copy": ["half-cut.docx", "docs/half.docx"]}, ingest(named=["half.docx"]),
                {"documents": 1}, found("capstan", "14 revolutions"), {"copy": ["half.docx", "docs/half.docx"]},
                ingest(), {"documents": 1}, found("capstan", "14 revolutions")])
    save("photo.png", photo())
    case("sync/text-replaced-by-a-picture", tree={"docs/note.md": "# Note\n\nThe beacon is blue.", "docs/b.txt": "Second."},
         steps=[ingest(expect={"added": 2}), {"copy": ["photo.png", "docs/note.md"]}, ingest(named=["note.md"]),
                found("beacon", lacks=["beacon is blue"])])
    case("sync/hidden-and-ignored-files-are-named",
         tree={"docs/a.txt": "Alpha.", "docs/.secret.txt": "Hidden.", "docs/skip/me.txt": "Ignored.",
               "docs/.ragignore": "skip/\n", "docs/blob.bin": "\x00\x01\x02\x03" * 40},
         steps=[ingest(expect={"added": 1, "failed": 0}, named=[".secret.txt", "skip", "blob.bin"])])
    case("sync/dangling-links-and-links-outside-are-named", tree={"docs/a.txt": "Alpha.", "outside/secret.txt": "Secret."},
         steps=[{"link": ["nowhere.txt", "docs/dangling.txt"]}, {"link": ["../outside/secret.txt", "docs/leads-out.txt"]},
                ingest(expect={"added": 1}, named=["dangling.txt", "leads-out.txt"])])
    case("sync/same-bytes-come-back", tree={"docs/a.txt": "The quay is 90 metres long.", "docs/b.txt": "Second."},
         steps=[ingest(), {"move": ["docs/a.txt", "kept.txt"]}, ingest(expect={"deleted": 1}),
                found("quay", lacks=["90 metres"]), {"move": ["kept.txt", "docs/a.txt"]}, ingest(expect={"added": 1}),
                found("quay", "90 metres")])


# ---------------------------------------------------------------- citations
def cite():
    text = "Überblick über die Fähren\r\n\r\nDie Fähre „Möwe“ fährt um 7 Uhr ab.\r\nSie trägt 230 Gäste.\r\n"
    for name, encoding, what in [("cp1252", "cp1252", "Windows"), ("utf16be", "utf-16-be", "UTF-16")]:
        data = text.encode(encoding)
        if encoding == "utf-16-be": data = b"\xfe\xff" + data
        save(f"gaeste-{name}.txt", data)
        case(f"cite/german-{name}", files=[f"gaeste-{name}.txt"],
             checks=[{"ask": "Wie viele Gäste trägt die Fähre?", "any": ["230"], "cites": encoding}])
    save("bridge-u16.md", ("# Bridges\r\n\r\nThe “Grüne Brücke” opens at 06:40. 😀 It carries 1200 cars.\r\n").encode("utf-16"))
    case("cite/characters-of-four-bytes", files=["bridge-u16.md"],
         checks=[{"ask": "How many cars does the bridge carry?", "any": ["1200"], "cites": "utf-16-le"}])
    save("old-mac.txt", b"First line of the log\rThe derrick lifts 44 tonnes on Fridays.\rLast line\r")
    case("cite/carriage-returns", files=["old-mac.txt"],
         checks=[{"ask": "How many tonnes does the derrick lift?", "any": ["44 tonnes"], "cites": "utf-8"}])
    save("sjis.txt", "灯台の高さは四十六メートルです。\r\n港の入口にあります。灯台は1858年に建てられました。\r\n船の安全のために毎晩点灯されます。\r\n".encode("shift_jis"))
    case("cite/shift-jis", files=["sjis.txt"],
         checks=[{"ask": "灯台の高さは?", "args": ["--threshold", "0"], "any": ["メートル"], "cites": "shift_jis"}])
    save("kran-1251.txt", "Портовый кран поднимает 63 тонны груза.\r\nОн стоит у третьего причала и работает круглый год.\r\n".encode("cp1251"))
    case("cite/cyrillic-1251", files=["kran-1251.txt"],
         checks=[{"ask": "Сколько тонн поднимает портовый кран?", "args": ["--threshold", "0"], "any": ["63"], "cites": "cp1251"}])
    save("colour.log", "\x1b[2J\x1b[1;33mWARN\x1b[0m boot ok\r\n\x1b[32mpump 9\x1b[0m delivers \x1b[1m81 litres\x1b[0m per minute.\r\n")
    case("cite/terminal-codes", files=["colour.log"], checks=[{"ask": "How many litres does pump 9 deliver?", "any": ["81 litres"]}])
    chapters = "".join(
        f"<h1>Chapter {n}: {t}</h1><p>{s}</p><p>{'It was written with care. ' * 20}</p><div style='page-break-after:always'></div>"
        for n, (t, s) in enumerate([("Hull", "The hull plates are 12 millimetres thick."), ("Mast", "The mast is 27 metres tall."),
                                    ("Keel", "The keel weighs 5200 kilograms."), ("Sails", "The sails cover 310 square metres.")], 1))
    save("yacht.pdf", weasy("<html><head><title>Yacht handbook</title></head><body>" + chapters + "</body></html>"))
    case("cite/page-of-a-chapter", files=["yacht.pdf"],
         checks=[{"ask": "How much does the keel weigh?", "any": ["5200"], "page": 3},
                 {"ask": "How tall is the mast?", "any": ["27 metres"], "page": 2}])


# ---------------------------------------------------------------- PDF
def weasy(html):
    from weasyprint import HTML
    return HTML(string=html).write_pdf()


def chrome(html):
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/a.html", "w") as f: f.write(html)
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                        f"--print-to-pdf={d}/a.pdf", f"file://{d}/a.html"], check=True, capture_output=True)
        with open(d + "/a.pdf", "rb") as f: return f.read()


def groff(source, *args):
    return subprocess.run(["groff", "-Tpdf", "-P-pa4", *args], input=source.encode(), capture_output=True, check=True).stdout


def photo(text=None, size=(640, 200)):
    from PIL import Image, ImageDraw, ImageFont
    im = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(im)
    if text is None:
        for x in range(0, size[0], 8): draw.rectangle([x, 0, x + 7, size[1]], fill=((x * 37) % 255, (x * 91) % 255, (x * 13) % 255))
    else:
        draw.multiline_text((30, 30), text, fill="black", spacing=14,
                            font=ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 28))
    out = io.BytesIO(); im.save(out, "PNG"); return out.getvalue()


def pdf():
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas
    from fpdf import FPDF

    def pages(name, all_pages, title=None):
        out = io.BytesIO(); c = canvas.Canvas(out, pagesize=A4)
        if title: c.setTitle(title)
        for lines in all_pages:
            for x, y, size, text, *bold in lines:
                c.setFont("Helvetica-Bold" if bold else "Helvetica", size); c.drawString(x, 842 - y, text)
            c.showPage()
        c.save(); save(name, out.getvalue())

    invoices = [[(50, 60, 16, "Rechnung", 1), (50, 90, 11, f"Rechnungsnummer {4000 + n}"), (50, 110, 11, f"Kunde: {who}"),
                 (50, 130, 11, f"Zahlbar bis {day}.03.2025"), (50, 300, 11, f"Gesamtbetrag: {total},50 EUR"),
                 (50, 800, 9, "Hafenwerft GmbH, Kaistraße 4, 26723 Emden")]
                for n, who, day, total in [(1, "Anker AG", 12, 318), (2, "Boje KG", 17, 442), (3, "Dalben OHG", 21, 906)]]
    pages("rechnungen.pdf", invoices, "untitled")
    case("pdf/invoices-keep-their-numbers", files=["rechnungen.pdf"],
         checks=[found("Dalben", "Rechnungsnummer 4003", "Gesamtbetrag: 906,50 EUR"),
                 found("Boje", "Rechnungsnummer 4002", "442,50 EUR"), found("Anker", lacks=["untitled"])])
    labs = [[(50, 60, 14, "Laboratory report", 1), (50, 90, 11, f"Sample {n}"), (50, 120, 11, "Haemoglobin"), (250, 120, 11, f"{h} g/dl"),
             (50, 140, 11, "Ferritin"), (250, 140, 11, f"{f} ng/ml"), (50, 800, 9, f"Page {n} of 2")] for n, h, f in [(1, 13.7, 88), (2, 11.2, 19)]]
    pages("labor.pdf", labs)
    case("pdf/lab-values-keep-their-names", files=["labor.pdf"],
         checks=[found("Ferritin 19", "Ferritin", "19 ng/ml"), found("Haemoglobin 13.7", "13.7 g/dl")])

    rows = [("Pumpenhaus Nord", 412, 1980), ("Schleuse Mitte", 77, 2011), ("Siel Süd", 1305, 1964), ("Düker West", 9, 1999)]
    body = "".join(f"<tr><td>{a}</td><td style='text-align:right'>{b}</td><td style='text-align:right'>{c}</td></tr>" for a, b, c in rows)
    html = f"<h1>Bauwerke</h1><table style='border-spacing:30px 4px'><tr><th>Bauwerk</th><th>Leistung in kW</th><th>Baujahr</th></tr>{body}</table><p>Stand: Mai.</p>"
    save("bauwerke-chrome.pdf", chrome(f"<html lang=de><meta charset=utf-8><body>{html}</body></html>"))
    case("pdf/unruled-table-by-chromium", files=["bauwerke-chrome.pdf"],
         checks=[found("Siel", "Siel Süd", "1305", "1964", "Baujahr"), {"ask": "Welche Leistung hat die Schleuse Mitte?", "args": ["--threshold", "0"], "any": ["77"]}])
    rows = "".join(f"<tr><td>Berth {n:03d}</td><td>{n * 7} m</td><td>{'yes' if n % 2 else 'no'}</td></tr>" for n in range(1, 121))
    save("berths.pdf", weasy("<style>table{border-collapse:collapse}td,th{border:1px solid black;padding:3px 20px}thead{display:table-header-group}</style>"
                             f"<h1>Berths</h1><table><thead><tr><th>Name</th><th>Length</th><th>Shore power</th></tr></thead><tbody>{rows}</tbody></table>"))
    case("pdf/table-through-pages", files=["berths.pdf"],
         checks=[found("Berth 117", "Berth 117", "819 m", "Length", "Shore power"), found("Berth 005", "35 m", "Length")])
    save("wrapped.pdf", weasy("<style>table{border-collapse:collapse;width:100%}td,th{border:1px solid black;padding:4px;width:33%}</style><h1>Rules</h1><table>"
         "<tr><th>Area</th><th>Rule that holds there</th><th>Fine</th></tr>"
         "<tr><td>Inner harbour basin and the fishing quay</td><td>Speed is limited to four knots at all times of the day and of the year, for every vessel</td><td>250 EUR</td></tr>"
         "<tr><td>Outer mole</td><td>No anchoring</td><td>90 EUR</td></tr></table>"))
    case("pdf/wrapped-cells", files=["wrapped.pdf"], checks=[found("Outer mole", "No anchoring", "90 EUR"),
                                                             found("fishing quay", "four knots", "250 EUR")])
    three = ("<style>body{columns:3;column-gap:12mm;font-size:10pt;text-align:justify}</style>"
             "<p>" + "The northern yard builds tugs of thirty metres. " * 9 + "</p><p>" + "The western yard repairs dredgers in a dry dock. " * 9 +
             "</p><p>" + "The southern yard stores buoys under a roof of tin. " * 9 + "</p>")
    save("three.pdf", weasy(three))
    case("pdf/three-columns", files=["three.pdf"], checks=[found("dredgers", "The western yard repairs dredgers in a dry dock. The western yard repairs dredgers in a dry dock."),
                                                           found("buoys", "stores buoys under a roof of tin. The southern yard stores buoys")])
    save("hyphen.pdf", groff(".nr LL 2.2i\n.ll 2.2i\n.hy 4\n.ad b\n.hw trans-for-ma-tion in-stal-la-tion main-te-nance\n.ps 11\n"
         "The transformation of the installation needs maintenance; the tide-gauge of 2019-2020 is a state-of-the-art instrument whose "
         "transformation and installation and maintenance were described by the authors. The maintenance of the installation is a transformation.\n"))
    case("pdf/hyphens-of-line-ends", files=["hyphen.pdf"],
         checks=[found("maintenance", "transformation of the installation", "2019-2020", "state-of-the-art", lacks=["instal- lation", "mainte- nance", "transfor- mation", "installa- tion"])])
    lines = [(50, 60, 22, "Harbour regulations", 1), (50, 120, 16, "1 Scope", 1), (50, 150, 11, "These rules hold for all vessels."),
             (50, 200, 16, "2 Speed", 1), (50, 230, 13, "2.1 Inner basin", 1), (50, 255, 11, "Vessels make four knots at most."),
             (50, 300, 13, "2.2 Fairway", 1), (50, 325, 11, "Vessels make nine knots at most.")]
    pages("regulations.pdf", [lines], "Microsoft Word - Dokument3.docx")
    case("pdf/numbered-headings", files=["regulations.pdf"],
         checks=[found("nine knots", "2 Speed", "2.2 Fairway", lacks=["Dokument3"]), found("four knots", "2.1 Inner basin")])
    running = [[(50, 40, 9, "Port Authority of Eastmark - Annual review"), (50, 120, 11, f"Paragraph {n} says that the {what} is open."),
                (300, 810, 9, f"{n}")] for n, what in enumerate(["gate", "lock", "basin", "bridge", "slip", "crane"], 1)]
    pages("running.pdf", running)
    case("pdf/running-heads-go", files=["running.pdf"],
         checks=[found("bridge", "Paragraph 4 says that the bridge is open"), found("slip", "the slip is open", lacks=["Port Authority of Eastmark - Annual review Paragraph"])])
    p = FPDF(); p.set_title("Gezeiten"); p.add_page(); p.set_font("Helvetica", size=12)
    with p.table() as table:
        for r in [("Ort", "Hochwasser", "Niedrigwasser"), ("Borkum", "07:14", "13:22"), ("Cuxhaven", "09:41", "16:03"), ("Husum", "10:55", "17:18")]:
            row = table.row()
            for cell in r: row.cell(cell)
    save("gezeiten.pdf", bytes(p.output()))
    case("pdf/ruled-table-by-fpdf", files=["gezeiten.pdf"], checks=[found("Cuxhaven", "Cuxhaven", "09:41", "16:03", "Hochwasser", "Niedrigwasser"),
                                                                    {"ask": "When is low water in Husum?", "args": ["--threshold", "0"], "any": ["17:18"]}])
    from PIL import Image
    im = Image.open(io.BytesIO(photo("The sluice keeper is Mr Ottmar Brand.\nHe opens at 5 in the morning.", (900, 220)))).convert("L")
    big = Image.new("L", (1654, 2339), 255); big.paste(im.resize((1350, 330)), (120, 150))
    out = io.BytesIO(); big.save(out, "PDF", resolution=200); save("scan-note.pdf", out.getvalue())
    save("sign.png", photo("Berth 42 is closed\nuntil 9 October.", (700, 180)))
    case("pdf/scanned-pages-are-read", files=["scan-note.pdf", "sign.png"],
         checks=[found("sluice keeper", "Ottmar Brand"), found("Berth 42", "9 October")])


# ---------------------------------------------------------------- tables
def book(make):
    import openpyxl
    wb = openpyxl.Workbook(); make(wb); out = io.BytesIO(); wb.save(out); return out.getvalue()


def xlsxw(make):
    import xlsxwriter
    out = io.BytesIO(); wb = xlsxwriter.Workbook(out, {"in_memory": True}); make(wb); wb.close(); return out.getvalue()


def table():
    def two_lines(wb):
        ws = wb.active; ws.title = "Fahrpreise"
        ws.append(["Linie", "Sommer", None, "Winter", None]); ws.append([None, "Erwachsene", "Kinder", "Erwachsene", "Kinder"])
        ws.merge_cells("A1:A2"); ws.merge_cells("B1:C1"); ws.merge_cells("D1:E1")
        ws.append(["Küstenlinie", 21, 12, 17, 8]); ws.append(["Inselbahn", 33, 15, 28, 11])
    save("fahrpreise.xlsx", book(two_lines))
    case("table/header-of-two-lines", files=["fahrpreise.xlsx"], checks=[found("Inselbahn", "Inselbahn", "Sommer", "Kinder", "15", "Winter", "11")])

    def shown(wb):
        ws = wb.add_worksheet("Ledger"); f = lambda s: wb.add_format({"num_format": s})
        ws.write_row(0, 0, ["Account", "Code", "Amount", "Share", "Due", "Debt"])
        ws.write(1, 0, "Dredging"); ws.write(1, 1, 417, f("00000")); ws.write(1, 2, 1234567.5, f("#,##0.00 \"EUR\"")); ws.write(1, 3, 0.125, f("0.0%"))
        ws.write(1, 4, 45731, f("yyyy-mm-dd")); ws.write(1, 5, -88.4, f("0.00;(0.00)"))
        ws.write(2, 0, "Pilotage"); ws.write(2, 1, 23, f("00000")); ws.write(2, 2, 950, f("#,##0.00 \"EUR\"")); ws.write(2, 3, 0.5, f("0.0%"))
        ws.write(2, 4, 45800, f("yyyy-mm-dd")); ws.write(2, 5, 12, f("0.00;(0.00)"))
    save("ledger.xlsx", xlsxw(shown))
    case("table/values-as-they-are-shown", files=["ledger.xlsx"],
         checks=[found("Dredging", "Code: 00417", "Amount: 1,234,567.50 EUR", "Share: 12.5%", "Due: 2025-03-15", "Debt: (88.40)"),
                 found("Pilotage", "Code: 00023", "Due: 2025-05-23")])

    def hidden(wb):
        ws = wb.active; ws.title = "Open"; ws.append(["Ship", "Flag"]); ws.append(["Albatros", "Malta"]); ws.append(["Tölpel", "Panama"]); ws.append(["Sturmvogel", "Kiribati"])
        ws.row_dimensions[3].hidden = True
        other = wb.create_sheet("Salaries"); other.append(["Name", "Salary"]); other.append(["Ottokar", 91234]); other.sheet_state = "hidden"
    save("hidden.xlsx", book(hidden))
    case("table/hidden-sheets-and-rows-are-named", files=["hidden.xlsx"],
         steps=[ingest(named=["Salaries"]), found("Albatros", "Flag: Malta"), found("Ottokar", lacks=["91234"]), found("Tölpel", lacks=["Panama"])])

    def side(wb):
        ws = wb.active; ws.title = "Both"
        for r in [["Tool", "Weight", None, "City", "Toll"], ["Wrench", 40, None, "Graz", 7], ["Hammer", 55, None, "Linz", 9], ["Saw", 61, None, "Wels", 4]]: ws.append(r)
    save("side.xlsx", book(side))
    case("table/side-by-side", files=["side.xlsx"], checks=[found("Linz", "City: Linz", "Toll: 9"), found("Hammer", "Tool: Hammer", "Weight: 55")])

    def preamble(wb):
        ws = wb.add_worksheet("Bericht"); ws.merge_range("A1:D1", "Jahresbericht der Seezeichen 2024"); ws.write("A2", "erstellt am 3. Mai"); ws.write("A3", "")
        ws.write_row(4, 0, ["Seezeichen", "2022", "2023", "2024"])
        for i, r in enumerate([("Tonne Rot", 3, 4, 5), ("Bake Ost", 8, 1, 0), ("Leuchtturm", 12, 13, 17)], 5): ws.write_row(i, 0, r)
        ws.write_row(8, 0, ["Summe", 23, 18, 22])
    save("bericht.xlsx", xlsxw(preamble))
    case("table/preamble-and-years", files=["bericht.xlsx"], checks=[found("Leuchtturm", "Leuchtturm", "2022: 12", "2024: 17"), found("Seezeichen", "Jahresbericht der Seezeichen 2024")])

    def errors(wb):
        ws = wb.active; ws.append(["Item", "Result"]); ws.append(["Ratio", "#DIV/0!"]); ws["B2"].data_type = "e"; ws.append(["Flag", True]); ws.append(["Sum", 5])
    save("errors.xlsx", book(errors))
    case("table/errors-and-truth-values", files=["errors.xlsx"], checks=[found("Ratio", "#DIV/0!")])

    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableRow, TableCell
    from odf.text import P
    doc = OpenDocumentSpreadsheet(); t = Table(name="Schiffe")
    for r in [["Schiff", "Tiefgang", "Heimathafen"], ["Möwe", "2,4 m", "Emden"], ["Seeschwalbe", "", "Leer"], ["Kormoran", "5,1 m", "Wilhelmshaven"]]:
        row = TableRow()
        for v in r:
            c = TableCell(valuetype="string")
            if v: c.addElement(P(text=v))
            row.addElement(c)
        t.addElement(row)
    doc.spreadsheet.addElement(t); out = io.BytesIO(); doc.write(out); save("schiffe.ods", out.getvalue())
    case("table/open-document-sheet", files=["schiffe.ods"], checks=[found("Kormoran", "Schiff: Kormoran", "Tiefgang: 5,1 m", "Heimathafen: Wilhelmshaven"),
                                                                     found("Seeschwalbe", "Heimathafen: Leer")])
    save("semikolon.csv", "Hafen;Tiefe;Kräne\r\nEmden;10,5;14\r\nBrake;11,9;8\r\n\"Nordenham; Midgard\";13,0;21\r\n".encode("cp1252"))
    save("gaps.tsv", "station\tjan\tfeb\tmar\nAlte Weser\t3\t\t5\nRoter Sand\t\t\t9\n")
    case("table/semicolons-and-tabs", files=["semikolon.csv", "gaps.tsv"],
         checks=[found("Midgard", "Hafen: Nordenham; Midgard", "Tiefe: 13,0", "Kräne: 21"), found("Roter Sand", "station: Roter Sand", "mar: 9", lacks=["feb: 9"])])
    save("preamble.csv", "Export of the gauge database\nCreated 2025-01-01\n\nGauge,Level,Trend\nKnock,512,rising\nDukegat,498,falling\nBorkum,505,steady\n")
    case("table/preamble-of-a-csv-file", files=["preamble.csv"], checks=[found("Dukegat", "Gauge: Dukegat", "Level: 498", "Trend: falling")])
    save("years.csv", "Land;2019;2020;2021\nHessen;11;22;33\nSachsen;44;55;66\nBayern;77;88;99\n")
    case("table/years-with-semicolons", files=["years.csv"], checks=[found("Sachsen", "Land: Sachsen", "2020: 55", "2021: 66")])
    save("long.html", "<html><body><h1>Buoys</h1><table><thead><tr><th>Buoy</th><th>Colour of the light</th><th>Period</th></tr></thead><tbody>" +
         "".join(f"<tr><td>No {n}</td><td>{'red' if n % 2 else 'green'}</td><td>{n % 9 + 1} s</td></tr>" for n in range(1, 141)) + "</tbody></table></body></html>")
    case("table/header-in-every-part-of-a-page", files=["long.html"], checks=[found("No 131", "No 131", "red", "6 s", "Colour of the light", "Period")])
    save("colspan.html", "<html><body><p>Fares</p><table border=1><tr><th rowspan=2>Route</th><th colspan=2>Summer</th><th colspan=2>Winter</th></tr>"
         "<tr><th>adult</th><th>child</th><th>adult</th><th>child</th></tr><tr><td>Island line</td><td>31</td><td>14</td><td>26</td><td>9</td></tr>"
         "<tr><td rowspan=2>Night boat</td><td>44</td><td>21</td><td>39</td><td>17</td></tr><tr><td>46</td><td>23</td><td>40</td><td>18</td></tr></table></body></html>")
    case("table/spans-of-a-page", files=["colspan.html"], checks=[found("Island line", "Island line", "Summer", "Winter", "child", "14", "9"), found("Night boat 46", "Night boat | 46")])

    def docx_table(d):
        d.add_heading("Crew", 1); t = d.add_table(rows=1, cols=3)
        for c, v in zip(t.rows[0].cells, ["Name", "Rank", "Cabin"]): c.text = v
        for n in range(90):
            for c, v in zip(t.add_row().cells, [f"Sailor {n:02d}", "Deckhand" if n % 3 else "Cook", f"C{n + 100}"]): c.text = v
    save("crew.docx", docx(docx_table))
    case("table/header-in-every-part-of-a-docx", files=["crew.docx"], checks=[found("Sailor 77", "Sailor 77", "C177", "Rank", "Cabin")])
    save("repeat.md", "# Prices\n\n| Name | Preis | Preis |\n|---|---:|---:|\n| Seil | 12 | 14 |\n| Anker | 230 | 245 |\n")
    case("table/markdown-name-twice", files=["repeat.md"], checks=[found("Anker", "Anker", "230", "245", "Preis")])

    def formats(wb):
        ws = wb.add_worksheet("Log"); t = wb.add_format({"num_format": "hh:mm"}); d = wb.add_format({"num_format": "dd.mm.yyyy hh:mm"}); s = wb.add_format({"num_format": "0.00E+00"})
        ws.write_row(0, 0, ["Event", "Time", "When", "Value"]); ws.write(1, 0, "Spring tide"); ws.write(1, 1, 0.625, t); ws.write(1, 2, 45731.25, d); ws.write(1, 3, 123456, s)
        ws.write(2, 0, "Neap tide"); ws.write(2, 1, 0.25, t); ws.write(2, 2, 45738.5, d); ws.write(2, 3, 7, s)
    save("times.xlsx", xlsxw(formats))
    case("table/times-and-powers", files=["times.xlsx"], checks=[found("Spring tide", "Time: 15:00", "2025-03-15", "1.23E+05")])

    def gaps(wb):
        ws = wb.active; ws.title = "Gauges"
        for r in [["Gauge", "Spring", "Summer", "Autumn", "Winter"], ["Knock", None, 4, None, 6], ["Emden", 1, None, None, 2], ["Leer", None, None, 3, None]]: ws.append(r)
    save("gauges.xlsx", book(gaps))
    case("table/gaps-in-every-column", files=["gauges.xlsx"], checks=[found("Leer", "Gauge: Leer", "Autumn: 3", lacks=["Spring: 3"]), found("Knock", "Summer: 4", "Winter: 6")])
    save("noheader.csv", "10.2.0.4,up,312\n10.2.0.5,down,0\n10.2.0.6,up,88\n")
    case("table/no-header", files=["noheader.csv"], checks=[found("10.2.0.4", "10.2.0.4", "312"), found("10.2.0.6", "10.2.0.6", "88")])


# ---------------------------------------------------------------- office
def docx(make):
    import docx as lib
    d = lib.Document(); make(d); out = io.BytesIO(); d.save(out); return out.getvalue()


def patched(data, part, change):
    source = zipfile.ZipFile(io.BytesIO(data)); out = io.BytesIO(); target = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
    for item in source.infolist():
        content = source.read(item.filename)
        if item.filename == part: content = change(content.decode()).encode()
        target.writestr(item.filename, content)
    target.close(); return out.getvalue()


def office():
    def powers(d):
        p = d.add_paragraph("The reactor gives 10"); r = p.add_run("6"); r.font.superscript = True; p.add_run(" watts and H"); r = p.add_run("2"); r.font.subscript = True; p.add_run("O cools it.")
    save("powers.docx", docx(powers))
    case("office/powers-and-indices", files=["powers.docx"], checks=[found("reactor", "10⁶ watts", "H₂O", lacks=["106 watts"])])

    def parts(d):
        d.sections[0].header.paragraphs[0].text = "Shipyard confidential 2025"; d.sections[0].footer.paragraphs[0].text = "Reply to harbour office 17"
        d.add_heading("Engine", 1); d.add_paragraph("The engine has nine cylinders.")
    save("parts.docx", docx(parts))
    case("office/headers-and-footers", files=["parts.docx"], checks=[found("harbour office 17", "Reply to harbour office 17"), found("cylinders", "nine cylinders")])
    body = ('<w:p><w:r><w:t xml:space="preserve">The rudder costs </w:t></w:r><w:del w:id="1" w:author="A"><w:r><w:delText>500</w:delText></w:r></w:del>'
            '<w:ins w:id="2" w:author="A"><w:r><w:t>640</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> euros.</w:t></w:r></w:p>'
            '<w:p><w:r><w:t xml:space="preserve">Temperature </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r><w:r><w:t xml:space="preserve"> 40 </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r><w:r><w:t>C is an alarm.</w:t></w:r></w:p>')
    save("changes.docx", patched(docx(lambda d: d.add_paragraph("MARK")), "word/document.xml",
                                 lambda x: x.replace(x[x.index("<w:p>") if "<w:p>" in x else x.index("<w:p "):x.index("</w:p>") + 6], body, 1)))
    case("office/tracked-changes-and-symbols", files=["changes.docx"], checks=[found("rudder", "640 euros", lacks=["500"]), found("alarm", "≥ 40 °C")])
    from pptx import Presentation
    from pptx.util import Inches
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    p = Presentation()
    s = p.slides.add_slide(p.slide_layouts[5]); s.shapes.title.text = "Umschlag 2024"
    data = CategoryChartData(); data.categories = ["Emden", "Brake", "Cuxhaven"]; data.add_series("Container", (312.5, 44, 208)); data.add_series("Autos", (1200, 3, 450))
    s.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(4), data)
    s = p.slides.add_slide(p.slide_layouts[1]); s.shapes.title.text = "Geheim"; s.placeholders[1].text = "Der Kaufpreis beträgt 77 Millionen."; s._element.set("show", "0")
    s = p.slides.add_slide(p.slide_layouts[1]); s.shapes.title.text = "Ausblick"; s.placeholders[1].text = "Die Mole wird verlängert."; s.notes_slide.notes_text_frame.text = "Baubeginn ist im November."
    out = io.BytesIO(); p.save(out); save("umschlag.pptx", out.getvalue())
    case("office/charts-hidden-slides-and-notes", files=["umschlag.pptx"],
         steps=[ingest(named=["umschlag.pptx"]), found("Cuxhaven", "Umschlag 2024", "Cuxhaven", "208", "450", "Container"), found("Baubeginn", "November"), found("Kaufpreis", lacks=["77 Millionen"])])
    from odf.opendocument import OpenDocumentText
    from odf.text import H, P, List, ListItem, Note, NoteBody, NoteCitation
    doc = OpenDocumentText(); doc.text.addElement(H(outlinelevel=1, text="Schleusenordnung")); doc.text.addElement(H(outlinelevel=2, text="Öffnungszeiten"))
    para = P(text="Die Schleuse öffnet um 5:30 Uhr."); note = Note(noteclass="footnote", id="n1"); note.addElement(NoteCitation(text="1")); b = NoteBody(); b.addElement(P(text="Außer an Feiertagen.")); note.addElement(b); para.addElement(note); doc.text.addElement(para)
    items = List()
    for x in ["Sportboote zahlen 8 Euro.", "Frachter zahlen 60 Euro."]:
        li = ListItem(); li.addElement(P(text=x)); items.addElement(li)
    doc.text.addElement(items); out = io.BytesIO(); doc.write(out); save("schleuse.odt", out.getvalue())
    case("office/open-document-text", files=["schleuse.odt"], checks=[found("Schleuse öffnet", "Schleusenordnung", "Öffnungszeiten", "5:30"), found("Feiertagen", "Außer an Feiertagen"), found("Frachter", "60 Euro")])
    save("brief.rtf", b"{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0\\fcharset204 Arial;}}{\\*\\generator Riched20;}\\f0 \\'cf\\'f0\\'e8\\'f7\\'e0\\'eb 9 \\'e7\\'e0\\'ea\\'f0\\'fb\\'f2.\\par "
         b"The code is \\b 5519\\b0 .\\par Gr\\u252 ?n ist 10\\super 3\\nosupersub  mal besser.{\\v hidden words}\\par\\trowd\\cellx2000\\cellx4000 Pier\\cell Length\\cell\\row\\trowd\\cellx2000\\cellx4000 East\\cell 410 m\\cell\\row}")
    case("office/rich-text", files=["brief.rtf"], checks=[found("Причал", "Причал 9 закрыт"), found("code", "5519"), found("Grün", "Grün ist 10³ mal besser", lacks=["hidden words"]), found("East", "East | 410 m")])


# ---------------------------------------------------------------- web
def web():
    save("details.html", "<html lang=de><head><title>Hilfe | Werft</title></head><body><header><a href=/>Start</a> <a href=/k>Kontakt</a></header><main><h1>Häufige Fragen</h1>"
         "<details><summary>Wie lange gilt die Garantie auf den Motor?</summary><p>Sie gilt 42 Monate.</p></details>"
         "<div class=accordion><h3><button aria-expanded=false aria-controls=p1>Kann ich den Anker zurückgeben?</button></h3><div id=p1 hidden><p>Ja, binnen elf Tagen.</p></div></div></main>"
         "<footer>Impressum Datenschutz</footer></body></html>")
    case("web/details-and-hidden-panels", files=["details.html"], checks=[found("Garantie", "Wie lange gilt die Garantie auf den Motor?", "42 Monate"), found("Anker", "elf Tagen", lacks=["Impressum"])])
    save("sphinx.html", "<html><head><title>Install — Gauge 2.1 documentation</title></head><body><div class=related role=navigation><ul><li>index</li><li>modules</li></ul></div><div class=document><div class=body role=main>"
         "<section id=install><h1>Install<a class=headerlink href=#install title='Link to this heading'>¶</a></h1><p>Gauge needs Python 3.11 and 2 GB of memory.</p>"
         "<div class=highlight-shell><div class=highlight><pre><span></span>pip install gauge-tool\n</pre></div></div><dl><dt>--port</dt><dd><p>Port of the server, 8143 by default.</p></dd></dl></section></div></div>"
         "<div class=sphinxsidebar><h3>Navigation</h3><ul><li>Table of contents</li></ul></div></body></html>")
    case("web/pages-of-sphinx", files=["sphinx.html"], checks=[found("gauge-tool", "pip install gauge-tool"), found("memory", "2 GB of memory", lacks=["¶", "Table of contents"]), found("Port of the server", "--port", "8143")])
    save("banner.html", "<html><body><div id=cookie-consent class='cookie-banner'><p>Wir verwenden Cookies, um Ihnen das beste Erlebnis zu bieten.</p><button>Alle akzeptieren</button></div>"
         "<nav><ul><li>Produkte</li><li>Preise</li></ul></nav><article><h1>Der Deich</h1><p>Der Deich ist acht Meter hoch und wurde 1962 verstärkt.</p><aside><p>Verwandte Artikel: Der Hafen</p></aside></article>"
         "<div class=share-buttons><a>Teilen</a><a>Twittern</a></div></body></html>")
    case("web/cookies-and-share-buttons", files=["banner.html"], checks=[found("Deich", "acht Meter hoch", lacks=["Cookies", "Twittern", "Produkte"])])
    save("old.html", "<html><body bgcolor=white><table width=100%><tr><td width=150><a href=a>Home</a><br><a href=b>Links</a><br><a href=c>Guestbook</a></td><td>"
         "<font size=5><b>The pier of Wick</b></font><p>The pier was built in 1883 by Agnes Muir. It is 210 yards long and bears two lamps, which are lit at dusk by the keeper.<p>Its stones came from the quarry at Moss.</td></tr></table></body></html>")
    case("web/old-page-of-tables", files=["old.html"], checks=[found("pier built", "Agnes Muir", "210 yards")])
    save("terms.html", "<html><body><main><h1>Glossary</h1><dl><dt>Dolphin</dt><dd>A group of piles to which ships are moored.</dd><dt>Fender</dt><dd>A cushion between ship and quay.</dd></dl><p>It costs 10<sup>4</sup> euros.</p></main></body></html>")
    case("web/definition-lists", files=["terms.html"], checks=[found("cushion", "Fender", "A cushion between ship and quay"), found("costs", "10⁴ euros", lacks=["104 euros"])])


# ---------------------------------------------------------------- mail
def mail():
    m = EmailMessage(); m["From"] = "Jens Harms <jens@example.org>"; m["To"] = "werft@example.org"; m["Subject"] = "Angebot für die Mole"; m["Date"] = "Mon, 3 Mar 2025 09:00:00 +0100"
    m.set_content("Anbei das Angebot und die Liste.")
    m.add_attachment(docx(lambda d: d.add_paragraph("Die Mole kostet 1,9 Millionen Euro.")), maintype="application", subtype="vnd.openxmlformats-officedocument.wordprocessingml.document", filename="Angebot Mole.docx")
    m.add_attachment("Stein;Menge\nGranit;310\nBasalt;92\n".encode(), maintype="text", subtype="csv", filename="Liste.csv")
    inner = EmailMessage(); inner["From"] = "Anke <anke@example.org>"; inner["Subject"] = "Termin der Abnahme"; inner["Date"] = "Sun, 2 Mar 2025 09:00:00 +0100"; inner.set_content("Die Abnahme ist am 9. April um acht Uhr.")
    m.add_attachment(inner)
    save("angebot.eml", m.as_bytes())
    case("mail/three-kinds-of-attachments", files=["angebot.eml"], checks=[found("Mole kostet", "1,9 Millionen"), found("Basalt", "Stein: Basalt", "Menge: 92"), found("Abnahme", "9. April"), found("Anbei", "Jens Harms")])
    m = EmailMessage(); m["From"] = "shop@example.org"; m["Subject"] = "Order 5512"; m["Date"] = "Tue, 4 Mar 2025 10:00:00 +0000"
    m.set_content("Your mail program does not show HTML. Please use another one."); m.add_alternative("<html><body><p>Your order of <b>three fenders</b> is sent on Thursday by the night boat to Harlingen.</p></body></html>", subtype="html")
    save("stub.eml", m.as_bytes())
    case("mail/the-richer-alternative", files=["stub.eml"], checks=[found("fenders", "three fenders", "night boat")])
    box = ""
    for n, (subject, text) in enumerate([("Erste Meldung", "Die Tonne 7 ist vertrieben."), ("Zweite Meldung", ">From Norden kommt Sturm auf, Stärke elf."), ("Dritte Meldung", "Der Leuchtturm ist wieder in Betrieb.")], 1):
        box += f"From amt@example.org Mon Mar  {n} 09:00:00 2025\nFrom: amt@example.org\nTo: alle@example.org\nSubject: {subject}\nDate: Mon, {n} Mar 2025 09:00:00 +0100\nMessage-ID: <{n}@example.org>\nContent-Type: text/plain; charset=utf-8\n\n{text}\n\n"
    save("meldungen.mbox", box)
    case("mail/mailbox-of-three", files=["meldungen.mbox"], steps=[ingest(), {"documents": 3}, found("Sturm", "From Norden kommt Sturm", "Zweite Meldung"), found("Leuchtturm", "wieder in Betrieb"), ingest(), {"documents": 3}])
    save("quoted.eml", b"From: =?iso-8859-1?Q?J=FCrgen?= <j@example.org>\nTo: b@example.org\nSubject: =?utf-8?B?R3LDvMOfZSB2b20gS2Fp?=\nDate: Wed, 5 Mar 2025 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nDie Br=FCcke =F6ffnet um 6 Uhr und schlie=DFt um 22=\n Uhr.\n\n> Wann =F6ffnet die Br=FCcke?\n")
    case("mail/quoted-printable", files=["quoted.eml"], checks=[found("Brücke", "öffnet um 6 Uhr und schließt um 22 Uhr"), found("Grüße vom Kai", "Jürgen")])


# ---------------------------------------------------------------- text
def text():
    many = {
        "pl-latin2.txt": ("iso8859-2", "Latarnia morska w Świnoujściu ma sześćdziesiąt pięć metrów wysokości. Została zbudowana w roku 1857 i świeci każdej nocy. Żeglarze widzą ją z daleka.", "żeglarze", "widzą ją z daleka"),
        "cs-cp1250.txt": ("cp1250", "Přístav má třináct jeřábů. Každý jeřáb zvedne čtyřicet tun. Loď připlouvá ráno a odplouvá večer; kapitán řídí příliš žluťoučký člun.", "jeřáb", "zvedne čtyřicet tun"),
        "ru-koi8.txt": ("koi8-r", "Маяк построен в 1894 году. Его высота составляет тридцать семь метров. Смотритель маяка живёт рядом в деревянном доме.", "смотритель", "живёт рядом"),
        "ko-euckr.txt": ("euc-kr", "등대는 항구의 입구에 서 있습니다. 높이는 사십육 미터이고 매일 밤 불을 밝힙니다. 배들은 등대를 보고 항구로 들어옵니다.", "등대는", "항구의 입구"),
        "zh-gbk.txt": ("gb18030", "灯塔建于一八五八年,高四十六米。它位于港口的入口处,每天晚上都会点亮,为船只指引方向。", "灯塔", "高四十六米"),
        "he-cp1255.txt": ("cp1255", "המגדלור נבנה בשנת אלף שמונה מאות. הגובה שלו הוא ארבעים ושישה מטרים. הספינות רואות את האור מרחוק בכל לילה.", "המגדלור", "נבנה בשנת"),
        "fr-latin1.txt": ("latin-1", "Le phare fut construit en 1858. Sa hauteur est de quarante-six mètres; le gardien y vit à l'année et l'éclaire dès la tombée de la nuit.", "gardien", "l'éclaire dès"),
    }
    for name, (encoding, words, query, want) in many.items():
        save(name, words.encode(encoding))
        case(f"text/encoding-{encoding}", files=[name], checks=[found(query, want)])
    save("u16le.csv", "﻿Hafen;Liegeplätze\r\nGreetsiel;34\r\nNeßmersiel;57\r\n".encode("utf-16-le"))
    case("text/utf-16-table", files=["u16le.csv"], checks=[found("Neßmersiel", "Hafen: Neßmersiel", "Liegeplätze: 57")])
    save("nul.log", b"2025-03-01 start of the engine\n2025-03-01 oil \x00\x00 pressure 4 bar\n2025-03-02 the governor was \xff replaced by Ilse\n" + b"2025-03-03 all quiet on board today\n" * 30)
    case("text/bad-bytes-of-a-log", files=["nul.log"], steps=[ingest(named=["nul.log"]), found("governor", "replaced by Ilse"), found("pressure", "4 bar")])
    save("some.jsonl", '{"id": 1, "text": "The first buoy is red."}\n{"id": 2, "text": "The second buoy is gre\n{"id": 3, "text": "The third buoy is yellow."}\n\n{"id": 4, "text": "Die vierte Boje ist wei\\u00df."}\n')
    case("text/bad-line-of-json", files=["some.jsonl"], steps=[ingest(named=["some.jsonl"]), found("third buoy", "yellow"), found("vierte", "weiß")])
    save("progress.log", "Downloading  10%\rDownloading  50%\rDownloading 100%\r\n\x1b]0;title\x07\x1b[38;5;196mFATAL\x1b[m valve 12 is stuck\r\nN\x08NA\x08AM\x08ME\x08E of the manual page\n")
    case("text/progress-bars-and-overstrikes", files=["progress.log"], checks=[found("valve 12", "FATAL valve 12 is stuck", lacks=["196m"]), found("manual page", "NAME of the manual page")])
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Tide model\n", "\n", "The model has **eleven** harmonics.\n"]},
             {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["amplitude = 3.17\n", "print(amplitude)"], "outputs": [{"output_type": "stream", "name": "stdout", "text": ["mean level is 512 cm\n"]},
              {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgoAAAANSUhEUgAA" * 40, "text/plain": ["<Figure size 640x480>"]}}]}]
    save("tide.ipynb", json.dumps({"cells": cells, "metadata": {"kernelspec": {"language": "python", "name": "python3", "display_name": "P"}}, "nbformat": 4, "nbformat_minor": 5}))
    case("text/notebooks", files=["tide.ipynb"], checks=[found("harmonics", "Tide model", "eleven"), found("amplitude", "amplitude = 3.17", lacks=["iVBORw0"]), found("mean level", "512 cm")])
    save("manual.rst", "=========\nGauge box\n=========\n\nWiring\n------\n\n.. note:: The red wire carries 24 volts.\n\n.. code-block:: sh\n\n   gauge --calibrate 7\n\n+-------+--------+\n| Wire  | Volts  |\n+=======+========+\n| red   | 24     |\n+-------+--------+\n| blue  | 5      |\n+-------+--------+\n\n.. a comment about the secret lever\n")
    case("text/restructured-text", files=["manual.rst"], checks=[found("red wire", "Wiring", "24 volts"), found("calibrate", "gauge --calibrate 7"), found("blue", "Volts", "blue", "5"), found("lever", lacks=["secret lever"])])
    save("guide.adoc", "= Pilot guide\nAnna Berg\n\n== Boarding\n\nPilots board at buoy *Elbe 1*.\n\n|===\n|Wind |Ladder\n\n|5 |port\n|8 |none\n|===\n\n// hidden remark\n\n----\npilot call --channel 13\n----\n")
    case("text/asciidoc", files=["guide.adoc"], checks=[found("Pilots board", "Boarding", "Elbe 1"), found("channel", "pilot call --channel 13"), found("Ladder", "Wind", "none"), found("remark", lacks=["hidden remark"])])
    save("todo.org", "#+TITLE: Yard list\n* Slipway\n** TODO Grease the rails\nUse 12 kg of tallow.\n| Part | Count |\n|------+-------|\n| Rail | 4     |\n| Cart | 2     |\n#+BEGIN_SRC sh\nwinch --speed 3\n#+END_SRC\n# comment line\n")
    case("text/org-mode", files=["todo.org"], checks=[found("tallow", "Slipway", "12 kg of tallow"), found("winch", "winch --speed 3"), found("Cart", "Part", "Count", "2"), found("comment", lacks=["comment line"])])
    save("paper.tex", "\\documentclass{article}\n\\usepackage{graphicx}\n\\title{Waves in basins}\\author{I. Lund}\n\\begin{document}\\maketitle\n\\begin{abstract}We measure seiches of 19 minutes.\\end{abstract}\n\\section{Method}\nThe gauge samples at 4\\,Hz, see Table~\\ref{t}. % hidden remark\n\\begin{tabular}{ll}\\hline Basin & Period\\\\\\hline Inner & 19 min\\\\ Outer & 7 min\\\\\\hline\\end{tabular}\n\\end{document}\n")
    case("text/latex", files=["paper.tex"], checks=[found("seiches", "19 minutes"), found("gauge samples", "Method", lacks=["hidden remark", "usepackage"]), found("Outer", "Period", "7 min")])


for group in (sync, cite, pdf, table, office, web, mail, text): group()
with open(os.path.join(OUT, "cases.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=True) for c in CASES) + "\n]\n")
print(len(CASES), "cases,", len(os.listdir(FILES)), "files,", sum(os.path.getsize(os.path.join(FILES, n)) for n in os.listdir(FILES)), "bytes")
