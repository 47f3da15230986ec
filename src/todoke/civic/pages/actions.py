"""Bringing the public pages to what the ledger says."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from todoke.base.clock import now
from todoke.civic.pages.render import Site, alert_pages, light_pages, state_file
from todoke.civic.pages.rules import Shown, shown_at, stories
from todoke.shared.messaging.public_files import alerts_root, bring_about, locked, read
from todoke.shared.messaging.published import Published, Source, published_on
from todoke.shared.messaging.types import Mode

CHANNEL = "pages.site"


@dataclass
class _Kept:
    """Rendered pages of one mode, by message and by state: what has not changed is compared with the disk, not made."""

    alerts: dict[str, tuple[object, dict[str, bytes]]] = field(default_factory=dict)
    light: tuple[object, dict[str, bytes]] = (None, {})


_kept: dict[tuple[Mode, Path], _Kept] = {}


def refresh(mode: Mode, *, at: datetime | None = None, source: Source | None = None) -> list[str]:
    """Make the pages of this mode what the ledger says at this moment, and name the files that had to be written.

    Called by the channel after a release and by the upkeep every few seconds, so that an expiry shows without anybody
    sending anything, and a deleted or damaged file heals. The ledger is read under the lock of the folder: an older
    state cannot overwrite a newer one. Raises OSError (a full disk, FolderBusy).
    """
    root = alerts_root(mode)
    with locked(root):
        at = at or now()
        published = (source or _from_ledger)(mode, at)
        return bring_about(root, _desired(mode, root, published, at))


def _desired(mode: Mode, root: Path, published: Published, at: datetime) -> dict[str, bytes]:
    """All files, in the order of their writing: an alert's page before the list that leads to it, the state last."""
    found = stories((*published.in_force, *published.recent), at)
    city = published.city or next((story.latest.city for story in found), "")
    site = Site(mode=mode, city=city, address=settings.SITE_ADDRESS)
    kept = _kept.setdefault((mode, root), _Kept())

    files: dict[str, bytes] = {}
    signatures: dict[str, tuple[object, dict[str, bytes]]] = {}
    for story in found:
        signature = (site, story.signature)
        signatures[story.key] = kept.alerts.get(story.key, (None, {}))
        if signatures[story.key][0] != signature:
            signatures[story.key] = (signature, alert_pages(site, story))
        files.update(signatures[story.key][1])
    kept.alerts = signatures

    shown = shown_at(found, at)
    fingerprint = _fingerprint(site, shown)
    written_at = _written_at(root, fingerprint, at)
    light_signature = (site, fingerprint, written_at)
    if kept.light[0] != light_signature:
        kept.light = (light_signature, light_pages(site, shown, written_at=written_at))
    files.update(kept.light[1])
    files["state.json"] = state_file(site, shown, written_at=written_at, fingerprint=fingerprint)
    return files


def _fingerprint(site: Site, shown: Shown) -> str:
    """What the list says, in a word: it changes when the list would say something else."""
    parts = (shown.in_force, shown.cancelled, shown.ended)
    said = repr((site.mode.value, site.city, [[story.signature for story in part] for part in parts]))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _written_at(root: Path, fingerprint: str, at: datetime) -> datetime:
    """Since when the list has said this: kept in state.json, so that a page written again is the same page."""
    try:
        state = json.loads(read(root / "state.json") or b"{}")
        if state["fingerprint"] == fingerprint:
            return datetime.fromisoformat(state["written_at"])
    except (ValueError, KeyError, TypeError):
        # Absent or damaged: it is written now.
        pass
    return at.replace(microsecond=0)


def _from_ledger(mode: Mode, at: datetime) -> Published:
    return published_on(CHANNEL, mode, at)
