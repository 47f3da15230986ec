"""The data code: in the file name, or else from the title."""

import re

from todoke.civic.emergency.telegrams.families import Family

# …_VPWW55.xml, 20260830_VPWW55_fukui_L5.xml, 20260829215102_0_VPWW55_180000.xml and VXKOii of the official samples.
CODE = re.compile(r"(?<![A-Za-z0-9])(V[A-Z]{3}(?:\d\d|ii))(?![A-Za-z0-9])")

# Titles outside the families that belong to one data code only, so that a file without a code in its name is named
# rightly. Source: 気象庁防災情報XML 電文一覧. Titles shared by several codes (台風解析・予報情報) are left out.
SINGLE_CODES = {
    "気象警報・注意報": "VPWW50",
    "土砂災害警戒情報": "VXWW50",
    "記録的短時間大雨情報": "VPOA50",
    "竜巻注意情報": "VPHW50",
    "竜巻注意情報（目撃情報付き）": "VPHW51",
    "気象特別警報報知": "VPNO50",
    "気象警報・注意報時系列情報（Ｒ０６）": "VPWP50",
    "緊急地震速報（警報）": "VXSE43",
    "緊急地震速報（予報）": "VXSE44",
    "緊急地震速報（地震動予報）": "VXSE45",
    "緊急地震速報配信テスト": "VXSE42",
    "震源に関する情報": "VXSE52",
    "長周期地震動に関する観測情報": "VXSE62",
    "沖合の津波観測に関する情報": "VTSE52",
    "火山の状況に関する解説情報": "VFVO51",
    "噴火速報": "VFVO56",
    "熱中症警戒アラート": "VPFT50",
}


def data_code(file_name: str, title: str, family: Family | None) -> str:
    """The data code of a telegram; empty where nobody can tell.

    The name of a file is not part of the telegram, and people rename files. Where it speaks against the title of a
    family, the title is right.
    """
    found = CODE.search(file_name)
    in_name = found[1] if found else ""
    if family is None:
        return in_name or SINGLE_CODES.get(title, "")
    if family.has_code(in_name):
        return in_name
    # A pattern (VXKO with its running number) does not tell which one it was.
    return family.code if family.code.isalnum() else ""
