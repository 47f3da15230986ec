"""What must not stand in a log."""

import pytest

from todoke.base.health.redaction import OUT, redacted

SECRET = "aZ3-_kfjT09sdlfkjsdfLK2jf0s9fjw2"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("bounce for hanako.suzuki+bousai@mail.example.jp came back", "hanako"),
        ("宛先「花子@例.example.jp」を断られました", "花子"),
        ("postgresql://todoke:verysecret@db.example/todoke", "verysecret"),
        (f"GET /subscriptions/{SECRET}/ failed", SECRET),
        (f"https://www.city.example.jp/s/{SECRET}?lang=en was opened", SECRET),
        ("Not Found: /search?name=suzuki&birth=1950", "suzuki"),
        (f"Authorization: Bearer {SECRET}", SECRET),
        ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("rang 090-1234-5678 twice", "1234"),
        ("rang 09012345678 twice", "09012345678"),
        ("rang +81-90-1234-5678 twice", "5678"),
        (
            'duplicate key value violates unique constraint "one"\nDETAIL:  Key (name)=(鈴木花子) already exists.\n',
            "鈴木",
        ),
        (
            "new row violates check\nDETAIL:  Failing row contains (1, 鈴木花子,\n西町 3-2).\nCONTEXT:  SQL statement",
            "西町",
        ),
    ],
)
def test_what_says_whose_life_it_is_or_opens_a_door_is_taken_out(text: str, secret: str) -> None:
    assert secret in text

    cleaned = redacted(text)

    assert secret not in cleaned
    assert OUT in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "delivery_broke_off channel=messaging.mail delivery=12",
        'File "src/todoke/shared/messaging/actions/dispatch.py", line 120, in settle',
        "PostgreSQL 18.1 on 127.0.0.1:5432",
        "2026-11-21T07:15:47.123+00:00 took 12345678 µs",
        "desk/messages/<uuid:key>/",
        "is this known? yes",
        "todoke worker --lane emergency",
    ],
)
def test_what_harms_nobody_stays(text: str) -> None:
    assert redacted(text) == text
