"""What `todoke doctor` asks about FAX."""

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.fax.queries import CHANNEL
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach


class WayOut:
    """Whether facilities with a FAX number can be reached."""

    key = "fax.way-out"
    title = "FAXの経路"

    def run(self) -> Finding:
        """Compare destinations and settings."""
        places = Destination.objects.filter(is_active=True, channel=CHANNEL).exclude(reach=Reach.SIMULATOR).count()
        if settings.SIMULATORS:
            return Finding(Verdict.OK, "FAXは模擬回線に送ります。")
        if places and not settings.FAX:
            return Finding(
                Verdict.FAILURE,
                f"FAXの配信先が {places} 件ありますが、送る経路がありません。",
                "TODOKE_FAX に hylafax:// か mailto: のアドレスを設定してください（docs/channels/fax.md）。",
            )
        return Finding(Verdict.OK, f"FAXの配信先は {places} 件、回線は {settings.FAX_LINES} 本です。")


CHECKS = (WayOut(),)
