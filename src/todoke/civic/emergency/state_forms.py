"""What officers enter about the city's own state: shelters, and the headquarters."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.civic.emergency.rules.states import DISSOLVED, OPEN, SET_UP
from todoke.ground.places.models import Facility
from todoke.shared.messaging.shelters import SHELTERS, Opening, ShelterEntry, entries_in

STATES = [
    (Opening.WAITING.value, _("開設していない")),
    (Opening.OPEN.value, _("開設")),
    (Opening.FULL.value, _("満員")),
    (Opening.CLOSED.value, _("閉鎖")),
]
PEOPLE_MAX = 100_000
LOCAL = {"type": "datetime-local"}
Row = tuple[Facility, list[forms.BoundField]]


class SheltersForm(forms.Form):
    """One row for each shelter of the city: its state, since when, how many it takes, how many are there."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, shelters: Sequence[Facility], facts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shelters = shelters
        known = {entry.key: entry for entry in entries_in(facts.get(SHELTERS, ""))}
        for place in shelters:
            entry = known.get(place.key, ShelterEntry(place.key, Opening.WAITING))
            self._add(place, entry)

    def _add(self, place: Facility, entry: ShelterEntry) -> None:
        local = in_japan(entry.at).replace(tzinfo=None, second=0, microsecond=0) if entry.at else None
        # Each row repeats the same labels; whoever does not see the table hears whose they are.
        fields: dict[str, forms.Field] = {
            "state": forms.ChoiceField(label=_("状態"), choices=STATES, initial=entry.state.value),
            "at": forms.DateTimeField(
                label=_("いつから"), required=False, initial=local, widget=forms.DateTimeInput(LOCAL, "%Y-%m-%dT%H:%M")
            ),
            "people": forms.IntegerField(
                label=_("避難している人"), required=False, min_value=0, max_value=PEOPLE_MAX, initial=entry.people
            ),
            "capacity": forms.IntegerField(
                label=_("定員"), required=False, min_value=0, max_value=PEOPLE_MAX, initial=entry.capacity
            ),
        }
        for name, field in fields.items():
            field.widget.attrs |= {"aria-label": f"{place.name} {field.label}", "class": "control"}
            self.fields[f"{name}:{place.key}"] = field

    def rows(self) -> Iterator[Row]:
        """Each shelter with its four fields."""
        for place in self.shelters:
            yield place, [self[f"{name}:{place.key}"] for name in ("state", "at", "people", "capacity")]

    def entries(self, at: datetime) -> list[ShelterEntry]:
        """What was entered. A shelter that was opened or closed without a time was so just now."""
        entered = self.cleaned_data
        found = []
        for place in self.shelters:
            state = Opening(entered[f"state:{place.key}"])
            waits = state is Opening.WAITING
            since = entered[f"at:{place.key}"] or at.replace(second=0, microsecond=0)
            # Nobody is counted where nobody is let in.
            people = entered[f"people:{place.key}"] if state in OPEN else None
            found.append(
                ShelterEntry(place.key, state, None if waits else since, entered[f"capacity:{place.key}"], people)
            )
        return found


class HeadquartersForm(forms.Form):
    """Which headquarters, set up or dissolved, when and where."""

    use_required_attribute = False

    seen = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("名称"), max_length=100, help_text=_("例：凪浜市災害対策本部"))
    status = forms.ChoiceField(
        label=_("設置・廃止"), choices=[(SET_UP, _("設置した")), (DISSOLVED, _("廃止した"))], widget=forms.RadioSelect
    )
    since = forms.DateTimeField(label=_("日時"), widget=forms.DateTimeInput(LOCAL, "%Y-%m-%dT%H:%M"))
    place = forms.CharField(label=_("場所"), max_length=100, required=False, help_text=_("例：市役所3階 庁議室"))
