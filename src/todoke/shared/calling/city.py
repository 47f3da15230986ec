"""What calling reads from the city folder: `call_trees.csv` and `call_people.csv`.

| call_trees.csv | meaning |
| --- | --- |
| key, name | the key stands in destinations.csv as an address of the channel calling.tree |
| rule | all: everybody; any: one person; count: as many as `needed` |
| needed | for the rule count |
| minutes | how long a call waits for its tick before the next person's turn (1–120) |
| post_name, post_telephone | the named post that is rung when the tree cannot do it; both may be empty |

| call_people.csv | meaning |
| --- | --- |
| tree, number | whose tree, and the place in it |
| name, telephone | who is rung |
| deputy_for | the number of the person for whom they stand in; empty: nobody |

Who is taken out of a file is switched off, not deleted: past rounds name them.
"""

from pathlib import Path

from django.utils.translation import gettext as _

from todoke.base.tables import Row, read_csv
from todoke.ground.places.registry import LoadReport
from todoke.shared.calling.models import Seat, Tree
from todoke.shared.calling.rules import Rule
from todoke.shared.messaging.channels.person import PersonChannel

TREES, PEOPLE = "call_trees.csv", "call_people.csv"
TREE_COLUMNS = ("key", "name", "rule", "needed", "minutes", "post_name", "post_telephone")
PEOPLE_COLUMNS = ("tree", "number", "name", "telephone", "deputy_for")
MINUTES_MAX = 120


class TreesPart:
    """The call trees; the files need not be there. Before the destinations, whose addresses name them."""

    key = "calling.trees"
    order = 290
    files = (TREES, PEOPLE)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the files say; see the tables above."""
        if not (folder / TREES).exists():
            return
        trees = {}
        for row in read_csv(folder / TREES, report, columns=TREE_COLUMNS):
            if (tree := _tree_of(row, report)) is not None:
                trees[tree.key] = tree
        seats: dict[tuple[str, int], Seat] = {}
        if (folder / PEOPLE).exists():
            for row in read_csv(folder / PEOPLE, report, columns=PEOPLE_COLUMNS):
                _seat_of(row, trees, seats, report)
        if report.fault_count:
            return
        for tree in Tree.objects.filter(is_active=True).exclude(key__in=trees):
            report.store(Tree, key={"key": tree.key}, values={"is_active": False})
        for seat in Seat.objects.filter(is_active=True).exclude(pk__in=[seat.pk for seat in seats.values()]):
            report.store(Seat, key={"pk": seat.pk}, values={"is_active": False})


def _tree_of(row: Row, report: LoadReport) -> Tree | None:
    before = report.fault_count
    key = row.text("key", longest=100)
    rule = row.one_of("rule", Rule.values)
    needed = row.whole("needed", blank=rule != Rule.COUNT)
    minutes = row.whole("minutes") or 0
    if not 1 <= minutes <= MINUTES_MAX:
        row.fault("minutes", _("待つ時間は1分から120分までの数で書いてください。"))
    if rule == Rule.COUNT and needed == 0:
        row.fault("needed", _("人数は1以上で書いてください。"))
    telephone = row.text("post_telephone", blank=True, longest=100)
    if telephone and (trouble := PersonChannel().trouble_with(telephone)):
        row.fault("post_telephone", trouble)
    if report.fault_count > before:
        return None
    return report.store(
        Tree,
        key={"key": key},
        values={
            "name": row.text("name", longest=200),
            "rule": rule,
            "needed": needed if rule == Rule.COUNT else None,
            "minutes": minutes,
            "post_name": row.text("post_name", blank=True, longest=200),
            "post_telephone": telephone,
            "is_active": True,
        },
    )


def _seat_of(row: Row, trees: dict[str, Tree], seats: dict[tuple[str, int], Seat], report: LoadReport) -> None:
    before = report.fault_count
    key = row.text("tree", longest=100)
    number = row.whole("number") or 0
    telephone = row.text("telephone", longest=100)
    if key and key not in trees:
        row.fault("tree", _("「%(key)s」という連絡網はcall_trees.csvにありません。") % {"key": key})
    if (key, number) in seats:
        row.fault("number", _("この連絡網の%(number)s番は、もう上の行にあります。") % {"number": number})
    if telephone and (trouble := PersonChannel().trouble_with(telephone)):
        row.fault("telephone", trouble)
    main = row.whole("deputy_for", blank=True)
    if main is not None and (key, main) not in seats:
        row.fault("deputy_for", _("代理をする相手は、同じ連絡網の上の行にある番号で書いてください。"))
    if report.fault_count > before:
        return
    seats[(key, number)] = report.store(
        Seat,
        key={"tree": trees[key], "number": number},
        values={
            "name": row.text("name", longest=200),
            "telephone": telephone,
            "stands_in_for_id": seats[(key, main)].pk if main is not None else None,
            "is_active": True,
        },
    )
