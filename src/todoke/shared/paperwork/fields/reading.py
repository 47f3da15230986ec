"""What people type, made readable: widths, hyphens and signs, without ever touching the characters of a name."""

import re

from todoke.base.names import kept

# Full-width ASCII, the ideographic space and the yen sign; hyphens and minus signs of every keyboard.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_HYPHENS = dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0x30FC, 0xFF70, 0x2500], 0x2D)
_SURROGATES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


def line(text: str) -> str:
    """One line as it is kept: every character as typed, but for signs that no screen can show."""
    return kept(_SURROGATES.sub("\ufffd", text))


def lines(text: str) -> str:
    """Several lines, each as it is kept; breaks of every system are one."""
    return "\n".join(line(each) for each in _BREAKS.sub("\n", text).split("\n")).strip()


def narrow(text: str) -> str:
    """Codes and numbers in ASCII: １２３－４ is 123-4. Never for names and sentences."""
    return line(text).translate(_NARROW).translate(_HYPHENS).strip()
