"""What a network's channel asks of the house while it sends: the secret, what stands there already, and the quota.

The channels know these questions alone; the answers come from the register and the ledger (`actions.desk`), so a
rehearsal can give its own.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from todoke.shared.messaging.queries import Errand, PastReceipt
from todoke.shared.messaging.types import FrozenEdition


class Desk(Protocol):
    """The house behind a channel. Every question raises `TryLater` where the database does not answer."""

    def secret(self, channel: str, account: str) -> Mapping[str, str]:
        """The secret of an account of this channel by names; one word alone is `token`. Raises Never where none is."""
        ...

    def earlier(self, edition: FrozenEdition, destination_key: str) -> Sequence[PastReceipt]:
        """What the service said when it took earlier editions here, the latest first."""
        ...

    def errand(self, key: str) -> Errand | None:
        """The delivery behind this key, or None outside the ledger."""
        ...

    def allow(self, channel: str, account: str, edition: FrozenEdition, errand: Errand | None, *, key: str) -> None:
        """Let a post through the account's quotas. Raises TryLater where it waits, Never where it is dropped."""
        ...


class FreeDesk:
    """A house without register and ledger, for simulators and rehearsals: one secret, no past, no bounds."""

    def secret(self, channel: str, account: str) -> Mapping[str, str]:  # noqa: ARG002 - the contract's parameters
        """The word that the simulators take."""
        return {"token": "simulator"}

    def earlier(self, edition: FrozenEdition, destination_key: str) -> Sequence[PastReceipt]:  # noqa: ARG002 - as above
        """Nothing was said before."""
        return ()

    def errand(self, key: str) -> Errand | None:  # noqa: ARG002 - as above
        """No ledger stands behind it."""
        return None

    def allow(self, channel: str, account: str, edition: FrozenEdition, errand: Errand | None, *, key: str) -> None:
        """Everything may go."""
