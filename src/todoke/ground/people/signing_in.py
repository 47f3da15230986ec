"""How signing in goes here: what we ask allauth to do differently, and the set-up link of a new account."""

import base64
import re
import time
from hashlib import sha256
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import now
from todoke.ground.people import actions
from todoke.ground.people.models import Account
from todoke.ground.people.queries import has_second_factor, is_member_of_staff, is_sample_city
from todoke.ground.people.rules import SECOND_FACTOR_SET_UP_BY, SIGNED_IN_AT, normal_login_name

# The same words for a wrong password, an unknown login name, a closed account and too many attempts: the answer tells
# nobody which login names exist, and tells everybody what to do.
NOT_SIGNED_IN = _(
    "ログインできませんでした。ログイン名かパスワードが違うか、続けて間違えたため一時的に止めています。"
    "5分待ってから、もう一度お試しください。それでも入れないときは、情報システムの担当課に連絡してください。"
)
FRESH_SIGN_IN_SECONDS = 300


# Made by residents.passkeys: it holds passkeys, and opens the residents' door only.
RESIDENTS_LOGIN_NAME = re.compile(r"resident-[0-9a-f]{32}")


def is_residents_account(user: Any) -> bool:
    """Whether this account only holds a resident's passkeys: the staff's door stays shut to it."""
    return bool(RESIDENTS_LOGIN_NAME.fullmatch(user.login_name))


class LoginNameBackend(AuthenticationBackend):
    """Checks login name and password, and gives a closed account the answer of a wrong password."""

    @classmethod
    def _stash_user(cls, user: Any) -> Any:
        # allauth 65 remembers a closed account here, to send it to a page that says so.
        del user

    def user_can_authenticate(self, user: Any) -> bool:
        # Asked at sign-in and again for every request of a session.
        if is_residents_account(user):
            return False
        return super().user_can_authenticate(user) and (not user.is_sample or is_sample_city())


class AccountAdapter(DefaultAccountAdapter):
    """No signing up; the same answer to every failure; every sign-in in the record."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": NOT_SIGNED_IN,
        "too_many_login_attempts": NOT_SIGNED_IN,
        "username_password_mismatch": NOT_SIGNED_IN,
        "incorrect_password": _("パスワードが違います。"),
        "rate_limited": _("続けて間違えたため、一時的に止めています。5分待ってから、もう一度お試しください。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth counts per host name too, which whoever knocks may choose.
        del request
        return normal_login_name(credentials.get("username") or "")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        actions.note_failed_sign_in(credentials.get("username") or "")

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if is_residents_account(user):
            return redirect("people:sign-in")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        actions.note_sign_in(user)
        return super().post_login(request, user, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask for the password again; not of somebody who has just given it to set up a first factor."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        if not required or app != "allauth.mfa" or has_second_factor(self.request.user):
            return required
        records = get_authentication_records(self.request, self.request.user)
        return not (records and time.time() - records[-1]["at"] < FRESH_SIGN_IN_SECONDS)


class MfaAdapter(DefaultMFAAdapter):
    """Second factors: secrets sealed in the database, and staff keep at least one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("数字が違うか、もう使われています。次に表示される数字を入力してください。"),
        "cannot_delete_authenticator": _(
            "職員には二つ目の確認が必要です。先に別の方法を追加してから解除してください。"
        ),
    }

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.login_name)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("パスキー%(number)d") % {"number": count + 1}

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        if authenticator.type == Authenticator.Type.RECOVERY_CODES or not is_member_of_staff(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        ).exclude(pk=authenticator.pk)
        return others.exists()


def setup_link(account: Account) -> str:
    """The address at which this person sets their password: good once, and for PASSWORD_RESET_TIMEOUT."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(account)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": token})
    return f"{settings.SITE_ADDRESS}{path}"


def mark_sign_in(request: HttpRequest, **kwargs: Any) -> None:
    """Write into the session when it began (signal `user_logged_in`)."""
    del kwargs
    request.session[SIGNED_IN_AT] = now().timestamp()


def mark_second_factor_set_up(request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any) -> None:
    """Ask nobody again for the app or passkey that they have just set up (signal `authenticator_added`)."""
    del kwargs
    if authenticator.type in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN):
        request.session[SECOND_FACTOR_SET_UP_BY] = str(user.pk)
    actions.note_second_factor(user, "added", authenticator.type)


def note_removed(user: Account, authenticator: Authenticator, **kwargs: Any) -> None:
    """Signal `authenticator_removed`."""
    del kwargs
    actions.note_second_factor(user, "removed", authenticator.type)


def note_reset(user: Account, authenticator: Authenticator, **kwargs: Any) -> None:
    """Signal `authenticator_reset`."""
    del kwargs
    actions.note_second_factor(user, "reset", authenticator.type)


def note_used(user: Account, authenticator: Authenticator, **kwargs: Any) -> None:
    """Signal `authenticator_used`."""
    del kwargs
    actions.note_second_factor(user, "used", authenticator.type)


def note_refused(user: Account, authenticator: Authenticator, **kwargs: Any) -> None:
    """Signal `authentication_failed`."""
    del kwargs
    actions.note_second_factor(user, "refused", authenticator.type)


def _seal() -> MultiFernet:
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    keys = (sha256(b"todoke.people.second-factor\0" + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
