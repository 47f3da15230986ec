"""What staff enter about notices, and what readers choose on the public page."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.civic.notices.actions.writing import Changes
from todoke.civic.notices.models import Notice, Template
from todoke.civic.notices.queries.notices import Picked
from todoke.civic.notices.queries.reach import channel_name
from todoke.civic.notices.rules.content import BODY_MAX, LANGUAGES, PARTS, SHORT_MAX, TITLE_MAX
from todoke.civic.notices.rules.rights import PAGE_CHANNEL, SUBSCRIBERS
from todoke.ground.people.models import Section
from todoke.ground.places.queries import AreaNode
from todoke.shared.messaging.models import Destination
from todoke.shared.subscriptions.models import Topic

LANGUAGE_NAMES: dict[str, str | Promise] = {"ja": _("日本語"), "ja-easy": _("やさしい日本語"), "en": _("英語")}
# Every choice of a filter is free: the word beside each field that says so would only be in the way.
_LOOK = {"class": "control control--select"}
_MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class AreaTick:
    """One box of the picker of areas, with those inside it."""

    key: str
    name: str
    picked: bool
    holds_picked: bool
    children: tuple["AreaTick", ...]


def area_ticks(tree: Sequence[AreaNode], picked: Collection[str]) -> tuple[AreaTick, ...]:
    """The tree of areas as boxes."""
    found = []
    for node in tree:
        children = area_ticks(node.children, picked)
        found.append(
            AreaTick(
                node.area.key,
                node.area.name,
                node.area.key in picked,
                any(child.picked or child.holds_picked for child in children),
                children,
            )
        )
    return tuple(found)


def topic_ticks(topics: Sequence[Topic], picked: Collection[str], language: str) -> list[tuple[str, str, bool]]:
    """The topics as boxes: key, name, whether it is ticked."""
    return [(topic.key, topic.name_in(language), topic.key in picked) for topic in topics]


def destination_ticks(
    places: Sequence[Destination], picked: Collection[str]
) -> list[tuple[str, list[tuple[Destination, bool]]]]:
    """The destinations under the names of their channels, each with whether it is ticked; the usual ones first."""
    by_channel: dict[str, list[tuple[Destination, bool]]] = {}
    usual_first = sorted(places, key=lambda place: (place.channel != PAGE_CHANNEL, place.address != SUBSCRIBERS))
    for place in usual_first:
        by_channel.setdefault(channel_name(place.channel), []).append((place, place.key in picked))
    return list(by_channel.items())


class StartForm(forms.Form):
    """A new notice: for which section, from which template. `key` makes a second click harmless."""

    use_required_attribute = False

    section = forms.ChoiceField(label=_("担当課"))
    template = forms.ChoiceField(label=_("文例"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sections: Sequence[Section], templates: Sequence[Template], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].choices = [(section.key, section.name) for section in sections]  # type: ignore[attr-defined]
        self.fields["template"].choices = [  # type: ignore[attr-defined]
            ("", _("文例を使わない")),
            *((template.pk, template.name) for template in templates),
        ]
        self.fields["key"].initial = uuid.uuid4


class NoticeForm(forms.Form):
    """The editor: texts by language, times, reason. The boxes of topics, areas and destinations stand beside it."""

    use_required_attribute = False

    expires_at = forms.DateTimeField(
        label=_("掲載の終わり"),
        help_text=_("この日時を過ぎると、ホームページの一覧から消え、まだ届いていない送信も止まります。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    send_at = forms.DateTimeField(
        label=_("発信の予約"),
        help_text=_("空にすると、承認されたときに発信します。"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    note = forms.CharField(
        label=_("訂正・取消の理由"), help_text=_("受け取る人に、そのまま伝わります。"), max_length=500, required=False
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, notice: Notice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not notice.takes_back:
            del self.fields["note"]
        for language in LANGUAGES:
            self.fields[f"{language}_title"] = forms.CharField(
                label=_("題名"), max_length=TITLE_MAX, required=language == "ja"
            )
            self.fields[f"{language}_short"] = forms.CharField(
                label=_("短い文"), help_text=_("文字数の少ない経路と、一覧に使います。60文字までが目安です。"),
                max_length=SHORT_MAX, required=False,
            )  # fmt: skip
            self.fields[f"{language}_body"] = forms.CharField(
                label=_("本文"), max_length=BODY_MAX, required=False, widget=forms.Textarea(attrs={"rows": 8})
            )

    @staticmethod
    def starting_with(notice: Notice) -> dict[str, Any]:
        """The notice as the form's first values."""
        return {
            "expires_at": in_japan(notice.expires_at).replace(tzinfo=None),
            "send_at": in_japan(notice.send_at).replace(tzinfo=None) if notice.send_at else None,
            "note": notice.note,
            "revision": notice.revision,
            **{
                f"{language}_{part}": notice.texts.get(language, {}).get(part, "")
                for language in LANGUAGES
                for part in PARTS
            },
        }

    def languages(self) -> list[tuple[str, str | Promise, list[forms.BoundField]]]:
        """The fields of each language, with its name."""
        return [
            (language, LANGUAGE_NAMES[language], [self[f"{language}_{part}"] for part in PARTS])
            for language in LANGUAGES
        ]

    def texts(self) -> dict[str, dict[str, str]]:
        """The texts that were entered; languages without any are left out."""
        entered: Mapping[str, str] = self.cleaned_data
        texts = {
            language: {part: entered[f"{language}_{part}"].replace("\r\n", "\n").strip() for part in PARTS}
            for language in LANGUAGES
        }
        return {language: text for language, text in texts.items() if any(text.values())}

    def changes(self, picked: Picked) -> Changes:
        """What was entered, as the action takes it."""
        entered = self.cleaned_data
        return Changes(
            texts=self.texts(),
            topics=picked.topics,
            areas=picked.areas,
            destinations=picked.destinations,
            expires_at=entered["expires_at"],
            send_at=entered["send_at"],
            note=entered.get("note", ""),
        )


class ReasonForm(forms.Form):
    """A reason, for acts that need one."""

    use_required_attribute = False

    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CancelForm(ReasonForm):
    """Why the notice is cancelled; readers see it."""

    reason = forms.CharField(
        label=_("取り消す理由"),
        help_text=_("受け取る人に、そのまま伝わります。例：日程を誤りました。"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApproveForm(forms.Form):
    """The approver's tick: one slip of the finger must not send."""

    use_required_attribute = False

    seen = forms.BooleanField(label=_("文・分野・地域・届く人数・送り先を確かめました"))
    revision = forms.IntegerField(widget=forms.HiddenInput)


class FilterForm(forms.Form):
    """What a reader wants to see of the public page."""

    use_required_attribute = False

    topic = forms.ChoiceField(label=_("分野"), required=False, widget=forms.Select(attrs=_LOOK))
    area = forms.ChoiceField(label=_("地域"), required=False, widget=forms.Select(attrs=_LOOK))

    def __init__(
        self, *args: Any, topics: Sequence[tuple[str, str]], areas: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = [("", _("すべての分野")), *topics]  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", _("すべての地域")), *areas]  # type: ignore[attr-defined]
