"""The word with which an act is refused: a sentence for the person at the screen."""

from django.utils.functional import Promise


class Refusal(Exception):
    """It was not done, and nothing was changed. `says` tells what, where, and how to mend it, in the active language;
    `field` names the entry it is about, or is empty.

    A room derives one for its acts, and from that one for each reason, named as the reason. Views show the sentence and
    invent none.
    """

    says: str | Promise = ""
    field = ""

    def __init__(self, says: str | Promise | None = None) -> None:
        super().__init__()
        if says is not None:
            self.says = says

    def __str__(self) -> str:
        return str(self.says)
