"""What somebody types: a draft with the facts of its route, an act, an absence, a hand-over."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name, said
from todoke.ground.people.models import Posting
from todoke.shared.decisions.models import AbsenceReason
from todoke.shared.decisions.rules.routes import RoutePlan

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def seat_words(posting: Posting) -> str:
    """環境課 課長."""
    return f"{posting.section.name} {posting.post.name}"


class DraftForm(forms.Form):
    """件名, 伺い文, the facts that choose the decider, and as which post it is drafted."""

    use_required_attribute = False

    title = forms.CharField(label=_("件名"), max_length=200, help_text=_("例：防鳥ネットの購入について"))
    body = forms.CharField(
        label=_("伺い文"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("結論から書きます。"),
    )
    effective_date = forms.DateField(label=_("施行日"), required=False, widget=DAY)
    comment = forms.CharField(label=_("変更の理由"), max_length=1000, required=False)

    def __init__(
        self, *arguments: Any, plan: RoutePlan, postings: Sequence[Posting] = (), amending: bool = False, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        for name in plan.facts.values():
            self.fields[f"fact_{name.key}"] = _field_for(name)
        if not amending:
            del self.fields["comment"]
        if len(postings) > 1:
            choices = [(posting.pk, seat_words(posting)) for posting in postings]
            self.fields["posting"] = forms.TypedChoiceField(
                label=_("どの職として起案しますか"), choices=choices, coerce=int
            )
        wanted = ["title", *(f"fact_{key}" for key in plan.facts), "body", "effective_date", "comment", "posting"]
        self.order_fields(wanted)

    def facts(self) -> dict[str, Any]:
        """The facts as the route knows them."""
        return {key[5:]: value for key, value in self.cleaned_data.items() if key.startswith("fact_")}


def _field_for(name: Name) -> forms.Field:
    label = said(name.words)
    match name.kind:
        case Kind.MONEY:
            return forms.IntegerField(
                label=label, min_value=0, max_value=10**13, help_text=_("円。数字だけを書きます。")
            )
        case Kind.NUMBER:
            return forms.DecimalField(label=label, max_digits=15, decimal_places=3)
        case Kind.TRUTH:
            return forms.BooleanField(label=label, required=False)
        case Kind.DATE:
            return forms.DateField(label=label, widget=DAY)
        case Kind.CHOICE:
            return forms.ChoiceField(label=label, choices=[(key, said(words)) for key, words in name.choices.items()])
    return forms.CharField(label=label, max_length=500)


class ActForm(forms.Form):
    """One of the acts that are open to somebody, with their words. The paper's revision goes along."""

    use_required_attribute = False

    act = forms.ChoiceField(label=_("処理"), widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("意見・理由"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("差戻し、取下げ、廃案には理由が必要です。"),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, choices: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["act"].choices = choices  # type: ignore[attr-defined]


class BatchForm(forms.Form):
    """Many papers of one kind at once; what is unticked is left for later."""

    use_required_attribute = False

    chosen = forms.MultipleChoiceField(label=_("まとめて処理する文書"), widget=forms.CheckboxSelectMultiple)
    comment = forms.CharField(label=_("意見"), max_length=1000, required=False)

    def __init__(self, *arguments: Any, choices: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and the kind of reason."""

    use_required_attribute = False

    posting = forms.TypedChoiceField(label=_("だれの、どの職の不在か"), coerce=int)
    start_date = forms.DateField(label=_("始まりの日"), widget=DAY)
    end_date = forms.DateField(label=_("終わりの日"), widget=DAY)
    reason = forms.ChoiceField(label=_("理由の種類"), choices=AbsenceReason.choices)

    def __init__(self, *arguments: Any, postings: Sequence[Posting], **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [(posting.pk, f"{posting.staff.account.name}（{seat_words(posting)}）") for posting in postings]
        self.fields["posting"].choices = choices  # type: ignore[attr-defined]


class HandOverForm(forms.Form):
    """From which post to which, and why."""

    use_required_attribute = False

    source = forms.ChoiceField(label=_("引き継ぐ元の職"))
    target = forms.ChoiceField(label=_("引き継ぐ先の職"))
    why = forms.CharField(label=_("理由"), max_length=300, help_text=_("例：4月1日の課の統合"))

    def __init__(self, *arguments: Any, seats: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["source"].choices = seats  # type: ignore[attr-defined]
        self.fields["target"].choices = seats  # type: ignore[attr-defined]
