"""代行発信のページ: what we say for another city, on a page of its own, so that its residents can read it here.

Files in the public folder (`on-behalf/CODE/index.html`), as the alert pages are: any web server serves them, also when
the application is gone. Nothing of it stands among our own alerts.
"""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

from django.conf import settings

from todoke.base.clock import in_japan, now
from todoke.base.ui.languages import language_tag
from todoke.shared.delegation.revocations import delegation_root
from todoke.shared.delegation.rules import PAGE_CHANNEL
from todoke.shared.messaging import grounds
from todoke.shared.messaging.phrasebook import BOOKS, book, said_at
from todoke.shared.messaging.probing import Probe
from todoke.shared.messaging.public_files import Upkeep, bring_about, locked, read
from todoke.shared.messaging.published import published_on
from todoke.shared.messaging.registry import AreaGrain, ChannelFacts, DrillWay, Looks, ReceiptKind, Withdrawal
from todoke.shared.messaging.types import (
    Address,
    EditionKind,
    FrozenEdition,
    Mode,
    Never,
    Parcel,
    Receipt,
    TryLater,
)

STATE = "state.json"
CANCELLED_SHOWN = timedelta(hours=24)
STYLE = (
    "body{margin:0 auto;max-width:44rem;padding:1rem;font:1.1rem/1.7 sans-serif;color:#111;background:#fff;"
    "overflow-wrap:anywhere}h1{font-size:1.4rem}h2{font-size:1.25rem}h3{font-size:1.1rem}"
    "article{border-top:.3rem solid #111;margin:1.5rem 0}"
    ".by{border:.2rem solid #111;padding:.5rem 1rem;font-weight:bold}"
    "p{white-space:pre-line}summary{cursor:pointer;padding:.6rem 0}"
    ":focus-visible{outline:.2rem solid #00457c;outline-offset:.1rem}"
)
POLICY = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


class PageChannel:
    """`delegation.page`: the page on which we speak for one city; its address is the code of that city."""

    key = PAGE_CHANNEL
    facts = ChannelFacts(
        name="代行発信のページ",
        area_grain=AreaGrain.NEIGHBOURHOOD,
        withdrawal=Withdrawal.REPLACES,
        receipt=ReceiptKind.READ_BACK,
        drill=DrillWay.BESIDE,
        # A file written twice is the same file.
        idempotency_key="file",
        quota=grounds.NO_QUOTA,
        legal_purpose=grounds.ON_BEHALF,
        looks=Looks.PAGE,
        timeout_seconds=10,
        concurrency=1,
        lanes=frozenset({"emergency"}),
    )

    def prepare(self, edition: FrozenEdition, address: Address) -> Parcel:
        """The words of this edition as the page shows them. Raises Never for what we say for ourselves."""
        if edition.content.facts.get("for_code") != address.address:
            raise Never("代行発信のページには、その市の代わりに発信したものだけを載せます。")
        wording = edition.content.wording(address.language)
        text = "\n\n".join(part for part in (edition.title(address.language), edition.note, wording.body) if part)
        return Parcel(body=text.encode("utf-8", "replace"), preview=text, title=edition.title(address.language))

    def send(self, parcel: Parcel, edition: FrozenEdition, address: Address, *, key: str) -> Receipt:
        """Bring the pages to what the ledger says now, and find this edition there."""
        del parcel, key
        try:
            refresh(edition.mode, at=now())
        except OSError as trouble:
            raise TryLater(f"公開フォルダーに書き込めませんでした（{trouble.strerror or trouble}）。") from trouble
        page = read(delegation_root() / address.address / "index.html") or b""
        if f'data-edition="{escape(edition.identifier)}"'.encode() not in page:
            raise TryLater("書き込んだあとの確認で、この情報が代行発信のページに見つかりませんでした。")
        return Receipt(confirmed=True, reference=f"on-behalf/{address.address}/", says="読み返して確認しました。")

    def probes(self, addresses: Sequence[Address]) -> list[Probe]:
        """None: while nobody speaks for anybody there is no page, and every sending reads its own back."""
        del addresses
        return []

    def trouble_with(self, address: str) -> str | None:
        """Whether it is the code of a city."""
        return None if address.isdecimal() and len(address) == 6 else "6桁の全国地方公共団体コードを書いてください。"


def refresh(mode: Mode, *, at: datetime) -> list[str]:
    """Make the pages what the ledger says, and name the files written. Drills have none. Raises OSError, FolderBusy."""
    if mode is not Mode.ACTUAL:
        return []
    root = delegation_root()
    with locked(root):
        return bring_about(root, page_files(at))


def page_files(at: datetime) -> dict[str, bytes]:
    """Every page, by its name in the folder."""
    published = published_on(PAGE_CHANNEL, Mode.ACTUAL, at)
    shown: dict[str, list[FrozenEdition]] = defaultdict(list)
    for edition in published.recent:
        shown[edition.content.facts.get("for_code", "")]
    for edition in published.in_force:
        shown[edition.content.facts.get("for_code", "")].append(edition)
    for edition in published.recent:
        if edition.kind is EditionKind.CANCEL and edition.sent_at > at - CANCELLED_SHOWN:
            shown[edition.content.facts.get("for_code", "")].append(edition)
    names = {edition.content.facts.get("for_code", ""): edition for edition in published.recent}
    pages = {
        f"{code}/index.html": page_of(names[code], editions)
        for code, editions in sorted(shown.items())
        if code and code in names
    }
    in_force = dict.fromkeys(edition.content.facts.get("for_code", "") for edition in published.in_force)
    spoken = [
        {"code": code, "name": names[code].content.facts.get("for_name", "")} for code in in_force if code in names
    ]
    return {**pages, STATE: json.dumps({"speaking_for": spoken}, ensure_ascii=False, indent=1).encode()}


def spoken_for_on_disk() -> list[tuple[str, str]]:
    """Code and name of the cities for which something is in force, as the files say; the home asks no database."""
    try:
        stored = json.loads(read(delegation_root() / STATE) or b"")
        return [(str(one["code"]), str(one["name"])) for one in stored["speaking_for"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def page_of(any_of_it: FrozenEdition, editions: Sequence[FrozenEdition]) -> bytes:
    """The page of one city: who speaks for it, and what is said, in every language."""
    facts = any_of_it.content.facts
    city, speaker = facts.get("for_name", any_of_it.city), facts.get("spoken_by", "")
    policy = f"default-src 'none'; style-src 'sha256-{POLICY}'"
    whole = (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(city)}の緊急情報（{escape(speaker)}が代行）</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(city)}の緊急情報</h1><p class="by">{escape(facts.get("on_behalf_note", ""))}</p>'
        f"{_articles(editions) or '<p>いま有効な情報はありません。</p>'}</main></body></html>\n"
    )
    return whole.encode("utf-8", "replace")


def _articles(editions: Iterable[FrozenEdition]) -> str:
    return "".join(_article(edition) for edition in editions)


def _article(edition: FrozenEdition) -> str:
    languages = [wording.language for wording in edition.content.wordings if wording.language in BOOKS]
    translated = "".join(
        f'<details lang="{language_tag(language)}"><summary>{escape(BOOKS[language].name)}</summary>'
        f"{_said(edition, language)}</details>"
        for language in languages
        if language != "ja"
    )
    names = f'id="m{escape(edition.message_key)}" data-edition="{escape(edition.identifier)}"'
    return f"<article {names}>{_said(edition, 'ja')}{translated}</article>"


def _said(edition: FrozenEdition, language: str) -> str:
    wording, phrases = edition.content.wording(language), book(language)
    is_cancelled = edition.kind is EditionKind.CANCEL
    heading = "h2" if language == "ja" else "h3"
    body = phrases.text("said.cancel") if is_cancelled else wording.body
    sent = said_at("sent", language, in_japan(edition.sent_at))
    parts = (edition.note, body, phrases.text("said.sent").format(city=edition.city, at=sent))
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in parts if part)
    return f"<{heading}>{escape(edition.title(language))}</{heading}>{paragraphs}"


def address_of(code: str) -> str:
    """Where the page of a city is read."""
    return f"{settings.SITE_ADDRESS.rstrip('/')}/on-behalf/{code}/"


COMPANION = Upkeep("delegation.pages-upkeep", lambda mode: refresh(mode, at=now()))
