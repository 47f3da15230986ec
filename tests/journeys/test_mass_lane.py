"""The mass lane as staff see it: a mailing's sums, and the answer to somebody whom nothing reached."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.shared.messaging import ledger
from tests.sign_in import make_staff

from todoke.base.clock import now
from todoke.shared.messaging.actions import contacts
from todoke.shared.messaging.actions.release import Order, release
from todoke.shared.messaging.models import Bundle, Delivery, Mailing, Recipient
from todoke.shared.messaging.registry import kinds
from todoke.shared.messaging.types import EditionKind, RecipientState

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

MAIL = "messaging.mail-each"


@pytest.fixture
def delivery() -> Delivery:
    """An evacuation order that went to many; one of them is a reader whose mailbox is full."""
    at = now()
    ledger.make_city()
    author, approver = ledger.make_officers()
    reader, _new = contacts.register(MAIL, "reader@example.jp", language="ja", at=at)
    release(
        Order(
            kind=EditionKind.FIRST,
            content=ledger.some_content(),
            destinations=(ledger.make_destination("residents", MAIL, name="防災メール登録者", address="tests.all"),),
            expires_at=at + timedelta(hours=6),
            author=author,
            approver=approver,
            message_kind=next(iter(kinds)).key,
        ),
        at=at,
    )
    delivery = Delivery.objects.get()
    mailing = Mailing.objects.create(delivery=delivery, planned_at=at)
    Recipient.objects.create(
        mailing=mailing, contact=reader, state=RecipientState.BOUNCED, says="5.2.2 受信箱がいっぱいです", settled_at=at
    )
    Bundle.objects.create(
        mailing=mailing,
        first=reader.pk,
        last=reader.pk,
        size=98_765,
        due_at=at,
        tally={"0": 40_000, "1": 58_700, "2": 12, "3": 53},
    )
    return delivery


def test_sums_and_one_person_are_found_by_everybody(
    delivery: Delivery,
    open_staff_window: Callable[..., Any],
    check_page: Callable[..., None],
    keep_picture: Callable[..., Any],
) -> None:
    window = open_staff_window(make_staff(["messaging.read", "messaging.operate", "messaging.look-up"]))
    page = window.page

    page.goto(reverse("messaging:delivery", args=[delivery.pk]))
    assert "98,765人のうち58,765人が済みました。" in page.inner_text("main")
    keep_picture(page, "mailing-sums")
    check_page(window)

    page.goto(reverse("messaging:message", args=[delivery.message.key]))
    assert "受付済み 58,700" in page.inner_text("main")
    check_page(window)

    page.goto(reverse("messaging:told"))
    page.get_by_label("本人のアドレス").fill("reader@example.jp")
    page.get_by_label("調べる理由").fill("避難指示が届かないと、電話で相談があった")
    page.get_by_label("受け取り方").select_option(MAIL)
    page.get_by_role("button", name="調べる").click()
    shown = page.inner_text("main")
    assert "不達の返送" in shown
    assert "5.2.2 受信箱がいっぱいです" in shown
    assert "reader" not in page.url
    keep_picture(page, "told-one-person")
