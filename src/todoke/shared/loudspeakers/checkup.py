"""What `todoke doctor` asks the loudspeakers: can we speak, is there a station, which units are broken."""

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.loudspeakers import speech
from todoke.shared.loudspeakers.models import Unit
from todoke.shared.loudspeakers.queries import troubled_units

NAMED_MAX = 5


class Loudspeakers:
    """Whether a broadcast could be made and would sound."""

    key = "loudspeakers.units"
    title = "屋外スピーカー"

    def run(self) -> Finding:
        """Look at what is known; nothing sounds."""
        number = Unit.objects.filter(is_active=True).count()
        if not number:
            return Finding(Verdict.OK, "屋外スピーカーは登録されていません。")
        if not settings.SIMULATORS and not settings.CONTROL_STATION:
            return Finding(
                Verdict.FAILURE,
                f"屋外スピーカーが {number} 基ありますが、操作卓につながりません。",
                "TODOKE_CONTROL_STATION を設定してください（docs/channels/loudspeakers.md）。",
            )
        if not speech.is_there():
            return Finding(
                Verdict.WARNING,
                "音声合成の部品がありません。放送は、職員が原稿を読むことになります。",
                "pip install todoke[speech] を実行してください（docs/channels/loudspeakers.md）。",
            )
        broken = troubled_units()
        if broken:
            named = "、".join(f"{unit.name}：{unit.trouble}" for unit in broken[:NAMED_MAX])
            return Finding(
                Verdict.FAILURE,
                f"{number} 基のうち {len(broken)} 基に障害があります（{named}）。",
                "保守の事業者に連絡し、その地域にはほかの手段で伝えてください（/desk/loudspeakers/）。",
            )
        return Finding(Verdict.OK, f"屋外スピーカー {number} 基に、障害の知らせはありません。")


CHECKS = (Loudspeakers(),)
