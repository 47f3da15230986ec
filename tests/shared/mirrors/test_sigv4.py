"""Our signatures are those of AWS's own client, to the byte."""

from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.shared.mirrors.conftest import SECRET, USER
from todoke.shared.mirrors.carriers.sigv4 import signed
from todoke.shared.mirrors.rules import web_name

AT = datetime(2026, 11, 21, 3, 5, 9, tzinfo=UTC)


def theirs(method: str, address: str, headers: dict[str, str], body: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    class At(datetime):
        @classmethod
        def utcnow(cls) -> datetime:
            return AT.replace(tzinfo=None)

        @classmethod
        def now(cls, tz: object = None) -> datetime:
            return AT

    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: AT.replace(tzinfo=None), raising=False)
    monkeypatch.setattr("botocore.auth.datetime", At, raising=False)
    request = AWSRequest(method=method, url=address, headers=headers, data=body)
    request.context["payload_signing_enabled"] = True
    S3SigV4Auth(Credentials(USER, SECRET), "s3", "ap-northeast-1").add_auth(request)
    return str(request.headers["Authorization"])


@pytest.mark.parametrize(
    ("method", "address", "headers", "body"),
    [
        ("HEAD", "https://s3.example.jp/nagihama/copy/alerts/state.json", {}, b""),
        ("PUT", "https://s3.example.jp:9000/b/alerts/index.html", {"Content-Type": "text/html; charset=utf-8"}, b"x"),
        (
            "PUT",
            f"https://s3.example.jp/b/{web_name('凪浜 1+2.txt')}",
            {"Cache-Control": "a,  b"},
            "浜".encode(),
        ),
        ("DELETE", "http://127.0.0.1:9000/b/a~b_c-d.xml", {}, b""),
    ],
)
def test_a_signature_is_the_one_that_botocore_makes(method, address, headers, body, monkeypatch):
    made = signed(method, address, headers, body, user=USER, secret=SECRET, region="ap-northeast-1", at=AT)

    assert made["Authorization"] == theirs(method, address, headers, body, monkeypatch)


def test_a_changed_body_or_secret_changes_the_signature():
    def of(body: bytes, secret: str) -> str:
        made = signed("PUT", "https://s3.example.jp/b/a", {}, body, user=USER, secret=secret, region="r", at=AT)
        return made["Authorization"]

    assert len({of(b"a", SECRET), of(b"b", SECRET), of(b"a", SECRET + "x")}) == 3
