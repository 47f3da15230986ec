"""What passes between the dispatcher and a channel."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Parcel:
    """What leaves the house for one destination, as bytes or text ready to send, and as its reader will see it.

    `preview` is what the approver is shown; `left_out` says in words what did not fit.
    """

    body: bytes
    preview: str
    title: str = ""
    left_out: str = ""


@dataclass(frozen=True)
class Receipt:
    """The other side's word. `confirmed`: it has been read back or ticked, not only accepted. `reference` is the
    other side's own number, for a telephone call about it; it holds no personal data."""

    confirmed: bool = False
    reference: str = ""
    says: str = ""


class Trouble(Exception):
    """Base of the two troubles a channel may report. `says` is kept with the attempt and shown to staff."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class TryLater(Trouble):
    """It did not work now. `may_have_left`: a time-out after the bytes went out, so nobody knows; it is then repeated
    only where the channel has a key. `after_seconds`: how long the other side asks us to wait."""

    def __init__(self, says: str, *, may_have_left: bool = False, after_seconds: float | None = None) -> None:
        super().__init__(says)
        self.may_have_left = may_have_left
        self.after_seconds = after_seconds


class Never(Trouble):
    """It will not work however often it is tried: a refused address, a text that cannot be carried."""
