"""What other rooms plug in here: how the thing that a paper is about is shown to whoever decides."""

from dataclasses import dataclass, field
from typing import Protocol

from todoke.base.registry import Registry
from todoke.ground.people.rules import Viewer


@dataclass(frozen=True)
class Shown:
    """A subject as a decider sees it: its title, its page ("" where there is none), and (term, value) pairs."""

    title: str
    address: str = ""
    pairs: tuple[tuple[str, str], ...] = field(default=())


class SubjectKind(Protocol):
    """A kind of subject, by the type that papers name. `show` gives it as this viewer may see it, or None.

    Somebody on the route of the paper must be able to judge it: show what the decision needs, and no more.
    Imagined example: `festival.licence` shows the applicant, the place and the days of licence 12.
    """

    @property
    def key(self) -> str: ...

    def show(self, viewer: Viewer, key: str) -> Shown | None: ...


subjects: Registry[SubjectKind] = Registry("decisions.subjects")
