"""Verification: anybody who holds a paper learns whether it is genuine and still holds, and nothing else."""

import hashlib
import hmac
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import public
from todoke.base.clock import now
from todoke.base.limits import is_too_often, visitor
from todoke.ground.people.queries import is_sample_city
from todoke.shared.documents.forms import CodeForm, SecretForm, UploadForm
from todoke.shared.documents.models import OfficialDocument
from todoke.shared.documents.queries import body_of, document_with_code, secret_digest, standing
from todoke.shared.documents.rules.days import on_paper
from todoke.shared.documents.rules.verification import Standing

READ_OR_POST = ["GET", "HEAD", "POST"]
# In five minutes: papers looked at from one place of the network, and words tried on one paper.
LOOKS_MAX, SECRETS_MAX = 60, 10
TONES = {
    Standing.VALID: "good",
    Standing.EXPIRED: "attention",
    Standing.WITHDRAWN: "bad",
    Standing.REPLACED: "attention",
}


@public
@require_http_methods(READ_OR_POST)
@never_cache
def ask_code(request: HttpRequest) -> HttpResponse:
    """Type the code that stands on a paper, where the QR code cannot be read."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = "".join(each for each in form.cleaned_data["code"].lower() if each.isascii() and each.isalnum())
        if code:
            return redirect("documents:verify", code)
        form.add_error("code", _("英数字で書いてください。"))
    return render(request, "documents/ask_code.html", {"form": form}, status=422 if form.errors else 200)


@public
@require_http_methods(READ_OR_POST)
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of the paper with this code. A post compares a word or a file; neither is stored."""
    if is_too_often("document-look", visitor(request), LOOKS_MAX):
        return _answer(request, "documents/too_often.html", {}, status=429)
    found = document_with_code(code)
    if found is None:
        return _answer(request, "documents/unknown.html", {}, status=404)
    secret, upload = SecretForm(), UploadForm()
    seen: dict[str, Any] = {"secret_right": None, "file_same": None}
    if request.method == "POST" and "secret" in request.POST:
        secret = SecretForm(request.POST)
        if secret.is_valid():
            if is_too_often("document-secret", str(found.pk), SECRETS_MAX):
                return _answer(request, "documents/too_often.html", {}, status=429)
            seen["secret_right"] = _holds(found, secret.cleaned_data["secret"])
    elif request.method == "POST":
        upload = UploadForm(request.POST, request.FILES)
        if upload.is_valid():
            seen["file_same"] = _is_same(found, upload.cleaned_data["file"])
    stands = standing(found)
    values = {
        "standing": stands.value,
        "tone": TONES[stands],
        "words": _words(stands),
        "says": _says(stands),
        "facts": _facts(found),
        "secret_form": secret if found.secret_hash else None,
        "upload_form": upload,
        "is_sample": is_sample_city(),
        "signer": found.signer,
        "looked_at": now(),
        **seen,
    }
    return _answer(request, "documents/verify.html", values, status=422 if secret.errors or upload.errors else 200)


def _answer(request: HttpRequest, template: str, values: dict[str, Any], *, status: int) -> HttpResponse:
    answer = render(request, template, values, status=status)
    # `never_cache` says no-store too; a page about somebody's paper leads no search engine and no other site here.
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _holds(document: OfficialDocument, typed: str) -> bool:
    return document.secret_hash is not None and hmac.compare_digest(
        bytes(document.secret_hash), secret_digest(document.pk, typed)
    )


def _is_same(document: OfficialDocument, file: Any) -> bool:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return hmac.compare_digest(digest.hexdigest(), document.sha256)


def _words(stands: Standing) -> str:
    return {
        Standing.VALID: _("本物です。いまも有効です。"),
        Standing.EXPIRED: _("本物ですが、有効期限が切れています。"),
        Standing.WITHDRAWN: _("本物ですが、取り消されています。使えません。"),
        Standing.REPLACED: _("本物ですが、新しい文書に差し替えられています。使えません。"),
    }[stands]


def _says(stands: Standing) -> str:
    return {
        Standing.VALID: _("この市が発行し、いまも有効な文書です。下の内容が、手元の文書と同じか確かめてください。"),
        Standing.EXPIRED: _("必要なときは、担当の課で新しい文書を受け取ってください。"),
        Standing.WITHDRAWN: _("この文書の内容は、いまは効力がありません。分からないことは、担当の課に聞いてください。"),
        Standing.REPLACED: _("新しい文書を使ってください。持っていないときは、担当の課に聞いてください。"),
    }[stands]


def _facts(document: OfficialDocument) -> list[tuple[str, str]]:
    """What this kind of document lets everybody see; never a name."""
    known = {
        "kind": (_("文書の種類"), document.title),
        "number": (_("文書番号"), document.number.text),
        "date": (_("日付"), on_paper(document.issued_on)),
        "section": (_("担当"), document.section.name),
        "expires": (_("有効期限"), on_paper(document.expires_on) if document.expires_on else ""),
    }
    told = [known[key] for key in body_of(document.version).shows if known[key][1]]
    later = getattr(document, "replaced_by", None)
    return [*told, (_("新しい文書の番号"), later.number.text)] if later is not None else told
