#!/usr/bin/env python3
"""Compares what is read of spreadsheets and CSV files with what openpyxl, python-calamine and Python's csv see.

usage: compare_sheets.py --reader "rag documents read" FILE|FOLDER…

Every filled cell of a sheet that is shown, in rows and columns that are shown, must be in the text of the file: words as
they are, numbers, dates and truth values in one of the ways that a sheet shows them. Prints a line a file: cells, cells that were
found, and what is missing. Needs `pip install openpyxl python-calamine`. Exit code 1 where a cell is missing or a reader
failed on a file that the peer reads.
"""
import argparse, csv, datetime, io, os, re, shlex, subprocess, sys

# A formula that has no value is shown itself; names of columns without values are in a note, not in the text.
def fold(text): return re.sub(r"\s+", " ", str(text).replace("\u00ad", "").replace("\u00a0", " ")).strip()

def excel(path):
    import openpyxl
    from openpyxl.utils import get_column_letter
    book = openpyxl.load_workbook(path, data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible": continue
        hidden = set()
        for key, column in sheet.column_dimensions.items():
            if column.hidden: hidden |= set(range(column.min or 0, (column.max or 0) + 1))
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or cell.column in hidden or sheet.row_dimensions[cell.row].hidden: continue
                yield f"{sheet.title}!{cell.coordinate}", cell.value

def calamine(path):
    import python_calamine
    book = python_calamine.CalamineWorkbook.from_path(path)
    for meta in book.sheets_metadata:
        if "Visible" not in str(meta.visible): continue
        for r, row in enumerate(book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False), 1):
            for c, value in enumerate(row, 1):
                if value != "": yield f"{meta.name}!R{r}C{c}", value

def delimited(path):
    text = open(path, encoding="utf-8-sig", newline="").read()
    dialect = csv.Sniffer().sniff(text[:8192], ",;\t|")
    for r, row in enumerate(csv.reader(io.StringIO(text), dialect), 1):
        for c, value in enumerate(row, 1):
            if value.strip(): yield f"R{r}C{c}", value

def forms(value):
    """Ways in which a value may be shown; the first is the one for messages."""
    if isinstance(value, bool): return [str(value).lower(), str(value).upper(), str(int(value))]
    if isinstance(value, datetime.datetime):
        date, time = value.date().isoformat(), value.replace(microsecond=0).time().isoformat()
        return [f"{date}T{time}", date, time]
    if isinstance(value, datetime.date): return [value.isoformat()]
    if isinstance(value, datetime.time): return [value.replace(microsecond=0).isoformat()]
    if isinstance(value, datetime.timedelta):
        s = round(value.total_seconds()); return ["%02d:%02d:%02d" % (s // 3600, s // 60 % 60, s % 60)]
    if isinstance(value, (int, float)):
        found = []
        for number in (value, value * 100, value / 1000, value / 1e6):
            for places in range(0, 16):
                text = f"{abs(number):.{places}f}"
                found += [text, f"{abs(number):,.{places}f}"]
            found.append(f"{abs(number):.15g}")
        found += [t.replace(".", "\0").replace(",", ".").replace("\0", ",") for t in found]
        return [t for t in dict.fromkeys(found) if re.search("[1-9]", t) or number == 0]
    return [fold(value)]

def check(path, reader):
    peer = {"xlsx": excel, "xlsm": excel, "ods": calamine, "csv": delimited, "tsv": delimited}[path.rsplit(".", 1)[1].lower()]
    try: cells = list(peer(path))
    except Exception as error: return print(f"peer fails  {path}: {type(error).__name__}") or True
    run = subprocess.run([*reader, path], capture_output=True, text=True, timeout=300)
    text = fold(run.stdout)
    plain = re.sub(r"[\s,.'’]", "", text)
    missing = []
    for place, value in cells:
        ways = forms(value)
        if any(w in text for w in ways): continue
        if isinstance(value, (int, float)) and any(re.sub(r"[\s,.]", "", w) in plain for w in ways if w): continue
        missing.append(f"{place} {ways[0][:60]!r}")
    state = "ok" if not missing else "MISSING"
    print(f"{state:8} {len(cells) - len(missing)}/{len(cells)}  {path}" + "".join("\n         " + m for m in missing[:6]))
    return not missing

def main():
    parser = argparse.ArgumentParser(); parser.add_argument("--reader", required=True); parser.add_argument("paths", nargs="+")
    args = parser.parse_args(); held = failed = 0
    for path in args.paths:
        names = [path] if os.path.isfile(path) else sorted(os.path.join(r, n) for r, _, ns in os.walk(path) for n in ns)
        for name in names:
            if name.rsplit(".", 1)[-1].lower() not in ("xlsx", "xlsm", "ods", "csv", "tsv"): continue
            ok = check(name, shlex.split(args.reader)); held += ok; failed += not ok
    print(f"{held} passed, {failed} failed"); sys.exit(1 if failed else 0)

if __name__ == "__main__": main()
