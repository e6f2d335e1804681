"""Makes the pictures of this folder:  python3 make.py  (Pillow from pip; packages fonts-liberation, fonts-dejavu-core)."""

import io
import pathlib
import random
import sys

from PIL import Image, ImageDraw, ImageFont

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[3] / "Benchmarks/ocr"))
import pages  # noqa: E402

SANS = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
SERIF = "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"
LETTER = ["Harbour office, quarterly report", "", "The crane was inspected on 14 March 2024",
          "by Ms Okafor. Its brakes hold 8250 kg and", "were replaced last autumn."]
GERMAN = ["Prüfbericht der Hafenbehörde", "", "Der Kran wurde am 3. Mai 2024 geprüft.",
          "Größe und Gewicht sind unverändert; die", "Bremsen tragen 8250 kg."]

SCANS = [
    ["The kiln is fired on Mondays and Thursdays.", "Glazes are mixed the day before; nobody", "opens the door above 90 degrees.",
     "Complaints go to the potters' guild in", "writing, within thirty days."],
    ["Die Werkstatt öffnet um sieben Uhr früh.", "Schlüssel gibt es beim Pförtner, Übergabe", "nur gegen Unterschrift.",
     "Das Lager wird jeden Freitag gezählt und", "die Liste hängt neben der Tür."],
    ["Invoices are paid within fourteen days of", "receipt. Amounts above 5000 euros need", "two signatures.",
     "Travel costs are refunded after the", "journey, with the original tickets."],
    ["Visitors wear a yellow badge at all times", "and are met at gate four by their host.", "Photographs need permission.",
     "In an alarm everybody leaves by the north", "stairs and waits in the car park."],
]


def picture(lines, font=SANS, size=32, width=760, height=320):
    page = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(page)
    type_ = ImageFont.truetype(font, size)
    for index, line in enumerate(lines):
        draw.text((40, 30 + index * size * 1.5), line, font=type_, fill=0)
    return page


def table():
    page = Image.new("L", (1000, 420), 255)
    draw = ImageDraw.Draw(page)
    type_ = ImageFont.truetype(SANS, 30)
    rows = [("Berth", "Ships", "Cargo (t)"), ("North quay", "118", "40,250"), ("South quay", "96", "31,870"),
            ("Oil pier", "41", "88,004"), ("Ferry dock", "730", "1,205")]
    for index, row in enumerate(rows):
        for text, right in zip(row, (None, 600, 900)):
            x = 60 if right is None else right - type_.getlength(text)
            draw.text((x, 40 + index * 64), text, font=type_, fill=0)
    return page


def one_bit(page):
    return page.point(lambda value: 255 if value > 127 else 0).convert("1")


def main():
    letter, german = picture(LETTER), picture(GERMAN, SERIF, 34)
    one_bit(letter).save(HERE / "letter.png", optimize=True)
    one_bit(german).save(HERE / "bericht.png", optimize=True)
    one_bit(table()).save(HERE / "table.png", optimize=True)
    # Black letters that are opaque on a ground that is not, and the same with a palette.
    clear = Image.new("RGBA", letter.size, (255, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=letter.point(lambda value: 255 - value))
    clear.save(HERE / "clear.png", optimize=True)
    clear.quantize(8).save(HERE / "clear-palette.png", optimize=True)
    Image.merge("RGB", [letter.point(lambda v: 40 + (255 - v) * 0.8)] * 3).save(HERE / "dark.png", optimize=True)
    # As cameras save: on its side, with a note of how to turn it; mirrored too.
    for orientation, turn in ((6, Image.Transpose.ROTATE_90), (3, Image.Transpose.ROTATE_180),
                              (5, Image.Transpose.TRANSPOSE)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        letter.transpose(turn).save(HERE / f"turned-{orientation}.jpg", quality=40, exif=exif)
    letter.convert("CMYK").save(HERE / "inks.jpg", quality=40)
    for kind in ("gif", "bmp", "webp", "pbm"):
        image = letter if kind == "webp" else one_bit(letter)
        image.save(HERE / f"letter.{kind}", **({"quality": 40} if kind == "webp" else {}))
    one_bit(letter).save(HERE / "pages.tif", save_all=True, append_images=[one_bit(german)], compression="group4",
                         dpi=(200, 200))
    # No text at all.
    generator = random.Random(7)
    hills = Image.new("L", (400, 300))
    hills.putdata([min(255, max(0, 120 + (x * y) % 37 + y // 4 + generator.randrange(-9, 9))) for y in range(300)
                   for x in range(400)])
    hills.save(HERE / "hills.jpg", quality=50)
    Image.new("1", (16, 16), 1).save(HERE / "icon.png")
    # Scans in a PDF: upright, on the side, on the head, leaning; the last page is blank.
    scans = []
    for index, turn in enumerate((None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, None)):
        page = picture(SCANS[index], SERIF, 34, 800, 600)
        page = page.transpose(turn) if turn is not None else page
        page = page.rotate(2, resample=Image.BICUBIC, fillcolor=255) if index == 3 else page
        scans.append(one_bit(page))
    scans.append(Image.new("1", (800, 600), 1))
    (HERE / "scans.pdf").write_bytes(pages.image_pdf([(scan.convert("L"), None, 150) for scan in scans]))


main()
