"""口座: where the city pays to; a bank's, or ゆうちょ's by 記号 and 番号 as they stand in the passbook."""

from collections.abc import Sequence
from random import Random

from django.utils.translation import gettext_lazy as _

from todoke.base.codes import Trouble as CodeTrouble
from todoke.base.codes import bank_accounts
from todoke.base.codes.bank_accounts import AccountKind
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line
from todoke.shared.paperwork.registry import Box, Choice, Column, FieldKind, Look
from todoke.shared.paperwork.types import Raw, Read, Sensitivity, Sentence, Trouble, Value, first

_KINDS = {
    AccountKind.ORDINARY: _("普通"),
    AccountKind.CURRENT: _("当座"),
    AccountKind.SAVINGS: _("貯蓄"),
}
_COLUMNS = ("bank", "branch", "kind", "number", "holder")


class Account(FieldKind):
    """An account at a bank or at ゆうちょ銀行. Value: {"bank", "branch", "kind", "number", "holder", "typed_as"}."""

    key = "paperwork.bank-account"
    name = _("口座")
    sensitivity = Sensitivity.SECRET

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """Which sort, then both sorts of boxes: without script, too, one fills in those that fit."""
        del question, raw
        kinds = tuple(Choice(str(int(kind)), words) for kind, words in _KINDS.items())
        sorts = (Choice("bank", _("銀行、信用金庫、農協など")), Choice("yucho", _("ゆうちょ銀行（記号・番号）")))
        return (
            Box("sort", _("口座の種類"), Look.RADIO, choices=sorts),
            Box("bank", _("銀行などの番号（4桁）"), input_mode="numeric", width=6, spellcheck=False),
            Box("branch", _("支店の番号（3桁）"), input_mode="numeric", width=5, spellcheck=False),
            Box("kind", _("預金の種類"), Look.SELECT, choices=kinds),
            Box("number", _("口座番号（7桁まで）"), input_mode="numeric", width=10, spellcheck=False),
            Box("symbol", _("ゆうちょの記号（5桁）"), input_mode="numeric", width=7, spellcheck=False),
            Box("passbook", _("ゆうちょの番号（8桁まで）"), input_mode="numeric", width=10, spellcheck=False),
            Box("holder", _("口座の名義（カタカナ）"), hint=_("通帳のとおりに書いてください。"), spellcheck=False),
        )

    def is_blank(self, raw: Raw) -> bool:
        """A chosen sort alone is no account."""
        return not any(first(raw, part) for part in ("bank", "branch", "number", "symbol", "passbook", "holder"))

    def parse(self, raw: Raw, question: Question) -> Read:
        """Bank, branch, kind, number; 記号 and 番号 are turned into them by ゆうちょ's own rule."""
        del question
        troubles = []
        sort = first(raw, "sort") or ("yucho" if first(raw, "symbol") and not first(raw, "bank") else "bank")
        texts = {part: line(first(raw, part)) for part in ("bank", "branch", "number", "symbol", "passbook", "holder")}
        if sort == "yucho":
            found = bank_accounts.read_yucho(texts["symbol"], texts["passbook"])
            part = "symbol"
        else:
            kind = {str(int(kind)): kind for kind in AccountKind}.get(first(raw, "kind"))
            if kind is None:
                troubles.append(
                    Trouble(_("預金の種類がありません。"), _("普通、当座、貯蓄から選んでください。"), "kind")
                )
            found = bank_accounts.read(texts["bank"], texts["branch"], texts["number"], kind or AccountKind.ORDINARY)
            part = "bank"
        if isinstance(found, CodeTrouble):
            troubles.append(Trouble(Sentence(found), part=part))
        holder = bank_accounts.holder(texts["holder"])
        if not holder:
            troubles.append(Trouble(_("口座の名義がありません。"), _("カタカナで書いてください。"), "holder"))
        elif strange := bank_accounts.not_for_transfers(holder):
            what = _("振込に使えない文字があります（%(signs)s）。") % {"signs": "、".join(strange[:5])}
            troubles.append(Trouble(what, _("通帳のとおりに、カタカナで書いてください。"), "holder"))
        if troubles or isinstance(found, CodeTrouble):
            return Read(None, tuple(troubles))
        value = {"bank": found.bank, "branch": found.branch, "kind": int(found.kind), "number": found.number}
        return Read({**value, "holder": holder, "typed_as": sort})

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """As at a bank: ゆうちょ accounts have these numbers, too."""
        del question
        kept = {part: [str(value[part])] for part in _COLUMNS}
        return {"sort": ["bank"], **kept}

    def words(self, value: Value, question: Question) -> str:
        """0009-123 普通 1234567 ヤマダ ハナコ."""
        del question
        kind = _KINDS[AccountKind(value["kind"])]
        return f"{value['bank']}-{value['branch']} {kind} {value['number']}\n{value['holder']}"

    def columns(self, question: Question) -> Sequence[Column]:
        """As 全銀 orders them."""
        del question
        headings = (_("金融機関コード"), _("支店コード"), _("預金種目"), _("口座番号"), _("口座名義"))
        return tuple(Column(part, heading) for part, heading in zip(_COLUMNS, headings, strict=True))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The parts."""
        del question
        return tuple(str((value or {}).get(part, "")) for part in _COLUMNS)

    def generate(self, random: Random, question: Question) -> Value:
        """An account of a bank that does not exist."""
        del question
        found = bank_accounts.invent(random)
        value = {"bank": found.bank, "branch": found.branch, "kind": int(found.kind), "number": found.number}
        return {**value, "holder": "ﾔﾏﾀﾞ ﾊﾅｺ", "typed_as": "bank"}
