"""What is different between two versions of a flow, in sentences for staff."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from todoke.base.formulas import canonical, said

_PARTS = {
    "states": gettext_lazy("状態"),
    "actions": gettext_lazy("操作"),
    "timers": gettext_lazy("自動の操作"),
    "names": gettext_lazy("項目"),
}
_SETTINGS = {
    "title": gettext_lazy("フローの名前"),
    "begins": gettext_lazy("はじめの状態"),
    "term": gettext_lazy("標準処理期間"),
    "retention": gettext_lazy("保存年限"),
}


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """A sentence for everything that was added, removed or changed; none where only the order is another."""
    found = []
    for part, words in _PARTS.items():
        found += list(_keyed(str(words), old.get(part) or [], new.get(part) or []))
    for key, words in _SETTINGS.items():
        if canonical(old.get(key)) != canonical(new.get(key)):
            found.append(_("%(what)sが変わりました。") % {"what": words})
    return found


def _keyed(part: str, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Iterator[str]:
    before = {each["key"]: each for each in old}
    after = {each["key"]: each for each in new}
    for key in after.keys() - before.keys():
        yield _("%(part)s「%(name)s」が増えました。") % {"part": part, "name": _name(after[key])}
    for key in before.keys() - after.keys():
        yield _("%(part)s「%(name)s」がなくなりました。") % {"part": part, "name": _name(before[key])}
    for key in before.keys() & after.keys():
        if canonical(before[key]) != canonical(after[key]):
            changed = [
                name
                for name in sorted(before[key].keys() | after[key].keys())
                if canonical(before[key].get(name)) != canonical(after[key].get(name))
            ]
            yield _("%(part)s「%(name)s」が変わりました（%(what)s）。") % {
                "part": part, "name": _name(after[key]), "what": "、".join(changed),
            }  # fmt: skip


def _name(each: Mapping[str, Any]) -> str:
    return said(each.get("title") or each.get("words") or each["key"])
