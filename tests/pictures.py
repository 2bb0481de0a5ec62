"""Pictures to send through a grabber, and how alike two pictures are."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

WIDTH_PX, HEIGHT_PX = 720, 480


def psnr_db(one: Image.Image, other: Image.Image) -> float:
    """Peak signal-to-noise ratio over all three channels, in dB; infinite for equal pictures."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    squares = ImageStat.Stat(difference).sum2
    mean = sum(squares) / (3 * one.width * one.height)
    return math.inf if mean == 0 else 10 * math.log10(255**2 / mean)


def colour_card() -> Image.Image:
    """Black, white, colours, letters, and steps of two lines that tell the fields apart.

    The steps: pairs of equally bright lines, each pair beginning on an odd line. Fields exchanged,
    lines 2n and 2n+1 would change places, and no pair would stay together.
    """
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "black")
    draw = ImageDraw.Draw(image)
    colours = ("white", "#c0c000", "#00c0c0", "#00c000", "#c000c0", "#c00000", "#0000c0", "black")
    for index, colour in enumerate(colours):
        draw.rectangle((index * 90, 0, index * 90 + 89, 119), fill=colour)
    for index in range(256):
        x = 104 + index * 2
        draw.rectangle((x, 130, x + 1, 169), fill=(index, index, index))
    font = ImageFont.load_default(size=18)
    for row in range(6):
        text = f"{row}: Boot Manager  UEFI Interactive Shell  0123456789"
        draw.text((40, 180 + row * 24), text, fill="#aaaaaa", font=font)
    for pair in range(60):
        level = 90 if pair % 2 else 165
        y = 341 + pair * 2
        draw.rectangle((40, y, 679, y + 1), fill=(level, level, level))
    return image


def fields_exchanged(image: Image.Image) -> Image.Image:
    """What a wrong field order would make of a picture."""
    rows = [image.crop((0, y, image.width, y + 1)) for y in range(image.height)]
    swapped = Image.new("RGB", image.size)
    for y in range(0, image.height, 2):
        swapped.paste(rows[y + 1], (0, y))
        swapped.paste(rows[y], (0, y + 1))
    return swapped


def decoded(jpeg: bytes) -> Image.Image:
    """A JPEG as any viewer would show it."""
    return Image.open(io.BytesIO(jpeg)).convert("RGB")
