"""Pictures: bombs are refused by their header, copies for the public are drawn anew without what the camera added."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from renda.kernel.files.inspection.kinds import JPEG, Kind, refuse

# A JPEG is decoded at a fraction of its size; the others need 4 bytes a pixel in memory (40 megapixels: 160 MB).
_PIXELS_JPEG = 120_000_000
_PIXELS = 40_000_000
_SIDE = 20_000
_FORMATS = ("JPEG", "PNG", "WEBP")

Variant = Literal["public", "thumb"]
_LONGEST = {"public": 2560, "thumb": 480}  # pixels of the longer side
VARIANT_TYPES = {"public": "image/jpeg", "thumb": "image/webp"}
_PAINTED = 1280  # pixels of the longer side


@dataclass(frozen=True)
class Stroke:
    """One stroke of a brush on an upright picture. Places are shares of width and height, ``width`` a share of the longer
    side; a single point is a dot.
    """

    points: Sequence[tuple[float, float]]
    width: float


def check_image(path: Path, kind: Kind) -> None:
    """Refuse what is no whole picture or would fill the memory when shown.

    Raises:
        Invalid: too many pixels, or broken.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > (_PIXELS_JPEG if kind is JPEG else _PIXELS) or max(width, height) > _SIDE:
                raise _too_many(width, height)
            image.draft("RGB", (_LONGEST["thumb"], _LONGEST["thumb"]))
            image.load()
    except Image.DecompressionBombError as error:
        raise refuse("pixels", "图片的像素太多，无法接收，请缩小后再上传。") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise refuse("broken", "图片不完整或已损坏，请重新拍摄或保存后再上传。") from error


def _too_many(width: int, height: int) -> Exception:
    return refuse("pixels", f"图片的像素太多（{width}×{height}），无法接收，请缩小后再上传。")


def draw(path: Path, variant: Variant) -> bytes:
    """A copy for ``variant``: turned upright, scaled down, without place, time, camera or any other metadata."""
    flat = _upright(path, _LONGEST[variant])
    out = BytesIO()
    # A new image carries no metadata: nothing is copied, so nothing can be forgotten.
    if variant == "thumb":
        flat.save(out, "WEBP", quality=78)
    else:
        flat.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()


def painted(path: Path, strokes: Iterable[Stroke]) -> bytes:
    """A JPEG of at most 1280 px for the open web: upright, without metadata, and black for good where it was painted over.

    The strokes are burnt in before the picture is packed; what was below is not in the file.
    """
    flat = _upright(path, _PAINTED)
    brush, side = ImageDraw.Draw(flat), max(flat.size)
    for stroke in strokes:
        thick = max(1.0, stroke.width * side)
        points = [(x * flat.width, y * flat.height) for x, y in stroke.points]
        brush.line(points, fill="black", width=math.ceil(thick))
        for x, y in points:
            brush.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill="black")
    out = BytesIO()
    flat.save(out, "JPEG", quality=80, optimize=True)
    return out.getvalue()


def _upright(path: Path, longest: int) -> Image.Image:
    """A new picture: turned as the camera was held, scaled down, on white."""
    with Image.open(path, formats=_FORMATS) as image:
        image.draft("RGB", (longest, longest))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((longest, longest))
        flat = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA") if "transparency" in upright.info or "A" in upright.getbands() else upright
        flat.paste(seen.convert("RGB"), mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    return flat
