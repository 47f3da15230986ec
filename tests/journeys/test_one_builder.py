"""A clerk makes a procedure by clicks and typing alone: twenty questions, a fee, a branch, a route, tests."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from tests.journeys.conftest import NARROW
from tests.sign_in import make_staff
from tests.towns import load_town

from todoke.civic.procedures.actions.city import ProceduresPart, StandardFlowsPart
from todoke.civic.procedures.models import ProcedureVersion
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.rules import Level
from todoke.ground.retention.city import RetentionPart
from todoke.shared.decisions.city import DecisionsPart
from todoke.shared.documents.city import DocumentsPart

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PARTS = (PeoplePart, RetentionPart, DecisionsPart, DocumentsPart, StandardFlowsPart, ProceduresPart)
APPLICANT = ("申請する人の氏名", "生年月日", "住所", "昼間に連絡できる電話番号", "メールアドレス")
# Kind, words in three languages, whether it must be answered.
STALL = (
    (
        "はい・いいえ",
        ("去年も出しましたか", "去年（きょねん）も 出（だ）しましたか", "Did you have a stall last year?"),
        True,
    ),
    ("文字（1行）", ("許可の番号", "許可（きょか）の 番号（ばんごう）", "Number of the permit"), True),
    ("文字（1行）", ("屋台の名前", "屋台（やたい）の 名前（なまえ）", "Name of the stall"), True),
    ("一つ選ぶ", ("売るもの", "売（う）る もの", "What you sell"), True),
    ("数", ("広さ（平方メートル）", "広（ひろ）さ", "Area in square metres"), True),
    ("数", ("日数", "何日（なんにち）", "Number of days"), True),
    ("日付", ("始める日", "はじめる 日（ひ）", "First day"), True),
    ("時刻", ("始める時刻", "はじめる 時間（じかん）", "Hour of opening"), False),
    ("はい・いいえ", ("火を使いますか", "火（ひ）を 使（つか）いますか", "Do you use fire?"), True),
    ("文字（何行でも）", ("消火の準備", "火（ひ）を 消（け）す 準備（じゅんび）", "How you put it out"), True),
)
PAPERS = (
    ("説明文", ("書類について", "紙（かみ）に ついて", "About the papers"), False),
    ("ファイル", ("配置図", "図（ず）", "Plan"), True),
    ("数", ("手伝う人の数", "てつだう 人（ひと）の 数（かず）", "Number of helpers"), False),
    ("はい・いいえ", ("電気を使いますか", "電気（でんき）を 使（つか）いますか", "Do you use electricity?"), True),
    ("文字（何行でも）", ("伝えたいこと", "言（い）いたい こと", "Anything else"), False),
    ("同意と署名", ("決まりへの同意", "きまりを 守（まも）る", "Agreement to the rules"), True),
)
OUTCOMES = ("granted", "refused")


@pytest.fixture
def city(transactional_db: None, settings: Any, tmp_path: Any) -> None:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEY_STORE = tmp_path / "keys"
    load_town(*PARTS)


class Clerk:
    """Hands on a keyboard and a mouse; nothing here knows an address or a key."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def say(self, about: str, words: tuple[str, ...]) -> None:
        """Type a text in its languages, side by side."""
        group = self.page.get_by_role("group", name=about).first
        for box, text in zip(group.locator("input[type=text], textarea").all(), words, strict=False):
            box.fill(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()

    def go(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def part(self, name: str) -> None:
        self.page.get_by_role("navigation", name="手続きの部分").get_by_role("link", name=name).click()

    def add(self, kind: str, words: tuple[str, ...], required: bool) -> None:
        form = self.page.locator("section:has(#add)")
        form.get_by_label("答え方").select_option(label=kind)
        self.say("質問の文", words)
        if required:
            form.get_by_label("必ず答えてもらう").check()
        self.press("この質問を加える")

    def on_condition(self, question: str, comparison: str, value: str = "") -> None:
        self.page.get_by_label("条件に使う質問").select_option(label=question)
        self.press("この質問で条件を加える")
        line = self.page.get_by_role("group", name=question).last
        line.get_by_label("比べ方").select_option(label=comparison)
        if value:
            line.get_by_role("textbox", name="値").fill(value)

    def reckon_with(self, term: str, joint: str = "", value: str = "") -> None:
        if joint:
            self.page.get_by_label("つなぎ方").select_option(label=joint)
        self.page.get_by_label("計算に使うもの").select_option(label=term)
        self.press("計算に加える")
        if value:
            self.page.get_by_role("group", name=term).last.get_by_role("textbox", name="値").fill(value)

    def only_where(self, question: str, link: str, condition: tuple[str, str]) -> None:
        self.go(question)
        self.go(link)
        self.on_condition(*condition)
        self.press("この条件を保存する")
        self.page.get_by_role("link", name="ページ「").click()


def test_a_procedure_is_built_and_published_by_clicks_alone(
    city: None,
    open_staff_window: Callable[..., Any],
    open_resident_window: Callable[..., Any],
    check_look: Callable[[Any], None],
    check_page: Callable[..., None],
    keep_picture: Any,
) -> None:
    account = make_staff(["procedures.build"], section="doboku", name="杉本 剛")
    window = open_staff_window(account)
    clerk, page = Clerk(window.page), window.page
    began = time.monotonic()

    page.goto("/desk/")
    page.get_by_role("link", name="手続きの作成").first.click()
    clerk.go("新しい手続きを作る")
    clerk.say("手続きの名前", ("屋台の出店の許可", "屋台（やたい）を 出（だ）す", "Permit for a stall"))
    clerk.say(
        "説明",
        (
            "道に屋台を出すときに要る許可です。",
            "道（みち）に 屋台（やたい）を 出（だ）す 人（ひと）の ための ものです。",
            "You need it for a stall on the street.",
        ),
    )
    page.get_by_label("アドレスに使う名前").fill("stall")
    page.get_by_label("根拠").fill("凪浜市道路占用規則第3条（見本）")
    page.get_by_label("申請（審査し、決裁し、手数料の納付後に通知する）").check()
    clerk.press("下書きを作る")

    # The applicant from the city's standard questions, then two pages of one's own.
    clerk.go("申請する人")
    for label in APPLICANT:
        page.locator("section:has(#blocks)").get_by_label(label, exact=True).check()
    clerk.press("選んだ質問を加える")
    clerk.part("様式の質問")
    clerk.say("新しいページの題名", ("屋台", "屋台（やたい）", "The stall"))
    clerk.press("ページを加える")
    for kind, words, required in STALL:
        clerk.add(kind, words, required)
        if kind == "一つ選ぶ":
            clerk.say("選択肢1", ("食べ物", "食（た）べる もの", "Food"))
            clerk.say("選択肢2", ("花", "花（はな）", "Flowers"))
            clerk.press("保存する")
    clerk.only_where("許可の番号", "聞く条件を決める", ("去年も出しましたか", "「はい」である"))
    clerk.only_where("消火の準備", "聞く条件を決める", ("火を使いますか", "「はい」である"))
    keep_picture(page, "builder-page-1280")
    stall_page = page.url
    clerk.part("様式の質問")
    clerk.say("新しいページの題名", ("書類と確認", "紙（かみ）と かくにん", "Papers and agreement"))
    clerk.press("ページを加える")
    for kind, words, required in PAPERS:
        clerk.add(kind, words, required)
        if kind == "同意と署名":
            clerk.say(
                "同意してもらう文", ("道を汚しません。", "道（みち）を よごしません。", "I keep the street clean.")
            )
            clerk.press("保存する")
    clerk.only_where("配置図", "聞く条件を決める", ("去年も出しましたか", "「いいえ」である"))

    # What is reckoned from the answers: what does not fit is told, and then put right.
    clerk.part("計算")
    clerk.go("計算を加える")
    clerk.say("計算の名前", ("広さと日数", "広（ひろ）さと 日（ひ）の 数（かず）", "Area and days"))
    clerk.reckon_with("「広さ（平方メートル）」")
    clerk.reckon_with("「日数」", "× 掛ける")
    clerk.reckon_with("決まった金額（円）", "＋ 足す", "10")
    clerk.press("この計算を保存する")
    assert page.get_by_text("数と金額は一緒に使えません。同じ種類にしてください。").is_visible()
    keep_picture(page, "builder-computed-refused-1280")
    page.get_by_role("group", name="決まった金額（円）").get_by_label("この行を消す").check()
    clerk.press("計算を確かめる")
    assert page.get_by_text("広さ（平方メートル） × 日数").is_visible()
    keep_picture(page, "builder-computed-1280")
    clerk.press("この計算を保存する")
    clerk.part("様式の質問")
    page.get_by_role("link", name="屋台", exact=True).click()
    clerk.add("計算した値", ("計算した広さと日数", "計算（けいさん）した もの", "Area times days"), False)
    page.get_by_label("どの計算か").select_option(label="広さと日数")
    clerk.press("保存する")

    # Who may apply, the paper, the fee: a table of conditions and amounts.
    clerk.part("申請できる条件")
    clerk.say(
        "当てはまらない人に見せる文",
        ("日数は30日までです。土木課に相談してください。", "30日（にち）までです。", "Thirty days at most."),
    )
    clerk.press("条件を選ぶ")
    clerk.on_condition("日数", "次の値以下", "30")
    keep_picture(page, "builder-rule-1280")
    clerk.press("この条件を保存する")
    clerk.part("添付書類")
    page.get_by_label("添付する質問（ファイル）").select_option(label="配置図")
    clerk.say("書類の名前", ("配置図", "図（ず）", "Plan"))
    clerk.say(
        "何のために求めるか", ("通行を確かめるため", "道（みち）を たしかめます", "To check that people can pass")
    )
    page.get_by_label("求める根拠").fill("凪浜市道路占用規則第4条（見本）")
    page.get_by_label("市が持つ情報で確かめる").check()
    page.get_by_label("省略の根拠").fill("前の年の図面を市が持つため")
    clerk.press("保存する")
    clerk.on_condition("去年も出しましたか", "「はい」である")
    clerk.press("この条件を保存する")
    clerk.part("手数料")
    clerk.say("手数料の名前", ("道路占用料", "道（みち）を 使（つか）う お金（かね）", "Charge"))
    page.get_by_label("根拠").fill("凪浜市道路占用料徴収条例別表（見本）")
    page.get_by_label("上から見て、最初に当てはまる行だけにする").check()
    for number, yen in ((1, "100"), (2, "50")):
        page.get_by_label(f"金額{number}（円）").fill(yen)
        page.get_by_label(f"金額{number}に掛ける数").select_option(label="広さと日数")
    clerk.press("保存する")
    assert page.get_by_text("金額2：ここには決して来ません").is_visible()
    clerk.go("金額1の条件")
    clerk.on_condition("火を使いますか", "「はい」である")
    clerk.press("この条件を保存する")
    assert page.get_by_text("ここには決して来ません").count() == 0
    keep_picture(page, "builder-fee-1280")

    # The route, the term, the letters.
    clerk.part("受付と決裁")
    page.get_by_label("決裁ルート").select_option(label="許認可・給付の決定の伺い")
    page.get_by_label("標準処理期間（開庁日）").fill("10")
    page.get_by_label("申請する人の氏名").check()
    clerk.press("保存する")
    clerk.part("通知文")
    for number in range(len(OUTCOMES)):
        page.get_by_label("の通知文").nth(number).select_option(index=1)
    clerk.press("保存する")
    keep_picture(page, "builder-letters-1280")

    # Two tests, by filling the form in.
    write_test(clerk, "初めて出す人、火を使う", last_year="no", fire="yes", days="3", fee="1200")
    keep_picture(page, "builder-tests-1280")
    write_test(clerk, "去年も出した人、火を使わない", last_year="yes", fire="no", days="40", fee="8000")
    assert page.get_by_text("合格", exact=True).count() == 2
    keep_picture(page, "builder-coverage-1280")

    clerk.part("公開")
    keep_picture(page, "builder-publish-1280")
    clerk.press("公開する")
    page.get_by_text("公開しました。").wait_for()
    took = time.monotonic() - began
    print(f"\nA procedure of twenty-one questions was built and published in {took:.0f} s of scripted time.")

    document = ProcedureVersion.objects.get(procedure__key="stall", state="published").document
    assert len(list(document.form.questions)) >= 20
    assert document.route == "permits"
    assert document.fee is not None

    resident = open_resident_window(Level.CONTACT, viewport=NARROW).page
    resident.goto("/procedures/?q=屋台")
    resident.get_by_role("link", name="屋台の出店の許可").first.click()
    resident.locator("form[action$='/begin/'] button").click()
    assert resident.get_by_role("heading", name="申請する人").is_visible()

    # The pages as everybody can use them.
    base = stall_page[: stall_page.index("/pages/")]
    page.goto(stall_page)
    check_page(window)
    for name in (
        "",
        "form/",
        "conditions/",
        "papers/0/",
        "fee/",
        "computed/",
        "computed/of/sum1/",
        "offering/",
        "handling/",
        "letters/",
        "texts/",
        "tests/0/",
        "history/",
    ):
        page.goto(f"{base}/{name}")
        check_look(window)
        page.set_viewport_size(NARROW)
        keep_picture(page, f"builder-320-{name.replace('/', '-') or 'overview'}")
        page.set_viewport_size({"width": 1280, "height": 900})
    for name in ("rules/fee:0/", "computed/of/sum1/", "offering/"):
        page.goto(f"{base}/{name}")
        check_page(window)

    # The fee changes: from now on a table of prices, by what is sold.
    clerk.part("手数料")
    page.get_by_label("表の列にする質問").select_option(label="売るもの")
    clerk.press("料金表を作る")
    page.get_by_label("1行目の金額").fill("500")
    clerk.press("この表を保存する")
    assert page.get_by_text("当てはまる行がない場合があります（例 花）").is_visible()
    keep_picture(page, "builder-table-refused-1280")
    page.get_by_label("2行目の金額").fill("300")
    page.get_by_label("表の金額に掛ける数").select_option(label="広さと日数")
    clerk.press("この表を保存する")
    clerk.go("の行を直す")
    check_page(window)
    page.set_viewport_size(NARROW)
    keep_picture(page, "builder-320-table")
    page.set_viewport_size({"width": 1280, "height": 900})
    keep_picture(page, "builder-table-1280")


def write_test(clerk: Clerk, name: str, *, last_year: str, fire: str, days: str, fee: str) -> None:
    """Fill the form in as that person would, look, expect what comes out, and keep it."""
    page = clerk.page
    yes_no = {"yes": "はい", "no": "いいえ"}
    clerk.part("テスト")
    clerk.go("テストを加える")
    page.get_by_label("テストの名前").fill(name)
    page.get_by_role("group", name="去年も出しましたか").get_by_label(yes_no[last_year], exact=True).check()
    page.get_by_role("group", name="火を使いますか").get_by_label(yes_no[fire], exact=True).check()
    page.get_by_label("広さ（平方メートル）").fill("4")
    page.get_by_role("textbox", name="日数", exact=True).fill(days)
    clerk.press("結果を見る")
    clerk.press("今の結果を、期待する結果にする")
    assert page.get_by_label("手数料（円）").input_value() == fee
    clerk.press("テストを保存する")
