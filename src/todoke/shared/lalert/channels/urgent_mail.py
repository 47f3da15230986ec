"""緊急速報メール to every telephone in the municipality, through L-Alert: one destination for each carrier."""

from collections.abc import Callable, Sequence
from functools import partial

from django.utils.translation import gettext as _

from todoke.shared.lalert.nodes import NAMES, Nodes
from todoke.shared.lalert.permitted import CARRIERS, TITLE_MAX, TOTAL_MAX, trouble_with_purpose
from todoke.shared.lalert.registry import Writer
from todoke.shared.lalert.rules import document_id
from todoke.shared.lalert.types import Frozen
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt, Register, TryLater


class UrgentMailChannel:
    """The channel `lalert.urgent-mail`; an address is the carrier's code in L-Alert: UMC1, UMC2 or UMC3.

    It rings on every telephone in the whole municipality, so its text is short and its purposes are few.
    """

    key = "lalert.urgent-mail"

    def __init__(
        self,
        *,
        writer: Writer,
        frozen_of: Callable[[FrozenEdition], Frozen],
        nodes: Nodes,
        simulator: Nodes,
        timeout_seconds: float = 20,
    ) -> None:
        self.writer = writer
        self.frozen_of = frozen_of
        self.nodes = nodes
        self.simulator = simulator
        self.facts = ChannelFacts(
            name="緊急速報メール",
            area_grain=AreaGrain.MUNICIPALITY,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key="documentID + documentRevision",
            quota=grounds.CARRIER_QUOTA,
            legal_purpose=grounds.URGENT_MAIL,
            title_max=TITLE_MAX,
            body_max=TOTAL_MAX,
            timeout_seconds=timeout_seconds,
            lanes=frozenset({"emergency"}),
            looks=Looks.TELEPHONE,
            registers=(Register.URGENT_TITLE, Register.URGENT),
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The document with the fitted text. Raises Never where the purpose is not permitted."""
        frozen = self.frozen_of(edition)
        kind = edition.content.facts.get("kind", "") or ("evacuation" if frozen.is_order else "")
        if trouble := trouble_with_purpose(kind, edition.content.level, lifts_order=frozen.is_order):
            raise Never(trouble)
        # Always in Japanese: a telephone shows what it gets to whoever holds it.
        title = in_register(edition, "ja", Register.URGENT_TITLE, limit=TITLE_MAX)
        said = in_register(edition, "ja", Register.URGENT, limit=TOTAL_MAX)
        document = self.writer.urgent(
            edition, frozen, address.key, carrier=bare(address.address), title=title.text, text=said.text
        )
        left_out = "、".join(filter(None, (title.left_out, said.left_out)))
        return Parcel(body=document, preview=f"{title.text}\n{said.text}", title=title.text, left_out=left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Publish to both nodes. Where it is refused, a person sends it in the carrier's own window."""
        del key
        simulated = is_simulated(address.address)
        nodes = self.simulator if simulated else self.nodes
        window = f"{CARRIERS[bare(address.address)]}の緊急速報メール配信画面から、職員が直接送ってください。"
        try:
            receipt = nodes.publish(parcel.body, timeout_seconds=self.facts.timeout_seconds - 1)
        except Never as refused:
            raise Never(f"{refused.says} {window}") from refused
        except TryLater as trouble:
            says = f"{trouble.says} 急ぐときは、{window}"
            raise TryLater(says, may_have_left=trouble.may_have_left) from trouble
        return Receipt(reference=document_id(edition.message_key, address.key), says=receipt.says)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each node, as for L-Alert: the carriers' own systems lie behind it."""
        del addresses
        seconds = self.facts.timeout_seconds
        return [
            Probe(name, f"緊急速報メール {NAMES[name]}", partial(self.nodes.try_it, name, timeout_seconds=seconds))
            for name in self.nodes.addresses
        ]

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with a carrier's code, or None."""
        if bare(address) in CARRIERS:
            return None
        return _("携帯電話会社のコードを書いてください（UMC1 NTTドコモ、UMC2 KDDI、UMC3 ソフトバンク）。")
