"""The forms of signing in: allauth's, with the office's words."""

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm, ResetPasswordKeyForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.rules import normal_login_name


class SignInForm(LoginForm):
    """Login name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", _("ログイン名"), autocomplete="username", autocapitalize="none", spellcheck="false")
        _word(self, "password", _("パスワード"), autocomplete="current-password")
        self.fields["password"].help_text = ""

    def clean_login(self) -> str:
        # Full-width letters and capitals, typed in a hurry, are the same name; and one name has one attempt counter.
        return normal_login_name(super().clean_login())


class PasswordAgainForm(ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", _("パスワード"), autocomplete="current-password")


class NewPasswordForm(ResetPasswordKeyForm):
    """A new password, twice, from a set-up link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password1", _("新しいパスワード"), autocomplete="new-password")
        _word(self, "password2", _("新しいパスワード（確認のためもう一度）"), autocomplete="new-password")
        self.fields["password1"].help_text = _(
            "12文字以上で、ほかで使っていないもの。覚えやすい言葉を4つ並べる方法もあります。"
        )


class CodeForm(AuthenticateForm):
    """The second factor at sign-in: the app's six digits, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _("認証アプリの6桁の数字、または回復コード"))


class CodeOnceMoreForm(CodeAgainForm):
    """The second factor once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _("認証アプリの6桁の数字、または回復コード"))


class SetUpAppForm(ActivateTOTPForm):
    """The first six digits of a newly added app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code(self, _("認証アプリに表示された6桁の数字"))


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: its name, and whether it is to open the door alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")
        self.fields["name"].help_text = _("どの端末かわかる名前にします。例：公用のノートパソコン")
        self.fields["passwordless"].label = _("パスワードなしでログインする")
        self.fields["passwordless"].help_text = _("端末の指紋・顔・PINで確認できるときに選んでください。")


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("パスキーの名前")


def _word(form: Any, name: str, label: Any, **attributes: str) -> None:
    field = form.fields[name]
    field.label = label
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)


def _code(form: Any, label: Any) -> None:
    _word(form, "code", label, autocomplete="one-time-code", inputmode="numeric")
