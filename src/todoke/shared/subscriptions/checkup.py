"""What `todoke doctor` asks subscriptions: is there a way to those who asked to be told, and are all topics known?"""

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.registry import kinds
from todoke.shared.messaging.types import Reach
from todoke.shared.subscriptions.audience import KEY
from todoke.shared.subscriptions.models import Place, Topic
from todoke.shared.subscriptions.queries.channels import LINE, is_served


class Subscribing:
    """Whether people who have subscribed would get anything, and under topics that the city knows."""

    key = "subscriptions.ways"
    title = "お知らせの登録"

    def run(self) -> Finding:
        topics = set(Topic.objects.values_list("key", flat=True))
        if not topics:
            return Finding(Verdict.OK, "分野がないため、登録は受け付けていません。")
        unknown = sorted({topic for kind in kinds for topic in kind.topics} - topics)
        if unknown:
            return Finding(
                Verdict.FAILURE,
                f"topics.toml にない分野を使うお知らせの種類があります：{'、'.join(unknown)}。登録者に届きません。",
                "この分野を topics.toml に加え、todoke city load で読み込み直してください。",
            )
        destinations = Destination.objects.filter(address=KEY, reach=Reach.PUBLIC, is_active=True)
        if not destinations.exists():
            return Finding(
                Verdict.FAILURE if Place.objects.exists() else Verdict.WARNING,
                "登録者への配信先がありません。登録した人に、何も届きません。",
                f"destinations.csv に、address が {KEY} の行を加えてください（例は見本の市にあります）。",
            )
        return Finding(Verdict.OK, f"{len(topics)} の分野と、登録者への {destinations.count()} の配信先があります。")


class LineDoor:
    """Whether residents can subscribe by LINE where the city sends by it: LINE's webhook needs the channel's secret."""

    key = "subscriptions.line"
    title = "LINEでの登録"

    def run(self) -> Finding:
        if settings.SIMULATORS or not is_served(LINE):
            return Finding(Verdict.OK, "LINEでの登録は、本物のLINEにつながっていません。")
        if not settings.LINE_SECRET:
            return Finding(
                Verdict.WARNING,
                "LINEの登録者への配信先がありますが、TODOKE_LINE_SECRET がないため、LINEで登録できません。",
                "TODOKE_LINE_SECRET を設定し、LINEのWebhook URLを /subscriptions/line/webhook にしてください。",
            )
        return Finding(Verdict.OK, "LINEからの知らせを受け取れます。")


CHECKS = (Subscribing(), LineDoor())
