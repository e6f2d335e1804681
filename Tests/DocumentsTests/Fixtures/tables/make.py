"""Makes the workbooks of this folder: `python3 make.py` with XlsxWriter, pandas and odfpy installed, and LibreOffice Calc.

ferry.xlsx is XlsxWriter's, ferry.ods is LibreOffice's copy of it, fares.ods is odfpy's, regions.ods is pandas'.
numbers.tsv holds number formats, values and what LibreOffice shows for them (fractions, colours and negative literals in
which it differs from Excel are left out).
"""
import csv
import datetime
import os
import subprocess
import tempfile

import pandas
import xlsxwriter
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P


def office(path, form, folder):
    subprocess.run(["soffice", "--headless", "--convert-to", form, "--outdir", folder, path], check=True,
                   env={**os.environ, "HOME": tempfile.mkdtemp()})


def ferry():
    book = xlsxwriter.Workbook("ferry.xlsx")
    book.set_properties({"title": "Ferries", "author": "Ann Author", "created": datetime.datetime(2024, 5, 6)})
    bold, raised = book.add_format({"bold": True}), book.add_format({"font_script": 1})
    euro = book.add_format({"num_format": '#,##0.00 "€"'})
    sheet = book.add_worksheet("Sales")
    sheet.merge_range("A1:F1", "Ferry sales 2023", bold)
    sheet.write("A2", "Status: final")
    for place, text in [("A4:A5", "Route"), ("B4:C4", "Summer"), ("D4:E4", "Winter"), ("F4:F5", "Remark")]:
        sheet.merge_range(place, text, bold)
    for column, text in zip("BCDE", ["adult", "child", "adult", "child"]):
        sheet.write(f"{column}5", text, bold)
    sheet.merge_range("A6:A7", "Coast")
    for row, values in [(6, (11, 5, 9, 4)), (7, (1234.5, 6, 8, 3)), (8, (21, 15, 19, 14))]:
        for column, value in zip("BCDE", values):
            sheet.write(f"{column}{row}", value, euro)
    sheet.write("A8", "Hill")
    sheet.write("F8", "from May")
    sheet.write_comment("B7", "Checked by Ann", {"author": "Ann"})
    sheet.write("A9", "Total", bold)
    sheet.write_formula("B9", "=SUM(B6:B8)", euro, 1266.5)
    sheet.write("A11", "Note: children under 6 travel free.")
    sheet.write_rich_string("A12", "Distance 10", raised, "6", " m")
    sheet.write_url("A13", "https://example.org/x", string="Timetable")
    for place, value in [("H4", "City"), ("I4", "Toll"), ("H5", "Graz"), ("I5", 7), ("H6", "Ulm"), ("I6", 9)]:
        sheet.write(place, value, bold if place.endswith("4") else None)
    sheet.set_column("K:K", None, None, {"hidden": True})
    sheet.write("K4", "secret")
    sheet.set_row(20, None, None, {"hidden": True})
    sheet.write("A21", "hidden row")
    sheet.insert_textbox("A30", "A box says hello")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": "Adults", "categories": "=Sales!$A$6:$A$8", "values": "=Sales!$B$6:$B$8"})
    chart.set_title({"name": "Fares of adults"})
    sheet.insert_chart("H20", chart)
    data = book.add_worksheet("Data")
    day = book.add_format({"num_format": "d. mmmm yyyy"})
    data.add_table("B3:D6", {"columns": [{"header": "When", "format": day}, {"header": "2023"}, {"header": "Ok"}]})
    for index, (count, flag) in enumerate([(3, True), (4, False), (5, True)]):
        data.write_datetime(3 + index, 1, datetime.datetime(2024, 5, 6 + index), day)
        data.write(3 + index, 2, count)
        data.write(3 + index, 3, flag)
    secret = book.add_worksheet("Secret")
    secret.write("A1", "nobody sees")
    secret.hide()
    book.close()
    office("ferry.xlsx", "ods", ".")


def fares():
    book, sheet = OpenDocumentSpreadsheet(), Table(name="Fares")

    def row(*cells, **attributes):
        line = TableRow(**attributes)
        for cell in cells:
            attributes = dict(cell) if isinstance(cell, dict) else {"text": cell}
            text = attributes.pop("text", None)
            element = CoveredTableCell() if attributes.pop("covered", False) else TableCell(**attributes)
            if text is not None:
                element.addElement(P(text=text))
            line.addElement(element)
        sheet.addElement(line)

    covered = {"covered": True}
    number = {"valuetype": "float"}
    row("Ferry fares 2023")
    row(numberrowsrepeated=2)
    row({"text": "Route", "numberrowsspanned": 2}, {"text": "Summer", "numbercolumnsspanned": 2}, covered, "Winter")
    row(covered, "adult", "child", "adult")
    row("Coast", {"text": "11.00 €", "value": 11, **number}, {"text": "5", "value": 5, "numbercolumnsrepeated": 2, **number})
    row("Hill", {"text": "21.00 €", "value": 21, **number}, None, {"text": "9", "value": 9, **number})
    row("Total", {"formula": "of:=SUM([.B6:.B7])"})
    row({"numbercolumnsrepeated": 16384}, numberrowsrepeated=1048000)
    book.spreadsheet.addElement(sheet)
    book.save("fares.ods")


def regions():
    frame = pandas.DataFrame({
        "Region": ["Bavaria", "Saxony"], 2021: [10, 30], 2022: [20, 40],
        "When": pandas.to_datetime(["2024-05-06 00:00", "2024-05-07 10:00"]), "ok": [True, False]})
    frame.to_excel("regions.ods", engine="odf", index=False)


FORMATS = [
    "General", "0", "0.00", "#,##0", "#,##0.00", "0%", "0.00%", "0.00E+00", "# ?/?", "# ??/??", "#,##0;(#,##0)",
    "#,##0;[Red]-#,##0", "#,##0.00;[Red](#,##0.00)", "##0.0E+0", '"$"#,##0.00', "[$€-407] #,##0.00", "#,##0.00 [$€-407]",
    '#,##0.00\\ "€"', "00000", "000-00-0000", "(###) ###-####", "0.0#", "0.###", "#.##", "#,##0,", '#,##0.0,,"M"', '0" kg"',
    '[>=1000]#,##0.0,"k";0', "[<1]0.00;[<100]0.0;0", "0.0%;[Red]-0.0%", '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    "0;-0;;@", "+0;-0;0", '0.00;;"nil"', '"Total: "General', "# ?/8", "0.0000", "?0.0?", "[Red]0.00", '0 "days"', '#,##0 "t"',
    "@", "0.00\\%", "00.00.00", "0/10", '[=1]"one";[=2]"two";0', '#" "##0', "€ #,##0.00;-€ #,##0.00", "0.0E+00", "#E+0",
    "0000.00", "#,#0.0", "$#,##0_);($#,##0)", "0.00_ ;[Red]\\-0.00\\ "]
VALUES = [0, 1, 2, -1, 0.5, -0.5, 1234.567, -1234.567, 1234567.891, 0.0001234, 12, 99.995, 1e10, 0.125, 5551234567,
          123456789, -0.004, 2.5, 3.5, 1 / 3]


def numbers():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "f.xlsx")
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("F")
    cases = [(form, value) for form in FORMATS for value in VALUES]
    styles = {form: book.add_format({"num_format": form}) for form in FORMATS}
    for row, (form, value) in enumerate(cases):
        sheet.write(row, 0, f"k{row}")
        sheet.write_number(row, 1, value, styles[form])
    book.close()
    office(path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,true,false,false,-1", folder)
    with open(os.path.join(folder, "f-F.csv"), encoding="utf-8") as lines, open("numbers.tsv", "w", encoding="utf-8") as out:
        for (form, value), row in zip(cases, csv.reader(lines)):
            shown = " ".join(row[1].replace("\u00a0", " ").split())
            differs = shown == "#FMT" or shown.startswith(("- ", "-Total")) or form == "0/10" and value < 0
            if not differs:
                out.write(f"{form}\t{value!r}\t{shown}\n")


if __name__ == "__main__":
    ferry()
    fares()
    regions()
    numbers()
