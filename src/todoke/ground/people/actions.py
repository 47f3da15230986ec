"""Making accounts, and what the record keeps of signing in."""

from datetime import date

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, Post, Posting, Role, Section, Staff
from todoke.ground.people.rules import LOGIN_NAME, normal_login_name


class CannotAddStaff(ValueError):
    """A staff account cannot be made as asked; `field` says which fact is wrong."""

    def __init__(self, field: str, sentence: str | Promise) -> None:
        super().__init__(str(sentence))
        self.field = field
        self.sentence = sentence


@transaction.atomic
def add_staff(
    login_name: str,
    *,
    name: str,
    section: str,
    role: str,
    start_date: date,
    by: Account | str,
    post: str = "",
    staff_number: str = "",
    reading: str = "",
) -> Staff:
    """Make the account of a member of staff with one posting from `start_date`; it has no password yet.

    `section`, `role` and `post` are keys; without a post it is the one of the lowest rank. The person sets the password
    with a set-up link (signing_in.setup_link).
    Raises CannotAddStaff for a login name that is misshapen or taken, and for an unknown key.
    """
    login_name = normal_login_name(login_name)
    if not LOGIN_NAME.fullmatch(login_name):
        raise CannotAddStaff(
            "login_name", _("ログイン名には半角の英小文字・数字と . _ @ + - が使えます。先頭は英小文字か数字です。")
        )
    if Account.objects.filter(login_name=login_name).exists():
        raise CannotAddStaff("login_name", _("このログイン名は使われています。別の名前にしてください。"))
    posting = Posting(
        section=_found(Section, "section", section),
        post=_found(Post, "post", post or _lowest_post()),
        role=_found(Role, "role", role),
        start_date=start_date,
    )
    account = Account(login_name=login_name, name=name)
    account.set_unusable_password()
    account.save()
    posting.staff = Staff.objects.create(account=account, staff_number=staff_number or login_name, reading=reading)
    posting.save()
    record(
        "people.staff-added",
        on=account,
        by=by,
        after={"section": section, "post": posting.post.key, "role": role, "start_date": start_date},
    )
    return posting.staff


def note_sign_in(account: Account) -> None:
    """Record that somebody has signed in."""
    record("people.signed-in", on=account, by=account)


def note_failed_sign_in(typed_login_name: str) -> None:
    """Record a refused sign-in; the typed name, which may be a password in the wrong field, only as a keyed hash."""
    record("people.sign-in-refused", on=("people.login-name", login_name_mark(typed_login_name)), by="anonymous")


def note_second_factor(account: Account, what: str, kind: str) -> None:
    """Record what became of a second factor: `what` is one of added, removed, reset, used, refused."""
    record(f"people.second-factor-{what}", on=account, by=account, after={"kind": kind})


def login_name_mark(typed_login_name: str) -> str:
    """The keyed hash under which the record keeps a typed login name: the same name gives the same mark."""
    return salted_hmac("people.login-name", normal_login_name(typed_login_name), algorithm="sha256").hexdigest()[:32]


def _lowest_post() -> str:
    lowest = Post.objects.order_by("-rank", "key").first()
    return lowest.key if lowest else ""


_MISSING = {
    "section": _("このキーの課・係がありません。sections.csv を確かめてください。"),
    "post": _("このキーの職がありません。posts.csv を確かめてください。"),
    "role": _("このキーの役割がありません。roles.toml を確かめてください。"),
}


def _found(model: type[Section] | type[Post] | type[Role], field: str, key: str):  # type: ignore[no-untyped-def]
    found = model._default_manager.filter(key=key).first()
    if found is None:
        known = ", ".join(model._default_manager.order_by("key").values_list("key", flat=True)[:20])
        raise CannotAddStaff(field, f"{key}: {_MISSING[field]} ({known})")
    return found
