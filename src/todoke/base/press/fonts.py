"""The letters: Noto Sans CJK JP (SIL Open Font License 1.1), from two packages that are installed with us.

One font on every machine, so that the same edition gives the same bytes everywhere. Where the packages are missing, the
system's fonts are searched for a Japanese one, and what comes out is readable but may differ from machine to machine.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import typst

PACKAGES = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
# In this order; the first two are made to be read by everybody (ユニバーサルデザイン書体).
FAMILIES = (
    "Noto Sans CJK JP",
    "BIZ UDPGothic",
    "BIZ UDGothic",
    "Noto Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "VL Gothic",
    "TakaoGothic",
)


class NoJapaneseFont(Exception):
    """There is no font with Japanese letters on this machine: nothing can be printed."""

    says = (
        "日本語の書体がありません。noto-cjk-sans-jp-regular と noto-cjk-sans-jp-bold を入れ直すか、"
        "OSの書体（Debianでは fonts-noto-cjk）を入れてください。"
    )

    def __str__(self) -> str:
        return self.says


@dataclass(frozen=True)
class Case:
    """A type case: the fonts, and the family that is set. `is_ours`: of our own packages, the same everywhere."""

    fonts: typst.Fonts
    family: str
    is_ours: bool


@lru_cache(maxsize=1)
def type_case() -> Case:
    """The fonts of this machine, looked for once in a process. Raises NoJapaneseFont."""
    return case_of(tuple(_folder(name) for name in PACKAGES if find_spec(name)))


def case_of(folders: tuple[Path, ...]) -> Case:
    """The type case of these folders, or of the system where they do not hold the letters. Raises NoJapaneseFont."""
    for is_ours in (True, False):
        fonts = typst.Fonts(include_system_fonts=not is_ours, font_paths=[str(folder) for folder in folders])
        known = set(fonts.families())
        for family in FAMILIES:
            if family in known:
                return Case(fonts, family, is_ours)
    raise NoJapaneseFont


def _folder(package: str) -> Path:
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent
