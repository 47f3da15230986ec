"""The channels for staff: what each can do, what limits it, and on what ground the city may use it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.messaging.registry import (
    AreaGrain,
    Channel,
    ChannelFacts,
    DrillWay,
    MassChannel,
    ReceiptKind,
    Stated,
    Withdrawal,
    channels,
)

DEMONSTRATION = "messaging.demo-"
GRAINS = {
    AreaGrain.CITY: gettext_lazy("市の全体"),
    AreaGrain.MUNICIPALITY: gettext_lazy("市区町村"),
    AreaGrain.NEIGHBOURHOOD: gettext_lazy("地域ごと"),
    AreaGrain.POLYGON: gettext_lazy("地図の区域ごと"),
}
WITHDRAWALS = {
    Withdrawal.REPLACES: gettext_lazy("前の版を置き換えるか消します"),
    Withdrawal.NOTICE: gettext_lazy("消せません。訂正や取消を新しく知らせます"),
}
RECEIPTS = {
    ReceiptKind.ACCEPTED: gettext_lazy("相手のシステムが受け付けたこと"),
    ReceiptKind.READ_BACK: gettext_lazy("外から読んで確かめたこと"),
    ReceiptKind.PERSON: gettext_lazy("人が確かめたこと"),
}
DRILLS = {
    DrillWay.BESIDE: gettext_lazy("模擬装置だけに行きます"),
    DrillWay.SAME_ROUTE: gettext_lazy("同じ経路で、訓練に参加する人だけに行きます"),
}
CERTAINTIES = {
    "H": gettext_lazy("確か"),
    "M": gettext_lazy("おおむね確か。市で確かめてください"),
    "L": gettext_lazy("不確か。使う前に確かめてください"),
}


@needs("messaging.read")
@require_safe
def channel_list(request: VisitorRequest) -> HttpResponse:
    """Every channel that the city can use, with its facts; the demonstrations are left out."""
    found = [_shown(channel) for channel in channels if not channel.key.startswith(DEMONSTRATION)]
    return render(request, "messaging/channel_list.html", {"channels": sorted(found, key=lambda one: one["name"])})


def _shown(channel: Channel | MassChannel) -> dict[str, Any]:
    facts = channel.facts
    return {
        "key": channel.key,
        "name": str(facts.name),
        "pairs": [
            (_("文の長さ"), _limits(facts)),
            (_("届け分け"), GRAINS[facts.area_grain]),
            (_("訂正と取消"), WITHDRAWALS[facts.withdrawal]),
            (_("くり返しを防ぐ番号"), facts.idempotency_key or _("ありません。結果が分からないときは、人が確かめます")),
            (_("届いた証拠"), RECEIPTS[facts.receipt]),
            (_("訓練のとき"), DRILLS[facts.drill]),
        ],
        "stated": [(title, told, CERTAINTIES[told.certainty]) for title, told in _stated(facts) if told is not None],
    }


def _stated(facts: ChannelFacts) -> list[tuple[str, Stated | None]]:
    return [(_("数の上限"), facts.quota), (_("法的根拠・目的"), facts.legal_purpose)]


def _limits(facts: ChannelFacts) -> str:
    parts = []
    if facts.title_max is not None:
        parts.append(_("題名%(number)d文字") % {"number": facts.title_max})
    if facts.body_max is not None:
        parts.append(_("本文%(number)d文字") % {"number": facts.body_max})
    return "、".join(parts) or _("上限なし")
