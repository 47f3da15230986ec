"""What a cancellation says: that the earlier words no longer hold, and none of those words' instructions."""

from collections.abc import Mapping
from datetime import datetime

from todoke.base.clock import in_japan
from todoke.shared.messaging.phrasebook import BOOKS, said_at


def cancelling_texts(texts: Mapping[str, Mapping[str, str]], sent_at: datetime) -> dict[str, dict[str, str]]:
    """The texts of a cancellation of these texts, in each of their languages that has a phrase (Japanese always).

    `texts` is by language, with `title`, `body`, `short`; the title stays, so that readers know what is meant. The
    reason is the edition's note, which every channel puts beside them.
    """
    local = in_japan(sent_at)
    return {
        language: {
            "title": text["title"],
            "body": BOOKS[language]
            .text("taken-back.body")
            .format(time=said_at("taken-back", language, local), title=text["title"]),
            "short": BOOKS[language].text("taken-back.short").format(title=text["title"]),
        }
        for language, text in texts.items()
        if language in BOOKS
    }
