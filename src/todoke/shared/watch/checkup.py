"""What `todoke doctor` asks the watch: is everything probed, does everything work, could it be seen."""

from datetime import timedelta

from django.conf import settings

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach
from todoke.shared.watch.models import ReadBack, ReadBackState, Route
from todoke.shared.watch.queries import standing_at
from todoke.shared.watch.registry import reader_for
from todoke.shared.watch.rules import Standing

LATELY = timedelta(hours=24)
MAIL = "messaging.mail"
NAMED_MAX = 5


class Routes:
    """Whether every route was probed in the last five minutes, and worked."""

    key = "watch.routes"
    title = "経路の健康"

    def run(self) -> Finding:
        """Look at the latest probes."""
        routes = list(Route.objects.filter(is_watched=True))
        if not routes:
            return Finding(
                Verdict.WARNING,
                "まだどの経路も確かめていません。",
                "緊急のワーカー（todoke worker --lane emergency）が動いているか確かめてください。",
            )
        at = now()
        by_standing: dict[Standing, list[Route]] = {}
        for route in routes:
            by_standing.setdefault(standing_at(route, at), []).append(route)
        if bad := by_standing.get(Standing.BAD):
            says = "、".join(f"{route.name}：{route.says}" for route in bad[:NAMED_MAX])
            return Finding(
                Verdict.FAILURE, f"{len(bad)} の経路が使えません（{says}）。", "/desk/watch/ を開いてください。"
            )
        unknown = [*by_standing.get(Standing.STALE, []), *by_standing.get(Standing.NEVER_TRIED, [])]
        if unknown:
            return Finding(
                Verdict.WARNING,
                f"{len(unknown)} の経路が5分以上確かめられていません。",
                "緊急のワーカー（todoke worker --lane emergency）が動いているか確かめてください。",
            )
        if doubtful := by_standing.get(Standing.DOUBTFUL):
            return Finding(
                Verdict.WARNING,
                f"{len(doubtful)} の経路が1回失敗しました。もう一度確かめています。",
                "1分待ってください。",
            )
        return Finding(Verdict.OK, f"{len(routes)} の経路がすべて応答しました。")


class ReadBacks:
    """Whether what was said could be seen from outside."""

    key = "watch.read-backs"
    title = "発信の確認"

    def run(self) -> Finding:
        """Look at the last 24 hours, and at the mailbox."""
        at = now()
        missed = ReadBack.objects.filter(state=ReadBackState.MISSED, ended_at__gte=at - LATELY).count()
        if missed:
            return Finding(
                Verdict.FAILURE,
                f"24時間のうちに、外から確認できなかった配信が {missed} 件あります。",
                "職員の机の「要対応」で、一件ずつ確かめてください。",
            )
        late = ReadBack.objects.filter(state=ReadBackState.WAITING, deadline_at__lt=at - timedelta(minutes=1)).count()
        if late:
            return Finding(
                Verdict.FAILURE,
                f"期限を過ぎた確認が {late} 件、行われていません。",
                "緊急のワーカー（todoke worker --lane emergency）が動いているか確かめてください。",
            )
        if not settings.SIMULATORS and not settings.READBACK_MAILBOX and _mail_is_used():
            return Finding(
                Verdict.WARNING,
                "メールが届くことを確かめる受信箱がありません。",
                "TODOKE_READBACK_MAILBOX を設定し、同じアドレスを配信先に加えてください（docs/running/health.md）。",
            )
        if not settings.SIMULATORS and settings.READBACK_MAILBOX and not _mailbox_gets_mail():
            return Finding(
                Verdict.WARNING,
                "確認用の受信箱に送る配信先がありません。メールが届いたかを確かめられません。",
                "TODOKE_READBACK_MAILBOX のアドレスを destinations.csv に加えてください（docs/running/health.md）。",
            )
        return Finding(Verdict.OK, "24時間のうちに、確認できなかった配信はありません。")


def _mail_is_used() -> bool:
    return Destination.objects.filter(is_active=True, channel=MAIL).exists()


def _mailbox_gets_mail() -> bool:
    reader = reader_for(MAIL)
    places = Destination.objects.filter(is_active=True, channel=MAIL).exclude(reach=Reach.SIMULATOR)
    return reader is not None and any(reader.can_see(place.as_address()) for place in places)


CHECKS = (Routes(), ReadBacks())
