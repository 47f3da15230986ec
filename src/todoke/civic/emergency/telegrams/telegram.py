"""What a telegram says, in our words."""

from dataclasses import dataclass
from datetime import datetime

# 共通別紙: the three values of Control/Status and what our core calls them.
MODES = {"通常": "actual", "訓練": "exercise", "試験": "test"}

# The four values of Head/InfoType.
ANNOUNCED, CORRECTED, CANCELLED, DELAYED = "発表", "訂正", "取消", "遅延"
INFO_TYPES = (ANNOUNCED, CORRECTED, CANCELLED, DELAYED)


@dataclass(frozen=True, slots=True)
class AreaWarning:
    """One kind of warning for one area; empty `kind` where the office says that nothing is in force there.

    `code`, `name`, `kind_code` and `kind` stand as in the telegram. `scheme` is the name under which `places` knows the
    codes. `level` is the 警戒レベル 1–5, None where the kind is outside that scale or has been lifted. `in_force` is
    false for lifted kinds and for empty rows. `doubt` says in Japanese what does not agree, and is empty as a rule.
    """

    code: str
    name: str
    scheme: str
    kind_code: str = ""
    kind: str = ""
    level: int | None = None
    status: str = ""
    last_kind_code: str = ""
    last_kind: str = ""
    phenomenon: str = ""
    in_force: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Telegram:
    """One telegram as it stands; `reason` says in Japanese why it is not interpreted, or is None.

    `code` is the data code (VPWW55), from the file name or, where only one code goes with the title, from the title.
    `family` is the key of the family in families.py, empty where there is none. `report_time` is the text of
    Head/ReportDateTime, `report_at` the same instant. `fingerprint` is the SHA-256 of the canonical content: two
    copies that came by different ways, packed or indented differently, have the same one.
    """

    code: str
    title: str
    status: str
    info_type: str
    event_id: str
    serial: str
    report_time: str
    report_at: datetime
    issued_at: datetime
    target_at: datetime | None
    valid_until: datetime | None
    editorial_office: str
    publishing_office: str
    headline_title: str
    headline: str
    family: str
    areas: tuple[AreaWarning, ...]
    reason: str | None
    fingerprint: str

    @property
    def mode(self) -> str:
        """`actual`, `exercise` or `test`: the one value that goes with everything made from this telegram."""
        return MODES[self.status]

    @property
    def doubts(self) -> tuple[str, ...]:
        """What does not agree inside the telegram, each sentence once, in the order of the areas."""
        return tuple(dict.fromkeys(area.doubt for area in self.areas if area.doubt))
