"""Reading the weather service's Atom feeds: only what intake needs."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import etree

from todoke.civic.emergency.telegrams.reader import has_doctype

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS_CHARACTERS_MAX = 500


class NotAFeed(Exception):
    """These bytes are no Atom feed; `str()` says why in Japanese."""


@dataclass(frozen=True)
class Entry:
    """One telegram that a feed announces. `key` is its id; `updated_at` None where the feed says it in no known way."""

    key: str
    address: str
    title: str
    updated_at: datetime | None


def entries_of(content: bytes, feed_address: str) -> list[Entry]:
    """The entries of a feed, the oldest first. Raises NotAFeed.

    Entries without an address, or that point to another server than the feed's, are left out: what a feed says must not
    make us ask anybody else.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        feed = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotAFeed("配信の一覧をXMLとして読めません。") from error
    if feed.tag != f"{ATOM}feed" or has_doctype(feed):
        raise NotAFeed("配信の一覧がAtom形式ではありません。")
    found = [entry for node in feed.findall(f"{ATOM}entry") if (entry := _entry(node, feed_address))]
    # The feed shows the newest first; what was sent first is taken in first.
    found.reverse()
    return sorted(found, key=lambda entry: entry.updated_at.timestamp() if entry.updated_at else 0.0)


def _entry(node: etree._Element, feed_address: str) -> Entry | None:
    key = (node.findtext(f"{ATOM}id") or "").strip()
    link = node.find(f"{ATOM}link[@href]")
    address = urljoin(feed_address, link.get("href", "") if link is not None else key)
    if not key or max(len(key), len(address)) > ADDRESS_CHARACTERS_MAX or not _same_server(address, feed_address):
        return None
    return Entry(key, address, (node.findtext(f"{ATOM}title") or "").strip(), _instant(node.findtext(f"{ATOM}updated")))


def _same_server(one: str, other: str) -> bool:
    try:
        return urlsplit(one)[:2] == urlsplit(other)[:2]
    except ValueError:
        return False


def _instant(text: str | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return instant if instant.tzinfo else None
