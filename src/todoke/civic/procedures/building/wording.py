"""The words of the builder for the parts of a procedure, and for the levels of signing in."""

from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.types import LEVEL_KEYS
from todoke.ground.people.rules import Level

PART_WORDS = {
    "name": _("手続きの名前"),
    "summary": _("説明"),
    "for_whom": _("対象の人"),
    "by_when": _("いつまで"),
    "where": _("届け出る場所"),
    "bring": _("必要なもの"),
    "section": _("担当課"),
    "basis": _("根拠"),
    "audience": _("手続きをする人"),
    "channels": _("受け付ける方法"),
    "level": _("本人確認の段階"),
    "proxies": _("代理"),
    "standard_days": _("標準処理期間（開庁日）"),
    "retention": _("保存年限"),
    "flow": _("手続きの流れ"),
    "route": _("決裁ルート"),
    "letters": _("通知文"),
    "addressee": _("宛名にする質問"),
    "conditions": _("申請できる条件"),
    "attachments": _("添付書類"),
    "fee": _("手数料"),
}
LEVEL_CHOICES = (
    ("none", _("確かめない")),
    ("contact", _("連絡先を確かめる")),
    ("account", _("アカウント（2段階）で確かめる")),
    ("counter", _("窓口か郵送で確かめた人")),
    ("card", _("マイナンバーカードで確かめる")),
    ("signed", _("電子署名で確かめる")),
)


def level_words(level: Level) -> str:
    """What a level asks of whoever files."""
    return str(dict(LEVEL_CHOICES)[next(key for key, each in LEVEL_KEYS.items() if each is level)])
