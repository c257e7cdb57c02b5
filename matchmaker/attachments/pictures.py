"""Pictures: their form checked, their size bounded, a small copy made anew of their pixels."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from matchmaker.attachments.kinds import KINDS, Kind, Unacceptable
from matchmaker.messages import Message

MOST_PIXELS = 60_000_000
MOST_FRAMES = 300
#: Longer side of the small copy.
SMALL = 480
_FORMATS = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp", "GIF": "gif"}
#: Pillow knows photographs of several pictures (MPO) as JPEG until it has opened them.
_OPENED = ("PNG", "JPEG", "WEBP", "GIF")
_AGAIN = Message("请用看图软件打开并另存为 JPEG 或 PNG 后再上传。")


def is_picture(beginning: bytes) -> bool:
    """Whether a file begins as one of the accepted pictures."""
    return beginning.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP"
    )


def check_picture(path: Path) -> tuple[Kind, bytes]:
    """Kind and small copy (JPEG) of a picture; the copy carries none of its hidden data."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_OPENED) as picture:
                kind = KINDS[_FORMATS[str(picture.format)]]
                _bound(picture.size, getattr(picture, "n_frames", 1))
                picture.verify()
            with Image.open(path, formats=_OPENED) as picture:
                return kind, _small(picture)
    except Unacceptable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise _too_large() from fault
    except Exception as fault:  # decoders let whatever they meet pass through
        raise Unacceptable(Message("已损坏，打不开。"), _AGAIN) from fault


def _bound(size: tuple[int, int], frames: int) -> None:
    if size[0] * size[1] > MOST_PIXELS or frames > MOST_FRAMES:
        raise _too_large()


def _small(picture: object) -> bytes:
    from PIL import Image, ImageOps

    assert isinstance(picture, Image.Image)
    picture.draft("RGB", (SMALL * 2, SMALL * 2))
    turned = ImageOps.exif_transpose(picture).convert("RGBA")
    turned.thumbnail((SMALL, SMALL))
    ground = Image.new("RGB", turned.size, "white")
    ground.paste(turned, mask=turned.getchannel("A"))
    buffer = io.BytesIO()
    ground.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _too_large() -> Unacceptable:
    return Unacceptable(
        Message("的像素或帧数过多（上限 %(most)s 万像素）。", {"most": MOST_PIXELS // 10_000}),
        Message("请缩小后再上传。"),
    )
