"""The feed, read as an app or a mirror reads it: the entry in the Atom feed, and the CAP message behind it."""

from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.cap import ARTEFACT
from todoke.shared.messaging.channels import feeds
from todoke.shared.messaging.channels.public_page import read_public
from todoke.shared.messaging.feeds import cap_name
from todoke.shared.messaging.public_files import alerts_root, read
from todoke.shared.messaging.queries import artefact_bytes
from todoke.shared.messaging.types import Address, FrozenEdition
from todoke.shared.watch.registry import Sighting


class FeedReader:
    """Looks for the edition's identifier in the Atom feed, and for its frozen bytes behind the link.

    What a drill publishes is shown to staff alone, so a stranger cannot read it; there, the files are read.
    """

    key = "watch.feed"
    channel = feeds.KEY
    name = _("データ配信")

    def can_see(self, address: Address) -> bool:
        """Everywhere: there is one feed."""
        del address
        return True

    def look(self, edition: FrozenEdition, address: Address) -> Sighting:
        """Look once. Raises TryLater."""
        del address
        feed, message = self._read(edition)
        if cap_name(edition.identifier).encode() not in feed:
            return Sighting(False, "データ配信（Atom）に、この版がありません。")
        if message != artefact_bytes(edition.identifier, ARTEFACT.name):
            return Sighting(False, "データ配信のCAPが、発信したものと一致しません。")
        if edition.mode.is_drill:
            return Sighting(True, "訓練用のデータ配信のファイルで、この版を確認しました。")
        return Sighting(True, "データ配信（AtomとCAP）を外から読み、この版を確認しました。")

    def _read(self, edition: FrozenEdition) -> tuple[bytes, bytes]:
        if edition.mode.is_drill:
            root = alerts_root(edition.mode)
            return read(root / "feed.atom") or b"", read(root / cap_name(edition.identifier)) or b""
        feed = read_public(feeds.feed_address(edition.mode))
        if cap_name(edition.identifier).encode() not in feed:
            return feed, b""
        return feed, read_public(feeds.cap_address(edition.mode, edition.identifier))
