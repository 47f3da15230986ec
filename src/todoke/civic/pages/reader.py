"""The public page, read as a resident reads it."""

import html

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.civic.pages.actions import CHANNEL
from todoke.civic.pages.render import digest_of
from todoke.civic.pages.words import LANGUAGES
from todoke.shared.messaging.cap import clean
from todoke.shared.messaging.channels.public_page import read_public
from todoke.shared.messaging.public_files import alerts_root, page_address, page_name, read
from todoke.shared.messaging.types import Address, FrozenEdition
from todoke.shared.watch.registry import Sighting


class PageReader:
    """Looks for the edition's title and the mark of its words on the alert's own page, in the destination's language.

    What a drill publishes is shown to staff alone, so a stranger cannot read it; there, the file is read.
    """

    key = "pages.page"
    channel = CHANNEL
    name = _("公開ページ")

    def can_see(self, address: Address) -> bool:
        """Everywhere: there is one site."""
        del address
        return True

    def look(self, edition: FrozenEdition, address: Address) -> Sighting:
        """Look once. Raises TryLater."""
        # Whoever has no page in their language reads the Japanese one.
        language = address.language if address.language in LANGUAGES else "ja"
        page = self._read(edition, language).decode("utf-8", "replace")
        if f'data-digest="{digest_of(edition, language)}"' not in page:
            return Sighting(False, "公開ページに、この版がありません。")
        if clean(edition.content.wording(language).title) not in html.unescape(page):
            return Sighting(False, "公開ページに、この版の題名がありません。")
        if edition.mode.is_drill:
            return Sighting(True, "訓練用のページのファイルで、この版を確認しました。")
        return Sighting(True, "公開ページを外から読み、この版を確認しました。")

    def _read(self, edition: FrozenEdition, language: str) -> bytes:
        if edition.mode.is_drill:
            return read(alerts_root(edition.mode) / edition.message_key / page_name(language)) or b""
        return read_public(page_address(settings.SITE_ADDRESS, edition.mode, edition.message_key, language))
