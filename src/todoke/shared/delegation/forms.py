"""What somebody enters: a delegation, a file, a reason, a code."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.shared.delegation.models import Partner
from todoke.shared.delegation.rules import HAZARDS, KINDS, Rule, hazard_name, kind_name
from todoke.shared.delegation.sealed_file import FILE_BYTES_MAX
from todoke.shared.delegation.trouble import NoTodokeFile
from todoke.shared.messaging.models import Destination

MINUTE = "%Y-%m-%dT%H:%M"


def _clock() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTE)


class GrantForm(forms.Form):
    """委任: to whom, under which agreement, what, where, by what, from, until, and who may begin."""

    use_required_attribute = False

    partner = forms.ChoiceField(label=_("代行を頼む相手"))
    agreement = forms.CharField(label=_("協定の名前"), max_length=200, help_text=_("例：災害時相互応援協定"))
    agreement_date = forms.DateField(label=_("協定の日付"), widget=forms.DateInput(attrs={"type": "date"}))
    kinds = forms.MultipleChoiceField(
        label=_("頼むお知らせの種類"),
        choices=lambda: [(kind, kind_name(kind)) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
    )
    hazards = forms.MultipleChoiceField(
        label=_("災害の種類"),
        choices=lambda: [(hazard, hazard_name(hazard)) for hazard in HAZARDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("ひとつも選ばないと、すべての災害です。"),
    )
    areas = forms.MultipleChoiceField(
        label=_("地域"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選んだ地域の中にある地域も含みます。"),
    )
    destinations = forms.MultipleChoiceField(
        label=_("渡す送り先"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("宛先だけで届く送り先です。アカウントや専用の回線が要るものは渡せません。宛先は封をして渡します。"),
    )
    rule = forms.ChoiceField(label=_("だれが始められるか"), choices=Rule.choices, widget=forms.RadioSelect)
    valid_from = forms.DateTimeField(label=_("いつから"), widget=_clock())
    valid_until = forms.DateTimeField(
        label=_("いつまで"),
        help_text=_("長くても1年です。期限が来ると、連絡がなくても使えなくなります。"),
        widget=_clock(),
    )

    def __init__(
        self,
        *arguments: Any,
        partners: Sequence[Partner],
        areas: Sequence[tuple[str, str]],
        destinations: Sequence[Destination],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        offered = [(str(partner.pk), f"{partner.name}（{partner.code}）") for partner in partners]
        self.fields["partner"].choices = offered  # type: ignore[attr-defined]
        self.fields["areas"].choices = areas  # type: ignore[attr-defined]
        self.fields["destinations"].choices = [(place.key, place.name) for place in destinations]  # type: ignore[attr-defined]


class FileForm(forms.Form):
    """A file from another city."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("受け取ったファイル"),
        help_text=_("鍵、委任、委任の取消の一覧、代行した発信の記録のどれかです。読み込む前に、中身を表示します。"),
    )

    def clean_file(self) -> bytes:
        """The bytes, where they are not too many to be one of ours."""
        taken = self.cleaned_data["file"]
        if taken.size > FILE_BYTES_MAX:
            raise forms.ValidationError(str(NoTodokeFile()))
        return bytes(taken.read())


class ReasonForm(forms.Form):
    """Why."""

    use_required_attribute = False

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CodeForm(ReasonForm):
    """Why, and the code that the other city has told."""

    code = forms.CharField(label=_("合言葉"), max_length=60, help_text=_("委任した市が、電話などで伝えた16文字です。"))


class SeenForm(forms.Form):
    """The tick of the second pair of eyes."""

    use_required_attribute = False

    seen = forms.BooleanField(label=_("内容を自分で確かめました"))
