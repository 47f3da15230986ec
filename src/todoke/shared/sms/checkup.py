"""What `todoke doctor` asks about SMS."""

from django.conf import settings

from todoke.base.doctor import Finding, Verdict
from todoke.shared.messaging.http_forms.slots import BadForm
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach
from todoke.shared.sms.channel import KEY
from todoke.shared.sms.gateway import SECRETS, read_form


class Provider:
    """Whether numbers can be reached, and whether the provider's form has its secrets."""

    key = "sms.provider"
    title = "SMSの事業者"

    def run(self) -> Finding:
        """Compare destinations, form and environment."""
        places = Destination.objects.filter(is_active=True, channel=KEY).exclude(reach=Reach.SIMULATOR).count()
        if settings.SMS is None:
            if places and not settings.SIMULATORS:
                return Finding(
                    Verdict.FAILURE,
                    f"SMSの配信先が {places} 件ありますが、送る事業者がありません。",
                    "TODOKE_SMS に、事業者への送り方を書いたファイルを設定してください（docs/channels/sms.md）。",
                )
            return Finding(
                Verdict.OK, "SMSは模擬の事業者に送ります。" if settings.SIMULATORS else "SMSは使われていません。"
            )
        try:
            form = read_form(settings.SMS)
        except BadForm as trouble:
            return Finding(
                Verdict.FAILURE, f"SMSの送り方のファイルが読めません：{trouble}", "ファイルを直してください。"
            )
        missing = sorted(SECRETS + name for name in form.secrets() if not settings.SMS_SECRETS.get(SECRETS + name))
        if missing:
            return Finding(
                Verdict.FAILURE,
                f"SMSの事業者の鍵がありません：{'、'.join(missing)}。",
                "環境変数に設定してください。ファイルには書かないでください。",
            )
        if not form.remembers_key:
            return Finding(
                Verdict.WARNING,
                f"{form.name}は、同じSMSを2回頼まれたことに気づけません（remembers_keyなし）。",
                "返事が来なかったSMSは自動では送り直さず、要対応に出ます。当番に伝えておいてください。",
            )
        return Finding(Verdict.OK, f"{form.name}で、配信先 {places} 件に送れます。")


CHECKS = (Provider(),)
