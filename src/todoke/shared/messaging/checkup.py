"""What `todoke doctor` asks messaging: can every channel be used, does what was sent arrive, does anybody wait."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Q

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.channels.line_each import LineEachChannel
from todoke.shared.messaging.models import Attempt, Delivery, Destination, FollowUp
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.types import DeliveryState, Outcome

RECENTLY = timedelta(hours=1)
LATE = timedelta(seconds=30)


class Channels:
    """Whether every channel with a destination is there and has lately worked."""

    key = "messaging.channels"
    title = "配信の手段"

    def run(self) -> Finding:
        used = set(Destination.objects.filter(is_active=True).values_list("channel", flat=True).distinct())
        if not used:
            return Finding(
                Verdict.WARNING,
                "配信先がひとつもありません。",
                "市のフォルダーの destinations.csv を確かめてください。",
            )
        if retired := sorted(key for key in used if key not in channels):
            return Finding(
                Verdict.FAILURE,
                f"使われていない手段を指す配信先があります：{'、'.join(retired)}。",
                "destinations.csv の channel を直し、todoke city load で読み込み直してください。",
            )
        if troubled := self._troubled():
            return Finding(
                Verdict.WARNING,
                f"この1時間、送信がすべて失敗している手段があります：{'、'.join(troubled)}。",
                "発信の記録で、相手の応答を確かめてください。",
            )
        return Finding(Verdict.OK, f"{len(used)} の手段が使えます。")

    def _troubled(self) -> list[str]:
        went_well = Q(outcome__in=(Outcome.ACCEPTED, Outcome.CONFIRMED))
        lately = (
            Attempt.objects.filter(started_at__gte=now() - RECENTLY)
            .exclude(outcome="")
            .values("delivery__channel")
            .annotate(tries=Count("id"), good=Count("id", filter=went_well))
        )
        names = (channels.find(row["delivery__channel"]) for row in lately if row["tries"] and not row["good"])
        return sorted(str(channel.facts.name) for channel in names if channel)


class Keys:
    """Whether the outside services have what they need: tokens, servers, addresses."""

    key = "messaging.keys"
    title = "外部サービスの鍵"

    def run(self) -> Finding:
        if settings.SIMULATORS:
            return Finding(Verdict.OK, "模擬サービスを使っています。外には何も送られません。")
        used = set(Destination.objects.filter(is_active=True).values_list("channel", flat=True).distinct())
        needed = {
            "messaging.mail": ("TODOKE_MAIL_SERVER", settings.MAIL_SERVER),
            "messaging.line": ("TODOKE_LINE_TOKEN", settings.LINE_TOKEN),
            "messaging.line-each": ("TODOKE_LINE_TOKEN", settings.LINE_TOKEN),
        }
        missing = sorted({name for channel, (name, value) in needed.items() if channel in used and not value})
        if missing:
            return Finding(
                Verdict.FAILURE,
                f"設定されていません：{'、'.join(missing)}。",
                "環境変数を設定して、起動し直してください。",
            )
        return Finding(Verdict.OK, "必要な鍵がそろっています。")


class Waiting:
    """Whether something lies in the ledger that should have left, or waits for a person."""

    key = "messaging.waiting"
    title = "配信の滞り"

    def run(self) -> Finding:
        at = now()
        late = Delivery.objects.filter(state=DeliveryState.PLANNED, due_at__lt=at - LATE, expires_at__gt=at).count()
        if late:
            return Finding(
                Verdict.FAILURE,
                f"送信の時刻を {LATE.seconds} 秒以上過ぎた配信が {late} 件あります。",
                "todoke worker が動いているか確かめてください。",
            )
        waiting = FollowUp.objects.filter(closed_at=None).count()
        if waiting:
            return Finding(
                Verdict.WARNING,
                f"人の対応を待つ配信が {waiting} 件あります。",
                "職員の机の「要対応」を開いてください。",
            )
        return Finding(Verdict.OK, "滞りはありません。")


class LineQuota:
    """Whether this month's LINE messages still reach beyond what is kept for emergencies."""

    key = "messaging.line-quota"
    title = "LINEの残り通数"

    def run(self) -> Finding:
        channel = channels.find(LineEachChannel.key)
        used = Destination.objects.filter(is_active=True, channel=LineEachChannel.key).exists()
        if not used or not isinstance(channel, LineEachChannel):
            return Finding(Verdict.OK, "LINEの登録者への配信は使われていません。")
        told = channel.line.quota.left()
        if told is None:
            return Finding(
                Verdict.WARNING,
                "LINEに残りの通数を尋ねられませんでした。",
                "ネットワークと TODOKE_LINE_TOKEN を確かめてください。",
            )
        reading, left = told
        if reading.quota is None:
            return Finding(Verdict.OK, "今月の通数に上限はありません。")
        if left <= 0:
            return Finding(
                Verdict.WARNING,
                f"今月のLINEは {reading.quota} 通のうち {reading.used} 通を使いました。残りは緊急用のため、"
                "ふだんのお知らせは送られません。",
                "LINE公式アカウントの料金プランを上げるか、TODOKE_LINE_RESERVE を下げてください。",
            )
        return Finding(Verdict.OK, f"今月、緊急用を除いてあと {left} 通送れます。")


CHECKS = (Channels(), Keys(), Waiting(), LineQuota())
