"""Writes Sources/Embeddings/BertUnicodeData.swift: what the reference tokenizer does with each Unicode scalar.

The reference library (`pip install tokenizers`, 0.23.3 used) is asked for every scalar, one step at a time, rather
than a Unicode database: its crates are of several Unicode versions, none of them the newest. Combining classes are
numbers of Python's unicodedata (they never change), used only where the library's NFD does reorder the scalar.

  python3 make_unicode_table.py ../../../Sources/Embeddings/BertUnicodeData.swift
"""

import sys
import unicodedata

from tokenizers import normalizers, pre_tokenizers

OFF = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
clean = normalizers.BertNormalizer(**{**OFF, "clean_text": True})
chinese = normalizers.BertNormalizer(**{**OFF, "handle_chinese_chars": True})
strip = normalizers.BertNormalizer(**{**OFF, "strip_accents": True})
lower = normalizers.BertNormalizer(**{**OFF, "lowercase": True})
nfd = normalizers.NFD()
split = pre_tokenizers.BertPreTokenizer()

HIGHEST = 0x345  # The only scalar of class 240, the highest.

sets = {name: [] for name in ("removed", "space", "ideograph", "mark", "markStarter", "alone", "separator")}
classes, decompositions, lowered = [], [], []
for value in range(0x110000):
    if 0xD800 <= value < 0xE000:
        continue
    scalar = chr(value)
    framed = "a" + scalar + "b"
    cleaned = clean.normalize_str(framed)[1:-1]
    if cleaned != scalar:
        assert cleaned in ("", " ")
        sets["removed" if cleaned == "" else "space"].append(value)
    if chinese.normalize_str(framed) != framed:
        sets["ideograph"].append(value)
    parts = [part for part, _ in split.pre_tokenize_str(framed)]
    if parts != [framed]:
        sets["alone" if len(parts) == 3 else "separator"].append(value)
    small = lower.normalize_str(scalar)
    if small != scalar:
        lowered.append((value, small))
    if 0xAC00 <= value < 0xD7A4:
        continue  # Hangul syllables are decomposed by arithmetic.
    decomposed = nfd.normalize_str(scalar)
    if decomposed != scalar:
        decompositions.append((value, decomposed))
        continue
    reorders = value == HIGHEST or nfd.normalize_str("a" + chr(HIGHEST) + scalar) != "a" + chr(HIGHEST) + scalar
    if strip.normalize_str(scalar) == "":
        sets["mark" if reorders else "markStarter"].append(value)
    elif reorders:
        classes.append((value, unicodedata.combining(scalar)))
        assert classes[-1][1] > 0


def ranges(values):
    """`gap length` pairs, hexadecimal: gap from the end of the last range."""
    out, end, i = [], 0, 0
    while i < len(values):
        j = i
        while j + 1 < len(values) and values[j + 1] == values[j] + 1:
            j += 1
        out.append(f"{values[i] - end:x} {values[j] - values[i] + 1:x}")
        end, i = values[j] + 1, j + 1
    return " ".join(out)


def sequences(pairs):
    """`gap count scalar…`, hexadecimal: gap from the last key."""
    out, last = [], 0
    for value, text in pairs:
        out.append(f"{value - last:x} {len(text):x} " + " ".join(f"{ord(c):x}" for c in text))
        last = value
    return " ".join(out)


def wrapped(text):
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) + 1 > 104:
            lines.append(line)
            line = word
        else:
            line = word if not line else line + " " + word
    lines.append(line)
    return " \\\n".join("    " + line for line in lines)


fields = [(name, "`gap length` of each range.", ranges(values)) for name, values in sets.items()]
last, out = 0, []
for value, number in classes:
    out.append(f"{value - last:x} {number:x}")
    last = value
fields.append(("combiningClass", "`gap class` of each scalar that is kept and reordered.", " ".join(out)))
fields.append(("decomposition", "`gap count scalar…`: full canonical decompositions, Hangul left out.", sequences(decompositions)))
fields.append(("lowercase", "`gap count scalar…`.", sequences(lowered)))
with open(sys.argv[1], "w") as file:
    file.write("// Written by Tests/EmbeddingsTests/Fixtures/make_unicode_table.py; not edited by hand.\n// swift-format-ignore-file\n\n")
    file.write("/// What the reference tokenizer does with each Unicode scalar; numbers are hexadecimal.\nenum BertUnicodeData {\n")
    for name, comment, text in fields:
        file.write(f"  /// {comment}\n  static let {name}: StaticString = \"\"\"\n{wrapped(text)}\n    \"\"\"\n\n")
    file.write("}\n")
