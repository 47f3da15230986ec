"""Names of files as they are kept: without paths, without what cannot be seen, not too long, with an honest ending."""

import unicodedata

from todoke.ground.files.uploads.kinds import UploadKind

NAME_BYTES_MAX = 255
# Names that Windows gives to devices: whoever saves such a file there reaches something else.
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
_FORBIDDEN = frozenset('<>:"|?*')


def seen(name: str) -> str:
    """What of a name can be shown: without folders, control and direction marks."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if _is_seen(letter)).strip(" .")


def reduced(name: str, kind: UploadKind) -> str:
    """The name without folders, control and direction marks, at most 255 bytes, with an ending of its kind.

    Characters stay as they were typed: no folding, no variants replaced.
    """
    shown = seen(name)
    ending = next((each for each in kind.endings if shown.lower().endswith(each)), None)
    stem, ending = (shown[: -len(ending)], shown[-len(ending) :]) if ending else (shown, kind.endings[0])
    stem = stem.rstrip(" .") or "document"
    if stem.split(".")[0].lower() in _DEVICES:
        stem = f"_{stem}"
    kept = stem.encode()[: NAME_BYTES_MAX - len(ending.encode())].decode(errors="ignore")
    return kept + ending


def _is_seen(letter: str) -> bool:
    # Cc: control; Cf: direction marks and zero widths (cod.exe read as exe.doc); Cs, Co, Cn: nothing that can be shown.
    # Private use (Co) stays: 外字 of older systems live there.
    return unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"} and letter not in _FORBIDDEN
