"""The channel `calling.tree`: a delivery becomes a round of telephone calls."""

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.shared.calling.actions import NoSuchTree, begin
from todoke.shared.calling.models import Tree
from todoke.shared.messaging import grounds
from todoke.shared.messaging.channels.person import SPOKEN_MAX, PersonChannel
from todoke.shared.messaging.channels.routes import bare
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import Address, FrozenEdition, Never, Parcel, Receipt


class TreeChannel:
    """A tree of people with telephones. Its address is the key of a tree; in a drill `simulator:` stands before it."""

    key = "calling.tree"

    def __init__(self) -> None:
        self.facts = ChannelFacts(
            name="連絡網",
            area_grain=AreaGrain.NEIGHBOURHOOD,
            withdrawal=Withdrawal.NOTICE,
            receipt=ReceiptKind.PERSON,
            drill=DrillWay.SAME_ROUTE,
            idempotency_key="呼出しの回の番号",
            quota=grounds.BY_HAND,
            legal_purpose=grounds.CARRIED_BY_PEOPLE,
            body_max=SPOKEN_MAX,
            concurrency=2,
        )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The words as they are said to one person, here with the name of the tree in the person's place."""
        return PersonChannel().prepare(edition, address)

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:  # noqa: ARG002 - the words are made for each person anew
        """Begin the round, in one transaction; done twice it is the same round."""
        try:
            begin(
                key,
                edition=edition.identifier,
                destination=address.key,
                tree_key=bare(address.address),
                at=now(),
            )
        except NoSuchTree as refusal:
            raise Never(str(refusal)) from refusal
        return Receipt(confirmed=False, reference=key, says="連絡網の呼出しを始めました")

    def trouble_with(self, address: str) -> str | None:
        """What is wrong with the key of a tree, or None."""
        if Tree.objects.filter(key=bare(address), is_active=True).exists():
            return None
        return _("「%(key)s」という連絡網はありません。call_trees.csvのキーを書いてください。") % {"key": bare(address)}
