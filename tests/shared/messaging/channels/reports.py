"""What a mass channel reports of its copies, as the tests read it."""

from dataclasses import dataclass, field

from todoke.shared.messaging.types import Copy, Fate, FrozenEdition, Result, WaysOut

WAYS_OUT = WaysOut(change="https://city.example.jp/s/{token}/", end="https://city.example.jp/s/{token}/end")


@dataclass
class Reported:
    """The results of one call of `carry`."""

    results: list[Result] = field(default_factory=list)

    def __call__(self, results: list[Result]) -> None:
        self.results += results

    @property
    def fates(self) -> dict[int, Fate]:
        """By contact; nobody has two."""
        assert len({result.contact_id for result in self.results}) == len(self.results), "somebody has two fates"
        return {result.contact_id: result.fate for result in self.results}

    @property
    def says(self) -> set[str]:
        return {result.says for result in self.results}


def carry(channel, what: FrozenEdition, some: list[Copy], lane: str = "emergency") -> Reported:
    """One call, after which everybody has one fate."""
    reported = Reported()
    channel.carry(channel.stationery(what, WAYS_OUT), some, reported, lane=lane)
    assert reported.fates.keys() == {copy.contact_id for copy in some}
    return reported
