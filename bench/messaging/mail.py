"""What every row sends: a mail of about 1.5 KB with a Japanese body, its own To and its own way out."""

SENDER = "oshirase@city.example.jp"
TITLE = "ごみ収集日の変更のお知らせ"
BODY = (
    "市の収集車の点検のため、次の地区では燃やせるごみの収集日を変更します。\n\n"
    "対象の地区：中央、北浜、南浜、川端、山手\n変更前：11月24日（火）\n変更後：11月25日（水）\n\n"
    "収集日の朝8時30分までに、いつもの集積所へ出してください。変更前の日に出されたごみは収集できません。"
    "ご不便をおかけしますが、ご協力をお願いします。\n\nお問い合わせ：環境課 000-000-0000\n"
)


def recipient(number: int) -> str:
    """The address of a reader."""
    return f"reader{number}@example.jp"


def way_out(number: int) -> str:
    """The address at which a reader ends it."""
    return f"https://www.city.example.jp/subscriptions/{number:032x}/end"


def body(number: int) -> str:
    """The text for a reader, with their own last lines."""
    page = way_out(number).removesuffix("end")
    return f"{BODY}\nこのメールは、市の配信に登録された方にお送りしています。\n登録の変更・解除：{page}\n"


def headers(number: int) -> dict[str, str]:
    """The headers that each reader has for themself."""
    return {
        "List-Unsubscribe": f"<{way_out(number)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
