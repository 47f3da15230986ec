"""Every channel says what it can do, what limits it, and on what ground the city may use it."""

import re
from pathlib import Path

import pytest

from todoke.shared.messaging.registry import ChannelFacts, Stated, channels

README = Path(__file__).resolve().parents[2] / "docs/channels/README.md"
KEYS = sorted(channel.key for channel in channels if not channel.key.startswith("messaging.demo-"))
# Limits, granularity, withdrawable, key, quota, receipt, legal purpose, drill behaviour; None is an answer where a
# limit or a key may be absent.
MUST_BE_SAID = ("name", "area_grain", "withdrawal", "receipt", "drill", "quota", "legal_purpose")
MUST_BE_THERE = ("title_max", "body_max", "idempotency_key", "lanes")


def facts_of(key: str) -> ChannelFacts:
    channel = channels.find(key)
    assert channel is not None
    return channel.facts


@pytest.mark.parametrize("key", KEYS)
def test_a_channel_has_all_its_facts(key: str) -> None:
    facts = facts_of(key)

    missing = [name for name in MUST_BE_SAID if not getattr(facts, name)]
    assert missing == [], f"{key}: say {missing} in its ChannelFacts (texts and sources: messaging/grounds.py)"
    assert all(hasattr(facts, name) for name in MUST_BE_THERE)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_stated_has_a_source_and_says_how_sure_it_is(key: str) -> None:
    for stated in (facts_of(key).quota, facts_of(key).legal_purpose):
        assert isinstance(stated, Stated)
        assert stated.text.endswith("。")
        assert stated.source.strip()
        assert stated.certainty in {"H", "M", "L"}


@pytest.mark.parametrize("key", KEYS)
def test_the_table_of_grounds_in_the_documents_names_the_channel(key: str) -> None:
    table = README.read_text(encoding="utf-8").split("## Quota and legal purpose")[1]
    row = re.search(rf"^\|[^|]*`{re.escape(key)}`[^|]*\|([^|]*)\|([^|]*)\|", table, re.MULTILINE)

    assert row is not None, f"docs/channels/README.md: {key} has no row below “Quota and legal purpose”"
    for stated, told in zip((facts_of(key).quota, facts_of(key).legal_purpose), row.groups(), strict=True):
        assert stated is not None
        assert told.strip().endswith(f"({stated.certainty})")
