"""What `todoke doctor` asks the register: does every destination have an account and a secret, do the posts last."""

from django.conf import settings

from todoke.base.clock import in_japan, now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach
from todoke.shared.social.models import SocialAccount
from todoke.shared.social.queries import account_behind, metered_accounts, meters_of
from todoke.shared.social.registry import services

NAMED_MAX = 5
PAGE = "/desk/social/quotas/"
# What reaches the public by somebody else's programme alone, without a word of what became of it.
APPRISE = "social.apprise"


class Accounts:
    """Whether every destination on a network leads to an open account of the register with a secret."""

    key = "social.accounts"
    title = "ソーシャルメディアのアカウント"

    def run(self) -> Finding:
        """Look at the active destinations."""
        channels = [service.channel for service in services if service.channel]
        places = list(Destination.objects.filter(channel__in=channels, is_active=True).exclude(reach=Reach.SIMULATOR))
        if not places:
            return Finding(Verdict.OK, "ソーシャルメディアへの配信は使われていません。")
        strangers, bare_handed = [], []
        for place in places:
            account = account_behind(place.channel, bare(place.address))
            if account is None or not account.is_open:
                strangers.append(place.name)
            elif not settings.SIMULATORS and not _can_speak(account):
                bare_handed.append(account.name)
        if strangers:
            return Finding(
                Verdict.FAILURE,
                f"アカウント台帳にない、または閉鎖したアカウントを指す配信先があります：{_some(strangers)}。",
                "職員の机の「アカウント台帳」に登録するか、destinations.csv から外してください。",
            )
        if bare_handed:
            return Finding(
                Verdict.FAILURE,
                f"鍵のないアカウントがあります：{_some(bare_handed)}。",
                "台帳に書いた環境変数（TODOKE_SOCIAL_SECRET_…）を設定するか、台帳に鍵を入れてください。",
            )
        if all(place.channel == APPRISE for place in places) and not _others():
            return Finding(
                Verdict.WARNING,
                "住民に届く配信先が、apprise経由のサービスだけです。",
                "届いたかどうかが分からないため、メールやホームページなど、ほかの手段を加えてください。",
            )
        return Finding(Verdict.OK, f"{len(places)} の配信先のアカウントが、すべて台帳にあります。")


def _can_speak(account: SocialAccount) -> bool:
    return account.sealed_secret is not None or bool(settings.SOCIAL_SECRETS.get(account.secret_name))


def _others() -> bool:
    return Destination.objects.filter(is_active=True, reach=Reach.PUBLIC).exclude(channel=APPRISE).exists()


class Quotas:
    """Whether the accounts' posts last to the end of their windows."""

    key = "social.quotas"
    title = "投稿の残り"

    def run(self) -> Finding:
        """Look at every quota of every open account."""
        at = now()
        gone, scarce, count = [], [], 0
        for account in metered_accounts():
            for meter in meters_of(account, at):
                count += 1
                runs_out = meter.runs_out_at(at)
                if meter.left == 0:
                    gone.append(f"{account.name}（{meter.window.label}）")
                elif runs_out is not None:
                    scarce.append(f"{account.name}（{in_japan(runs_out):%-m/%-d %H:%M} ごろ）")
                elif meter.open == 0:
                    scarce.append(f"{account.name}（緊急用だけ）")
        if gone:
            return Finding(
                Verdict.FAILURE,
                f"投稿の上限を使い切ったアカウントがあります：{_some(gone)}。",
                f"{PAGE} を開き、契約の上限を上げるか、ほかの手段で知らせてください。",
            )
        if scarce:
            return Finding(
                Verdict.WARNING,
                f"投稿の残りが少ないアカウントがあります：{_some(scarce)}。",
                f"{PAGE} を開いてください。ふだんのお知らせは、命に関わる情報のために待ちます。",
            )
        return Finding(Verdict.OK, f"{count} の上限に余裕があります。")


def _some(names: list[str]) -> str:
    more = f" ほか{len(names) - NAMED_MAX}" if len(names) > NAMED_MAX else ""
    return "、".join(names[:NAMED_MAX]) + more


CHECKS = (Accounts(), Quotas())
