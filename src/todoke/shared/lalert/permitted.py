"""What a 緊急速報メール may be sent for, and how long it may be: data with its sources.

Only 「住民の生命・身体に差し迫った危険」 may be sent; the carriers' guide (緊急速報「エリアメール」配信の手引き) names
the purposes. Its current text is given to contract partners: what is marked M or L is to be checked against it before
the first mail in earnest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

TITLE_MAX = 15
# Title and text together, line breaks counted (LGDIS, SaigaiTask and a municipal system all enforce it: H).
TOTAL_MAX = 200

# Carriers by L-Alert's code. 楽天モバイル has joined (手引き 3.3版), but its code is not known to us.
CARRIERS: Mapping[str, str] = {"UMC1": "NTTドコモ", "UMC2": "KDDI", "UMC3": "ソフトバンク"}


@dataclass(frozen=True)
class Purpose:
    """One permitted purpose: its official name, and how sure we are (H, M, L: docs/channels/l-alert.md)."""

    name: str
    certainty: str
    source: str


# By the kind of notice (content.facts["kind"]).
PURPOSES: Mapping[str, Purpose] = {
    "evacuation": Purpose("避難情報（高齢者等避難、避難指示、緊急安全確保）", "H", "災害対策基本法 56条・60条、手引き"),
    "lifting": Purpose("避難情報の解除", "L", "手引き（版により異なる）"),
    "tsunami": Purpose("津波警報・大津波警報", "H", "手引き"),
    "volcano": Purpose("噴火に関する情報", "M", "手引き"),
    "flood": Purpose("指定河川洪水予報", "M", "手引き"),
    "landslide": Purpose("土砂災害警戒情報", "M", "手引き"),
    "protection": Purpose("国民保護に関する情報", "H", "国民保護法 47条、手引き"),
}
# These may be sent only from such a grade on: an advisory is no danger to life at this moment.
LEVEL_LEAST: Mapping[str, int] = {"flood": 4, "landslide": 4}


def trouble_with_purpose(kind: str, level: int | None, *, lifts_order: bool) -> str:
    """Why this may not be sent as a 緊急速報メール, or nothing."""
    purpose = PURPOSES.get(kind)
    if purpose is None or (kind == "lifting" and not lifts_order):
        return "緊急速報メールは、避難情報、津波、国民保護など、命にかかわる情報だけに使えます。"
    least = LEVEL_LEAST.get(kind)
    if least and (level or 0) < least:
        return f"緊急速報メールでは、「{purpose.name}」は警戒レベル{least}から送れます。"
    return ""
