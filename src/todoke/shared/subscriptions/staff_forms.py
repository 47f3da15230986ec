"""What staff enter: whom to count, a list to take in, whom to look up."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from todoke.ground.places.queries import area_tree
from todoke.shared.subscriptions.actions.looking import BY_LINK
from todoke.shared.subscriptions.forms import area_lines_for, offer, offer_channels
from todoke.shared.subscriptions.queries.channels import channels_on_offer
from todoke.shared.subscriptions.queries.topics import topics


class ReachForm(forms.Form):
    """Topics and areas of an imagined message; nothing chosen is everybody."""

    use_required_attribute = False

    topic = forms.MultipleChoiceField(label=gettext_lazy("分野"), required=False, widget=forms.CheckboxSelectMultiple)
    area = forms.MultipleChoiceField(label=gettext_lazy("地域"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        spoken = get_language() or "ja"
        offer(self, "topic", [(topic.key, topic.name_in(spoken)) for topic in topics()])
        offer(self, "area", area_lines_for(area_tree(), spoken))


class ListForm(forms.Form):
    """A list, and why these people may be written to."""

    use_required_attribute = False

    channel = forms.ChoiceField(label=gettext_lazy("受け取り方"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("名簿のファイル（CSV）"),
        help_text=gettext_lazy(
            "1行目の見出しは、メールアドレス,地域,分野,言語。UTF-8でもShift_JISでも読めます。30MBまで。"
        ),
    )
    basis = forms.CharField(
        label=gettext_lazy("同意の根拠"),
        help_text=gettext_lazy("例：旧メール配信サービスの登録（利用規約第3条）"),
        max_length=300,
    )
    consented_on = forms.DateField(
        label=gettext_lazy("同意を得た日（分からないときは、名簿のなかで最も新しい登録日）"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *arguments: Any, today: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.today = today
        offer_channels(self)

    def clean_consented_on(self) -> date:
        """Nobody has consented tomorrow."""
        given: date = self.cleaned_data["consented_on"]
        if given > self.today:
            raise forms.ValidationError(_("今日より後の日です。同意を得た日を書いてください。"))
        return given


class LookForm(forms.Form):
    """One person's address, or the link to their page, and why somebody looks."""

    use_required_attribute = False

    channel = forms.ChoiceField(label=gettext_lazy("受け取り方"), widget=forms.RadioSelect)
    address = forms.CharField(
        label=gettext_lazy("本人のメールアドレス、または本人のページのリンク"),
        help_text=gettext_lazy("LINEか通知で受け取っている人には、自分のページのリンクを聞いてください。"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("調べる理由"),
        help_text=gettext_lazy(
            "記録に残ります。例：本人から電話で、届かないとの相談。アドレスや名前は書かないでください。"
        ),
        max_length=300,
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        ways = [(channel.key, channel.facts.name) for channel in channels_on_offer()]
        offer(self, "channel", [*ways, (BY_LINK, gettext_lazy("本人のページのリンク（LINE・通知）"))])
        self.fields["channel"].initial = ways[0][0] if ways else BY_LINK
