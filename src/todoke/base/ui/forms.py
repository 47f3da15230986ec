"""The form of the living style page: one field of every kind."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# Django says these itself, in English or in its translators' Japanese (“このフィールドは必須です。”); they stand here
# so that our catalogues may say them as the office would.
WORDS_OF_DJANGO = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid date/time."),
)


class SpecimenForm(forms.Form):
    """Every kind of control; it is never sent."""

    use_required_attribute = False

    name = forms.CharField(label=_("名前"), max_length=40)
    number = forms.IntegerField(
        label=_("人数"),
        help_text=_("数字で書いてください。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    words = forms.CharField(label=_("伝えたいこと"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    ward = forms.ChoiceField(label=_("地区"), required=False, choices=[("north", _("北区")), ("south", _("南区"))])
    how = forms.ChoiceField(
        label=_("連絡の方法"),
        choices=[("mail", _("メール")), ("phone", _("電話"))],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label=_("内容を確かめました"))
