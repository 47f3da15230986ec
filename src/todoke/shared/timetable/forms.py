"""What somebody types to close the office."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from todoke.base.calendar import UnreadableDate, read_date


class ClosingForm(forms.Form):
    """The day in any notation, and why."""

    use_required_attribute = False

    day = forms.CharField(label=_("閉庁する日"), max_length=40, help_text=_("例：令和8年12月28日、2026-12-28"))
    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("例：庁舎の引っ越しのため。窓口の掲示にも使います。")
    )

    def clean_day(self) -> date:
        """The day that was meant; refused where the day itself is not known."""
        try:
            read = read_date(self.cleaned_data["day"])
        except UnreadableDate as trouble:
            raise ValidationError(str(trouble)) from None
        if read.date is None:
            raise ValidationError(_("年・月・日をすべて書いてください。例：令和8年12月28日"))
        return read.date
