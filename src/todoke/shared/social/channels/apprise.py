"""The long tail: about 140 other services through the library apprise (BSD-2, https://github.com/caronc/apprise).

An address is `service:account`, where the service is what apprise calls it in its URLs (`slack`, `tgram`, `bluesky` …);
the account's secret is that URL. How much a service takes is read from apprise's own description of it.

Apprise says only “yes” or “no”, and has no key for repeats: whatever is not a clear word becomes a person's task. So it
is never the only way in which something is said (`checkup.AppriseAlone`).
"""

import logging
import re
import threading
from typing import Any

from django.utils.translation import gettext as _

from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import utf16_units
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Register, TryLater
from todoke.shared.social.channels.desk import Desk
from todoke.shared.social.posting import make_post

ADDRESS = re.compile(r"(?P<service>[a-z][a-z0-9+.-]*):(?P<account>[\w.@#-]{1,100})")
# Where apprise counts only after it knows the recipients, and names no number of its own.
UNKNOWN_MAX = 280
# Pagers and packet radio send a few dozen signs of ASCII (the plug-ins' own pages: POCSAG, AX.25).
NO_JAPANESE = frozenset({"dapnet", "aprs"})
SEND_SECONDS = 15.0
ERROR = re.compile(r"error\s*=\s*(\d{3})", re.IGNORECASE)


class AppriseChannel:
    """The channel `social.apprise`. Nothing is taken back here: a later edition says what holds."""

    key = "social.apprise"

    def __init__(
        self, *, desk: Desk, site: str, simulator: str, simulated: bool, timeout_seconds: float = SEND_SECONDS
    ) -> None:
        self.desk = desk
        self.site = site
        self.simulator = simulator
        self.simulated = simulated
        self.facts = ChannelFacts(
            name="その他のサービス（apprise）",
            area_grain=AreaGrain.CITY,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key=None,
            quota=grounds.SOCIAL_QUOTA,
            legal_purpose=grounds.SOCIAL,
            timeout_seconds=timeout_seconds,
            concurrency=1,
            looks=Looks.POST,
            registers=(Register.POST,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The post, as long as this service takes it, in UTF-16 units."""
        service = bare(address.address).partition(":")[0]
        plugin = plugin_of(service)
        if plugin is None or service in NO_JAPANESE:
            raise Never(f"「{service}」には日本語の文を送れません。配信先を止めてください。")
        made = make_post(edition, address.language, self.site, room_of(plugin), utf16_units)
        left_out = [made.left_out] if made.left_out else []
        if not plugin.attachment_support:
            left_out.append("画像や文書（このサービスは受け取りません）")
        return Parcel(made.text.encode(), made.text, edition.title(address.language), "、".join(left_out))

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Have apprise send it, from the side: its time-outs hold for one read, ours for all of it."""
        place = bare(address.address)
        # The twin for drills uses up nothing of the real account.
        if not is_simulated(address.address):
            self.desk.allow(self.key, place, edition, self.desk.errand(key), key=key)
        url = self._url(place, simulated=self.simulated or is_simulated(address.address))
        heard = _Heard(url, parcel.body.decode())
        heard.start()
        heard.join(self.facts.timeout_seconds - 1)
        if heard.is_alive():
            raise TryLater("時間内に返事がありません。届いたかどうか分かりません。", may_have_left=True)
        return _receipt(heard)

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an address, or None."""
        found = ADDRESS.fullmatch(bare(address))
        if not found:
            return _(
                "「サービス:アカウント」の形で書いてください（例 slack:bosai）。URLや鍵はアカウント台帳に入れます。"
            )
        if found["service"] in NO_JAPANESE:
            return _("「%(service)s」は日本語を運べないため、使えません。") % {"service": found["service"]}
        if plugin_of(found["service"]) is None:
            return _("appriseに「%(service)s」というサービスはありません。") % {"service": found["service"]}
        return None

    def _url(self, place: str, *, simulated: bool) -> str:
        if simulated:
            return f"{self.simulator.replace('http://', 'json://', 1)}/apprise/{place.partition(':')[0]}"
        url = self.desk.secret(self.key, place).get("token", "")
        if not url.startswith(f"{place.partition(':')[0]}://"):
            raise Never("台帳のURLが、配信先のサービスのものではありません。アカウント台帳の鍵を直してください。")
        return url


class _Heard(threading.Thread):
    """One call of apprise, and what it wrote into its log meanwhile: the only place where it says why."""

    def __init__(self, url: str, text: str) -> None:
        super().__init__(daemon=True, name="social.apprise")
        self.url, self.text = url, text
        self.taken: bool | None = None
        self.lines: list[str] = []

    def run(self) -> None:
        # It costs a quarter of a second, which only the process that sends should pay.
        from apprise import Apprise, NotifyFormat  # noqa: PLC0415

        log = logging.getLogger("apprise")
        ear = _Ear(self)
        log.addHandler(ear)
        try:
            # The plug-in itself, and not a list of them, which would call it from yet another thread.
            server = Apprise.instantiate(self.url, suppress_exceptions=True)
            if server is not None:
                self.taken = bool(server.notify(body=self.text, title="", body_format=NotifyFormat.TEXT))
        finally:
            log.removeHandler(ear)


class _Ear(logging.Handler):
    """Hears the warnings of one thread."""

    def __init__(self, speaker: _Heard) -> None:
        super().__init__(logging.WARNING)
        self.speaker = speaker

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.speaker.ident:
            self.speaker.lines.append(record.getMessage())


def _receipt(heard: _Heard) -> Receipt:
    if heard.taken:
        return Receipt(says="appriseが送りました")
    if heard.taken is None:
        raise Never("台帳のURLをappriseが読めません。アカウント台帳の鍵を直してください。")
    found = ERROR.search(" ".join(heard.lines))
    status = int(found[1]) if found else 0
    if status == 429:
        raise TryLater("サービスが、投稿が多すぎると答えました（429）。")
    if 400 <= status < 500:
        raise Never(f"サービスが断りました（{status}）。アカウント台帳の鍵と文を確かめてください。")
    raise TryLater(
        f"appriseが送れませんでした（{status or '返事なし'}）。届いたかどうか分かりません。", may_have_left=True
    )


def plugin_of(service: str) -> Any:
    """Apprise's description of a service, or None."""
    # As above: whoever never sends to such a service need not load it.
    from apprise.manager_plugins import NotificationManager  # noqa: PLC0415

    try:
        return NotificationManager()[service]
    except KeyError:
        return None


def room_of(plugin: Any) -> int:
    """How much text a service takes, by its plug-in."""
    if isinstance(plugin.body_maxlen, int):
        return plugin.body_maxlen
    told = [getattr(plugin, name) for name in dir(plugin) if name.endswith("_body_maxlen")]
    return min((number for number in told if isinstance(number, int) and number > 0), default=UNKNOWN_MAX)
