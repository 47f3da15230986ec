"""On what ground the city may use each kind of channel, and for what: data with its sources.

`certainty` as in docs/channels: H the text of the law or the service's own page, M one good source, L from memory or an
old edition. What is M or L is to be read again with the city's legal section before the channel is used in earnest; no
programme decides what is lawful. Laws: e-gov.go.jp (the articles' numbers as of November 2026).
"""

from todoke.shared.messaging.registry import Stated

# 「住民その他関係のある公私の団体に伝達しなければならない」; the weather service's law says the same of its warnings.
TELL_RESIDENTS = (
    "災害対策基本法 第56条第1項（市町村長の警報の伝達及び警告）、第60条第1項（避難指示）、"
    "気象業務法 第15条第3項、第15条の2第4項（警報・特別警報の周知）"
)

PUBLISHING = Stated(
    "予報・警報、避難に関する情報、市のお知らせを、だれでも読める形で公表します。目的の制限はありません。",
    f"{TELL_RESIDENTS}、災害対策基本法 第51条（情報の収集及び伝達等）",
    "H",
)
NOTICES = Stated(
    "市のお知らせを公表します（広報）。緊急情報はのせません。",
    "地方自治法 第2条第2項（地域における事務）、市の広報に関する規程",
    "M",
)
OFFICES = Stated(
    "関係機関、報道機関、自主防災組織などの公私の団体に、災害の情報とお知らせを伝えます。",
    TELL_RESIDENTS,
    "H",
)
SUBSCRIBERS = Stated(
    "自分で登録した人に、選んだ分野と地域のお知らせだけを送ります。ほかの目的には使いません。",
    "個人情報保護法 第61条・第69条（利用目的の特定と制限）。広告ではないので、特定電子メール法 第2条第2号の"
    "「特定電子メール」に当たりません",
    "H",
)
LINE = Stated(
    "公表してよい情報を、登録した人に伝えます。相談や住民の機微な情報は扱いません。",
    "政府機関・地方公共団体等における業務でのLINE利用状況調査を踏まえた今後のLINEサービス等の利用の際の考え方"
    "（ガイドライン）（内閣官房ほか、2021年4月30日）、LINE公式アカウント利用規約",
    "M",
)
SOCIAL = Stated(
    "市の要綱とガイドラインで台帳に登録した目的（アカウントごと）に使います。",
    "市のソーシャルメディアの利用に関する要綱・ガイドライン、災害対策基本法 第57条（インターネットを利用した"
    "情報の提供を行う事業者への要請）、各サービスの利用規約",
    "M",
)
CARRIED_BY_PEOPLE = Stated(
    "住民や関係する団体に、人の手で伝えます。名簿は、連絡の目的だけに使います。",
    f"{TELL_RESIDENTS}、個人情報保護法 第61条・第69条（利用目的の特定と制限）",
    "H",
)
L_ALERT = Stated(
    "避難の情報、避難所、災害対策本部、お知らせなどを、放送事業者などに一斉に伝えます。",
    f"{TELL_RESIDENTS}、災害対策基本法 第57条（放送の要請）、公共情報コモンズ（Lアラート）サービス利用規約"
    "（規約の今の版は会員だけが読めます）",
    "M",
)
URGENT_MAIL = Stated(
    "住民の生命・身体に差し迫った危険があるときだけ使えます（避難の情報、津波、国民保護など）。訓練は訓練と書きます。",
    f"{TELL_RESIDENTS}、携帯電話会社の緊急速報メールの利用規約・配信の手引き（今の版は契約した自治体だけが読めます）",
    "M",
)
OUTDOOR = Stated(
    "防災、応急救助、災害復旧のために放送します。平常時は、免許状にある市の行政事務の放送だけができます。",
    f"電波法 第4条（免許）・第52条（目的外使用の禁止）、{TELL_RESIDENTS}。免許の目的と通信事項は、市の免許状で"
    "確かめてください",
    "M",
)
ON_BEHALF = Stated(
    "応援協定を結んだ市に代わって、その市の住民に、災害の情報を公表します。避難の指示をだれが出すかは、協定で決めます。",
    "災害対策基本法 第67条（他の市町村長等に対する応援の要求）、第60条第6項（都道府県知事による代行）、市どうしの協定",
    "M",
)
BROADCASTERS = Stated(
    "放送局に、災害の放送に使う原稿を渡します。放送するかどうかは放送局が決めます。",
    "災害対策基本法 第57条（放送の要請）、放送法 第108条（災害の場合の放送）、市と放送局の協定",
    "H",
)
BOARDS = Stated(
    "住民や通る人に、短い文で警報と避難の情報、お知らせを見せます。",
    f"{TELL_RESIDENTS}。道路や駅の掲示板は、持ち主との協定で決めた目的だけに使います",
    "M",
)
PARTNERS = Stated(
    "協定を結んだ相手のシステムに、公表した情報と同じものを渡します。",
    "災害対策基本法 第51条（情報の収集及び伝達等）、市と相手の協定",
    "M",
)

NO_QUOTA = Stated("ありません。市のサーバーに置きます。", "市のサーバー", "H")
BY_HAND = Stated("ありません。動ける人の数で決まります。", "市の体制", "H")
MAIL_QUOTA = Stated(
    "市の中継サーバーの契約で決まります。相手のサーバーが待たせたときは、速さを落とします。",
    "中継サーバーの契約、RFC 5321 4.5.4（再送）",
    "M",
)
LINE_QUOTA = Stated(
    "月の通数が料金プランで決まります。LINEに残りを聞き、緊急のための分を残します。",
    "https://developers.line.biz/ja/reference/messaging-api/#get-quota",
    "H",
)
SOCIAL_QUOTA = Stated(
    "アカウントごとに台帳で決めます。ふだんの投稿が、緊急のための分を使うことはありません。",
    "アカウント台帳、docs/channels/social.md",
    "H",
)
FAX_QUOTA = Stated("ありません。回線の数と、1枚にかかる時間で決まります。", "市の電話回線の契約", "H")
SOUND_QUOTA = Stated(
    "ありません。続けて何度も鳴らさない決まりと、夜の決まりがあります。", "docs/channels/loudspeakers.md", "M"
)
PARTNER_QUOTA = Stated("相手との取決めによります。429の答えがあれば、言われた時間だけ待ちます。", "RFC 6585 第4条", "H")
PUSH_QUOTA = Stated("公表された上限はありません。429の答えがあれば待ちます。", "RFC 8030 第8.4条", "M")
CARRIER_QUOTA = Stated(
    "決まった通数はなく、費用もかかりません。むやみな配信は、会社が止めることがあります。",
    "携帯電話会社の配信の手引き",
    "L",
)
NODE_QUOTA = Stated(
    "公表された上限はありません。失敗したときの間隔が決められています。", "LGDIS、SaigaiTask の作り", "M"
)
BOARD_QUOTA = Stated("ありません。表示板の使い方は、持ち主との取決めによります。", "市と持ち主の取決め", "M")
PROVIDER_QUOTA = Stated(
    "事業者との契約の通数と速さで決まります。待つように言われたら待ちます。", "事業者との契約、RFC 6585 第4条", "M"
)
