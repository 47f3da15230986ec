"""The channel `fax.line`: a large-print page to a facility, on one of a few telephone lines."""

import time
from collections.abc import Sequence

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.press.fonts import NoJapaneseFont
from todoke.shared.fax.actions import calling
from todoke.shared.fax.actions.calling import Hold
from todoke.shared.fax.codes import code_for, in_groups
from todoke.shared.fax.gateways import CallReport, Gateway, Order
from todoke.shared.fax.models import Sheet
from todoke.shared.fax.numbers import read_address
from todoke.shared.fax.rules import Ending, pause_after
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.connection import PROBE_SECONDS
from todoke.shared.messaging.channels.routes import is_simulated
from todoke.shared.messaging.channels.wording import area_lines, essentials
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.rules import delivery_key
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Register, TryLater
from todoke.shared.paper.papers import Reply, fax_sheet
from todoke.shared.paper.press import CannotPrint
from todoke.shared.paper.saying import BODY_MAX, saying_of

KEY = "fax.line"
# Dialling, thirty seconds of ringing, the machines' greeting, and a page in fine resolution at 9,600 bit/s.
CALL_SECONDS = 240.0
WAIT_SECONDS = 20.0
WAIT_STEP_SECONDS = 0.25


class FaxChannel:
    """FAX through a HylaFAX server or a mail-to-FAX provider. Without a `gateway` only simulators are served."""

    key = KEY

    def __init__(
        self,
        *,
        gateway: Gateway | None,
        simulator: Gateway,
        lines: int,
        site: str,
        secret: str,
        call_seconds: float = CALL_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.gateway = gateway
        self.simulator = simulator
        self.lines = lines
        self.site = site.rstrip("/")
        self.secret = secret
        self.call_seconds = call_seconds
        self.wait_seconds = wait_seconds
        self.facts = ChannelFacts(
            name="FAX",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.PERSON,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key=(gateway or simulator).repeatable,
            quota=grounds.FAX_QUOTA,
            legal_purpose=grounds.OFFICES,
            body_max=BODY_MAX,
            timeout_seconds=call_seconds + wait_seconds,
            concurrency=lines,
            looks=Looks.SHEET,
            registers=(Register.SHEET,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The page as PDF, with the code by which this facility says that it has it."""
        code = self.code(edition, address)
        saying = saying_of(edition, address.language, self.site, body_max=BODY_MAX)
        try:
            pdf = fax_sheet(edition, site=self.site, language=address.language, to=address.name, reply=self.reply(code))
        except (CannotPrint, NoJapaneseFont) as trouble:
            raise Never(str(trouble.says)) from trouble
        shown = [*essentials(edition, address.language), *area_lines(edition, address.language), *saying.body]
        preview = "\n".join([*shown, "", f"受信番号：{in_groups(code)}"])
        return Parcel(body=pdf, preview=preview, title=saying.title, left_out=saying.left_out)

    def code(self, edition: FrozenEdition, address: Address) -> str:
        """The code on the sheet of this edition for this facility."""
        return code_for(delivery_key(edition.identifier, address.key), self.secret)

    def reply(self, code: str) -> Reply:
        """How the reader of a sheet answers."""
        page = f"{self.site}/fax/"
        return Reply(link=f"{page}{code}/", address=page.partition("://")[2], code=in_groups(code))

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """One call on one line, written down as it begins and as it ends."""
        gateway = self.simulator if is_simulated(address.address) else self.gateway
        if gateway is None:
            raise Never("FAXの経路が設定されていません。TODOKE_FAX を設定してから、送り直してください。")
        sheet = calling.sheet_for(edition, address, self.code(edition, address))
        if sheet is None:
            raise Never("この配信の記録が見つからないため、FAXを送りません。")
        if sheet.confirmed_at:
            return Receipt(confirmed=True, says="施設はすでに受信を知らせています。送り直しませんでした")
        order = Order(_number(address), parcel.body, key, edition, address.name)
        with calling.holding(self._line()) as line:
            report = self._call(gateway, order, sheet, line)
        return self._receipt(report, sheet)

    def _line(self) -> Hold:
        give_up_at = time.monotonic() + self.wait_seconds
        while True:
            hold = calling.take_line(self.lines, at=now(), seconds=self.call_seconds + 30)
            if hold:
                return hold
            if time.monotonic() >= give_up_at:
                raise TryLater(f"{self.lines}回線がすべて使用中です。空きしだい送ります。", after_seconds=1)
            time.sleep(WAIT_STEP_SECONDS)

    def _call(self, gateway: Gateway, order: Order, sheet: Sheet, line: int) -> CallReport:
        call = calling.begin(sheet, line, at=now())
        try:
            report = gateway.dial(order, seconds=self.call_seconds)
        except TryLater as trouble:
            ending = Ending.UNCLEAR if trouble.may_have_left else Ending.OURS
            times = calling.end(call, ending, says=trouble.says, at=now())
            pause = trouble.after_seconds if trouble.may_have_left else pause_after(ending, times)
            raise TryLater(trouble.says, may_have_left=trouble.may_have_left, after_seconds=pause) from trouble
        except Never as trouble:
            calling.end(call, Ending.REFUSED, says=trouble.says, at=now())
            raise
        times = calling.end(
            call,
            report.ending,
            says=report.says,
            at=now(),
            pages_sent=report.pages_sent,
            pages=report.pages,
            job=report.job,
        )
        if report.ending is Ending.REFUSED:
            raise Never(report.says)
        if report.ending is Ending.UNCLEAR:
            raise TryLater(report.says, may_have_left=True)
        if report.ending is not Ending.ARRIVED:
            raise TryLater(report.says, after_seconds=pause_after(report.ending, times))
        return report

    def _receipt(self, report: CallReport, sheet: Sheet) -> Receipt:
        # The paper comes out of the machine before our server hears of it: somebody may have been quicker than we.
        sheet.refresh_from_db(fields=["confirmed_at"])
        return Receipt(confirmed=sheet.confirmed_at is not None, reference=report.job, says=report.says)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """The server that dials for us; nobody's telephone rings."""
        del addresses
        gateway = self.gateway
        return [Probe("", f"FAX（{gateway.name if gateway else '未設定'}）", self._try)]

    def _try(self) -> str:
        if self.gateway is None:
            raise Never("FAXの経路が設定されていません。TODOKE_FAX を設定してください。")
        return self.gateway.probe(seconds=PROBE_SECONDS)

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a FAX number, or None."""
        try:
            read_address(address)
        except ValueError as trouble:
            return str(trouble) or _("FAX番号として読めません。")
        return None


def _number(address: Address) -> str:
    try:
        return read_address(address.address).fax
    except ValueError as trouble:
        raise Never(str(trouble)) from trouble
