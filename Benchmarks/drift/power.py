"""False alarms and power of the methods for columns, as Markdown tables.

    .build/release/rag bench drift > drift.json
    python3 Benchmarks/drift/power.py drift.json

200 trials of each size and shift. Numbers are normal and move by a share of their standard deviation; a quarter as large a
share of the categories (five, even) and of the answers (30% yes) becomes the first. A rate at shift 0 is one of false alarms;
of 200 trials at 5% it lies between 2.5% and 8.5% (95% interval).
"""

import json
import pathlib
import sys


def main():
    found = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(f"{found['sets']} datasets without drift, {found['columns']} columns each\n")
    print("| profile | rows a side | dataset alarms | with a drifted column | drifted columns |\n|---|---|---|---|---|")
    for row in found["false_alarms"]:
        columns = found["sets"] * found["columns"]
        print(f"| {row['profile']} | {row['rows']} | {100 * row['dataset_alarms'] / found['sets']:.1f} % "
              f"| {100 * row['datasets_with_a_drifted_column'] / found['sets']:.1f} % "
              f"| {100 * row['drifted_columns'] / columns:.2f} % |")
    power = found["power"]
    rows = sorted({one["rows"] for one in power})
    shifts = sorted({one["shift"] for one in power})
    rates = {(one["kind"], one["method"], one["rows"], one["shift"]): one["rate"] for one in power}
    print(f"\nShare of {found['trials']} trials called drift, %: at shifts {' / '.join(map(str, shifts))}\n")
    print("| data | method | " + " | ".join(f"{count} rows" for count in rows) + " |\n|---|---|" + "---|" * len(rows))
    for kind, method in dict.fromkeys((one["kind"], one["method"]) for one in power):
        cells = (" / ".join(f"{100 * rates[kind, method, count, shift]:.0f}" for shift in shifts) for count in rows)
        print(f"| {kind} | {method} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
