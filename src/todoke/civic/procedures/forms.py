"""What staff type on the pages of cases and of the counter."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.base.formulas import Kind, Name, said
from todoke.civic.procedures.document import ProcedureDocument
from todoke.civic.procedures.layout_file import BYTES_MAX
from todoke.civic.procedures.models import ExportLayout
from todoke.civic.procedures.types import Outcome, Proxy
from todoke.shared.paperwork.models import Channel

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONG = forms.Textarea(attrs={"rows": 4})
REASON_MAX = 1000


class ReasonForm(forms.Form):
    """An action on a case, with the reason where it asks for one; the case's revision goes along."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("理由"), max_length=REASON_MAX, required=False, widget=LONG)


class CorrectionForm(forms.Form):
    """Which answers are to be mended, and why."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    questions = forms.MultipleChoiceField(label=_("直してもらう項目"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        label=_("直してほしいこと"),
        max_length=REASON_MAX,
        widget=LONG,
        help_text=_("本人が読む文です。何を、どう直すかを書きます。"),
    )

    def __init__(self, *arguments: Any, choices: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["questions"].choices = choices  # type: ignore[attr-defined]


class ProposalForm(forms.Form):
    """The outcome, 伺い文, the reasons of the letter, and what the route asks for."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("結論"), choices=Outcome.choices, widget=forms.RadioSelect)
    body = forms.CharField(
        label=_("伺い文"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("結論から書きます。"),
    )
    reasons = forms.CharField(
        label=_("理由（通知に書く文）"),
        max_length=4000,
        widget=LONG,
        help_text=_("1行に一つずつ書きます。許可・承認しないときは、根拠の条文も書きます。"),
    )

    def __init__(self, *arguments: Any, facts: Sequence[Name] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name in facts:
            self.fields[f"fact_{name.key}"] = _field_for(name)
        self.order_fields(["outcome", *(f"fact_{name.key}" for name in facts), "body", "reasons"])

    def facts(self) -> dict[str, Any]:
        """The facts as the route knows them."""
        return {key[5:]: value for key, value in self.cleaned_data.items() if key.startswith("fact_")}

    def reason_lines(self) -> list[str]:
        """One reason a line."""
        return [line.strip() for line in self.cleaned_data["reasons"].splitlines() if line.strip()]


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


class PaymentForm(forms.Form):
    """What is written down about a payment at the counter."""

    use_required_attribute = False

    note = forms.CharField(label=_("領収の番号など"), max_length=100, help_text=_("例：領収第12号"))


class LetterForm(forms.Form):
    """A letter to whoever filed; `once` makes the second click the same letter."""

    use_required_attribute = False

    once = forms.UUIDField(widget=forms.HiddenInput)
    body = forms.CharField(label=_("本人に送る文"), max_length=4000, widget=LONG)


class AssignForm(forms.Form):
    """Who handles a case; nobody, where nothing is chosen."""

    use_required_attribute = False

    handler = forms.TypedChoiceField(label=_("担当者"), coerce=int, empty_value=None, required=False)

    def __init__(self, *arguments: Any, people: Sequence[tuple[int, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["handler"].choices = [("", _("まだ決めない")), *people]  # type: ignore[attr-defined]


class TransferForm(forms.Form):
    """To which section a case goes, and why."""

    use_required_attribute = False

    section = forms.ChoiceField(label=_("移す先の課"))
    reason = forms.CharField(label=_("移す理由"), max_length=REASON_MAX)

    def __init__(self, *arguments: Any, sections: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["section"].choices = sections  # type: ignore[attr-defined]


class HandOverForm(TransferForm):
    """From which section to which all cases go."""

    source = forms.ChoiceField(label=_("引き継ぐ元の課"))
    field_order = ("source", "section", "reason")

    def __init__(self, *arguments: Any, sources: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["source"].choices = sources  # type: ignore[attr-defined]


class BeginForm(forms.Form):
    """How somebody's filing came to the counter, in which language, and the scan of their paper."""

    use_required_attribute = False

    channel = forms.ChoiceField(label=_("受け付けた方法"), widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("本人に知らせるときの言語"), choices=settings.LANGUAGES, initial="ja")
    proxy = forms.ChoiceField(label=_("だれが手続きをしますか"), required=False)
    original = forms.FileField(
        label=_("紙の画像"),
        required=False,
        help_text=_("紙で出されたときは、読み取った画像（PDF、JPEG、PNG）を選ぶと、入力する画面の横に出ます。"),
    )

    def __init__(self, *arguments: Any, document: ProcedureDocument, **named: Any) -> None:
        super().__init__(*arguments, **named)
        ways = [(way.value, way.label) for way in Channel if way != Channel.WEB and way in document.channels]
        self.fields["channel"].choices = ways  # type: ignore[attr-defined]
        if len(ways) == 1:
            self.fields["channel"].initial = ways[0][0]
        proxies = [(way.value, way.label) for way in Proxy if way in document.proxies]
        self.fields["proxy"].choices = [("", _("本人")), *proxies]  # type: ignore[attr-defined]
        if not proxies:
            del self.fields["proxy"]


class LanguageForm(forms.Form):
    """In which language somebody at the counter is written to."""

    use_required_attribute = False

    language = forms.ChoiceField(label=_("本人に知らせるときの言語"), choices=settings.LANGUAGES, initial="ja")


class TextsForm(forms.Form):
    """A file that came back from a translator."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("翻訳のファイル"),
        help_text=_("ここから書き出した .po のファイルに、訳を書いたもの。"),
        widget=forms.FileInput(attrs={"accept": ".po"}),
    )


class PeriodForm(forms.Form):
    """From which month to which."""

    use_required_attribute = False

    start = forms.DateField(label=_("始まりの月"), widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"))
    end = forms.DateField(label=_("終わりの月"), widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"))

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name in ("start", "end"):
            self.fields[name].input_formats = ["%Y-%m"]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end does not lie before the start."""
        entered = super().clean() or {}
        if entered.get("start") and entered.get("end") and entered["end"] < entered["start"]:
            self.add_error("end", _("終わりの月は、始まりの月より後にしてください。"))
        return entered


class ExportForm(forms.Form):
    """Which layout, which days, and what for."""

    use_required_attribute = False

    layout = forms.ModelChoiceField(label=_("レイアウト"), queryset=ExportLayout.objects.none(), empty_label=None)
    start = forms.DateField(label=_("始まりの日"), widget=DAY)
    end = forms.DateField(label=_("終わりの日"), widget=DAY)
    why = forms.CharField(label=_("何のために出しますか"), max_length=300, help_text=_("記録に残ります。"))

    def __init__(self, *arguments: Any, layouts: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["layout"].queryset = layouts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day does not lie before the first."""
        entered = super().clean() or {}
        if entered.get("start") and entered.get("end") and entered["end"] < entered["start"]:
            self.add_error("end", _("終わりの日は、始まりの日より後にしてください。"))
        return entered


class LayoutChoice(forms.ModelChoiceField):
    """A layout, with the procedure that it belongs to."""

    def label_from_instance(self, obj: ExportLayout) -> str:
        """Its own name does not tell it from those of other procedures."""
        return f"{obj.name}（{obj.procedure.key}）"


class KeyForm(forms.Form):
    """A key: which layout, for whose system, until when."""

    use_required_attribute = False

    layout = LayoutChoice(label=_("レイアウト"), queryset=ExportLayout.objects.none(), empty_label=None)
    name = forms.CharField(label=_("相手のシステム"), max_length=100)
    ends_on = forms.DateField(label=_("使える最後の日"), widget=DAY)

    def __init__(self, *arguments: Any, layouts: Any, first: date, latest: date, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.first, self.latest = first, latest
        self.fields["layout"].queryset = layouts  # type: ignore[attr-defined]

    def clean_ends_on(self) -> date:
        """Between today and the last day that a key may have."""
        ends_on: date = self.cleaned_data["ends_on"]
        if not self.first <= ends_on <= self.latest:
            days = {"first": self.first, "latest": self.latest}
            raise forms.ValidationError(_("%(first)sから%(latest)sまでの日にしてください。") % days)
        return ends_on


class LayoutForm(forms.Form):
    """A layout as a file, or its text as it came and was perhaps mended on the page."""

    use_required_attribute = False

    file = forms.FileField(label=_("レイアウトのファイル"), required=False)
    text = forms.CharField(
        label=_("取り込む内容"), required=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"})
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # There is nothing to mend before anything has come.
        if not self.is_bound and not self.initial.get("text"):
            del self.fields["text"]

    def clean(self) -> dict[str, Any]:
        """One of the two is there."""
        entered = super().clean() or {}
        if not entered.get("file") and not entered.get("text") and not self.errors:
            self.add_error("file", _("ファイルを選んでください。"))
        return entered

    def sent(self) -> bytes:
        """The bytes: of the file, where one was sent, otherwise of the text."""
        file = self.cleaned_data.get("file")
        return file.read(BYTES_MAX + 1) if file else self.cleaned_data["text"].encode()


class TableForm(forms.Form):
    """A table of filings, and how they came."""

    use_required_attribute = False

    table = forms.FileField(label=_("届出の表（CSV）"))
    channel = forms.ChoiceField(label=_("受け付けた方法"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, document: ProcedureDocument, **named: Any) -> None:
        super().__init__(*arguments, **named)
        ways = [(way.value, way.label) for way in Channel if way != Channel.WEB and way in document.channels]
        self.fields["channel"].choices = ways  # type: ignore[attr-defined]


class FindingsForm(forms.Form):
    """What was found out about cases: their numbers, one a line, and the facts for which their route asks."""

    use_required_attribute = False

    numbers = forms.CharField(
        label=_("案件番号"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("1行に一つ書きます。表から列をコピーして貼り付けられます。"),
    )

    def __init__(self, *arguments: Any, facts: Sequence[Name], **named: Any) -> None:
        super().__init__(*arguments, **named)
        for name in facts:
            self.fields[f"fact_{name.key}"] = _field_for(name)

    def facts(self) -> dict[str, Any]:
        """The facts as they are stored."""
        told = {key[5:]: value for key, value in self.cleaned_data.items() if key.startswith("fact_")}
        return {key: value if isinstance(value, bool | int | str) else str(value) for key, value in told.items()}

    def case_numbers(self) -> list[str]:
        """Each number once, in the order in which they were written."""
        return list(dict.fromkeys(self.cleaned_data["numbers"].split()))


class BatchForm(forms.Form):
    """What is put to decision about all of a group; `expected` is how many the page showed."""

    use_required_attribute = False

    expected = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("結論"), choices=Outcome.choices, widget=forms.RadioSelect)
    without = forms.CharField(
        label=_("外す案件の番号"),
        required=False,
        max_length=20_000,
        widget=LONG,
        help_text=_("1行に一つ書きます。外した案件は、あとで起案できます。"),
    )
    body = forms.CharField(
        label=_("伺い文"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("結論から書きます。"),
    )
    reasons = forms.CharField(
        label=_("理由（通知に書く文）"),
        max_length=4000,
        widget=LONG,
        help_text=_("すべての通知に同じ文が入ります。一人ひとりのことは書きません。"),
    )

    def left_out(self) -> list[str]:
        """The numbers of the cases that are left out."""
        return list(dict.fromkeys(self.cleaned_data["without"].split()))

    def reason_lines(self) -> list[str]:
        """One reason a line."""
        return [line.strip() for line in self.cleaned_data["reasons"].splitlines() if line.strip()]
