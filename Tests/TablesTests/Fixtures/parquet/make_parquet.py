"""Writes the Parquet files of these tests, and the CSV file that each must read as.

    pip install pyarrow==25.0.1 pandas==3.1.1 polars==2.1.0 duckdb==2.0.1 fastparquet==2026.9.0
    python make_parquet.py

The values are drawn by a seed, so that the files change with the writers alone.
"""

import datetime
import decimal
import pathlib
import random

import duckdb
import fastparquet
import pandas
import polars
import pyarrow
import pyarrow.parquet as parquet

HERE = pathlib.Path(__file__).parent
ROWS = 70
chance = random.Random(1)


def gaps(values, share=0.2):
    return [None if chance.random() < share else value for value in values]


WORDS = ["red", "green", "blue, \"quoted\"", "Grün", "", "x" * 40]
DAY = datetime.date(1969, 1, 1)
STAMP = datetime.datetime(1960, 5, 4, 3, 2, 1)
stamps = [STAMP + datetime.timedelta(days=400 * i, microseconds=chance.choice([0, 500_000, 123_456])) for i in range(ROWS)]
columns = {
    "small": pyarrow.array([i % 4 for i in range(ROWS)], pyarrow.int32()),
    "whole": pyarrow.array([chance.randrange(-10**15, 10**15) for _ in range(ROWS)], pyarrow.int64()),
    "steps": pyarrow.array([1_000_000 + 3 * i for i in range(ROWS)], pyarrow.int64()),
    "whole_gaps": pyarrow.array(gaps(range(ROWS)), pyarrow.int64()),
    "byte": pyarrow.array([250 + i % 6 for i in range(ROWS)], pyarrow.uint8()),
    "unsigned": pyarrow.array([2**32 - 1 - i for i in range(ROWS)], pyarrow.uint32()),
    "fraction": pyarrow.array([chance.gauss(0, 1) for _ in range(ROWS)], pyarrow.float64()),
    "fraction_gaps": pyarrow.array(gaps([i / 8 for i in range(ROWS)]), pyarrow.float64()),
    "single": pyarrow.array([i / 4 for i in range(ROWS)], pyarrow.float32()),
    "flag": pyarrow.array([i % 3 == 0 for i in range(ROWS)], pyarrow.bool_()),
    "flag_gaps": pyarrow.array(gaps([i % 2 == 0 for i in range(ROWS)]), pyarrow.bool_()),
    "word": pyarrow.array(gaps([chance.choice(WORDS) for _ in range(ROWS)]), pyarrow.string()),
    "text": pyarrow.array([f"row {i} of many, {chance.random()}" for i in range(ROWS)], pyarrow.string()),
    "day": pyarrow.array(gaps([DAY + datetime.timedelta(days=37 * i) for i in range(ROWS)]), pyarrow.date32()),
    "stamp": pyarrow.array(stamps, pyarrow.timestamp("us")),
    "stamp_utc": pyarrow.array([stamp.replace(microsecond=0) for stamp in stamps], pyarrow.timestamp("ms", tz="UTC")),
    "price": pyarrow.array(gaps([decimal.Decimal(chance.randrange(-10**6, 10**6)) / 100 for _ in range(ROWS)]),
                           pyarrow.decimal128(12, 2)),
    "nothing": pyarrow.array([None] * ROWS, pyarrow.string()),
}
table = pyarrow.table(columns)


def field(value):
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        text = value.replace(tzinfo=None).isoformat()
        return (text.rstrip("0") if "." in text else text) + ("Z" if value.tzinfo else "")
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def csv(name, table):
    rows = table.to_pylist()
    lines = [",".join(table.column_names)] + [",".join(field(row[name]) for name in table.column_names) for row in rows]
    (HERE / name).write_text("\n".join(lines) + "\n")


csv("table.csv", table)
plain = {"use_dictionary": False, "data_page_size": 256}
encodings = {
    "whole": "DELTA_BINARY_PACKED", "steps": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "whole_gaps": "DELTA_BINARY_PACKED",
    "fraction": "BYTE_STREAM_SPLIT", "fraction_gaps": "BYTE_STREAM_SPLIT", "single": "BYTE_STREAM_SPLIT",
    "word": "DELTA_BYTE_ARRAY", "text": "DELTA_LENGTH_BYTE_ARRAY", "flag": "RLE", "flag_gaps": "RLE",
}
for name, options in {
    "snappy": {},
    "zstd-pages": {"compression": "zstd", "data_page_size": 64, "write_batch_size": 7, "dictionary_pagesize_limit": 10**6},
    "gzip-groups": {"compression": "gzip", "row_group_size": 13},
    "plain": {"compression": "none", **plain},
    "second": {"data_page_version": "2.0", "compression": "zstd", "write_page_checksum": True},
    "encodings": {"data_page_version": "2.0", "use_dictionary": False, "column_encoding": encodings, "version": "2.6"},
    "old-times": {"use_deprecated_int96_timestamps": True, "version": "1.0"},
    "short-decimals": {"store_decimal_as_integer": True, "write_page_checksum": True},
}.items():
    parquet.write_table(table, HERE / f"pyarrow-{name}.parquet", **options)

required = pyarrow.table(
    [columns["whole"], columns["text"]],
    schema=pyarrow.schema([pyarrow.field("whole", pyarrow.int64(), nullable=False), pyarrow.field("text", pyarrow.string(), nullable=False)]))
parquet.write_table(required, HERE / "pyarrow-required.parquet")
nested = pyarrow.table({
    "id": pyarrow.array(range(5)),
    "place": pyarrow.array([{"city": "A", "zone": 1}, {"city": None, "zone": 2}, None, {"city": "B", "zone": None}, {"city": "C", "zone": 3}]),
})
parquet.write_table(nested, HERE / "pyarrow-structures.parquet")
parquet.write_table(pyarrow.table({"id": [1, 2], "tags": [["a"], []]}), HERE / "pyarrow-lists.parquet")
parquet.write_table(table.select(["small"]).slice(0, 0), HERE / "pyarrow-empty.parquet")
parquet.write_table(table.select(["text"]), HERE / "pyarrow-brotli.parquet", compression="brotli")

arrow_rows = table
frame = polars.from_arrow(table)
frame.write_parquet(HERE / "polars.parquet")
duckdb.sql("SET threads = 1")
duckdb.from_arrow(table).write_parquet(str(HERE / "duckdb.parquet"))
duckdb.sql(f"COPY (SELECT * FROM arrow_rows) TO '{HERE / 'duckdb-second.parquet'}' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")
kept = [name for name in table.column_names if name not in ("stamp_utc", "price", "nothing", "day", "flag_gaps", "whole_gaps")]
csv("fastparquet.csv", table.select(kept))
fastparquet.write(str(HERE / "fastparquet.parquet"), table.select(kept).to_pandas(), compression="GZIP")
