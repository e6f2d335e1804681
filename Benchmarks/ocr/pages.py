"""Pages as a scanner would give them, rendered from texts that are known: for ocr.py and for the fixtures of the tests."""

import gzip
import io
import pathlib
import random
import re
import zlib

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

REGULAR = {
    "DejaVu Sans": "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "DejaVu Serif": "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "Liberation Sans": "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "Liberation Serif": "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf",
    "Carlito": "/usr/share/fonts/truetype/crosextra/Carlito-Regular.ttf",
    "Linux Libertine": "/usr/share/fonts/opentype/linux-libertine/LinLibertine_R.otf",
}
FONT_PACKAGES = "fonts-dejavu-core fonts-liberation fonts-crosextra-carlito fonts-linuxlibertine"


def english(corpus):
    """Paragraphs of prose from the Markdown files of `corpus`, in the order of their paths."""
    for path in sorted(pathlib.Path(corpus).rglob("*.md")):
        if "languages" in path.parts or "checklists" in path.parts:
            continue
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
        for paragraph in text.split("\n\n"):
            line = " ".join(paragraph.split())
            if len(line) < 200 or line[0] in "#|-*>`<[0123456789" or "](" in line:
                continue
            yield re.sub(r"[`*]|\\(?=[_*])", "", line)


def german(handbook):
    """Paragraphs of prose from the text form of the German Debian reference (package debian-reference-de)."""
    with gzip.open(handbook, "rt", encoding="utf-8") as file:
        text = file.read()
    for paragraph in text.split("\n\n"):
        line = " ".join(paragraph.split())
        if len(line) < 200 or not line[0].isupper() or re.search(r"[│┌├─\[\]$#{}]|http", line):
            continue
        yield line


def fill(paragraphs, font, width, lines):
    """As many lines of `width` pixels as a page has; a blank line between paragraphs. Returns the lines."""
    out = []
    for paragraph in paragraphs:
        line = ""
        wrapped = []
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if font.getlength(longer) > width and line:
                wrapped.append(line)
                line = word
            else:
                line = longer
        wrapped.append(line)
        if len(out) + len(wrapped) > lines:
            break
        out += wrapped + [""]
    return out


def render(lines, font, dpi=300, margin=1.0):
    """An A4 page, grey."""
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
    draw = ImageDraw.Draw(page)
    y = margin * dpi
    for line in lines:
        draw.text((margin * dpi, y), line, font=font, fill=0)
        y += font.size * (1.4 if line else 0.9)
    return page


def degrade(page, seed, angle=0.5, noise=18, quality=60, blur=0.8, finish=None):
    """A little turned, soft, grainy, and saved as a JPEG of low quality; `finish` is done before that.

    Returns the page as it is seen, and the JPEG.
    """
    turned = page.rotate(angle, resample=Image.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(blur))
    generator = random.Random(seed)
    grain = Image.frombytes("L", page.size, generator.randbytes(page.size[0] * page.size[1]))
    # 0…255, uniform: scaled to ±noise around the page's grey, paper a little darker than white.
    table = [round((value - 127.5) / 127.5 * noise) + 128 for value in range(256)]
    soft = turned.point([round(20 + value * 0.87) for value in range(256)])
    noisy = ImageChops.add(soft, grain.point(table), scale=1, offset=-128)
    if finish:
        noisy = finish(noisy)
    file = io.BytesIO()
    noisy.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("L"), file.getvalue()


def image_pdf(pages):
    """A PDF of images alone. `pages`: (image or the bytes of a JPEG with its size, dpi)."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", None]
    kids = []
    for image, jpeg, dpi in pages:
        width, height = image.size
        points = (width * 72 / dpi, height * 72 / dpi)
        data = jpeg or zlib.compress(image.tobytes(), 9)
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        content = f"q {points[0]:.3f} 0 0 {points[1]:.3f} 0 0 cm /I Do Q".encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {points[0]:.3f} {points[1]:.3f}] /Contents {number + 1} 0 R "
            f"/Resources << /XObject << /I {number + 2} 0 R >> >> >>".encode())
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
        objects.append(
            f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray "
            f"/BitsPerComponent 8 /Filter /{'DCTDecode' if jpeg else 'FlateDecode'} /Length {len(data)} >>\n"
            "stream\n".encode() + data + b"\nendstream")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = bytearray(b"%PDF-1.5\n")
    offsets = []
    for index, body in enumerate(objects):
        offsets.append(len(out))
        out += f"{index + 1} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
