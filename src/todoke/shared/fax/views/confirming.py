"""The page on which a facility says that it has the sheet: no sign-in, no personal data, a change by POST only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.base.access import public
from todoke.base.clock import now
from todoke.shared.fax.actions.confirming import UnknownCode, confirm
from todoke.shared.fax.codes import in_groups, read_code
from todoke.shared.fax.forms import CodeForm
from todoke.shared.fax.queries import sheet_with_code
from todoke.shared.messaging.types import Mode


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code in, where no QR code can be read."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if sheet_with_code(form.cleaned_data["code"]):
            return redirect("fax:confirm", form.cleaned_data["code"])
        form.add_error("code", str(UnknownCode()))
    return render(request, "fax/enter.html", {"form": form}, status=422 if form.errors else 200)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_page(request: HttpRequest, code: str) -> HttpResponse:
    """What the sheet was about, and the one button. Looking confirms nothing: telephones open links unasked."""
    sheet = sheet_with_code(read_code(code))
    if sheet is None:
        return render(request, "fax/unknown.html", {"says": str(UnknownCode())}, status=404)
    if request.method == "POST":
        confirm(sheet.code, at=now())
        return redirect("fax:confirm", sheet.code)
    edition = sheet.delivery.edition.frozen()
    context = {
        "edition": edition,
        "mode": edition.mode if edition.mode is not Mode.ACTUAL else None,
        "sheet": sheet,
        "code": in_groups(sheet.code),
    }
    return render(request, "fax/confirm.html", context)
