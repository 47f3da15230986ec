"""What the desk reads from the city folder for drills: `drills.toml`, and the telegrams that it names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.base.tables import Document, read_text, read_toml
from todoke.civic.emergency.models import HazardGroup, Scenario
from todoke.civic.emergency.rules.drills import EXPECTED, in_time
from todoke.ground.places.registry import LoadReport

FILE = "drills.toml"
TELEGRAMS = "telegrams"
FIELDS = ("key", "name", "about", "group", "minutes", "steps", "expects")
STEPS_MAX = 200


@dataclass(frozen=True)
class ScenariosPart:
    """Reads `drills.toml`. A scenario that is gone is no longer offered; drills that were played keep their steps."""

    key: str = "emergency.scenarios"
    order: int = 410
    files: tuple[str, ...] = (FILE,)

    def load(self, folder: Path, report: LoadReport) -> None:
        """Store the scenarios of the file; without the file there are none."""
        if not (folder / FILE).exists():
            return
        document = read_toml(folder / FILE, report)
        if document is None:
            return
        document.refuse_unknown(document.values, ["drills"])
        tables = document.values.get("drills", [])
        if not isinstance(tables, list):
            document.fault("drills", text=_("筋書きは [[drills]] で始めてください。"))
            return
        reading = _Reading(document, folder, report)
        seen: set[str] = set()
        for number, table in enumerate(tables):
            values = reading.scenario(table, "drills", number)
            key = values.pop("key")
            if key in seen:
                document.fault("drills", number, "key", text=_("同じkeyの筋書きが2つあります。"))
            elif not report.faults:
                report.store(Scenario, key={"key": key}, values={**values, "is_current": True})
            seen.add(key)
        if not report.faults:
            Scenario.objects.filter(is_current=True).exclude(key__in=seen).update(is_current=False)


@dataclass(frozen=True)
class _Reading:
    """One file of scenarios; every fault is told with its place."""

    document: Document
    folder: Path
    report: LoadReport

    def scenario(self, table: Mapping[str, Any], *path: str | int) -> dict[str, Any]:
        self.document.refuse_unknown(table, FIELDS, *path)
        group = self.document.text(table, "group", *path)
        if group and group not in HazardGroup.values:
            self.document.fault(*path, "group", text=_one_of(HazardGroup.values))
        minutes = self.minute(table, "minutes", *path, least=1)
        steps = self.steps(table.get("steps"), minutes, *path)
        wanted = table.get("expects", [])
        return {
            "key": self.document.text(table, "key", *path)[:60],
            "name": self.document.text(table, "name", *path)[:100],
            "about": self.document.text(table, "about", *path, blank=True)[:500],
            "group": group,
            "minutes": minutes,
            "steps": steps,
            "expects": [self.expected(one, len(steps), *path, "expects", index) for index, one in enumerate(wanted)],
        }

    def steps(self, told: Any, minutes: int, *path: str | int) -> list[dict[str, Any]]:
        if not isinstance(told, list) or not 1 <= len(told) <= STEPS_MAX:
            text = _("手順（steps）を1つから%(most)dつ書いてください。") % {"most": STEPS_MAX}
            self.document.fault(*path, "steps", text=text)
            return []
        steps = [self.step(step, *path, "steps", index) for index, step in enumerate(told)]
        if [step["minute"] for step in steps] != sorted(step["minute"] for step in steps):
            self.document.fault(*path, "steps", text=_("手順は、時間の早い順に並べてください。"))
        if any(step["minute"] > minutes for step in steps):
            text = _("訓練が終わった後の手順があります。minutes を長くしてください。")
            self.document.fault(*path, "minutes", text=text)
        return steps

    def step(self, step: Mapping[str, Any], *here: str | int) -> dict[str, Any]:
        self.document.refuse_unknown(step, ("minute", "telegram", "says"), *here)
        name = self.document.text(step, "telegram", *here, blank=True)
        says = self.document.text(step, "says", *here, blank=True)[:500]
        if not name and not says:
            text = _("telegram（電文のファイル名）か says（読み上げる文）を書いてください。")
            self.document.fault(*here, text=text)
        content = self.telegram(name, *here) if name else ""
        return {"minute": self.minute(step, "minute", *here), "telegram": name, "content": content, "says": says}

    def telegram(self, name: str, *here: str | int) -> str:
        file = self.folder / TELEGRAMS / name
        if Path(name).name != name or not file.is_file():
            text = _("telegrams フォルダーに、この名前のファイルがありません。")
            self.document.fault(*here, "telegram", text=text)
            return ""
        content = read_text(file, self.report) or ""
        try:
            in_time(content, now())
        except ValueError:
            text = _("発表日時（ReportDateTime）を読めません。気象庁の電文を置いてください。")
            self.document.fault(*here, "telegram", text=text)
        return content

    def expected(self, wanted: Mapping[str, Any], steps: int, *here: str | int) -> dict[str, Any]:
        self.document.refuse_unknown(wanted, ("after", "within", "what"), *here)
        what = self.document.text(wanted, "what", *here)
        if what and what not in EXPECTED:
            self.document.fault(*here, "what", text=_one_of(EXPECTED))
        after = wanted.get("after")
        if not isinstance(after, int) or isinstance(after, bool) or not 1 <= after <= steps:
            text = _("何番目の手順の後かを、1から%(most)dで書いてください。") % {"most": steps}
            self.document.fault(*here, "after", text=text)
        return {"after": after, "within": self.minute(wanted, "within", *here, least=1), "what": what}

    def minute(self, table: Mapping[str, Any], key: str, *path: str | int, least: int = 0) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1440:
            text = _("%(least)dから1440までの整数で、分を書いてください。") % {"least": least}
            self.document.fault(*path, key, text=text)
            return least
        return value


def _one_of(values: Iterable[str]) -> str:
    return _("次のどれかを書いてください: %(known)s。") % {"known": ", ".join(values)}
