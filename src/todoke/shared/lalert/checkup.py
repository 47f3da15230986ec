"""What `todoke doctor` asks about L-Alert: are the nodes named, is the account there, is every carrier served."""

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.lalert.permitted import CARRIERS
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach

CHANNELS = ("lalert.node", "lalert.urgent-mail")


class NodesNamed:
    """Whether whoever sends to L-Alert has its nodes, its account and an office."""

    key = "lalert.nodes"
    title = "Lアラートの接続"

    def run(self) -> Finding:
        """Look at the settings and the destinations."""
        used = Destination.objects.filter(is_active=True, channel__in=CHANNELS).exclude(reach=Reach.SIMULATOR)
        accounts = set(used.filter(channel="lalert.node").values_list("address", flat=True))
        if not used.exists():
            return Finding(Verdict.OK, "Lアラートの配信先はありません。")
        if settings.SIMULATORS:
            return Finding(Verdict.OK, "Lアラートは模擬ノードにつながっています。")
        missing = [
            name
            for name, value in (
                ("TODOKE_LALERT_NODES", settings.LALERT_NODES),
                ("TODOKE_LALERT_USER", settings.LALERT_USER),
                ("TODOKE_LALERT_PASSWORD", settings.LALERT_PASSWORD),
            )
            if not value
        ]
        if missing:
            return Finding(
                Verdict.FAILURE,
                f"Lアラートに送れません。{'、'.join(missing)} が設定されていません。",
                "FMMCから通知された値を設定してください（docs/channels/l-alert.md）。",
            )
        if accounts and settings.LALERT_USER not in accounts:
            return Finding(
                Verdict.WARNING,
                "配信先に書いたアカウントと TODOKE_LALERT_USER が違います。",
                "destinations.csv の lalert.node の address を確かめてください。",
            )
        if len(settings.LALERT_NODES) < 2:
            return Finding(
                Verdict.WARNING,
                "予備ノードが設定されていません。通常ノードが止まると送れません。",
                "TODOKE_LALERT_NODES に、カンマに続けて予備ノードのURLを書いてください。",
            )
        return Finding(Verdict.OK, "通常ノードと予備ノードが設定されています。")


class Carriers:
    """Whether the 緊急速報メール reaches the telephones of every carrier that L-Alert knows."""

    key = "lalert.carriers"
    title = "緊急速報メールの配信先"

    def run(self) -> Finding:
        """Look at the destinations."""
        found = Destination.objects.filter(is_active=True, channel="lalert.urgent-mail", reach=Reach.PUBLIC)
        served = {bare(address) for address in found.values_list("address", flat=True)}
        missing = [name for code, name in CARRIERS.items() if code not in served]
        if served and missing:
            return Finding(
                Verdict.WARNING,
                f"緊急速報メールの配信先に {'、'.join(missing)} がありません。",
                "destinations.csv に lalert.urgent-mail の行を加えてください。",
            )
        says = "3社に送れます。" if served else "緊急速報メールの配信先はありません。"
        return Finding(Verdict.OK, says)


CHECKS = (NodesNamed(), Carriers())
