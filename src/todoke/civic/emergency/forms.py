"""What officers enter at the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.civic.emergency.actions.drafts import Changes, Choice
from todoke.civic.emergency.models import Draft, HazardGroup, Phase, Scenario, Verdict
from todoke.civic.emergency.models.participant import Way
from todoke.civic.emergency.rules.drills import SPEEDS
from todoke.civic.emergency.rules.mending import TEXT_MAX, Entered, Mend
from todoke.civic.emergency.rules.notices import LANGUAGES, NoticeKind, takes_levels
from todoke.ground.places.queries import AreaNode
from todoke.shared.delegation.models import Mandate
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.phrasebook import BOOKS
from todoke.shared.messaging.types import EditionKind, Mode, Register

LANGUAGE_NAMES: dict[str, str | Promise] = {"ja": _("日本語"), "ja-easy": _("やさしい日本語"), "en": _("英語")}
NONE, NAMED, LIFTED = "", "0", "lift"
TITLE_MAX, BODY_MAX, SHORT_MAX, ADDITION_MAX = 100, 4000, 200, 1000


@dataclass(frozen=True)
class AreaRow:
    """One line of the grid of areas × levels: what may be picked there and what is picked now."""

    key: str
    name: str
    depth: int
    choices: tuple[tuple[str, str | Promise, bool], ...]
    picked: str
    holds_picked: bool
    children: tuple["AreaRow", ...]


def choices_for(kind: str, hazard: str, *, may_lift: bool) -> list[tuple[str, str | Promise]]:
    """What may be picked for an area of such a notice."""
    levels = takes_levels(kind, hazard)
    picks: list[tuple[str, str | Promise]] = [(NONE, _("なし"))]
    if not levels or 2 in levels:
        picks.append((NAMED, _("対象")))
    picks += [(str(level), str(level)) for level in levels]
    if may_lift:
        picks.append((LIFTED, _("解除")))
    return picks


def area_grid(
    tree: Sequence[AreaNode], picks: Sequence[tuple[str, str | Promise]], picked: Mapping[str, str], depth: int = 0
) -> tuple[AreaRow, ...]:
    """The tree of areas as rows of the grid."""
    rows = []
    for node in tree:
        children = area_grid(node.children, picks, picked, depth + 1)
        own = picked.get(node.area.key, NONE)
        offered = list(picks)
        if own not in {value for value, _ in offered}:
            offered.append((own, own))
        rows.append(
            AreaRow(
                node.area.key,
                node.area.name,
                depth,
                tuple((value, words, value == own) for value, words in offered),
                own,
                any(child.picked or child.holds_picked for child in children),
                children,
            )
        )
    return tuple(rows)


def picked_areas(data: QueryDict) -> dict[str, str]:
    """What was picked for each area, by its key."""
    return {
        name.removeprefix("area-"): str(value) for name, value in data.items() if name.startswith("area-") and value
    }


def as_choices(picked: Mapping[str, str]) -> dict[str, Choice]:
    """The picks as the action takes them."""
    found: dict[str, Choice] = {}
    for key, value in picked.items():
        if value == LIFTED:
            found[key] = (None, True)
        elif value == NAMED:
            found[key] = (None, False)
        elif value in {"1", "2", "3", "4", "5"}:
            found[key] = (int(value), False)
    return found


class DraftForm(forms.Form):
    """The editor: texts by language, end, reason. Areas and destinations stand beside it in the same post."""

    use_required_attribute = False

    expires_at = forms.DateTimeField(
        label=_("有効期限"),
        help_text=_("この時刻を過ぎると、公開ページから消え、まだ届いていない送信も止まります。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=_("訂正・取消の理由"),
        help_text=_("受け取る人に、そのまま伝わります。"),
        max_length=500,
        required=False,
    )
    shelters = forms.CharField(
        label=_("開いている避難場所"),
        help_text=_("文を作り直すときに、文例の中に入ります。"),
        max_length=500,
        required=False,
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        if not draft.takes_back:
            del self.fields["note"]
        if draft.edition_kind != EditionKind.CANCEL:
            self._offer_addition()
        for language in LANGUAGES:
            needed = language == "ja"
            self.fields[f"{language}_title"] = forms.CharField(label=_("題名"), max_length=TITLE_MAX, required=needed)
            self.fields[f"{language}_short"] = forms.CharField(
                label=_("短い文"), help_text=_("文字数の少ない経路に使います。60文字までが目安です。"),
                max_length=SHORT_MAX, required=needed,
            )  # fmt: skip
            self.fields[f"{language}_body"] = forms.CharField(
                label=_("本文"), max_length=BODY_MAX, required=needed, widget=forms.Textarea(attrs={"rows": 12})
            )

    def _offer_addition(self) -> None:
        """Room for what no template says, and beside it for what a person translated."""
        for language, said in BOOKS.items():
            self.fields[f"addition_{language}"] = forms.CharField(
                label=_("付け加える文") if language == "ja" else said.japanese_name,
                help_text=_("本文の後ろに載ります。ほかの言語では「翻訳していない文」として日本語で載ります。")
                if language == "ja"
                else "",
                max_length=ADDITION_MAX,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def addition(self) -> forms.BoundField | None:
        """The field for the Japanese addition; None in a cancellation."""
        return self["addition_ja"] if "addition_ja" in self.fields else None

    def translations(self) -> list[tuple[str, forms.BoundField]]:
        """The fields for its translations, by language."""
        return [(language, self[f"addition_{language}"]) for language in BOOKS if language != "ja"]

    @staticmethod
    def starting_with(draft: Draft) -> dict[str, Any]:
        """The draft as the form's first values."""
        values: dict[str, Any] = {
            "expires_at": in_japan(draft.expires_at).replace(tzinfo=None),
            "note": draft.note,
            "shelters": draft.facts.get("shelters", ""),
            "revision": draft.revision,
        }
        for language in BOOKS:
            values[f"addition_{language}"] = draft.addition.get(language, "")
        for language in LANGUAGES:
            for part in ("title", "short", "body"):
                values[f"{language}_{part}"] = draft.texts.get(language, {}).get(part, "")
        return values

    def languages(self) -> list[tuple[str, str | Promise, list[forms.BoundField]]]:
        """The fields of each language, with its name."""
        return [
            (language, LANGUAGE_NAMES[language], [self[f"{language}_{part}"] for part in ("title", "short", "body")])
            for language in LANGUAGES
        ]

    def changes(self, picked: Mapping[str, str], excluded: Sequence[str], mends: Sequence[Mend] = ()) -> Changes:
        """What was entered, as the action takes it."""
        entered = self.cleaned_data
        texts = {
            language: {
                part: entered[f"{language}_{part}"].replace("\r\n", "\n").strip() for part in ("title", "short", "body")
            }
            for language in LANGUAGES
        }
        return Changes(
            texts={language: text for language, text in texts.items() if any(text.values())},
            areas=as_choices(picked),
            expires_at=entered["expires_at"],
            note=entered.get("note", ""),
            excluded=excluded,
            facts={"shelters": entered["shelters"]},
            addition={
                language: entered.get(f"addition_{language}", "").replace("\r\n", "\n").strip() for language in BOOKS
            },
            mends=mends,
        )


def entered_texts(data: QueryDict) -> dict[tuple[str, Register], Entered]:
    """The fields for single registers, by language and register: `mended_ja_board`, and `was_ja_board` beside it."""
    found = {}
    for language in BOOKS:
        for register in Register:
            key = f"{language}_{register.value}"
            if f"mended_{key}" in data:
                found[language, register] = Entered(_as_written(data, f"mended_{key}"), _as_written(data, f"was_{key}"))
    return found


def _as_written(data: QueryDict, name: str) -> str:
    return data.get(name, "").replace("\r\n", "\n").strip()[:TEXT_MAX]


def excluded_by(data: QueryDict, places: Sequence[Destination]) -> list[str]:
    """The destinations whose tick was taken away."""
    kept = set(data.getlist("to"))
    return [place.key for place in places if place.key not in kept]


class StartForm(forms.Form):
    """A blank start: which template, under which incident."""

    use_required_attribute = False

    incident = forms.ChoiceField(label=_("災害事案"))
    template = forms.ChoiceField(label=_("文例"))

    def __init__(self, *args: Any, incidents: Sequence[Any], templates: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nothing is chosen beforehand where there is a choice: the first of a list is the commonest slip of all.
        nothing: list[Any] = [("", _("選んでください"))]
        open_ones: list[Any] = [(incident.pk, incident.name) for incident in incidents]
        self.fields["incident"].choices = open_ones if len(open_ones) == 1 else nothing + open_ones  # type: ignore[attr-defined]
        groups: dict[str, list[tuple[int, str]]] = {}
        kinds = list(NoticeKind)
        for template in sorted(templates, key=lambda template: kinds.index(NoticeKind(template.kind))):
            groups.setdefault(template.get_kind_display(), []).append((template.pk, template.name))
        self.fields["template"].choices = nothing + list(groups.items())  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason, for acts that need one."""

    use_required_attribute = False

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CancelForm(ReasonForm):
    """Why the notice is cancelled; readers see it."""

    reason = forms.CharField(
        label=_("取り消す理由"),
        help_text=_("受け取る人に、そのまま伝わります。例：対象地域を誤りました。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BreakGlassForm(ReasonForm):
    """Why it cannot wait for a second person."""

    reason = forms.CharField(
        label=_("承認を待てない理由"),
        help_text=_("記録に残り、事後確認をする人が読みます。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.BooleanField(label=_("対象地域・レベル・送り先を確かめました"))


class ApproveForm(forms.Form):
    """The approver's tick: one slip of the finger must not send."""

    use_required_attribute = False

    seen = forms.BooleanField(label=_("対象地域・レベル・文・送り先を確かめました"))
    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReviewForm(forms.Form):
    """What the review of one person's alert has come to."""

    use_required_attribute = False

    verdict = forms.ChoiceField(label=_("確認の結果"), choices=Verdict.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("所見"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("訂正や取消が必要なときは、何が違うかを書いてください。"),
    )  # fmt: skip


class IncidentForm(forms.Form):
    """A new incident."""

    use_required_attribute = False

    name = forms.CharField(label=_("事案の名前"), max_length=100, help_text=_("例：台風第10号"))
    group = forms.ChoiceField(label=_("災害の種類"), choices=HazardGroup.choices)
    mode = forms.ChoiceField(
        label=_("運用区分"), choices=Mode.choices, widget=forms.RadioSelect, initial=Mode.ACTUAL,
        help_text=_("あとから変えることはできません。"),
    )  # fmt: skip
    on_behalf = forms.ChoiceField(
        label=_("どの市の名前で発信するか"), required=False,
        help_text=_("ほかの市に代わるときは、送り先も地域もその市のものだけになります。本番だけです。"),
    )  # fmt: skip

    def __init__(self, *args: Any, mandates: Sequence[Mandate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where nobody has delegated anything, nobody is asked.
        if not mandates:
            del self.fields["on_behalf"]
            return
        offered = [(str(each.key), _("%(city)sに代わって") % {"city": each.city_name}) for each in mandates]
        self.fields["on_behalf"].choices = [("", _("この市")), *offered]  # type: ignore[attr-defined]


class PhaseForm(forms.Form):
    """Another phase."""

    use_required_attribute = False

    phase = forms.ChoiceField(label=_("段階"), choices=Phase.choices, widget=forms.RadioSelect)


class TakePartForm(forms.Form):
    """One's own consent to one drill: which way, what for, until when. The mail address is the account's own."""

    use_required_attribute = False

    way = forms.ChoiceField(label=_("受け取り方"), choices=Way.choices, widget=forms.RadioSelect)
    telephone = forms.CharField(
        label=_("電話番号"), max_length=20, required=False, help_text=_("電話を選んだときだけ。例 000-0000-0001"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    purpose = forms.CharField(
        label=_("参加の目的"), max_length=500, help_text=_("例：届くまでの時間と、読みやすさを確かめる。")
    )
    ends_at = forms.DateTimeField(
        label=_("参加の終わり"),
        help_text=_("この時刻を過ぎると、何も届きません。7日以内にしてください。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, mail: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = (
            _("メールは、アカウントに登録した %(mail)s に届きます。") % {"mail": mail}
            if mail
            else _("アカウントにメールアドレスが登録されていないため、電話だけを選べます。")
        )
        self.fields["way"].help_text = words

    def clean(self) -> dict[str, Any]:
        """A telephone number is needed where it is the way."""
        entered: dict[str, Any] = super().clean() or {}
        if entered.get("way") == Way.TELEPHONE and not entered.get("telephone"):
            self.add_error("telephone", _("電話番号を書いてください。"))
        return entered


class DrillForm(forms.Form):
    """Which scenario, and how fast its clock runs."""

    use_required_attribute = False

    scenario = forms.ModelChoiceField(
        label=_("筋書き"), queryset=Scenario.objects.filter(is_current=True), empty_label=None, widget=forms.RadioSelect
    )
    speed = forms.TypedChoiceField(
        label=_("進む速さ"), coerce=int, initial=1, help_text=_("1は実際の速さです。60では、1時間が1分で過ぎます。"),
        choices=[(speed, str(speed)) for speed in SPEEDS],
    )  # fmt: skip
