"""The values of the state machine: routes, the office of a day, marks, the paper under way. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Seat = str  # one post of one section, "zaisei/kacho"
Person = int


class Function(StrEnum):
    """What a level does with a paper."""

    LINE = "line"  # 回議; one level of the line is the last, and decides (決裁)
    CONCUR = "concur"  # 合議: the consent of other sections


class Kind(StrEnum):
    """What a mark says."""

    SUBMIT = "submit"  # 起案・回議に付す
    APPROVE = "approve"  # 承認
    CONCUR = "concur"  # 合議（同意）
    DECIDE = "decide"  # 決裁
    DECIDE_BY_DELEGATION = "decide-by-delegation"  # 専決
    DECIDE_FOR = "decide-for"  # 代決
    READ_LATER = "read-later"  # 後閲とする
    PULL_UP = "pull-up"  # 引上げ
    REMAND = "remand"  # 差戻し
    AMEND = "amend"  # 内容の変更
    WITHDRAW = "withdraw"  # 取下げ
    DROP = "drop"  # 廃案
    READ = "read"  # 閲覧（後閲・供覧）


DECIDING = frozenset({Kind.DECIDE, Kind.DECIDE_BY_DELEGATION, Kind.DECIDE_FOR})
# What stands for a seat that was passed over: its holder reads the paper afterwards.
PASSING = frozenset({Kind.READ_LATER, Kind.PULL_UP})


class Phase(StrEnum):
    """Where a paper is in its life."""

    DRAFTING = "drafting"  # 起案中（差し戻されたものを含む）
    CIRCULATING = "circulating"  # 回議中
    DECIDED = "decided"  # 決裁済み
    DROPPED = "dropped"  # 廃案


class Reading(StrEnum):
    """Why somebody reads."""

    LATER = "later"  # 後閲
    INFORMED = "informed"  # 供覧


@dataclass(frozen=True)
class Level:
    """One level: who marks, how many of them, and whether one after the other."""

    key: str
    seats: tuple[Seat, ...]
    function: Function = Function.LINE
    need: int = 1
    in_order: bool = False


@dataclass(frozen=True)
class Route:
    """The way of one paper: its levels, the one that decides, and who reads it once it is decided.

    Levels above the deciding one are not visited; they are there to pull the paper up. The top of the line holds the
    power itself, everybody below it decides by standing delegation (専決).
    """

    levels: tuple[Level, ...]
    deciding: int
    readers: tuple[Seat, ...] = ()
    may_decide_own_draft: bool = False

    @property
    def top(self) -> int:
        """The number of the level that holds the power to decide."""
        return max(number for number, level in enumerate(self.levels) if level.function is Function.LINE)


@dataclass(frozen=True)
class Deputy:
    """A post that stands in for another one, and whether it may decide there."""

    seat: Seat
    may_decide: bool = True


@dataclass(frozen=True)
class Office:
    """Who sits where today, who is away from which seat, who deputises (in order), and who speaks for the draft.

    A post that nobody holds is vacant, which is not absence (遊佐町事務決裁規程の運用、第2条関係).
    """

    holders: Mapping[Seat, frozenset[Person]]
    away: frozenset[tuple[Person, Seat]] = frozenset()
    deputies: Mapping[Seat, tuple[Deputy, ...]] = field(default_factory=dict)
    drafters: Mapping[Person, Seat] = field(default_factory=dict)

    def at(self, seat: Seat) -> frozenset[Person]:
        """Who holds this seat."""
        return self.holders.get(seat, frozenset())

    def present(self, seat: Seat) -> frozenset[Person]:
        """Who holds this seat and is there."""
        return frozenset(person for person in self.at(seat) if (person, seat) not in self.away)

    def is_absent(self, seat: Seat) -> bool:
        """Whether the seat is held, and everybody who holds it is away (不在)."""
        return bool(self.at(seat)) and not self.present(seat)

    def deciders_for(self, seat: Seat) -> tuple[Seat, frozenset[Person]] | None:
        """The first deputy entitled to decide who is there: one of a lower order only when those before are away."""
        for deputy in self.deputies.get(seat, ()):
            if deputy.may_decide and (there := self.present(deputy.seat)):
                return deputy.seat, there
        return None


@dataclass(frozen=True)
class Mark:
    """One mark: what it says, on which level and for which seat; who made it, as which post.

    `reach` is the level to which a pull-up calls the paper, `number` its place in the record.
    """

    kind: Kind
    level: int
    seat: Seat
    person: Person
    as_seat: Seat
    reach: int = -1
    number: int = 0


@dataclass(frozen=True)
class Task:
    """Somebody is to read: a seat, why, and the level of the mark it comes from (-1: the whole route)."""

    seat: Seat
    reading: Reading
    level: int
    done: bool = False


@dataclass(frozen=True)
class Paper:
    """A paper under way: its phase, the level it lies at, the marks that stand, and who is to read."""

    phase: Phase = Phase.DRAFTING
    level: int = 0
    marks: frozenset[Mark] = frozenset()
    tasks: frozenset[Task] = frozenset()


@dataclass(frozen=True)
class Act:
    """Something that somebody may do now: the kind, the seat it is for, the seat they act as, and a level.

    `level` is where a remand goes (-1: to the drafter), and to where a pull-up calls.
    """

    kind: Kind
    seat: Seat = ""
    as_seat: Seat = ""
    level: int = -1
