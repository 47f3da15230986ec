"""What a person decides about a delivery."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Decision(TextChoices):
    """The ways to end what the programme cannot; the last one alone where there is only something to be seen."""

    CONFIRMED = "confirmed", _("届いたことを確かめました（電話・目視など）")
    AGAIN = "again", _("もう一度送ります（同じ版、同じ番号で）")
    GIVE_UP = "give_up", _("届けられませんでした（これ以上送りません）")
    NOTED = "noted", _("原因を調べ、対応しました（配信の状態は変わりません）")


class DecisionForm(forms.Form):
    """What was decided, and how the person knows."""

    decision = forms.ChoiceField(label=_("どうしますか"), widget=forms.RadioSelect, required=True)
    note = forms.CharField(
        label=_("どのように確かめたか、または理由"),
        help_text=_("例：03時20分、電話で会長本人に伝え、復唱を受けた。電話番号や病気のことなどは書かないでください。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: Any, only_a_look: bool = False, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["decision"].choices = [  # type: ignore[attr-defined]
            choice for choice in Decision.choices if (choice[0] == Decision.NOTED) == only_a_look
        ]


class CallForm(forms.Form):
    """Who was told on the telephone, in a few words."""

    note = forms.CharField(
        label=_("相手の応答（任意）"),
        help_text=_("例：本人に伝えた。復唱あり。"),
        max_length=500,
        required=False,
    )


class LookUpForm(forms.Form):
    """Whose deliveries are looked for, and why."""

    channel = forms.ChoiceField(label=_("受け取り方"))
    address = forms.CharField(label=_("本人のアドレス"), help_text=_("例：name@example.jp"), max_length=254)
    why = forms.CharField(
        label=_("調べる理由"),
        help_text=_(
            "例：7月3日の避難指示が届かないと、本人から電話で相談があった。名前やアドレスは書かないでください。"
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *arguments: Any, ways: Iterable[tuple[str, Any]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["channel"].choices = list(ways)  # type: ignore[attr-defined]

    def clean_why(self) -> str:
        """A reason that holds no address: it is kept in the record."""
        why: str = self.cleaned_data["why"]
        if "@" in why or "＠" in why:
            raise forms.ValidationError(_("理由には、アドレスを書かないでください。監査記録に残ります。"))
        return why
