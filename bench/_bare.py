"""The peer of `procedures`: the same three posts with a plain Django form, and as many rows in plain tables.

No custody, no sealed answers, no record with a chain of hashes, no judging of conditions: what is left is Django.
A process of its own: `granian bench._bare:application`.
"""

import json
import os
import secrets
import uuid
from pathlib import Path
from typing import Any

import django
from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from bench._form import FIELDS

TABLES = (
    "custody", "wrapping", "response", "revision", "filing", "document", "upload", "case", "event", "paper", "entry",
    "tally",
)  # fmt: skip


def _configure() -> None:
    """What `startproject` gives, on the database of the measurement."""
    told = json.loads(os.environ["BENCH_BARE"])
    settings.configure(
        DEBUG=False,
        SECRET_KEY=secrets.token_hex(16),
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": told["database"]},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        MEDIA_ROOT=told["files"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


if not settings.configured:
    _configure()

from django.db import models, transaction  # noqa: E402 - after the settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402
from django.urls import path  # noqa: E402


def _table(name: str) -> type[models.Model]:
    members = {
        "__module__": __name__,
        "ref": models.BigIntegerField(db_index=True),
        "key": models.UUIDField(default=uuid.uuid4, unique=True),
        "body": models.JSONField(),
        "made_at": models.DateTimeField(auto_now_add=True),
        "Meta": type("Meta", (), {"app_label": "bare", "db_table": f"bare_{name}"}),
    }
    return type(name.title(), (models.Model,), members)


ROWS: dict[str, Any] = {name: _table(name) for name in TABLES}


class PlainForm(forms.Form):
    """Twenty boxes and a file."""

    paper = forms.FileField()


for _key, _kind, _settings, _typed in FIELDS:
    for _part in _typed:
        PlainForm.base_fields[f"{_key}:{_part}" if _part else _key] = forms.CharField(max_length=2000)


def begin(request: HttpRequest) -> HttpResponse:
    """A draft."""
    with transaction.atomic():
        rows = {name: _made(name, 0, {}) for name in ("custody", "wrapping", "response", "revision", "filing", "entry")}
    request.session["draft"] = rows["response"].pk
    return HttpResponseRedirect("/page/")


def page(request: HttpRequest) -> HttpResponse:
    """The answers and the file."""
    form = PlainForm(request.POST, request.FILES)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422)
    draft, paper = request.session["draft"], form.cleaned_data.pop("paper")
    with transaction.atomic():
        _kept(paper.read())
        document = _made("document", draft, {"name": paper.name, "size": paper.size})
        _made("upload", document.pk, {})
        revision = ROWS["revision"].objects.select_for_update().get(pk=draft)
        revision.body = form.cleaned_data
        revision.save()
        ROWS["response"].objects.filter(pk=draft).update(body={"touched": True})
    request.session["paged"] = True
    return HttpResponseRedirect("/review/")


def _kept(content: bytes) -> None:
    """Synced to the disk before anybody is told, as the house does it."""
    place = Path(settings.MEDIA_ROOT) / uuid.uuid4().hex
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def review(request: HttpRequest) -> HttpResponse:
    """Handed in."""
    draft = request.session["draft"]
    with transaction.atomic():
        revision = ROWS["revision"].objects.select_for_update().get(pk=draft)
        revision.save()
        ROWS["response"].objects.filter(pk=draft).update(body={"state": "submitted"})
        case = _made("case", draft, {"state": "received"})
        for name in ("event", "paper", "entry", "entry"):
            _made(name, case.pk, {})
        case.save()
        ROWS["tally"].objects.get_or_create(ref=1, defaults={"body": {}})
        ROWS["tally"].objects.filter(ref=1).update(body={"filings": 1})
        ROWS["filing"].objects.filter(pk=draft).update(body={"case": case.pk})
    request.session["done"] = True
    return HttpResponseRedirect("/receipt/")


def _made(name: str, ref: int, body: Any) -> Any:
    return ROWS[name].objects.create(ref=ref, body=body)


urlpatterns = [path("begin/", begin), path("page/", page), path("review/", review)]
application = get_wsgi_application()
