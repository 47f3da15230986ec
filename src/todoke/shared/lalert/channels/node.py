"""L-Alert itself: documents for broadcasters and apps, published at the node."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from django.utils.translation import gettext as _

from todoke.shared.lalert.nodes import NAMES, Nodes
from todoke.shared.lalert.registry import Writer
from todoke.shared.lalert.rules import document_id
from todoke.shared.lalert.types import Frozen
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.clusters import characters
from todoke.shared.messaging.channels.routes import bare, is_simulated
from todoke.shared.messaging.channels.wording import fit_text
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Parcel, Receipt

ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
LANES = frozenset({"emergency", "normal"})


class NodeChannel:
    """The channel `lalert.node`; an address is the city's account at the nodes.

    `nodes` are those of the address asked for, real or simulated. `frozen_of` gives what was frozen with an edition: it
    reads one immutable row, so that `prepare` gives the same bytes at every try and after every restart.
    """

    key = "lalert.node"

    def __init__(
        self,
        *,
        writer: Writer,
        frozen_of: Callable[[FrozenEdition], Frozen],
        nodes: Nodes,
        simulator: Nodes,
        site: str,
        timeout_seconds: float = 20,
    ) -> None:
        self.writer = writer
        self.frozen_of = frozen_of
        self.nodes = nodes
        self.simulator = simulator
        self.site = site
        self.facts = ChannelFacts(
            name="Lアラート",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.REPLACES,
            receipt=ReceiptKind.ACCEPTED,
            drill=DrillWay.BESIDE,
            idempotency_key="documentID + documentRevision",
            quota=grounds.NODE_QUOTA,
            legal_purpose=grounds.L_ALERT,
            timeout_seconds=timeout_seconds,
            lanes=LANES,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The EDXL-DE document, and for the approver the text that broadcasters read."""
        document = self.writer.write(edition, self.frozen_of(edition), address.key)
        text = fit_text(edition, "ja", self.site, None, characters)
        return Parcel(body=document, preview=text.text, title=edition.title("ja"), left_out=text.left_out)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Publish to both nodes; the document's number and revision stand for the key."""
        del key
        nodes = self.simulator if is_simulated(address.address) else self.nodes
        # A little less than the ledger waits: the request's own time-out speaks first.
        receipt = nodes.publish(parcel.body, timeout_seconds=self.facts.timeout_seconds - 1, user=bare(address.address))
        return Receipt(reference=document_id(edition.message_key, address.key), says=receipt.says)

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """A way for each node: it is asked for its description, which publishes nothing."""
        del addresses
        seconds = self.facts.timeout_seconds
        return [
            Probe(name, f"Lアラート {NAMES[name]}", partial(self.nodes.try_it, name, timeout_seconds=seconds))
            for name in self.nodes.addresses
        ]

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with an account, or None."""
        if ACCOUNT.fullmatch(bare(address)):
            return None
        return _("Lアラートのノードのアカウントを、半角の英数字で書いてください（例 nagihama-city）。")
