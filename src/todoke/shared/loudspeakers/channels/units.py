"""The channel `loudspeakers.units`: an edition, said aloud outdoors by a group of loudspeakers or by all."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.shared.loudspeakers.actions import broadcasts
from todoke.shared.loudspeakers.protocol import Order, Station, Taken
from todoke.shared.loudspeakers.queries import known_words, members_of, seconds_until_its_turn, to_be_stopped
from todoke.shared.loudspeakers.recording import recorded
from todoke.shared.loudspeakers.rules import ALL, seconds_of_quiet, waves_of
from todoke.shared.loudspeakers.script import is_urgent, script_of
from todoke.shared.loudspeakers.sounds import PATTERNS, wav_seconds
from todoke.shared.loudspeakers.speech import SpeechAway
from todoke.shared.loudspeakers.types import Script
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    EditionKind,
    FrozenEdition,
    Never,
    Parcel,
    Receipt,
    Register,
    TryLater,
)

KEY = "loudspeakers.units"
ADDRESS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LEFT_OUT = "電話番号、URL、対象地域の一覧（耳で聞いて分かることだけを読み上げます）"


class UnitsChannel:
    """Writes the broadcast down, makes its sound, hands both to the control station; the listener asks how it went.

    `station_for` gives the station of an address, or None where none is set. `root` keeps sounds and dictionaries.
    """

    key = KEY

    def __init__(
        self, *, station_for: Callable[[str], Station | None], root: Path, timeout_seconds: float = 45
    ) -> None:
        self.station_for = station_for
        self.root = root
        self.facts = ChannelFacts(
            name="屋外スピーカー",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.READ_BACK,
            drill=DrillWay.BESIDE,
            idempotency_key="Idempotency-Key（放送の番号）",
            quota=grounds.SOUND_QUOTA,
            legal_purpose=grounds.OUTDOOR,
            timeout_seconds=timeout_seconds,
            # One voice: two at a time would only share the same two cores.
            concurrency=2,
            looks=Looks.SOUND,
            registers=(Register.SPEECH,),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:  # noqa: ARG002 - everybody hears the same
        """The script; the preview shows it as it will be heard."""
        script = script_of(edition)
        return Parcel(
            body=script.as_bytes(),
            preview=preview_of(script),
            title=edition.title(),
            left_out="" if edition.kind is EditionKind.CANCEL else LEFT_OUT,
        )

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Make the sound and have it sounded. Nothing leaves at night, nor for a drill to real loudspeakers."""
        if edition.mode.is_drill and not is_simulated(address.address):
            raise Never("訓練は、本物の屋外スピーカーには流しません。配信先を simulator: で始めてください。")
        quiet = 0.0 if is_urgent(edition) else seconds_of_quiet(now())
        if quiet:
            raise TryLater("夜間（21時から7時）は、ふだんのお知らせを放送しません。", after_seconds=quiet)
        station = self.station_for(address.address)
        if station is None:
            raise Never(
                "操作卓のアドレス（TODOKE_CONTROL_STATION）が設定されていません。職員が操作卓で放送してください。"
            )
        waves = waves_of(members_of(bare(address.address)))
        if not waves:
            raise Never(
                f"「{bare(address.address)}」に、使えるスピーカーがありません。loudspeakers.csvを確かめてください。"
            )
        script = Script.from_bytes(parcel.body)
        try:
            name, sound = recorded(script, known_words(edition), self.root)
        except SpeechAway as away:
            raise Never(str(away)) from away
        except OSError as error:
            raise TryLater(f"音声を保存できません（{error.strerror}）。ディスクの空きを確かめてください。") from error
        seconds = wav_seconds(sound)
        broadcast = broadcasts.begin(
            edition, address, key=key, text=script.text, sound=name, seconds=seconds, waves=waves, at=now()
        )
        wait = seconds_until_its_turn(broadcast, waves, KEY, at=now())
        order = Order(
            key=key,
            mode=edition.mode.value,
            urgent=is_urgent(edition),
            title=edition.title(),
            text=script.text,
            sound=sound,
            seconds=seconds,
            waves=waves,
            start_after_seconds=wait,
            replaces=to_be_stopped(broadcast),
        )
        taken = station.sound(order)
        broadcasts.handed_over(broadcast, waves=waves, start_after=wait, at=now())
        says = f"操作卓が受け付けました（{sum(len(wave.units) for wave in waves)}基）"
        return Receipt(reference=taken.number, says=says + _told_of(order, taken))

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """One way: the station is asked how its units are; none of them makes a sound."""
        return [Probe("", self.facts.name, lambda: self._try(addresses[0].address))]

    def _try(self, address: str) -> str:
        station = self.station_for(address)
        if station is None:
            raise Never("操作卓のアドレス（TODOKE_CONTROL_STATION）が設定されていません。")
        return f"操作卓が応答しました（スピーカー{len(station.faults())}基）"

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an address, or None. Whether the group exists is known only once the city is loaded."""
        if bare(address) == ALL or ADDRESS.fullmatch(bare(address)):
            return None
        return _("スピーカーのグループのキー、または all（全部）を書いてください（例 minato）。")


def _told_of(order: Order, taken: Taken) -> str:
    """What became of the broadcasts that were to be stopped."""
    if not order.replaces:
        return ""
    if taken.stopped == frozenset(order.replaces):
        return "。前の放送を止めました"
    return "。前の放送を止めたという返事はありません"


def preview_of(script: Script) -> str:
    """The broadcast for the eye: what sounds, what is said, how often."""
    pattern = PATTERNS.get(script.pattern)
    heard = [f"（{pattern.name}の音 {pattern.seconds:.0f}秒）"] if pattern else []
    again = [f"（くり返し 全部で{script.times}回）"] if script.times > 1 else []
    ending = [f"（{PATTERNS[script.ending].name}）"] if script.ending else []
    return "\n".join((*script.before, *heard, *script.lines, *again, *ending))
