"""The languages of the screens: Japanese, やさしい日本語 and English, chosen without script.

A link with `?language=en` shows the page in that language and remembers the choice in a cookie. The address names the
language, so such a link can be printed on paper and kept by a cache.
"""

from collections.abc import Callable

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers

EASY = "ja-easy"

# “ja-easy” is the house's own code. The registered variant “simple” (IANA language subtag registry, 2015-12-29) says
# the same to a browser and a screen reader; “ja-easy” itself would be read as Japanese in a script named Easy.
_LANGUAGE_TAGS = {EASY: "ja-simple"}

_COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60


def introduce_easy_japanese() -> None:
    """Make Django know やさしい日本語; called once, when the app registry is ready."""
    LANG_INFO[EASY] = {"bidi": False, "code": EASY, "name": "Easy Japanese", "name_local": "やさしい日本語"}


def language_tag(code: str | None) -> str:
    """The BCP 47 tag for the `lang` attribute; Japanese where no translation is active."""
    return _LANGUAGE_TAGS.get(code or "ja", code or "ja")


def asked_language(request: HttpRequest) -> str | None:
    """The language that the address asks for, or None when it names none of ours."""
    code = request.GET.get("language", "")
    return code if code in dict(settings.LANGUAGES) else None


class LanguageMiddleware:
    """Puts each request into the language of its address, else of its cookie, else of its browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_language(request)
        with translation.override(asked or translation.get_language_from_request(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language_tag(request.LANGUAGE_CODE))
        # Files made for everybody say so themselves; they are the same in every language, and a cache keeps one copy.
        if "public" not in response.headers.get("Cache-Control", ""):
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        # A terminal in a hall forgets its visitors: its pages say so.
        if asked and not getattr(response, "_language_is_not_kept", False):
            _remember(response, asked)
        return response


def _remember(response: HttpResponseBase, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=_COOKIE_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    # The cookie is one person's: a shared cache must not hand it to the next one.
    patch_cache_control(response, private=True)
