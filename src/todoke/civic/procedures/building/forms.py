"""What staff type and choose in the builder. Texts are asked in Japanese, plain Japanese and English side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from todoke.civic.procedures.building.fees import HOWS, FeeLine
from todoke.civic.procedures.building.pages import free_key
from todoke.civic.procedures.building.wording import LEVEL_CHOICES, PART_WORDS
from todoke.civic.procedures.document import KEY, STANDARD_DAYS_MAX, ProcedureDocument
from todoke.civic.procedures.types import Audience, Handling, Instead, Proxy
from todoke.shared.paperwork.answers import COMPUTED
from todoke.shared.paperwork.models import Channel
from todoke.shared.paperwork.registry import FieldKind, field_kinds

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LANGUAGE_WORDS = dict(settings.LANGUAGES)
TEXT_MAX = 4000
SPARE_ROWS = 3
ROWS_MAX = 100
IN_ROWS = ("short-text", "number", "money", "date", "person-name", "yes-no", "telephone")


DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
HOUR = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WordsWidget(forms.MultiWidget):
    """One text in every language, side by side."""

    template_name = "procedures/build/words.html"
    use_fieldset = True

    def __init__(self, *, is_long: bool = False, attrs: Any = None) -> None:
        widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
        super().__init__(dict.fromkeys(LANGUAGES, widget), attrs)

    def decompress(self, value: Any) -> list[str]:
        """The texts in the order of the boxes."""
        return [(value or {}).get(code, "") for code in LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: Any) -> Any:
        """Each box with the name of its language."""
        context = super().get_context(name, value, {**(attrs or {}), "class": "control"})
        for code, box in zip(LANGUAGES, context["widget"]["subwidgets"], strict=True):
            box["language"] = LANGUAGE_WORDS[code]
            box["code"] = code
        return context

    def id_for_label(self, id_: str) -> str:
        """The first box."""
        return f"{id_}_0" if id_ else id_


class WordsField(forms.MultiValueField):
    """A text by language; where it is required, the Japanese is."""

    def __init__(self, *, is_long: bool = False, required: bool = True, **named: Any) -> None:
        fields = [forms.CharField(max_length=TEXT_MAX, required=False) for _code in LANGUAGES]
        fields[0].required = required
        widget = WordsWidget(is_long=is_long)
        super().__init__(fields, widget=widget, required=required, require_all_fields=False, **named)

    def compress(self, values: Sequence[str]) -> dict[str, str]:
        """The texts that are there."""
        return {code: text.strip() for code, text in zip(LANGUAGES, values, strict=False) if text and text.strip()}


class BuilderForm(forms.Form):
    """A change of the draft; the page adds of which draft (`based_on`)."""

    use_required_attribute = False


class NewForm(forms.Form):
    """A procedure that is not there yet."""

    use_required_attribute = False

    name = WordsField(label=PART_WORDS["name"])
    summary = WordsField(label=PART_WORDS["summary"], is_long=True)
    key = forms.RegexField(
        KEY,
        label=_("アドレスに使う名前"),
        max_length=60,
        help_text=_("半角の英小文字・数字とハイフンで書きます。あとから変えられません。例：dog-registration"),
    )
    basis = forms.CharField(label=PART_WORDS["basis"], max_length=500, help_text=_("法律・条例の名前と条"))
    section = forms.ChoiceField(label=PART_WORDS["section"])
    flow = forms.ChoiceField(label=PART_WORDS["flow"], widget=forms.RadioSelect)
    retention = forms.ChoiceField(label=PART_WORDS["retention"])

    def __init__(self, *arguments: Any, choices: Mapping[str, Any], **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer(self, choices)


class BasicsForm(BuilderForm):
    """What the catalogue says, and the words over the form."""

    name = WordsField(label=PART_WORDS["name"])
    summary = WordsField(label=PART_WORDS["summary"], is_long=True)
    for_whom = WordsField(label=PART_WORDS["for_whom"], required=False)
    by_when = WordsField(label=PART_WORDS["by_when"], required=False)
    where = WordsField(label=PART_WORDS["where"], required=False)
    basis = forms.CharField(label=PART_WORDS["basis"], max_length=500, help_text=_("法律・条例の名前と条"))
    section = forms.ChoiceField(label=PART_WORDS["section"])
    form_title = WordsField(label=_("様式の題名"))
    form_intro = WordsField(label=_("様式のはじめに書く文"), is_long=True, required=False)

    def __init__(self, *arguments: Any, choices: Mapping[str, Any], bring: int = 0, **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer(self, choices)
        for number in range(bring + SPARE_ROWS - 1):
            label = _("必要なもの（%(number)d）") % {"number": number + 1}
            self.fields[f"bring_{number}"] = WordsField(label=label, required=False)

    def bring(self) -> list[dict[str, str]]:
        """What to bring; a line without Japanese is gone."""
        lines = [words for name, words in self.cleaned_data.items() if name.startswith("bring_") and words]
        return [words for words in lines if words.get("ja")]


class HandlingForm(BuilderForm):
    """How the city handles it: ways, levels, terms, the flow and the route."""

    audience = forms.ChoiceField(label=PART_WORDS["audience"], choices=Audience.choices, widget=forms.RadioSelect)
    channels = forms.MultipleChoiceField(
        label=PART_WORDS["channels"], choices=Channel.choices, widget=forms.CheckboxSelectMultiple
    )
    level = forms.ChoiceField(label=PART_WORDS["level"], choices=LEVEL_CHOICES, widget=forms.RadioSelect)
    proxies = forms.MultipleChoiceField(
        label=PART_WORDS["proxies"], choices=Proxy.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    standard_days = forms.IntegerField(
        label=PART_WORDS["standard_days"], min_value=1, max_value=STANDARD_DAYS_MAX, required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    retention = forms.ChoiceField(label=PART_WORDS["retention"])
    flow = forms.ChoiceField(label=PART_WORDS["flow"], widget=forms.RadioSelect)
    route = forms.ChoiceField(label=PART_WORDS["route"], required=False)
    addressee = forms.MultipleChoiceField(
        label=PART_WORDS["addressee"], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *arguments: Any, choices: Mapping[str, Any], **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer(self, choices)


class OfferForm(forms.Form):
    """When a procedure takes filings, how many, and whether it is listed."""

    use_required_attribute = False

    opens_on = forms.DateField(
        label=_("受付を始める日"),
        required=False,
        widget=DAY,
        help_text=_("空なら、公開した時から受け付けます。"),
    )
    opens_time = forms.TimeField(
        label=_("始める時刻"), required=False, widget=HOUR, help_text=_("空なら、その日の0時からです。")
    )
    closes_on = forms.DateField(
        label=_("受付の最後の日"), required=False, widget=DAY, help_text=_("空なら、終わりはありません。")
    )
    closes_time = forms.TimeField(
        label=_("終わる時刻"), required=False, widget=HOUR, help_text=_("空なら、その日の終わりまでです。")
    )
    responses_max = forms.IntegerField(
        label=_("受け付ける件数の上限"),
        required=False,
        min_value=1,
        max_value=10**6,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("空なら、何件でも受け付けます。取り下げた件は数えません。"),
    )
    is_listed = forms.BooleanField(
        label=_("手続きの一覧に載せる"),
        required=False,
        help_text=_("載せない手続きも、アドレスを知っている人は使えます。"),
    )

    def clean(self) -> dict[str, Any]:
        """An hour has its day."""
        entered = super().clean() or {}
        for name in ("opens", "closes"):
            if entered.get(f"{name}_time") and f"{name}_on" in entered and not entered[f"{name}_on"]:
                self.add_error(f"{name}_on", _("時刻を書くときは、日も書いてください。"))
        return entered


class LettersForm(BuilderForm):
    """The letter and the seal for each outcome of the flow, and which answer fills which of the letter's names."""

    def __init__(
        self,
        *arguments: Any,
        outcomes: Mapping[str, Sequence[tuple[str, str]]],
        choices: Mapping[str, Any],
        questions: Sequence[tuple[str, str]],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        none = [("", _("なし"))]
        for outcome, names in outcomes.items():
            about = {"outcome": OUTCOMES.get(outcome, outcome)}
            letter, seal = _("「%(outcome)s」の通知文") % about, _("「%(outcome)s」の公印") % about
            self.fields[f"letter_{outcome}"] = forms.ChoiceField(
                label=letter, choices=[*none, *choices["letter"]], required=False
            )
            self.fields[f"seal_{outcome}"] = forms.ChoiceField(
                label=seal, choices=[*none, *choices["seal"]], required=False
            )
            for key, words in names:
                label = _("通知文の「%(name)s」に入れる答え") % {"name": words}
                self.fields[f"fact_{outcome}_{key}"] = forms.ChoiceField(
                    label=label, choices=[*none, *questions], required=False
                )

    def letters(self, outcomes: Sequence[str]) -> dict[str, Any]:
        """The letters as the document has them."""
        entered, found = self.cleaned_data, {}
        for outcome in outcomes:
            if entered[f"letter_{outcome}"]:
                facts = {
                    name.removeprefix(f"fact_{outcome}_"): key
                    for name, key in entered.items()
                    if name.startswith(f"fact_{outcome}_") and key
                }
                use = {"letter": entered[f"letter_{outcome}"], "seal": entered[f"seal_{outcome}"], "facts": facts}
                found[outcome] = {name: part for name, part in use.items() if part}
        return found


OUTCOMES = {"granted": _("許可・承認"), "refused": _("不許可・不承認")}


class PageForm(BuilderForm):
    """The words over a page."""

    title = WordsField(label=_("ページの題名"))
    help = WordsField(label=_("ページの説明"), is_long=True, required=False)


class AddPageForm(BuilderForm):
    """A new page."""

    prefix = "page"
    title = WordsField(label=_("新しいページの題名"))


def kind_choices(*, shows_computed: bool) -> list[tuple[str, Any]]:
    """The kinds of questions; one that shows a computed value only where there is any."""
    return [(kind.key, kind.name) for kind in field_kinds if shows_computed or kind.key != COMPUTED]


class AddQuestionForm(BuilderForm):
    """A new question: its kind and its words."""

    prefix = "add"
    kind = forms.ChoiceField(label=_("答え方"))
    label = WordsField(label=_("質問の文"))
    required = forms.BooleanField(label=_("必ず答えてもらう"), required=False)

    def __init__(self, *arguments: Any, shows_computed: bool, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["kind"].choices = kind_choices(shows_computed=shows_computed)  # type: ignore[attr-defined]


class QuestionForm(BuilderForm):
    """One question: its words, whether it must be answered, and what its kind lets one choose."""

    label = WordsField(label=_("質問の文"))
    help = WordsField(label=_("答え方の説明"), is_long=True, required=False)
    required = forms.BooleanField(label=_("必ず答えてもらう"), required=False)
    sensitive = forms.BooleanField(
        label=_("答えに封をして保管する"),
        required=False,
        help_text=_("氏名や住所のような答えは、選ばなくても封をして保管します。"),
    )

    def __init__(
        self,
        posted: Any = None,
        *,
        kind: FieldKind,
        question: Mapping[str, Any],
        computed: Sequence[tuple[str, str]] = (),
    ) -> None:
        settings = question.get("settings", {})
        initial = {
            "label": question.get("label"),
            "help": question.get("help"),
            "required": question.get("required") is True,
            "sensitive": question.get("sensitive") is True,
            **{f"set_{setting.name}": setting.is_on for setting in kind.settings if setting.type == "flag"},
            **{f"set_{name}": part for name, part in settings.items()},
        }
        super().__init__(posted, initial=initial)
        self.kind, self.question = kind, question
        if not kind.asks:
            del self.fields["required"]
            del self.fields["sensitive"]
        elif not isinstance(question.get("required", False), bool):
            # A condition says when it must be answered; it is changed on a page of its own.
            del self.fields["required"]
        for setting in kind.settings:
            if setting.type in ("choices", "questions"):
                self._rows(setting, settings.get(setting.name) or [])
            else:
                self.fields[f"set_{setting.name}"] = _setting_field(setting, computed)

    def _rows(self, setting: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        words = "words" if setting.type == "choices" else "label"
        count = max(len(rows), _posted_rows(self.data, setting.name)) + SPARE_ROWS
        for number in range(min(count, ROWS_MAX)):
            row = rows[number] if number < len(rows) else {}
            label = f"{setting.words}{number + 1}"
            stem = f"row_{setting.name}_{number}"
            self.fields[f"{stem}_words"] = WordsField(label=label, required=False, initial=row.get(words))
            if setting.type == "questions":
                offered = [(kind.key, kind.name) for kind in field_kinds if kind.key.partition(".")[2] in IN_ROWS]
                current = row.get("kind", offered[0][0])
                if current not in dict(offered):
                    offered.append((current, field_kinds[current].name if current in field_kinds else current))
                self.fields[f"{stem}_kind"] = forms.ChoiceField(
                    label=_("%(label)sの答え方") % {"label": label}, choices=offered, initial=current, required=False
                )

    def parts(self) -> dict[str, Any]:
        """What changes in the question."""
        entered = self.cleaned_data
        found = {"label": entered["label"], "help": entered["help"], "settings": self._settings()}
        for name in ("required", "sensitive"):
            if name in self.fields:
                # What was not said before and is not wanted now stays unsaid.
                found[name] = entered[name] or (False if self.question.get(name) is not None else None)
        return found

    def _settings(self) -> dict[str, Any]:
        kept = dict(self.question.get("settings", {}))
        for setting in self.kind.settings:
            if setting.type in ("choices", "questions"):
                kept[setting.name] = self._taken(setting, kept.get(setting.name) or [])
                continue
            value = self.cleaned_data[f"set_{setting.name}"]
            if setting.type == "date":
                value = value.isoformat() if value else None
            if setting.type == "decimal":
                value = None if value is None else format(value.normalize(), "f")
            if setting.type == "flag":
                # Said only where it differs from what holds anyway, or was said before.
                if setting.name in kept or value is not setting.is_on:
                    kept[setting.name] = value
            elif value in (None, "", {}):
                kept.pop(setting.name, None)
            else:
                kept[setting.name] = value
        return {name: part for name, part in kept.items() if part != []}

    def _taken(self, setting: Any, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows in their order; one without Japanese is gone, a new one gets a key of its own."""
        words, stem = ("words", "c") if setting.type == "choices" else ("label", "r")
        taken = {str(row.get("key")) for row in rows}
        found: list[dict[str, Any]] = []
        for number in range(ROWS_MAX):
            told = self.cleaned_data.get(f"row_{setting.name}_{number}_words")
            if not told or not told.get("ja"):
                continue
            row = dict(rows[number]) if number < len(rows) else {"key": free_key(stem, taken)}
            taken.add(str(row["key"]))
            row[words] = told
            if setting.type == "questions":
                row["kind"] = self.cleaned_data[f"row_{setting.name}_{number}_kind"]
            found.append(row)
        return found


def _posted_rows(data: Mapping[str, Any], name: str) -> int:
    """How many rows have come back with something in them."""
    start = f"row_{name}_"
    numbers = [key.removeprefix(start).split("_")[0] for key, text in data.items() if key.startswith(start) and text]
    return max((int(each) + 1 for each in numbers if each.isdecimal() and len(each) < 4), default=0)


def _setting_field(setting: Any, computed: Sequence[tuple[str, str]]) -> forms.Field:  # noqa: PLR0911 - a table
    label, needed = setting.words, setting.needed
    match setting.type:
        case "whole":
            widget = forms.TextInput(attrs={"inputmode": "numeric"})
            return forms.IntegerField(label=label, required=needed, min_value=0, max_value=10**9, widget=widget)
        case "decimal":
            return forms.DecimalField(
                label=label, required=needed, max_digits=18, widget=forms.TextInput(attrs={"inputmode": "decimal"})
            )
        case "flag":
            return forms.BooleanField(label=label, required=False)
        case "words":
            return WordsField(label=label, required=needed, is_long=True)
        case "one-of":
            options = [(option.value, option.words) for option in setting.options]
            return forms.ChoiceField(label=label, required=needed, choices=[("", _("決めない")), *options])
        case "computed":
            return forms.ChoiceField(label=label, required=needed, choices=[("", _("選んでください")), *computed])
        case "date":
            return forms.DateField(label=label, required=needed, widget=DAY)
    return forms.CharField(label=label, required=needed, max_length=TEXT_MAX)


class LabelForm(BuilderForm):
    """The name of a computed value, as residents and staff read it."""

    label = WordsField(label=_("計算の名前"))


class SaysForm(BuilderForm):
    """The sentence for whoever may not apply."""

    says = WordsField(
        label=_("当てはまらない人に見せる文"),
        is_long=True,
        help_text=_("なぜできないか、代わりにどうすればよいかを書きます。"),
    )


class PaperForm(BuilderForm):
    """One paper that is asked for, on which legal ground, and what may stand in for it."""

    question = forms.ChoiceField(label=_("添付する質問（ファイル）"))
    name = WordsField(label=_("書類の名前"))
    purpose = WordsField(label=_("何のために求めるか"))
    basis = forms.CharField(label=_("求める根拠"), max_length=500, help_text=_("法律・条例の名前と条"))
    handling = forms.ChoiceField(label=_("書類の扱い"), choices=Handling.choices, widget=forms.RadioSelect)
    instead = forms.ChoiceField(label=_("省略"), choices=Instead.choices, widget=forms.RadioSelect)
    instead_basis = forms.CharField(label=_("省略の根拠"), max_length=500, required=False)

    def __init__(self, *arguments: Any, questions: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["question"].choices = questions  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What may be left out says on which ground."""
        entered = super().clean() or {}
        if entered.get("instead") not in (None, Instead.NONE.value) and not entered.get("instead_basis"):
            self.add_error("instead_basis", _("省略できる書類には、省略の根拠を書いてください。"))
        return entered


class FeeForm(BuilderForm):
    """The words of the fee, its ordinance, and its lines."""

    words = WordsField(label=_("手数料の名前"))
    basis = forms.CharField(label=PART_WORDS["basis"], max_length=500, help_text=_("手数料条例の名前と条"))
    how = forms.ChoiceField(label=_("金額の行の使い方"), choices=list(HOWS.items()), widget=forms.RadioSelect)

    def __init__(
        self,
        *arguments: Any,
        lines: int | None,
        questions: Sequence[tuple[str, str]],
        amounts: Sequence[tuple[str, str]],
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.amounts = dict(amounts)
        offered = [("", _("掛けない")), *questions]
        offered += [(key, _("「%(name)s」をそのまま金額にする") % {"name": words}) for key, words in amounts]
        if lines is None:
            del self.fields["how"]
        self.count = 0 if lines is None else min(lines + SPARE_ROWS - 1, 20)
        for number in range(self.count):
            label = {"number": number + 1}
            self.fields[f"yen_{number}"] = forms.IntegerField(
                label=_("金額%(number)d（円）") % label,
                min_value=0,
                max_value=10**9,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"per_{number}"] = forms.ChoiceField(
                label=_("金額%(number)dに掛ける数") % label, choices=offered, required=False
            )

    def clean(self) -> dict[str, Any]:
        """At least one line says how much, and none says it twice."""
        entered = super().clean() or {}
        for number in range(self.count):
            if entered.get(f"per_{number}") in self.amounts and entered.get(f"yen_{number}") is not None:
                self.add_error(
                    f"yen_{number}", _("計算した金額を使う行では、ここを空にしてください。金額どうしは掛けられません。")
                )
        if self.count and not self.errors and not self.lines(()):
            self.add_error("yen_0", _("金額を書いてください。"))
        return entered

    def lines(self, there: Sequence[FeeLine]) -> tuple[FeeLine, ...]:
        """The lines that say how much; each keeps the condition of the line that was there."""
        entered = self.cleaned_data
        return tuple(
            FeeLine(entered[f"yen_{n}"], entered[f"per_{n}"], there[n].when if n < len(there) else None)
            for n in range(self.count)
            if entered.get(f"yen_{n}") is not None or entered.get(f"per_{n}") in self.amounts
        )


class PriceTableForm(BuilderForm):
    """A new table of prices: the words of the fee, its ordinance, and by whose number the price is multiplied."""

    words = FeeForm.base_fields["words"]
    basis = FeeForm.base_fields["basis"]
    per = forms.ChoiceField(label=_("表の金額に掛ける数"), required=False)

    def __init__(self, *arguments: Any, questions: Sequence[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["per"].choices = [("", _("掛けない")), *questions]  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    """A file from elsewhere, and which section takes it."""

    use_required_attribute = False

    file = forms.FileField(label=_("手続きのファイル"))
    section = forms.ChoiceField(label=PART_WORDS["section"])
    key = forms.RegexField(
        KEY,
        label=_("アドレスに使う名前"),
        max_length=60,
        required=False,
        help_text=_("ファイルの中の名前を変えるときだけ書きます。"),
    )

    def __init__(self, *arguments: Any, choices: Mapping[str, Any], **named: Any) -> None:
        super().__init__(*arguments, **named)
        _offer(self, choices)


def _offer(form: forms.Form, choices: Mapping[str, Any]) -> None:
    for name, offered in choices.items():
        if name in form.fields:
            form.fields[name].choices = offered  # type: ignore[attr-defined]


def with_current(offered: Sequence[tuple[str, Any]], current: str) -> list[tuple[str, Any]]:
    """What can be chosen, and what the draft says now, even where this city does not know it."""
    known = [*offered]
    return (
        known
        if not current or current in dict(known)
        else [*known, (current, _("%(key)s（ここにはありません）") % {"key": current})]
    )


def question_choices(document: ProcedureDocument, *kinds: str) -> list[tuple[str, str]]:
    """The questions of the draft, those of these kinds alone where some are named."""
    return [
        (question.key, question.label.say() or question.key)
        for question in document.form.questions
        if (not kinds or question.kind in kinds) and question.kind in field_kinds and field_kinds[question.kind].asks
    ]
