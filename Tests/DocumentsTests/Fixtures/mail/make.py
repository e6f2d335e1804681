#!/usr/bin/env python3
"""Writes the fixtures of mail and saved pages beside itself: run it after a change, the files are the same each time."""
import os, struct

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as f: f.write(data if isinstance(data, bytes) else data.encode())


# A compound file: every stream in sectors of its own, no small streams ([MS-CFB]).
def compound(tree):
    entries = [("Root Entry", 5, None, [])]
    def add(name, value):
        at = len(entries); entries.append((name, 1, None, []) if isinstance(value, dict) else (name, 2, value, []))
        if isinstance(value, dict):
            for key, inner in value.items(): entries[at][3].append(add(key, inner))
        return at
    for key, inner in tree.items(): entries[0][3].append(add(key, inner))
    sibling = {}
    for _, _, _, children in entries:
        for left, right in zip(children, children[1:]): sibling[left] = right
    sectors, fat, starts = [], [], {}
    def put(data):
        if not data: return 0xFFFFFFFE
        start = len(sectors)
        for at in range(0, len(data), 512):
            sectors.append(data[at:at + 512].ljust(512, b"\0")); fat.append(len(sectors))
        fat[-1] = 0xFFFFFFFE
        return start
    for at, (_, kind, value, _) in enumerate(entries):
        if kind == 2: starts[at] = put(value)
    directory = b""
    for at, (name, kind, value, children) in enumerate(entries):
        units = name.encode("utf-16-le") + b"\0\0"
        directory += units.ljust(64, b"\0") + struct.pack("<HBBIII", len(units), kind, 1, 0xFFFFFFFF, sibling.get(at, 0xFFFFFFFF), children[0] if children else 0xFFFFFFFF)
        directory += b"\0" * 36 + struct.pack("<IQ", starts.get(at, 0xFFFFFFFE if kind != 1 else 0), len(value or b""))
    first = put(directory)
    tables = (len(fat) + 127) // 128 + 1
    place = len(sectors)
    fat += [0xFFFFFFFD] * tables
    fat += [0xFFFFFFFF] * (tables * 128 - len(fat))
    head = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    head += struct.pack("<IIIIIIIII", 0, tables, first, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += b"".join(struct.pack("<I", place + i if i < tables else 0xFFFFFFFF) for i in range(109))
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def text(value): return value.encode("utf-16-le")


def properties(header, *fixed):
    return b"\0" * header + b"".join(struct.pack("<HHI", kind, tag, 6) + value for tag, kind, value in fixed)


def filetime(seconds): return struct.pack("<Q", (seconds + 11644473600) * 10_000_000)


def message():
    inner = {
        "__properties_version1.0": properties(24, (0x0039, 0x40, filetime(1_700_000_000))),
        "__substg1.0_0037001F": text("Inner"), "__substg1.0_1000001F": text("The lock opens at four."),
        "__substg1.0_0C1A001F": text("Kai"),
    }
    return compound({
        "__properties_version1.0": properties(32, (0x0039, 0x40, filetime(1_709_546_400)), (0x3FFD, 0x03, struct.pack("<Q", 1252))),
        "__substg1.0_0037001F": text("Dredging of the basin"), "__substg1.0_0C1A001F": text("Jörg Öhme"),
        "__substg1.0_5D01001F": text("j.oehme@example.org"), "__substg1.0_1035001F": text("<77@example.org>"),
        "__substg1.0_1000001F": text("The dredger comes on Tuesday.\r\n\r\n-----Original Message-----\r\nWhen does it come?\r\n"),
        "__substg1.0_10130102": "<p>The dredger comes on Tuesday.</p><hr><p>When does it come?</p>".encode(),
        "__recip_version1.0_#00000000": {
            "__properties_version1.0": properties(8, (0x0C15, 0x03, struct.pack("<Q", 1))),
            "__substg1.0_3001001F": text("Ann"), "__substg1.0_39FE001F": text("ann@example.org")},
        "__recip_version1.0_#00000001": {
            "__properties_version1.0": properties(8, (0x0C15, 0x03, struct.pack("<Q", 2))),
            "__substg1.0_3001001E": "Zoë".encode("cp1252")},
        "__attach_version1.0_#00000000": {
            "__properties_version1.0": properties(8), "__substg1.0_3707001F": text("depths.csv"),
            "__substg1.0_37010102": b"Place;Depth\nBasin;8.4\n"},
        "__attach_version1.0_#00000001": {
            "__properties_version1.0": properties(8), "__substg1.0_3701000D": inner},
    })


write("basin.msg", message())
write("thread.mbox", """From ann@example.org Mon Mar  4 09:00:00 2024
From: Ann <ann@example.org>
Subject: Tide
Date: Mon, 4 Mar 2024 10:00:00 +0100
Message-ID: <1@example.org>

High water is at 14:20.

>From the pier it is better seen.

From bob@example.org Mon Mar  4 09:30:00 2024
From: Bob <bob@example.org>
Subject: Re: Tide
In-Reply-To: <1@example.org>
References: <1@example.org>

> High water is at 14:20.

Thanks, I moor at two.
From now on I look myself.

From cat@example.org Tue Mar  5 08:00:00 2024
From: Cat <cat@example.org>
Subject: Re: Tide
Date: Tue, 5 Mar 2024 08:00:00 +0000
Content-Length: 47

Counted.

From x@y Tue Mar  5 08:00:00 2024
Hi.

""")
write("apple.emlx", b"56        \nFrom: ann@example.org\nSubject: Buoy\n\nThe buoy is green.\n<?xml version=\"1.0\"?><plist><dict/></plist>\n")
write("invite.ics", """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1@example.org\r
DTSTART;TZID=Europe/Berlin:20240304T100000\r
DTEND:20240304T100000Z\r
SUMMARY:Launch of the ferry\\, second try\r
LOCATION:Slipway 3\r
ORGANIZER;CN="Öhme, Jörg":mailto:j@example.org\r
ATTENDEE:mailto:ann@example.org\r
RRULE:FREQ=WEEKLY;BYDAY=MO\r
DESCRIPTION:Bring a bottle.\\nThe ban\r
 d plays.\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
DESCRIPTION:Soon\r
END:VALARM\r
END:VEVENT\r
BEGIN:VTODO\r
SUMMARY:Paint the hull\r
DUE;VALUE=DATE:20240401\r
END:VTODO\r
END:VCALENDAR\r
""")
write("people.vcf", """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=96hme;J=C3=B6rg;;;
TEL;CELL:+49 170 5550123
EMAIL;INTERNET:j@example.org
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Ann Quay
ORG:Harbour;Pilots
ADR;TYPE=work:;;Pier 4;Husum;;25813;Germany
item1.TEL;TYPE=work,voice:tel:+49-4841-5550
PHOTO:data:image/png;base64,AAAA
NOTE:Speaks Danish\\, Dutch
END:VCARD
""")
write("page.mht", """From: <Saved by a browser>\r
Subject: Lock fees\r
MIME-Version: 1.0\r
Content-Type: multipart/related; type="text/html"; boundary="----MultipartBoundary--x----"\r
\r
------MultipartBoundary--x----\r
Content-Type: text/html; charset=iso-8859-1\r
Content-Transfer-Encoding: quoted-printable\r
Content-Location: http://example.org/fees\r
\r
<html><head><meta charset=3D"koi8-r"><title>Lock fees</title></head><body><nav><a href=3D"/">Home</a></nav>\r
<h1>Lock fees</h1><p>A yacht pays 12 =A3 f=FCr the passage.</p></body></html>\r
------MultipartBoundary--x----\r
Content-Type: text/css\r
Content-Location: http://example.org/a.css\r
\r
p { color: red }\r
------MultipartBoundary--x------\r
""")
