"""area_codes.csv: what other bodies call our areas."""

import re
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.tables import Row, read_csv
from todoke.ground.places.models import Area, AreaCode
from todoke.ground.places.registry import LoadReport
from todoke.ground.places.rules import SCHEME_DIGITS

COLUMNS = ("scheme", "code", "name", "area")


def store_codes(folder: Path, areas: Mapping[str, Area], report: LoadReport) -> set[int]:
    """Store every pair of code and area; gives the rows' keys. The file may be absent."""
    path = folder / "area_codes.csv"
    stored: set[int] = set()
    for row in read_csv(path, report, columns=COLUMNS) if path.exists() else []:
        scheme, code = _scheme_and_code(row)
        key = row.text("area")
        if key and key not in areas:
            row.fault("area", _("「%(key)s」というkeyの地域はareas.csvにありません。") % {"key": key})
        name = row.text("name", longest=120)
        if not (scheme and code and key in areas):
            continue
        pair = report.store(AreaCode, key={"scheme": scheme, "code": code, "area": areas[key]}, values={"name": name})
        if pair.pk in stored:
            row.fault("code", _("同じ体系、コード、地域の行が前にもあります。片方を消してください。"))
        stored.add(pair.pk)
    return stored


def _scheme_and_code(row: Row) -> tuple[str, str]:
    scheme = row.one_of("scheme", tuple(SCHEME_DIGITS))
    code = row.text("code")
    if not scheme or not code:
        return "", ""
    digits = SCHEME_DIGITS[scheme]
    if not re.fullmatch(rf"[0-9]{{{digits}}}", code):
        likely = code.zfill(digits) if re.fullmatch(r"[0-9]+", code) and len(code) == digits - 1 else ""
        row.fault(
            "code",
            _("「%(code)s」は%(scheme)sのコードではありません。%(digits)d桁の数字で書いてください。")
            % {"code": code, "scheme": scheme, "digits": digits}
            + (_("「%(likely)s」ではありませんか。") % {"likely": likely} if likely else ""),
        )
        return scheme, ""
    return scheme, code
