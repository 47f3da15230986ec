import json
from dataclasses import dataclass

from todoke.base.doctor import Finding, Verdict
from todoke.project.start.management.commands.doctor import as_document, as_screen


@dataclass
class Demo:
    title: str
    key: str = "demo.check"

    def run(self) -> Finding:
        raise NotImplementedError


FINDINGS = [
    (Demo("時計"), Finding(Verdict.OK, "合っています。")),
    (Demo("ディスク"), Finding(Verdict.FAILURE, "空きがありません。", "空きを作ってください。")),
]


def test_the_screen_says_what_is_wrong_and_what_to_do():
    assert as_screen(FINDINGS).splitlines() == [
        "○ 正常  時計                 合っています。",
        "× 異常  ディスク             空きがありません。",
        "                              → 空きを作ってください。",
        "",
        "1 件の異常、0 件の注意があります。",
    ]


def test_the_screen_says_when_all_is_well():
    assert as_screen(FINDINGS[:1]).splitlines()[-1] == "すべて正常です。"


def test_the_document_holds_the_same_for_machines():
    assert json.loads(as_document(FINDINGS))[1] == {
        "key": "demo.check",
        "title": "ディスク",
        "verdict": "failure",
        "says": "空きがありません。",
        "mend": "空きを作ってください。",
    }
