"""What residents and clerks type at the doors of signing in."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models import Mandate
from todoke.ground.people.residents.letters import no_trouble_with, normal_address
from todoke.ground.people.residents.numbers import NoSuchResident, resident_referred_to


class MailForm(forms.Form):
    """A mail address."""

    use_required_attribute = False
    address = forms.CharField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_address(self) -> str:
        address = normal_address(self.cleaned_data["address"])
        if trouble := no_trouble_with(address):
            raise forms.ValidationError(trouble)
        return address


class CodeForm(forms.Form):
    """The six digits of the letter."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("メールの6桁の数字"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        # Full-width digits and a blank in the middle are what people type.
        wide = str.maketrans("０１２３４５６７８９", "0123456789")
        return "".join(letter for letter in self.cleaned_data["code"].translate(wide) if letter.isdigit())


class NumberForm(forms.Form):
    """The number from the counter."""

    use_required_attribute = False
    number = forms.CharField(
        label=_("窓口の番号（8文字）"),
        max_length=20,
        help_text=_("窓口でもらったか、郵便で届いた番号です。例：7KMP-2XQD"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ReferenceForm(forms.Form):
    """Somebody's reference, and what the clerk has seen."""

    use_required_attribute = False
    reference = forms.CharField(
        label=_("登録の番号（10文字）"),
        max_length=20,
        help_text=_("本人の「わたしの登録」の画面にあります。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    evidence = forms.ChoiceField(
        label=_("確かめた書類"),
        choices=[
            ("card", _("マイナンバーカード")),
            ("licence", _("運転免許証")),
            ("passport", _("パスポート")),
            ("residence", _("在留カード・特別永住者証明書")),
            ("two", _("顔写真のない書類2点")),
            ("post", _("本人限定受取郵便などで送る")),
        ],
    )

    def clean_reference(self) -> str:
        try:
            self.resident = resident_referred_to(self.cleaned_data["reference"])
        except NoSuchResident as refused:
            raise forms.ValidationError(str(refused)) from refused
        return self.resident.reference


class MandateForm(forms.Form):
    """Whom to act for, how, and until when."""

    use_required_attribute = False
    reference = forms.CharField(
        label=_("本人の登録の番号（10文字）"),
        max_length=20,
        help_text=_("本人から聞いてください。本人の「わたしの登録」の画面にあります。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    kind = forms.ChoiceField(label=_("代理の種類"), choices=Mandate.Kind.choices, widget=forms.RadioSelect)
    end_date = forms.DateField(
        label=_("いつまで"),
        help_text=_("5年以内で決めます。"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today

    def clean_reference(self) -> str:
        try:
            self.principal = resident_referred_to(self.cleaned_data["reference"])
        except NoSuchResident as refused:
            raise forms.ValidationError(str(refused)) from refused
        return self.principal.reference
