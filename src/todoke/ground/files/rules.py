"""What kind of bytes these are, by looking at them."""

XML = "application/xml"
GZIP = "application/gzip"
TEXT = "text/plain"
UNKNOWN = "application/octet-stream"

SNIFFED_BYTES = 4096


def media_type_of(content: bytes) -> str:
    """XML, gzip, plain UTF-8 text, or unknown. What a sender claims is never believed.

    Markup that begins with `<` but is no XML declaration or element is text; a browser is never asked to guess.
    """
    if content.startswith(b"\x1f\x8b"):
        return GZIP
    start = content[:SNIFFED_BYTES].removeprefix(b"\xef\xbb\xbf")
    if start.startswith(b"<?xml") or start.lstrip().startswith(b"<Report"):
        return XML
    return TEXT if start and _reads_as_text(start, cut=len(content) > SNIFFED_BYTES) else UNKNOWN


def _reads_as_text(start: bytes, *, cut: bool) -> bool:
    if b"\x00" in start:
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        # Cut in the middle of the last character: that is ours, not the text's.
        return cut and error.start > len(start) - 4
    return True
