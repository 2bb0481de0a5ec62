"""What a grabber would deliver for an RGB picture, by the printed formulas and nothing of ours.

Source: ITU-R BT.601-7 section 2.5.1 and 2.5.3: luma 16-235, colour differences 16-240, 4:2:2.
"""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont


def limited_ycbcr(red: int, green: int, blue: int) -> tuple[float, float, float]:
    """One pixel, before rounding."""
    r, g, b = red / 255, green / 255, blue / 255
    luma = 0.299 * r + 0.587 * g + 0.114 * b
    return 219 * luma + 16, 224 * (b - luma) / 1.772 + 128, 224 * (r - luma) / 1.402 + 128


def pairs(picture: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Y0, Cb, Y1, Cr for every two pixels; the colour is the average of both."""
    data = picture.convert("RGB").tobytes()
    seen: dict[bytes, tuple[float, float, float]] = {}
    for at in range(0, len(data), 6):
        both = []
        for pixel in (data[at : at + 3], data[at + 3 : at + 6]):
            if pixel not in seen:
                seen[pixel] = limited_ycbcr(*pixel)
            both.append(seen[pixel])
        (y0, cb0, cr0), (y1, cb1, cr1) = both
        yield round(y0), round((cb0 + cb1) / 2), round(y1), round((cr0 + cr1) / 2)


def yuyv(picture: Image.Image) -> bytes:
    """The picture as packed 4:2:2, luma first."""
    return bytes(byte for y0, cb, y1, cr in pairs(picture) for byte in (y0, cb, y1, cr))


def uyvy(picture: Image.Image) -> bytes:
    """The picture as packed 4:2:2, colour first."""
    return bytes(byte for y0, cb, y1, cr in pairs(picture) for byte in (cb, y0, cr, y1))


def console(width: int = 720, height: int = 480) -> Image.Image:
    """A text console: light grey letters on black, as sharp as they come."""
    picture = Image.new("RGB", (width, height), "black")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=16)
    for line, top in enumerate(range(4, height - 16, 18)):
        draw.text((8, top), f"[{line:10.6f}] usb 1-1: new high-speed USB device", "#aaa", font)
    return picture


def sunset(width: int = 720, height: int = 480) -> Image.Image:
    """Every colour, changing slowly: hue across, brightness down."""
    hue = Image.linear_gradient("L").rotate(90).resize((width, height))
    value = Image.linear_gradient("L").resize((width, height))
    full = Image.new("L", (width, height), 255)
    return Image.merge("HSV", (hue, full, value)).convert("RGB")
