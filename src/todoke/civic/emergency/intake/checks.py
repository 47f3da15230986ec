"""What the doctor asks about intake."""

import os
import time
from datetime import timedelta

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.civic.emergency.queries.telegrams import feed_healths

# A file that intake is at work on is gone within seconds.
LYING_SECONDS_MAX = 60

FEED_AGE_MAX = timedelta(minutes=5)


class FolderCheck:
    """Whether the watched folder can be written, and whether somebody takes away what lies in it."""

    key = "emergency.intake-folder"
    title = "電文の受信フォルダー"

    def run(self) -> Finding:
        folder = settings.INTAKE_FOLDER
        if not folder.is_dir():
            return Finding(Verdict.WARNING, f"{folder} がまだありません。", "todoke intake を動かしてください。")
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            return Finding(
                Verdict.FAILURE, f"{folder} を読み書きできません。", "フォルダーの所有者と権限を直してください。"
            )
        old = time.time() - LYING_SECONDS_MAX
        lying = [path.name for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < old]
        visible = [name for name in lying if not name.startswith(".")]
        if visible:
            return Finding(
                Verdict.FAILURE,
                f"取り込まれないまま{len(visible)}件が残っています（{visible[0]}など）。",
                "todoke intake が動いているか、ディスクに空きがあるかを確かめてください。",
            )
        return Finding(Verdict.OK, f"{folder} を見ています。")


class FeedCheck:
    """Whether every feed has answered lately."""

    key = "emergency.feeds"
    title = "気象庁の配信"

    def run(self) -> Finding:
        if not settings.FEEDS:
            return Finding(Verdict.OK, "使っていません（TODOKE_FEEDS がありません）。")
        healths = {health.address: health for health in feed_healths()}
        for address in settings.FEEDS:
            health = healths.get(address)
            if health is None or health.age is None or health.age > FEED_AGE_MAX:
                told = health.trouble if health and health.trouble else "応答の記録がありません。"
                return Finding(
                    Verdict.FAILURE,
                    f"{address} から5分以上応答がありません。{told}",
                    "todoke intake が動いているか、外部への通信ができるかを確かめてください。",
                )
            if health.trouble:
                return Finding(
                    Verdict.WARNING, f"{address}: {health.trouble}", "続くときは気象庁のお知らせを見てください。"
                )
        return Finding(Verdict.OK, f"{len(settings.FEEDS)}件の配信が応答しています。")
