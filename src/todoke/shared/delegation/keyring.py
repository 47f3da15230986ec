"""The house's own keys, out of their seal."""

from todoke.base.sealing import open_sealed, seal
from todoke.shared.delegation.models import HouseKeys
from todoke.shared.delegation.sealed_file import Keys
from todoke.shared.delegation.trouble import NoKeys

CONTEXT = b"delegation house keys"
DOCUMENT = b"delegation mandate"


def sealed_private(keys: Keys) -> bytes:
    """Both private halves, sealed for the row."""
    return seal(keys.sign + keys.box, context=CONTEXT)


def our_keys() -> list[Keys]:
    """All keys of this house, the newest first."""
    return [_keys(bytes(row.sealed_private)) for row in HouseKeys.objects.all()]


def newest_keys() -> Keys:
    """Those with which we sign now. Raises NoKeys."""
    keys = our_keys()
    if not keys:
        raise NoKeys
    return keys[0]


def _keys(sealed: bytes) -> Keys:
    private = open_sealed(sealed, context=CONTEXT)
    return Keys(private[:32], private[32:])
