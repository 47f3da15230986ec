"""Files: what was handed in is kept by the house; the answer only names it."""

import json
from collections.abc import Sequence
from random import Random

from django.utils.translation import gettext_lazy as _

from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.registry import Act, Box, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Fault, Raw, Read, Sensitivity, Trouble, Value

FILES_MAX = 10
KEPT = "kept"
REFUSED = "refused"


class Files(FieldKind):
    """One or more files. `most` (1). Its value lists what the intake kept: {"file", "name", "size", "type"}.

    The part `kept` is written by the house alone: whoever could post it could name another person's file.
    """

    key = "paperwork.files"
    name = _("ファイル")
    sensitivity = Sensitivity.PERSONAL
    held = frozenset({KEPT, REFUSED})
    settings = (Setting("most", _("ファイルの数の上限"), "whole"),)

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """A box for a file, while there is room for one."""
        if len(kept_in(raw)) >= self._most(question):
            return ()
        return (Box("", look=Look.FILE, hint=_("スマートフォンで撮った写真も使えます。")),)

    def _most(self, question: Question) -> int:
        return int(question.settings.get("most") or 1)

    def acts(self, question: Question, raw: Raw) -> Sequence[Act]:
        """Take one away, or send the chosen one now."""
        removing = [
            Act(f"remove.{number}", _("%(name)sを取り消す") % {"name": file["name"]})
            for number, file in enumerate(kept_in(raw))
        ]
        sending = [Act("send", _("選んだファイルを送る"))] if len(removing) < self._most(question) else []
        return [*removing, *sending]

    def act(self, name: str, raw: Raw, question: Question) -> Raw:
        """Take one away from the answer; what happens to its bytes is the intake's business."""
        del question
        number = name.removeprefix("remove.")
        if not name.startswith("remove.") or not number.isdecimal():
            return raw
        kept = [each for place, each in enumerate(raw.get(KEPT, ())) if place != int(number)]
        return {**raw, KEPT: kept}

    def is_blank(self, raw: Raw) -> bool:
        """Nothing was kept and nothing was refused."""
        return not kept_in(raw) and not raw.get(REFUSED)

    def parse(self, raw: Raw, question: Question) -> Read:
        """What was kept; what the intake refused stays a trouble until the next try."""
        kept = kept_in(raw)
        troubles = [Trouble(each) for each in raw.get(REFUSED, ())]
        if len(kept) > self._most(question):
            mend = _("%(most)s個までにしてください。") % {"most": self._most(question)}
            troubles.append(Trouble(_("ファイルが多すぎます。"), mend))
        return Read(kept or None, tuple(troubles))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """As it is held."""
        del question
        return {KEPT: [json.dumps(each, sort_keys=True) for each in value]}

    def words(self, value: Value, question: Question) -> str:
        """Names and sizes."""
        del question
        return "\n".join(f"{each['name']}（{_size(each['size'])}）" for each in value)

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The names, in one cell."""
        del question
        return ("\n".join(each["name"] for each in value or []),)

    def generate(self, random: Random, question: Question) -> Value:
        """Names of files that are nowhere."""
        del question
        return [
            {"file": f"sample:{random.randrange(10**6)}", "name": "見本.pdf", "size": 12_345, "type": "application/pdf"}
        ]

    def faults(self, question: Question) -> Sequence[Fault]:
        """Not too many."""
        most = question.settings.get("most", 1)
        if isinstance(most, int) and 1 <= most <= FILES_MAX:
            return ()
        return (Fault("settings.most", _("ファイルの数は、1から10までにしてください。")),)

    @property
    def template(self) -> str:
        """What was kept, then the box."""
        return "paperwork/files.html"


def kept_in(raw: Raw) -> list[dict[str, object]]:
    """What the house keeps for this answer."""
    return [json.loads(each) for each in raw.get(KEPT, ()) if each]


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} KB"
