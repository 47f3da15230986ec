"""What has changed since the last edition, in one line that is read first."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from todoke.civic.emergency.queries.drafts import Difference
from todoke.civic.emergency.rules.evacuation import AreaChange
from todoke.civic.emergency.rules.mending import REGISTER_NAMES
from todoke.civic.emergency.templatetags.emergency import language_name

NAMES_MAX = 3
PARTS = {"title": gettext_lazy("題名"), "body": gettext_lazy("本文"), "short": gettext_lazy("短い文")}


def changes_sentence(difference: Difference) -> str:
    """「前の版から：川岸地区を追加、警戒レベル3→4、本文を変更」: areas, levels, texts, and what officers mended."""
    said = [*_areas(difference.areas), *_texts(difference), *_registers(difference)]
    return _("前の版から：%(changes)s") % {"changes": _("、").join(said) or _("変わったところはありません")}


def _areas(changes: Sequence[AreaChange]) -> list[str]:
    moved: dict[tuple[str, int | None, int | None], list[str]] = {}
    for change in changes:
        if change.change != "same":
            # For what comes and goes the levels stand in the list below; of a move they are the news.
            levels = (change.before, change.area.level) if change.change in ("raised", "lowered") else (None, None)
            moved.setdefault((change.change, *levels), []).append(change.area.name)
    standing = sum(change.change not in ("lifted", "dropped") for change in changes)
    return [_area_words(kind, names, before, after, standing) for (kind, before, after), names in moved.items()]


def _area_words(kind: str, names: Sequence[str], before: int | None, after: int | None, standing: int) -> str:
    facts = {"names": _listed(names), "before": before or _("なし"), "after": after or _("なし")}
    if kind in ("raised", "lowered"):
        # Where it holds for every area that is named, the level alone says it.
        if len(names) == standing:
            return _("警戒レベル%(before)s→%(after)s") % facts
        return _("%(names)sを警戒レベル%(before)s→%(after)s") % facts
    sentences = {
        "added": _("%(names)sを追加"),
        "lifted": _("%(names)sを解除"),
        "dropped": _("%(names)sを対象から外す"),
        "renamed": _("%(names)sの名称を変更"),
    }
    return sentences[kind] % facts


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMES_MAX
    shown = _("、").join(names[:NAMES_MAX])
    if rest <= 0:
        return shown
    return shown + ngettext("ほか%(rest)d地域", "ほか%(rest)d地域", rest) % {"rest": rest}


def _texts(difference: Difference) -> list[str]:
    """Title, body and short text of the Japanese one by one; of the other languages that something is different."""
    own = [str(PARTS[part]) for language, part in difference.parts if language == "ja"]
    others = dict.fromkeys(language_name(language) for language, _part in difference.parts if language != "ja")
    said = [_("%(what)sを変更") % {"what": _("・").join(own)}] if own else []
    return [*said, *([_("%(languages)sの文を変更") % {"languages": _("・").join(others)}] if others else [])]


def _registers(difference: Difference) -> list[str]:
    mended = _names(difference, is_mended=True)
    back = _names(difference, is_mended=False)
    return [
        *([_("%(what)sを手直し") % {"what": mended}] if mended else []),
        *([_("%(what)sを自動の文に戻す") % {"what": back}] if back else []),
    ]


def _names(difference: Difference, *, is_mended: bool) -> str:
    names = [
        str(REGISTER_NAMES[each.register])
        if each.language == "ja"
        else f"{REGISTER_NAMES[each.register]}（{language_name(each.language)}）"
        for each in difference.registers
        if each.is_mended is is_mended
    ]
    return _("・").join(names)
