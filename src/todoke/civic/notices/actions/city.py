"""What this room reads from the city folder: `notices.toml`, the texts from which ordinary notices are begun.

Each `[[templates]]` has `key`, `name`, `topics` (keys of topics.toml), optionally `valid_days` (30), and for each of
`ja`, `ja-easy` and `en` a table of `title`, `short` and `body`. 〇 marks what the writer fills in.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Document, read_toml
from todoke.civic.notices.models import Template
from todoke.civic.notices.rules.content import BODY_MAX, LANGUAGES, PARTS, SHORT_MAX, TITLE_MAX
from todoke.civic.notices.rules.timing import VALID_DAYS, VALID_DAYS_MAX
from todoke.ground.places.registry import LoadReport
from todoke.shared.subscriptions.queries.topics import topics

FILE = "notices.toml"
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LENGTHS = {"title": TITLE_MAX, "short": SHORT_MAX, "body": BODY_MAX}


class NoticeTemplatesPart:
    """The templates of ordinary notices; the file need not be there."""

    key = "notices.templates"
    order = 450
    files = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store what the file says; a template that is gone from it is not offered any more."""
        if not (folder / FILE).exists():
            return
        document = read_toml(folder / FILE, report)
        if document is None:
            return
        document.refuse_unknown(document.values, ("templates",))
        tables = document.values.get("templates", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            document.fault("templates", text=_("文例は [[templates]] の見出しの下に1つずつ書いてください。"))
            return
        keys = [str(table.get("key", "")) for table in tables]
        for number, table in enumerate(tables):
            if keys[number] in keys[:number]:
                document.fault("templates", number, "key", text=_("同じkeyの文例が2つあります。"))
            _load(document, table, number, report)
        if not report.fault_count:
            for gone in Template.objects.filter(is_active=True).exclude(key__in=keys):
                report.store(Template, key={"key": gone.key}, values={"is_active": False})


def _load(document: Document, table: Mapping[str, Any], number: int, report: LoadReport) -> None:
    before, path = report.fault_count, ("templates", number)
    document.refuse_unknown(table, ("key", "name", "topics", "valid_days", *LANGUAGES), *path)
    key = document.text(table, "key", *path)
    if key and not KEY.fullmatch(key):
        document.fault(*path, "key", text=_("キーは半角の英小文字・数字とハイフンで書いてください。"))
    known = {topic.key for topic in topics()}
    chosen = document.texts(table, "topics", *path)
    if not chosen:
        document.fault(*path, "topics", text=_("分野をひとつ以上書いてください。"))
    for strange in [topic for topic in chosen if topic not in known]:
        document.fault(*path, "topics", text=_("「%(key)s」という分野はtopics.tomlにありません。") % {"key": strange})
    days = table.get("valid_days", VALID_DAYS)
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= VALID_DAYS_MAX:
        document.fault(*path, "valid_days", text=_("1から366までの整数で、日数を書いてください。"))
    values = {
        "name": document.text(table, "name", *path)[:100],
        "topics": chosen,
        "valid_days": days,
        "texts": {language: _texts(document, table, language, *path) for language in LANGUAGES if language in table},
        "order": number,
        "is_active": True,
    }
    if "ja" not in table:
        document.fault(*path, "ja", text=_("日本語の文がありません。title、short、bodyを書いてください。"))
    if report.fault_count == before:
        report.store(Template, key={"key": key}, values=values)


def _texts(document: Document, table: Mapping[str, Any], language: str, *path: str | int) -> dict[str, str]:
    own = table[language]
    if not isinstance(own, dict):
        document.fault(*path, language, text=_("title、short、bodyを書いてください。"))
        return {}
    document.refuse_unknown(own, PARTS, *path, language)
    texts = {part: document.text(own, part, *path, language).strip() for part in PARTS}
    for part, text in texts.items():
        if len(text) > LENGTHS[part]:
            document.fault(
                *path, language, part, text=_("%(longest)d文字までにしてください。") % {"longest": LENGTHS[part]}
            )
    return texts
