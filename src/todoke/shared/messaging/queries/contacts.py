"""Finding people's addresses, and opening them for those who must."""

from collections.abc import Sequence

from todoke.base.sealing import keyed_hash, make_token, open_sealed, read_token
from todoke.shared.messaging.models import Contact
from todoke.shared.messaging.types import ContactState

SEALED_AS = b"messaging.contact"
LOOKED_UP_AT_ONCE = 5_000
TOKENS = "messaging.contact"


def lookup_of(channel: str, normal_address: str) -> bytes:
    """The keyed hash under which an address is found again; the address is in its channel's normal form."""
    return keyed_hash(f"{channel}\x1f{normal_address}", purpose=TOKENS)


def contact_at(channel: str, normal_address: str) -> Contact | None:
    """The contact of this address, whatever its state; None where there is none, or where it was erased."""
    return Contact.objects.filter(channel=channel, lookup=lookup_of(channel, normal_address)).first()


def known_among(channel: str, normal_addresses: Sequence[str]) -> int:
    """How many of these addresses are contacts already, whatever became of them; asked in portions."""
    found = 0
    for first in range(0, len(normal_addresses), LOOKED_UP_AT_ONCE):
        lookups = [lookup_of(channel, each) for each in normal_addresses[first : first + LOOKED_UP_AT_ONCE]]
        found += Contact.objects.filter(channel=channel, lookup__in=lookups).count()
    return found


def address_of(contact: Contact) -> str:
    """The address in clear: for its owner, and for staff whose look is recorded. Empty once erased."""
    return open_sealed(bytes(contact.address), context=SEALED_AS).decode() if contact.address else ""


def token_of(contact_id: int, generation: int) -> str:
    """The word in a contact's links: it cannot be guessed, and holds until the generation is raised."""
    return make_token(contact_id, purpose=TOKENS, generation=generation)


def contact_by_token(token: str) -> Contact | None:
    """Whose link this is; None for one that is wrong, too old, or whose owner was erased."""
    told = read_token(token, purpose=TOKENS)
    if told is None:
        return None
    contact_id, generation = told
    return Contact.objects.filter(pk=contact_id, generation=generation).exclude(state=ContactState.ERASED).first()
