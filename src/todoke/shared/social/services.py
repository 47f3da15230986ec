"""The services on which a Japanese city has accounts today. A new one is a row here, or of another room's plugs."""

from django.utils.translation import gettext_lazy as _

from todoke.shared.social.registry import Service


def _mastodon(handle: str) -> str:
    name, _at, host = handle.removeprefix("@").partition("@")
    return f"https://{host}/@{name}" if host else ""


SERVICES = (
    Service("social.x", "X", "social.x", lambda handle: f"https://x.com/{handle.removeprefix('@')}"),
    Service("social.mastodon", "Mastodon", "social.mastodon", _mastodon),
    Service("social.facebook", "Facebook", "social.facebook", lambda handle: f"https://www.facebook.com/{handle}"),
    Service("social.line", "LINE", "", lambda handle: f"https://line.me/R/ti/p/{handle}"),
    Service(
        "social.instagram", "Instagram", "", lambda handle: f"https://www.instagram.com/{handle.removeprefix('@')}/"
    ),
    Service("social.youtube", "YouTube", "", lambda handle: f"https://www.youtube.com/{handle}"),
    Service("social.apprise", _("その他のサービス"), "social.apprise", lambda _handle: ""),
)
