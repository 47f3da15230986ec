"""What a cancellation says: that the earlier words no longer hold, and none of those words' instructions."""

from collections.abc import Mapping
from datetime import datetime

from todoke.base.clock import in_japan

# Controlled phrases, one for each language. The reason is the edition's note, which every channel puts beside them.
PHRASES: Mapping[str, tuple[str, str]] = {
    "ja": (
        "{time}にお知らせした「{title}」を取り消します。そのお知らせで呼びかけた行動は、取り消しました。"
        "いま出ている情報は、市のホームページで確かめてください。",
        "「{title}」を取り消します。",
    ),
    "ja-easy": (
        "{time}の お知（し）らせ「{title}」は、まちがいでした。とりけします。"
        "いまの お知（し）らせは、市（し）の ホームページを 見（み）てください。",
        "「{title}」を とりけします。",
    ),
    "en": (
        "The notice “{title}” of {time} is cancelled. What it asked you to do no longer applies. "
        "Check the city’s website for what is in force now.",
        "“{title}” is cancelled.",
    ),
}


def cancelling_texts(texts: Mapping[str, Mapping[str, str]], sent_at: datetime) -> dict[str, dict[str, str]]:
    """The texts of a cancellation of these texts, in each of their languages that has a phrase (Japanese always).

    `texts` is by language, with `title`, `body`, `short`; the title stays, so that readers know what is meant.
    """
    local = in_japan(sent_at)
    times = {
        "ja": f"{local.month}月{local.day}日{local.hour}時{local.minute:02}分",
        "ja-easy": f"{local.month}月（がつ）{local.day}日（にち）{local.hour}時（じ）{local.minute}分（ふん）",
        "en": f"{local:%H:%M, %B} {local.day}",
    }
    return {
        language: {
            "title": text["title"],
            "body": PHRASES[language][0].format(time=times[language], title=text["title"]),
            "short": PHRASES[language][1].format(title=text["title"]),
        }
        for language, text in texts.items()
        if language in PHRASES
    }
