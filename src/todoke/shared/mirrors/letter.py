"""The letter “please mirror us” (キャッシュサイトの依頼文): what a partner needs to take copies from us."""

from datetime import datetime

from todoke.base.clock import in_japan
from todoke.shared.messaging.public_files import alerts_address
from todoke.shared.messaging.types import Mode

FILES = (
    ("緊急情報の一覧（軽いページ、14KB以下）", ""),
    ("新着（Atom）", "feed.atom"),
    ("新着（JSON Feed 1.1、訂正・取消・解除を含む）", "feed.json"),
    ("対象地域（GeoJSON）", "alerts.geojson"),
    ("発表の履歴（CSV）", "history.csv"),
    ("発表の履歴（GeoJSON）", "history.geojson"),
    ("現在の状態（JSON）", "state.json"),
)


def letter(*, city: str, site: str, contact: str, at: datetime) -> str:
    """The text, in Japanese, for a mail or a sheet of paper. It is sent to companies, so it is in no catalogue."""
    base = alerts_address(site, Mode.ACTUAL)
    day = in_japan(at)
    addresses = "\n".join(f"・{name}\n　{base}{file}" for name, file in FILES)
    return f"""{day.year}年{day.month}月{day.day}日

キャッシュサイト（写しのサイト）の開設のお願い

ご担当者さま

{city}です。災害のとき、市のホームページにはアクセスが集中し、つながりにくくなることがあります。
住民が避難の情報を読み続けられるよう、下のページとデータの写しを、御社のサイトで公開していただきたく、お願いします。

1　写しを取っていただきたいもの
{addresses}

2　取り方
・1分に1回、条件付きの要求（If-None-Match、または If-Modified-Since）で読みに来てください。
　変わっていなければ 304 をお返しします。
・一覧から個々の情報へのリンクも、同じ場所（{base}）の下にあります。
・こちらから送ることもできます（S3互換ストレージ、HTTP PUT、共有フォルダー）。
　置き場所と鍵をお知らせください。変更のたびに、数秒で送ります。

3　お願い
・本文、警戒レベル、発信の日時を変えずに載せてください。広告などを足すときは、本文と分けてください。
・「写しであること」「写した時刻」「元のアドレス」を、見えるところに書いてください。
・訂正、取消、解除も、そのまま写してください。古い情報が残ると、住民が危険です。
・60秒より古くなったときは、写しの公開を続けたうえで、こちらにお知らせください。
・訓練のページ（/drill/）は、写さないでください。

4　利用の条件
・緊急情報の文面とデータは、出典を書けば、無償で複製し、公開できます（クリエイティブ・コモンズ 表示 4.0 国際）。

5　連絡先
{contact or "（担当課と電話番号を書いてください）"}

{city}
{site}
"""
