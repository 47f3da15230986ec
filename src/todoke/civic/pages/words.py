"""Every text of the public alert pages, in the three languages they are written in.

These do not come from the gettext catalogue: a page is written once, by a worker, for everybody, and the same editions
must give the same bytes a day later (docs/decisions/0002-public-pages-are-files.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from todoke.base.clock import in_japan
from todoke.shared.messaging.types import EditionKind, Mode

LANGUAGES = ("ja", "ja-easy", "en")


@dataclass(frozen=True)
class Words:
    """The texts in one language. `{…}` are filled in; nothing in them depends on the reader or on the hour."""

    language: str
    own_name: str
    site: str
    skip: str
    languages: str
    in_force: str
    in_force_count: str
    nothing: str
    nothing_more: str
    written: str
    level: str
    notice: str
    act: str
    areas: str
    areas_more: str
    areas_rest: str
    sent: str
    until: str
    details: str
    contact: str
    lifted: str
    lifted_now: str
    cancelled: str
    cancelled_now: str
    cancelled_count: str
    expired: str
    expired_now: str
    corrected_now: str
    reason: str
    ended: str
    levels: str
    levels_line: str
    level_column: str
    word_column: str
    act_column: str
    all_alerts: str
    home: str
    data: str
    history: str
    history_lead: str
    wording: str
    cap: str
    first: str
    text_changed: str
    until_changed: str
    area_added: str
    area_dropped: str
    area_level: str
    area_lifted: str
    no_level: str
    nothing_changed: str
    earlier: str
    japanese_only: str
    kinds: Mapping[EditionKind, str]
    drills: Mapping[Mode, str]
    drills_more: Mapping[Mode, str]
    separator: str = "、"


JAPANESE = Words(
    language="ja",
    own_name="日本語",
    site="緊急・防災情報",
    skip="本文へ",
    languages="言語",
    in_force="いま出ている情報",
    in_force_count="{count}件",
    nothing="いま出ている避難情報や緊急のお知らせはありません。",
    nothing_more="新しい情報を出したときは、このページでお知らせします。",
    written="この一覧を書いた時刻",
    level="警戒レベル{level}",
    notice="お知らせ",
    act="とるべき行動",
    areas="対象の地域",
    areas_more="ほか{count}地域（くわしいページに全部あります）",
    areas_rest="ほか{count}地域",
    sent="発表",
    until="有効期限",
    details="くわしく見る",
    contact="問い合わせ",
    lifted="解除した情報",
    lifted_now="この情報は解除しました。",
    cancelled="取り消した情報",
    cancelled_now="この情報は取り消しました。内容に従わないでください。",
    cancelled_count="取り消した情報が{count}件あります",
    expired="期限切れ",
    expired_now="この情報は有効期限を過ぎ、終わりました。",
    corrected_now="この情報は訂正しました。新しい内容を確かめてください。",
    reason="理由",
    ended="最近終わった情報",
    levels="警戒レベルととるべき行動",
    levels_line="警戒レベル4までに必ず避難！",
    level_column="レベル",
    word_column="情報の名前",
    act_column="とるべき行動",
    all_alerts="いま出ている情報の一覧",
    home="市のホームページ",
    data="データ",
    history="これまでの発表",
    history_lead="新しいものから順に、前の発表から変わったところを示します。",
    wording="このときの文面",
    cap="CAPデータ（XML）",
    first="初めての発表",
    text_changed="文面を変えました。",
    until_changed="有効期限を{moment}に変えました。",
    area_added="{area}を加えました（{level}）。",
    area_dropped="{area}を対象から外しました。",
    area_level="{area}を{before}から{after}に変えました。",
    area_lifted="{area}を解除しました。",
    no_level="レベルなし",
    nothing_changed="内容に変わりはありません。",
    earlier="30日より前の発表",
    japanese_only="",
    kinds={
        EditionKind.FIRST: "発表",
        EditionKind.UPDATE: "続報",
        EditionKind.CORRECTION: "訂正",
        EditionKind.CANCEL: "取消",
    },
    drills={Mode.EXERCISE: "これは訓練です", Mode.TEST: "これは試験です"},
    drills_more={
        Mode.EXERCISE: "実際の災害ではありません。避難する必要はありません。",
        Mode.TEST: "システムの試験です。実際の災害ではありません。避難する必要はありません。",
    },
)

EASY = Words(
    language="ja-easy",
    own_name="やさしい日本語",
    site="災害（さいがい）の お知（し）らせ",
    skip="本文（ほんぶん）へ",
    languages="ことば",
    in_force="今（いま） 出（で）ている お知（し）らせ",
    in_force_count="{count}つ",
    nothing="今（いま）は、逃（に）げる お知（し）らせは ありません。",
    nothing_more="新（あたら）しい お知（し）らせは、ここに 出（で）ます。",
    written="この ページを 書（か）いた時間（じかん）",
    level="警戒（けいかい）レベル{level}",
    notice="お知（し）らせ",
    act="すること",
    areas="場所（ばしょ）",
    areas_more="ほかに {count}の 場所（ばしょ）が あります。くわしい ページを 見（み）て ください。",
    areas_rest="ほかに {count}の 場所（ばしょ）が あります。",
    sent="知（し）らせた時間（じかん）",
    until="いつまで",
    details="くわしく 見（み）る",
    contact="聞（き）きたいとき",
    lifted="終（お）わった お知（し）らせ",
    lifted_now="この お知（し）らせは 終（お）わりました。",
    cancelled="まちがいだった お知（し）らせ",
    cancelled_now="この お知（し）らせは まちがいでした。この お知（し）らせの とおりに しないで ください。",
    cancelled_count="まちがいだった お知（し）らせが {count}つ あります",
    expired="時間（じかん）が すぎました",
    expired_now="この お知（し）らせは 時間（じかん）が すぎて、終（お）わりました。",
    corrected_now="この お知（し）らせの まちがいを なおしました。もう一度（いちど） 読（よ）んで ください。",
    reason="理由（りゆう）",
    ended="この前（まえ） 終（お）わった お知（し）らせ",
    levels="警戒（けいかい）レベルと すること",
    levels_line="レベル4までに かならず 逃（に）げて ください！",
    level_column="レベル",
    word_column="名前（なまえ）",
    act_column="すること",
    all_alerts="今（いま） 出（で）ている お知（し）らせ",
    home="市（し）の ホームページ",
    data="データ",
    history="今（いま）までの お知（し）らせ",
    history_lead="新（あたら）しい ものが 上（うえ）です。かわった ところを 書（か）いています。",
    wording="このときの 文（ぶん）",
    cap="CAPデータ（XML）",
    first="はじめての お知（し）らせ",
    text_changed="文（ぶん）を かえました。",
    until_changed="いつまでかを かえました。{moment}までです。",
    area_added="{area}が ふえました（{level}）。",
    area_dropped="{area}は なくなりました。",
    area_level="{area}が {before}から {after}に なりました。",
    area_lifted="{area}は 終（お）わりました。",
    no_level="レベルなし",
    nothing_changed="かわった ところは ありません。",
    earlier="30日（にち）より 前（まえ）の お知（し）らせ",
    japanese_only="この お知（し）らせは、ふつうの 日本語（にほんご）です。",
    kinds={
        EditionKind.FIRST: "お知（し）らせ",
        EditionKind.UPDATE: "新（あたら）しい お知（し）らせ",
        EditionKind.CORRECTION: "まちがいを なおしました",
        EditionKind.CANCEL: "とりけし",
    },
    drills={Mode.EXERCISE: "これは 訓練（くんれん）です", Mode.TEST: "これは テストです"},
    drills_more={
        Mode.EXERCISE: "本当（ほんとう）の 災害（さいがい）では ありません。逃（に）げなくて いいです。",
        Mode.TEST: "本当（ほんとう）の 災害（さいがい）では ありません。逃（に）げなくて いいです。",
    },
)

ENGLISH = Words(
    language="en",
    own_name="English",
    site="Emergency information",
    skip="Skip to main content",
    languages="Languages",
    in_force="Current alerts",
    in_force_count="{count}",
    nothing="There are no current evacuation orders or emergency alerts.",
    nothing_more="New alerts will appear on this page.",
    written="This list was written at",
    level="Level {level}",
    notice="Notice",
    act="What to do",
    areas="Areas",
    areas_more="and {count} more areas (all are listed on the alert’s own page)",
    areas_rest="and {count} more areas",
    sent="Issued",
    until="In force until",
    details="Read more",
    contact="Contact",
    lifted="Lifted",
    lifted_now="This alert has been lifted.",
    cancelled="Cancelled",
    cancelled_now="This alert was cancelled. Do not follow it.",
    cancelled_count="Cancelled alerts: {count}",
    expired="Ended",
    expired_now="This alert has ended.",
    corrected_now="This alert has been corrected. Please read it again.",
    reason="Reason",
    ended="Recently ended",
    levels="Alert levels and what to do",
    levels_line="Evacuate by Level 4 at the latest!",
    level_column="Level",
    word_column="Name",
    act_column="What to do",
    all_alerts="All current alerts",
    home="City website",
    data="Data",
    history="All editions",
    history_lead="Newest first, with what changed since the edition before.",
    wording="Wording at that time",
    cap="CAP data (XML)",
    first="First alert",
    text_changed="The text was changed.",
    until_changed="Now in force until {moment}.",
    area_added="{area} was added ({level}).",
    area_dropped="{area} is no longer included.",
    area_level="{area} was changed from {before} to {after}.",
    area_lifted="Lifted for {area}.",
    no_level="no level",
    nothing_changed="Nothing has changed.",
    earlier="Editions older than 30 days",
    japanese_only="This alert is available in Japanese only.",
    kinds={
        EditionKind.FIRST: "Alert",
        EditionKind.UPDATE: "Update",
        EditionKind.CORRECTION: "Correction",
        EditionKind.CANCEL: "Cancelled",
    },
    drills={Mode.EXERCISE: "This is a drill", Mode.TEST: "This is a test"},
    drills_more={
        Mode.EXERCISE: "There is no real disaster. You do not need to evacuate.",
        Mode.TEST: "This is a test of the system. There is no real disaster. You do not need to evacuate.",
    },
    separator=", ",
)

WORDS: Mapping[str, Words] = {words.language: words for words in (JAPANESE, EASY, ENGLISH)}

_WEEKDAYS = "月火水木金土日"
_ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment_text(instant: datetime, language: str, *, with_year: bool = False) -> str:
    """“11月21日(土) 3時05分”: the moment itself, never “5 minutes ago”, which is wrong in a file five minutes later.

    The year is shown on pages that are kept for years.
    """
    local = in_japan(instant)
    if language == "en":
        day = f"{_ENGLISH_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
        return f"{local:%H:%M}, {day}{f' {local.year}' if with_year else ''} (Japan time)"
    day = f"{f'{local.year}年' if with_year else ''}{local.month}月{local.day}日({_WEEKDAYS[local.weekday()]})"
    if language == "ja-easy":
        return f"{day} {'午前（ごぜん）' if local.hour < 12 else '午後（ごご）'}{local.hour % 12}時{local.minute}分"
    return f"{day} {local.hour}時{local.minute:02}分"
