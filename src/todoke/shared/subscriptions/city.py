"""What subscriptions read from the city folder: `topics.toml` and `milestones.toml`.

`topics.toml` holds the subjects that people can choose.
Each `[[topics]]` has `key` (stands in rows and in messages for ever), `name` and `gets` (what somebody who chooses it
receives, in one sentence), and both again as `name_easy`, `name_en`, `gets_easy`, `gets_en`. Their order is that of the
file. A topic that is taken out of the file is offered no longer; whoever has it keeps it.

`milestones.toml` holds what parents are told when their child has reached an age. Each `[[milestones]]` has `key`,
`months` (from the month of birth, 0 to 200) and the texts `ja.title`, `ja.body`, `ja.short`, and the same for `ja-easy`
and `en`.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Document, read_toml
from todoke.ground.places.registry import LoadReport
from todoke.shared.subscriptions.models import Milestone, Topic

FILE = "topics.toml"
MILESTONES = "milestones.toml"
MONTHS_MAX = 200
LANGUAGES = {"ja": "", "ja-easy": "_easy", "en": "_en"}
PARTS = ("title", "body", "short")
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TEXTS = {"name": 60, "name_easy": 120, "name_en": 120, "gets": 200, "gets_easy": 300, "gets_en": 300}


class TopicsPart:
    """The topics of the city; the file need not be there."""

    key = "subscriptions.topics"
    order = 350
    files = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; see above."""
        if not (folder / FILE).exists():
            return
        document = read_toml(folder / FILE, report)
        if document is None:
            return
        document.refuse_unknown(document.values, ("topics",))
        tables = document.values.get("topics", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            document.fault("topics", text=_("分野は [[topics]] の見出しの下に1つずつ書いてください。"))
            return
        keys: set[str] = set()
        for number, table in enumerate(tables):
            _load_topic(document, table, number, keys, report)
        if not report.fault_count:
            for topic in Topic.objects.filter(is_active=True).exclude(key__in=keys):
                report.store(Topic, key={"key": topic.key}, values={"is_active": False})


def _load_topic(document: Document, table: dict[str, object], number: int, keys: set[str], report: LoadReport) -> None:
    before = report.fault_count
    document.refuse_unknown(table, ("key", *TEXTS), "topics", number)
    key = document.text(table, "key", "topics", number)
    texts = {name: document.text(table, name, "topics", number) for name in TEXTS}
    if key and not KEY.fullmatch(key):
        document.fault("topics", number, "key", text=_("キーは半角の英小文字・数字とハイフンで書いてください。"))
    if key in keys:
        document.fault(
            "topics", number, "key", text=_("「%(key)s」は、もう上にあります。別のキーにしてください。") % {"key": key}
        )
    keys.add(key)
    for name, longest in TEXTS.items():
        if len(texts[name]) > longest:
            document.fault("topics", number, name, text=_("%(longest)d文字までにしてください。") % {"longest": longest})
    if report.fault_count == before:
        report.store(Topic, key={"key": key}, values={**texts, "order": number, "is_active": True})


class MilestonesPart:
    """What is due at which age; the file need not be there."""

    key = "subscriptions.milestones"
    order = 351
    files = (MILESTONES,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says. Words that were changed wait for two people again."""
        if not (folder / MILESTONES).exists():
            return
        document = read_toml(folder / MILESTONES, report)
        if document is None:
            return
        document.refuse_unknown(document.values, ("milestones",))
        tables = document.values.get("milestones", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            document.fault("milestones", text=_("節目は [[milestones]] の見出しの下に1つずつ書いてください。"))
            return
        keys: set[str] = set()
        for number, table in enumerate(tables):
            _load_milestone(document, table, number, keys, report)
        if not report.fault_count:
            for milestone in Milestone.objects.filter(is_active=True).exclude(key__in=keys):
                report.store(Milestone, key={"key": milestone.key}, values={"is_active": False})


def _load_milestone(document: Document, table: dict[str, Any], number: int, keys: set[str], report: LoadReport) -> None:
    before = report.fault_count
    document.refuse_unknown(table, ("key", "months", *LANGUAGES), "milestones", number)
    key = document.text(table, "key", "milestones", number)
    if (key and not KEY.fullmatch(key)) or key in keys:
        document.fault(
            "milestones",
            number,
            "key",
            text=_("キーは、ほかと重ならない半角の英小文字・数字とハイフンで書いてください。"),
        )
    keys.add(key)
    months = table.get("months")
    if not isinstance(months, int) or isinstance(months, bool) or not 0 <= months <= MONTHS_MAX:
        document.fault("milestones", number, "months", text=_("0から200までの整数を書いてください。"))
    texts = {}
    for language, ending in LANGUAGES.items():
        words = table.get(language)
        if not isinstance(words, dict):
            document.fault("milestones", number, language, text=_("この言語の文がありません。"))
            continue
        document.refuse_unknown(words, PARTS, "milestones", number, language)
        for part in PARTS:
            texts[f"{part}{ending}"] = document.text(words, part, "milestones", number, language)
    if report.fault_count == before:
        digest = hashlib.sha256(json.dumps([months, texts], sort_keys=True).encode()).hexdigest()
        values = {**texts, "months": months, "is_active": True, "digest": digest}
        report.store(Milestone, key={"key": key}, values=values)
