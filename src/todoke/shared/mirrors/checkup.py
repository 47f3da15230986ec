"""What `todoke doctor` asks the mirrors: is every copy fresh."""

from todoke.base.clock import now
from todoke.base.doctor import Finding, Verdict
from todoke.shared.mirrors.queries import MirrorSeen, mirrors_at
from todoke.shared.mirrors.rules import OLD_AFTER, Standing


class Mirrors:
    """Whether every mirror's copy is at most a minute old, as the public reads it."""

    key = "mirrors.freshness"
    title = "写しのサイト"

    def run(self) -> Finding:
        """Look at the latest looks."""
        seen = mirrors_at(now())
        if not seen:
            return Finding(Verdict.OK, "写しのサイトは設定されていません（TODOKE_MIRRORS、docs/channels/mirrors.md）。")
        seconds = int(OLD_AFTER.total_seconds())
        if old := [one for one in seen if one.standing in (Standing.OLD, Standing.NEVER)]:
            return Finding(
                Verdict.FAILURE,
                f"{len(old)} の写しが{seconds}秒より古いか、まだありません（{'、'.join(map(_said, old))}）。",
                "/desk/mirrors/ を開いてください。",
            )
        if unread := [one for one in seen if one.standing is Standing.UNREAD]:
            names = "、".join(one.mirror.name for one in unread)
            return Finding(
                Verdict.WARNING,
                f"公開アドレスが分からないため、外から読んで確かめていない写しがあります（{names}）。",
                "TODOKE_MIRRORS のそのアドレスに public=https://… を足してください。",
            )
        return Finding(Verdict.OK, f"{len(seen)} の写しが、すべて{seconds}秒以内のものです。")


def _said(one: MirrorSeen) -> str:
    says = one.mirror.look_says or one.mirror.push_says
    return f"{one.mirror.name}：{says}" if says else one.mirror.name


CHECKS = (Mirrors(),)
