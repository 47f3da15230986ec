"""A small guide around the stall: one question that decides, one that is carried, one errand elsewhere."""

from pathlib import Path

from todoke.civic.procedures.actions.city_guide import GuidePart
from todoke.civic.procedures.models import GuideTopic
from todoke.ground.places.registry import LoadReport

GUIDE = """
retention = "30-days"

[[offices]]
section = "doboku"
where = { ja = "市役所 3階" }
hours = { ja = "平日 8時30分から", en = "Weekdays from 8:30" }

[[events]]
key = "fair"
icon = "shop"
name = { ja = "祭りに出る", en = "At the fair" }
intro = { ja = "祭りの日の手続きです。" }
questions = [
  { key = "stall", kind = "paperwork.yes-no", required = true, label = { ja = "屋台を出しますか" } },
  { key = "day", kind = "paperwork.date", required = true, label = { ja = "祭りの日" } },
  { key = "size", kind = "paperwork.number", label = { ja = "広さ" }, settings = { unit = { ja = "平方メートル" } } },
]
procedures = [
  { procedure = "stall", needed = { op = "equal", of = [{ name = "stall" }, true] }, by_when = { formula = { op = "add-days", of = [{ name = "day" }, -14] }, words = { ja = "14日前まで" } }, left_out = [{ papers = ["plan"], ja = "前の年と同じ人は図を省略" }], carry = { area = "size" } },
  { outside = { section = "doboku", link = "https://www.police.example/", name = { ja = "道路使用許可" }, where = { ja = "警察署" }, basis = "道路交通法第77条" }, by_when = { words = { ja = "早めに" } }, bring = [{ ja = "地図" }], left_out = [{ basis = "見本", ja = "印鑑を省略" }] },
  { outside = { name = { ja = "食品の届出" }, where = { ja = "保健所" }, basis = "食品衛生法第57条" }, by_when = { formula = { op = "add-days", of = [{ name = "day" }, -30] }, words = { ja = "30日前まで" } } },
]
"""  # noqa: E501 - as a city writes it


def load_guide(folder: Path, text: str = GUIDE) -> LoadReport:
    """What came of loading this guide."""
    (folder / "guide.toml").write_text(text, encoding="utf-8")
    report = LoadReport(folder)
    GuidePart().load(folder, report)
    return report


def the_topic() -> GuideTopic:
    """The only life event there is."""
    return GuideTopic.objects.get()
