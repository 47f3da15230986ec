"""What `todoke doctor` asks about automatic calls."""

from pathlib import Path

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.calling.automatic.channel import KEY
from todoke.shared.calling.automatic.gateway import SECRETS, read_form
from todoke.shared.loudspeakers.speech import is_there
from todoke.shared.messaging.http_forms.slots import BadForm
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach


class Provider:
    """Whether a machine can ring, and what it needs. Without one people ring, so nothing of this is a failure but a
    form that says what is not there."""

    key = "calling.provider"
    title = "自動電話の事業者"

    def run(self) -> Finding:
        """Compare destinations, form, environment and voice."""
        places = Destination.objects.filter(is_active=True, channel=KEY).exclude(reach=Reach.SIMULATOR).count()
        return _without_a_form(places) if settings.CALLS is None else _of_the_form(settings.CALLS, places)


def _without_a_form(places: int) -> Finding:
    if places and not settings.SIMULATORS:
        return Finding(
            Verdict.WARNING,
            f"自動電話の配信先が {places} 件ありますが、事業者がありません。人が電話をかけます。",
            "TODOKE_CALLS に、事業者への頼み方を書いたファイルを設定してください（docs/channels/calling.md）。",
        )
    says = "自動電話は模擬の事業者に頼みます。" if settings.SIMULATORS else "自動電話は使われていません。"
    return Finding(Verdict.OK, says)


def _of_the_form(path: Path, places: int) -> Finding:
    try:
        form = read_form(path)
    except BadForm as trouble:
        return Finding(
            Verdict.FAILURE, f"自動電話の頼み方のファイルが読めません：{trouble}", "ファイルを直してください。"
        )
    missing = sorted(SECRETS + name for name in form.secrets() if not settings.CALLS_SECRETS.get(SECRETS + name))
    if missing:
        return Finding(
            Verdict.FAILURE,
            f"自動電話の事業者の鍵がありません：{'、'.join(missing)}。",
            "環境変数に設定してください。ファイルには書かないでください。",
        )
    if form.plays_recordings and not is_there():
        return Finding(
            Verdict.WARNING,
            f"{form.name}は録音を流しますが、音声合成の部品がありません。人が電話をかけます。",
            "「pip install todoke[speech]」で入れてください。",
        )
    if form.cancel is None:
        return Finding(
            Verdict.WARNING,
            f"{form.name}には、頼んだ電話を取り消す手順がありません。",
            "まちがいを知らせたあとも、前の電話が鳴ることがあります。当番に伝えておいてください。",
        )
    return Finding(Verdict.OK, f"{form.name}で、配信先 {places} 件に電話をかけられます。")


CHECKS = (Provider(),)
