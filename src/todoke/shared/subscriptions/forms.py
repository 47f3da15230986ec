"""What a resident enters: an address, and for each place that matters the topics to hear of there."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from todoke.ground.places.models import Area
from todoke.ground.places.queries import AreaNode, area_tree
from todoke.shared.subscriptions.models import Place, Topic
from todoke.shared.subscriptions.queries.channels import channels_on_offer
from todoke.shared.subscriptions.queries.topics import topics
from todoke.shared.subscriptions.types import Choices, PlaceChoice

WHOLE_CITY = "*"
# A subscription has about 400 characters; its address alone may have 2,000.
BROWSER_MAX = 4000
CHILDREN = 4
# From before birth to the year in which school begins.
YEARS_BACK = 7


class ChoicesForm(forms.Form):
    """Places × topics, language, quiet hours, children's months of birth. `cleaned_choices` is what it comes to."""

    use_required_attribute = False

    language = forms.ChoiceField(label=gettext_lazy("お知らせの言葉"), widget=forms.RadioSelect)
    quiet_from = forms.ChoiceField(
        label=gettext_lazy("お知らせを止める時間の始まり"),
        help_text=gettext_lazy("この時間は、急がないお知らせを送りません。緊急の情報は、いつでも届きます。"),
        required=False,
    )
    quiet_until = forms.ChoiceField(label=gettext_lazy("お知らせを止める時間の終わり"), required=False)

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer(self, "language", settings.LANGUAGES)
        hours = [("", _("止めない")), *((f"{hour:02}:00", _("%(hour)d時") % {"hour": hour}) for hour in range(24))]
        offer(self, "quiet_from", hours)
        offer(self, "quiet_until", hours)
        self._add_places()
        self._add_children(today)

    def _add_places(self) -> None:
        spoken = get_language() or "ja"
        offered = [(topic.key, _offer_of(topic, spoken)) for topic in topics()]
        areas = [("", _("選びません")), (WHOLE_CITY, _("市内全域")), *area_lines_for(area_tree(), spoken)]
        for label, name in Place.Label.choices:
            self.fields[f"{label}_area"] = forms.ChoiceField(
                label=_("%(place)sの地域") % {"place": name}, choices=areas, required=False
            )
            self.fields[f"{label}_topics"] = forms.MultipleChoiceField(
                label=_("%(place)sについて知りたいこと") % {"place": name},
                choices=offered,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def _add_children(self, today: date) -> None:
        months = [("", _("選びません")), *_months(today)]
        for number in range(1, CHILDREN + 1):
            self.fields[f"child_{number}"] = forms.ChoiceField(
                label=_("%(number)d人目のお子さんが生まれた月") % {"number": number}, choices=months, required=False
            )

    @property
    def places(self) -> list[dict[str, Any]]:
        """The places as the page draws them: the first one open, the others where something stands in them."""
        drawn = []
        for number, (label, name) in enumerate(Place.Label.choices):
            area, chosen = self[f"{label}_area"], self[f"{label}_topics"]
            is_used = bool(area.value() or chosen.value() or area.errors or chosen.errors)
            drawn.append(
                {"label": label, "name": name, "area": area, "topics": chosen, "is_open": not number or is_used}
            )
        return drawn

    @property
    def children(self) -> list[forms.BoundField]:
        """The fields for children."""
        return [self[f"child_{number}"] for number in range(1, CHILDREN + 1)]

    @property
    def has_children(self) -> bool:
        """Whether a child stands in the form."""
        return any(bound.value() for bound in self.children)

    @property
    def cleaned_choices(self) -> Choices:
        """What was entered; only of a valid form."""
        return self._choices

    def clean(self) -> dict[str, Any]:
        """What hangs together: an area with its topics, an end for every beginning."""
        cleaned = super().clean() or {}
        places = tuple(self._chosen_places(cleaned))
        if not places and not self.errors:
            self.add_error("home_area", _("地域を1つ以上選んでください。どこでもよいときは「市内全域」を選びます。"))
        quiet = [cleaned.get("quiet_from") or "", cleaned.get("quiet_until") or ""]
        if bool(quiet[0]) != bool(quiet[1]):
            missing = "quiet_until" if quiet[0] else "quiet_from"
            self.add_error(missing, _("お知らせを止める時間は、始まりと終わりの両方を選んでください。"))
        elif quiet[0] and quiet[0] == quiet[1]:
            self.add_error("quiet_until", _("始まりと終わりが同じです。終わりの時間を変えてください。"))
        months = {cleaned.get(f"child_{number}") or "" for number in range(1, CHILDREN + 1)} - {""}
        if not self.errors:
            self._choices = Choices(
                language=cleaned["language"],
                places=places,
                quiet_from=time.fromisoformat(quiet[0]) if quiet[0] else None,
                quiet_until=time.fromisoformat(quiet[1]) if quiet[1] else None,
                birth_months=tuple(date.fromisoformat(f"{month}-01") for month in sorted(months)),
            )
        return cleaned

    def _chosen_places(self, cleaned: dict[str, Any]) -> Iterator[PlaceChoice]:
        seen: dict[str, str] = {}
        for label, name in Place.Label.choices:
            area, chosen = cleaned.get(f"{label}_area") or "", cleaned.get(f"{label}_topics") or []
            if not area and not chosen:
                continue
            if not area:
                self.add_error(f"{label}_area", _("地域を選んでください。"))
            elif not chosen:
                self.add_error(f"{label}_topics", _("知りたいことを1つ以上選んでください。"))
            elif area in seen:
                self.add_error(
                    f"{label}_area",
                    _("「%(place)s」と同じ地域です。知りたいことは「%(place)s」にまとめて選んでください。")
                    % {"place": seen[area]},
                )
            else:
                seen[area] = str(name)
                yield PlaceChoice(label, "" if area == WHOLE_CITY else area, tuple(chosen))


class SubscribeForm(ChoicesForm):
    """The choices of somebody new, and where to write to them.

    Whoever only looks, or signs up with their browser (`by_browser`), need not say where. `browser` is what the offer
    of notifications puts into the form (messaging's `push_offer`).
    """

    channel = forms.ChoiceField(label=gettext_lazy("受け取り方"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=gettext_lazy("メールアドレス"),
        help_text=gettext_lazy("例：name@example.jp　確かめるためのメールを送ります。"),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email", "autocapitalize": "none"}),
    )

    browser = forms.CharField(max_length=BROWSER_MAX, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, is_preview: bool = False, by_browser: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer_channels(self)
        for name in ("channel", "address"):
            self.fields[name].required = not (is_preview or by_browser)


class LinkForm(forms.Form):
    """Where to send the link that somebody has lost."""

    use_required_attribute = False

    channel = forms.ChoiceField(label=gettext_lazy("受け取り方"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=gettext_lazy("メールアドレス"),
        help_text=gettext_lazy("登録したときのアドレスを書いてください。"),
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "email", "autocapitalize": "none"}),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer_channels(self)


def initial_of(choices: Choices) -> dict[str, Any]:
    """The form's initial values for these choices."""
    initial: dict[str, Any] = {"language": choices.language}
    for place in choices.places:
        initial[f"{place.label}_area"] = place.area or WHOLE_CITY
        initial[f"{place.label}_topics"] = list(place.topics)
    initial["quiet_from"] = choices.quiet_from.strftime("%H:%M") if choices.quiet_from else ""
    initial["quiet_until"] = choices.quiet_until.strftime("%H:%M") if choices.quiet_until else ""
    for number, month in enumerate(choices.birth_months[:CHILDREN], 1):
        initial[f"child_{number}"] = month.isoformat()[:7]
    return initial


def offer_channels(form: forms.Form) -> None:
    """Let the form's field `channel` offer what there is; a single one is not asked for."""
    offered = [(channel.key, channel.facts.name) for channel in channels_on_offer()]
    offer(form, "channel", offered)
    if len(offered) == 1:
        # Nothing to choose: the reader is not asked.
        form.fields["channel"].widget = forms.HiddenInput()
        form.fields["channel"].initial = offered[0][0]


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Let a field of the form offer these choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


def _offer_of(topic: Topic, language: str) -> SafeString:
    """A topic in a list of boxes: its name, and what one gets."""
    return format_html("<span><strong>{}</strong><br>{}</span>", topic.name_in(language), topic.gets_in(language))


def area_lines_for(nodes: Iterable[AreaNode], language: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """The areas as lines of a list; what lies below another one stands further in."""
    for node in nodes:
        # The municipality itself is “the whole city”, which stands above the list.
        is_city = node.area.kind == Area.Kind.MUNICIPALITY and len(list(nodes)) == 1
        if not is_city:
            yield node.area.key, "　" * depth + _name_in(node.area, language)
        yield from area_lines_for(node.children, language, depth if is_city else depth + 1)


def _name_in(area: Area, language: str) -> str:
    return {"en": area.name_en, "ja-easy": area.name_easy}.get(language) or area.name


def _months(today: date) -> Iterator[tuple[str, str]]:
    """Months from now back, newest first."""
    for back in range(YEARS_BACK * 12 + 1):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        yield f"{year}-{month + 1:02}", _("%(year)d年%(month)d月") % {"year": year, "month": month + 1}
