"""Signing in: password, second factor, attempts, and what the record keeps of it."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.ground.audit.models import Entry
from todoke.ground.people import signing_in
from todoke.ground.people.actions import login_name_mark
from todoke.ground.people.models import Account, Role, Section, Staff
from todoke.ground.people.rules import totp_code
from todoke.ground.people.signing_in import MfaAdapter, setup_link

pytestmark = pytest.mark.django_db

PASSWORD = "four quiet words here"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _quick_hashes_and_no_attempts(settings) -> None:  # type: ignore[no-untyped-def]
    # Argon2 with its real cost is not what these tests are about.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


def officer(*, with_app: bool = True) -> Account:
    account = make_staff(["audit.read"], login_name="sato", name="佐藤 一")
    account.set_password(PASSWORD)
    account.save()
    if with_app:
        Authenticator.objects.create(user=account, type="totp", data={"secret": MfaAdapter().encrypt(SECRET)})
    return account


def try_password(client: Client, login: str = "sato", password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post("/accounts/login/", {"login": login, "password": password})


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("what", flat=True))


def test_staff_sign_in_with_password_and_app_and_reach_the_desk() -> None:
    officer()
    client = Client()

    first = try_password(client, "ＳＡＴＯ")
    assert first.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/desk/audit/").status_code == 302
    second = client.post("/accounts/2fa/authenticate/", {"code": totp_code(SECRET, now())})

    assert second.headers["Location"] == "/desk/"
    assert client.get("/desk/audit/").status_code == 200
    assert acts() == ["people.second-factor-used", "people.signed-in"]


def test_the_session_key_changes_at_sign_in() -> None:
    officer()
    client = Client()
    try_password(client)
    before = client.session.session_key

    client.post("/accounts/2fa/authenticate/", {"code": totp_code(SECRET, now())})

    assert client.session.session_key != before


def test_the_same_code_is_not_taken_twice() -> None:
    officer()
    code = totp_code(SECRET, now())
    first, second = Client(), Client()
    for client in (first, second):
        try_password(client)

    first.post("/accounts/2fa/authenticate/", {"code": code})
    answer = second.post("/accounts/2fa/authenticate/", {"code": code})

    assert "もう使われています" in answer.content.decode()
    assert "people.second-factor-refused" in acts()


def test_wrong_password_unknown_name_and_closed_account_get_the_same_answer() -> None:
    officer()
    closed = make_staff(login_name="closed")
    closed.set_password(PASSWORD)
    closed.is_active = False
    closed.save()

    answers = [
        try_password(Client(), "sato", "wrong password here"),
        try_password(Client(), "nobody", PASSWORD),
        try_password(Client(), "closed", PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    errors = {str(answer.context["form"].non_field_errors()) for answer in answers}
    assert len(errors) == 1
    assert str(signing_in.NOT_SIGNED_IN) in errors.pop()


def test_after_five_failures_not_even_the_right_password_is_hashed(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    officer()
    for _ in range(5):
        try_password(Client(), "Sato", "wrong password here")
    hashed = []
    monkeypatch.setattr(Account, "check_password", lambda self, password: hashed.append(password))

    # Another host name, another way of typing the login name: it stays one counter.
    answer = Client().post(
        "/accounts/login/", {"login": "ｓａｔｏ", "password": PASSWORD}, headers={"host": "elsewhere"}
    )

    assert str(signing_in.NOT_SIGNED_IN) in str(answer.context["form"].non_field_errors())
    assert hashed == []


def test_a_failed_sign_in_is_recorded_without_the_typed_name() -> None:
    officer()

    try_password(Client(), "my secret by mistake", "wrong password here")

    entry = Entry.objects.get()
    assert (entry.what, entry.actor, entry.target_type) == ("people.sign-in-refused", "anonymous", "people.login-name")
    assert entry.target_key == login_name_mark("My secret by mistake")
    assert "secret" not in (entry.payload or "") + entry.target_key


def test_a_new_colleague_sets_up_password_and_app_by_a_link_that_works_once(capsys) -> None:  # type: ignore[no-untyped-def]
    make_staff(["audit.read"])
    section, role = Section.objects.get(), Role.objects.get()
    call_command("people", "add", "suzuki", "--name", "鈴木 花", "--section", section.key, "--role", role.key)
    link = urlsplit(capsys.readouterr().out.split()[-1]).path
    client = Client()

    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    again = Client().get(link)
    try_password(client, "suzuki")

    assert "このリンクは使えません" in again.content.decode()
    assert client.get("/desk/audit/").headers["Location"] == "/accounts/2fa/"
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert page.status_code == 200
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret, now())})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    assert Authenticator.objects.filter(user__login_name="suzuki").count() == 2
    sealed = Authenticator.objects.get(user__login_name="suzuki", type="totp").data["secret"]
    assert secret not in sealed
    assert MfaAdapter().decrypt(sealed) == secret


def test_a_set_up_link_is_no_way_round_a_second_factor_that_is_there() -> None:
    account = officer()
    client = Client()
    form = client.get(urlsplit(setup_link(account)).path, follow=True)

    client.post(
        form.redirect_chain[-1][0], {"password1": "other quiet words here", "password2": "other quiet words here"}
    )

    assert client.get("/desk/audit/").headers["Location"].startswith("/accounts/login/")
    assert try_password(client, "sato", "other quiet words here").headers["Location"] == "/accounts/2fa/authenticate/"


def test_staff_cannot_take_away_their_only_second_factor() -> None:
    officer()
    client = Client()
    try_password(client)
    client.post("/accounts/2fa/authenticate/", {"code": totp_code(SECRET, now())})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    answer = client.post("/accounts/2fa/totp/deactivate/")

    assert "先に別の方法を追加" in answer.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_adding_a_colleague_says_what_is_wrong() -> None:
    make_staff(login_name="sato")

    def add(login_name: str, section: str = "kiki") -> None:
        call_command(
            "people", "add", login_name, "--name", "鈴木 花", "--section", section, "--role", Role.objects.get().key
        )

    with pytest.raises(CommandError, match="使われています"):
        add("sato")
    with pytest.raises(CommandError, match="section: nowhere"):
        add("suzuki", "nowhere")
    with pytest.raises(CommandError, match="半角"):
        add("鈴木")
    assert Staff.objects.count() == 1


@pytest.mark.parametrize(
    ("seconds", "code"),
    # RFC 6238, appendix B: the last six digits of the eight.
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", datetime.fromtimestamp(seconds, UTC)) == code


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/2fa/authenticate/", "/accounts/2fa/webauthn/add/"])
def test_the_pages_of_signing_in_run_no_inline_script(address: str) -> None:
    officer()
    client = Client()
    if address != "/accounts/login/":
        try_password(client)
    if "add" in address:
        client.post("/accounts/2fa/authenticate/", {"code": totp_code(SECRET, now())})
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    answer = client.get(address)

    page = answer.content.decode()
    assert answer.status_code == 200
    opened = [tag.split(">")[0] for tag in page.split("<script")[1:]]
    assert opened
    assert all(" src=" in tag or 'type="application/json"' in tag for tag in opened)
    assert " style=" not in page
    assert "onclick" not in page
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]
