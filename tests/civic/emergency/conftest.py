"""Real telegrams, and small ones made for a test."""

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

# The collection of official samples is not part of this repository; it lies beside the checkout, or wherever this
# variable says.
SHARED = Path(os.environ.get("TODOKE_TEST_MATERIAL", Path(__file__).resolve().parents[4] / "shared" / "data"))


@pytest.fixture(scope="session")
def jma() -> Path:
    """The folder with the weather service's samples and code tables."""
    folder = SHARED / "disaster"
    if not (folder / "jma-xml" / "telegram-index.csv").is_file():
        pytest.skip(f"no sample telegrams in {folder}: set TODOKE_TEST_MATERIAL to the folder that has disaster/")
    return folder


@pytest.fixture(scope="session")
def fukui(jma: Path) -> bytes:
    """The real telegram of 2026-08-30 with all four levels."""
    return (jma / "jma-xml" / "real-2026" / "20260830_VPWW55_fukui_L5.xml").read_bytes()


@pytest.fixture(scope="session")
def index(jma: Path) -> dict[Path, dict[str, str]]:
    """Every sample with what its index says of it."""
    with (jma / "jma-xml" / "telegram-index.csv").open(encoding="utf-8") as rows:
        return {jma / "jma-xml" / row["file"]: row for row in csv.DictReader(rows)}


@dataclass(frozen=True)
class Made:
    """A rain telegram (VPWW55) of an invented office, in as few lines as the format allows."""

    kinds: dict[str, tuple[str, str]] = field(default_factory=lambda: {"0120100": ("33", "レベル５大雨特別警報")})
    report_time: str = "2026-11-20T09:00:00+09:00"
    issued: str = "2026-11-20T00:00:05Z"
    title: str = "気象警報・注意報（Ｒ０６）（大雨）"
    status: str = "通常"
    info_type: str = "発表"
    event_id: str = ""
    serial: str = ""
    office: str = "見本地方気象台"
    extra_head: str = ""
    statuses: dict[str, str] = field(default_factory=dict)

    def xml(self) -> bytes:
        items = "".join(
            f"<Item><Kind>{self._kind(code, *kind)}</Kind>"
            f"<Area><Name>区域{code}</Name><Code>{code}</Code></Area></Item>"
            for code, kind in self.kinds.items()
        )
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{self.title}</Title><DateTime>{self.issued}</DateTime>
<Status>{self.status}</Status><EditorialOffice>{self.office}</EditorialOffice>
<PublishingOffice>{self.office}</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>見本県警報</Title>
<ReportDateTime>{self.report_time}</ReportDateTime><TargetDateTime>{self.report_time}</TargetDateTime>{self.extra_head}
<EventID>{self.event_id}</EventID><InfoType>{self.info_type}</InfoType><Serial>{self.serial}</Serial>
<InfoKind>気象警報・注意報</InfoKind><InfoKindVersion>1.5_0</InfoKindVersion>
<Headline><Text>見本です。</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"><Warning type="気象警報・注意報（市町村等）">{items}
</Warning></Body></Report>""".encode()

    def _kind(self, area: str, code: str, name: str) -> str:
        if not code:
            return "<Status>発表警報・注意報はなし</Status>"
        return f"<Name>{name}</Name><Code>{code}</Code><Status>{self.statuses.get(area, '発表')}</Status>"


@pytest.fixture(scope="session")
def made() -> type[Made]:
    """Makes a telegram: `made(kinds={"0120100": ("43", "レベル４大雨危険警報")}).xml()`."""
    return Made
