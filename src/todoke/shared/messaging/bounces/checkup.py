"""What `todoke doctor` asks about what comes back: how much, for whose sake, and whether anybody can read it."""

from datetime import timedelta

from django.conf import settings

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.bounces.mailbox import Mailbox, MailboxAddress, MailboxTrouble
from todoke.shared.messaging.queries.bounces import Returned, returned_since

RECENTLY = timedelta(days=1)
# Below so many, one person's typing error is a share.
FEW = 10
UNDELIVERED_SHARE = 0.05
POLICY_SHARE = 0.01
# From 0.3 % on, the great mail services begin to refuse a sender (Gmail's Email sender guidelines).
COMPLAINT_SHARE = 0.003
# Less than the doctor waits.
MAILBOX_SECONDS = 4.0


class ComesBack:
    """Whether what came back within a day is little, and not for our sake."""

    key = "messaging.bounces"
    title = "戻ってきたメール"

    def run(self) -> Finding:
        found = returned_since(now() - RECENTLY)
        if _is_much(found.policy, found, POLICY_SHARE):
            return Finding(
                Verdict.WARNING,
                f"この1日、相手のサーバーの方針で断られたメールが {found.policy:,} 通あります"
                f"（送信 {found.left:,} 通）。",
                "送信元のSPF・DKIM・DMARCと、ブロックリストへの登録を確かめてください"
                "（docs/running/bounces.md）。宛先の登録は止めていません。",
            )
        if _is_much(found.complaints, found, COMPLAINT_SHARE):
            return Finding(
                Verdict.WARNING,
                f"この1日、迷惑メールとして通報されたメールが {found.complaints:,} 通あります"
                f"（送信 {found.left:,} 通）。",
                "本文と頻度を見直し、登録した覚えのない人に送っていないか確かめてください。",
            )
        if _is_much(found.undelivered, found, UNDELIVERED_SHARE):
            return Finding(
                Verdict.WARNING,
                f"この1日、届かずに戻ったメールが {found.undelivered:,} 通あります（送信 {found.left:,} 通の "
                f"{found.undelivered / max(found.left, 1):.0%}）。",
                "最近取り込んだ名簿が古くないか、特定の通信会社だけで戻っていないかを確かめてください。",
            )
        return Finding(Verdict.OK, f"この1日に {found.undelivered + found.policy + found.complaints:,} 通です。")


def _is_much(number: int, found: Returned, share: float) -> bool:
    return number >= FEW and number > share * found.left


class CanBeRead:
    """Whether the mailbox of the settings opens."""

    key = "messaging.bounce-mailbox"
    title = "不達メールの受信箱"

    def run(self) -> Finding:
        if settings.SIMULATORS:
            return Finding(Verdict.OK, "模擬サービスを使っています。")
        if not settings.BOUNCE_MAILBOX:
            return Finding(Verdict.OK, "受信箱は設定されていません。「todoke bounces」で受け取る設定とみなします。")
        try:
            with Mailbox(MailboxAddress.from_address(settings.BOUNCE_MAILBOX), seconds=MAILBOX_SECONDS):
                return Finding(Verdict.OK, "開けます。")
        except MailboxTrouble as trouble:
            return Finding(
                Verdict.WARNING,
                f"開けません。{trouble}",
                "TODOKE_BOUNCE_MAILBOX の利用者名、パスワード、フォルダーを確かめてください。"
                "直るまで、届かない宛先にも送り続けます。",
            )


CHECKS = (ComesBack(), CanBeRead())
