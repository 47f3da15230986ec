"""Photographs: drawn anew, so that only what can be seen is kept. Place, camera and what hung on behind go."""

from io import BytesIO

from PIL import Image, ImageOps

from todoke.ground.files.uploads.kinds import Limits, UploadKind
from todoke.ground.files.uploads.refusals import Reason, Refused

_FORMATS = {UploadKind.JPEG: "JPEG", UploadKind.PNG: "PNG"}
_MODES = {UploadKind.JPEG: ("L", "RGB"), UploadKind.PNG: ("1", "L", "LA", "P", "RGB", "RGBA")}
JPEG_QUALITY = 92


def drawn_anew(content: bytes, kind: UploadKind, limits: Limits) -> bytes:
    """The same picture, turned as its camera says, without anything else. Raises Refused."""
    try:
        with Image.open(BytesIO(content), formats=[_FORMATS[kind]]) as picture:
            # The size stands in the head: nothing has been unpacked yet.
            if picture.width * picture.height > limits.pixels_max:
                raise Refused(Reason.TOO_MANY_PIXELS)
            upright = ImageOps.exif_transpose(picture)
            return _written(upright if upright.mode in _MODES[kind] else upright.convert("RGB"), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Reason.TOO_MANY_PIXELS) from error
    except (OSError, ValueError, SyntaxError, IndexError, TypeError, OverflowError) as error:
        # What Pillow raises for damaged pictures, by its own documentation and by what was seen.
        raise Refused(Reason.BROKEN) from error


def _written(picture: Image.Image, kind: UploadKind) -> bytes:
    bare = picture.copy()
    bare.info = {key: value for key, value in picture.info.items() if key == "transparency"}
    written = BytesIO()
    if kind is UploadKind.JPEG:
        bare.save(written, "JPEG", quality=JPEG_QUALITY)
    else:
        bare.save(written, "PNG", optimize=False)
    return written.getvalue()
