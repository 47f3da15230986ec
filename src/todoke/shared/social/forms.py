"""What staff write into the register, and which faults they order from the simulated networks."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from todoke.ground.people.models import Post, Section
from todoke.shared.messaging.registry import channels
from todoke.shared.messaging.simulators.faults import ANSWERS, Fault, FaultKind
from todoke.shared.social.actions.planning import Plan
from todoke.shared.social.actions.register import Card
from todoke.shared.social.models import VARIABLE, SocialAccount
from todoke.shared.social.queries import service_name
from todoke.shared.social.registry import services
from todoke.shared.social.types import Window

KINDS = tuple(kind for kind in FaultKind if kind not in (FaultKind.RETURN, FaultKind.DRIP))


class WhyForm(forms.Form):
    """A reason for the record."""

    why = forms.CharField(label=_("理由"), help_text=_("監査記録に残ります。"), max_length=500)


class CardForm(WhyForm):
    """An account as the register has it."""

    service = forms.ChoiceField(label=_("サービス"))
    handle = forms.CharField(label=_("アカウント名"), help_text=_("例：@nagihama_bosai"), max_length=200)
    name = forms.CharField(label=_("表示名"), max_length=200)
    section = forms.ModelChoiceField(Section.objects.order_by("name"), label=_("担当課"))
    purpose = forms.CharField(label=_("目的"), max_length=500)
    rule = forms.CharField(label=_("根拠となる要綱・ガイドライン"), max_length=300)
    rule_address = forms.URLField(label=_("運用方針のページ"), required=False, max_length=300, assume_scheme="https")
    contact = forms.CharField(label=_("問い合わせ先"), max_length=200)
    poster_sections = forms.ModelMultipleChoiceField(
        Section.objects.order_by("name"), label=_("投稿できる課"), widget=forms.CheckboxSelectMultiple
    )
    poster_posts = forms.ModelMultipleChoiceField(
        Post.objects.order_by("rank"),
        label=_("投稿できる職"),
        help_text=_("選ばなければ、どの職でも投稿できます。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_listed = forms.BooleanField(label=_("市の公式アカウントとして公開する"), required=False, initial=True)
    address = forms.CharField(
        label=_("配信先のアドレス"),
        help_text=_("Todokeから投稿するときだけ書きます。配信先（destinations.csv）と同じものです。"),
        required=False,
        max_length=300,
    )
    secret_name = forms.CharField(
        label=_("鍵を入れた環境変数の名前"),
        help_text=_("TODOKE_SOCIAL_SECRET_ で始まる名前です。"),
        required=False,
        max_length=100,
    )
    secret = forms.CharField(
        label=_("鍵"),
        help_text=_(
            "環境変数を使わないときだけ書きます。暗号にして保管し、だれにも表示しません。空なら今の鍵のままです。"
        ),
        required=False,
        max_length=4000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    field_order = (
        "service",
        "handle",
        "name",
        "section",
        "purpose",
        "rule",
        "rule_address",
        "contact",
        "poster_sections",
        "poster_posts",
        "is_listed",
        "address",
        "secret_name",
        "secret",
        "why",
    )

    def __init__(self, *values: Any, **named: Any) -> None:
        super().__init__(*values, **named)
        choices = [(service.key, service_name(service.key)) for service in services]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]

    def clean_secret_name(self) -> str:
        """A name of the right kind: whoever pastes the secret itself is stopped."""
        name = str(self.cleaned_data["secret_name"]).strip()
        if name and not re.fullmatch(VARIABLE, name):
            raise forms.ValidationError(
                _("TODOKE_SOCIAL_SECRET_ で始まる名前だけを書いてください。鍵そのものは書けません。")
            )
        return name

    def clean(self) -> dict[str, Any]:
        """The address fits the service's channel; one way to keep the secret."""
        cleaned = super().clean() or {}
        service = services.find(str(cleaned.get("service", "")))
        address = str(cleaned.get("address", ""))
        if service and address:
            channel = channels.find(service.channel) if service.channel else None
            if channel is None:
                self.add_error("address", _("このサービスには、Todokeから投稿できません。空にしてください。"))
            elif trouble := channel.trouble_with(address):
                self.add_error("address", trouble)
            elif "?" in address or address.startswith("simulator:"):
                self.add_error("address", _("「?」や simulator: の付かないアドレスを書いてください。"))
        if cleaned.get("secret") and cleaned.get("secret_name"):
            self.add_error("secret", _("鍵は、環境変数か、ここに書くか、どちらか1つにしてください。"))
        return cleaned

    def card(self) -> Card:
        """What was written; only of a valid form."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "why"}
        told |= {name: tuple(told[name]) for name in ("poster_sections", "poster_posts")}
        return Card(**told)

    @staticmethod
    def values_of(account: SocialAccount) -> dict[str, Any]:
        """The account as this form shows it; never its secret."""
        plain = set(CardForm.base_fields) - {"why", "secret", "poster_sections", "poster_posts"}
        return {
            **{name: getattr(account, name) for name in plain},
            "poster_sections": account.poster_sections.all(),
            "poster_posts": account.poster_posts.all(),
        }


class PlanForm(WhyForm):
    """What an account's contract gives in one window."""

    window = forms.ChoiceField(
        label=_("数える期間"),
        help_text=_("15分と24時間は、古い投稿から順に数えなくなります。月は1日に始まり、前払いは使い切るまでです。"),
        choices=Window.choices,
    )
    limit = forms.IntegerField(label=_("上限（件）"), min_value=1, max_value=1_000_000)
    reserve_percent = forms.IntegerField(
        label=_("緊急のために残す割合（％）"),
        help_text=_("命に関わる情報だけが使えます。ふだんの投稿は、残りがここまで減ると待つか、見送ります。"),
        min_value=0,
        max_value=99,
    )
    since = forms.DateField(
        label=_("最後に買い足した日"),
        help_text=_("前払いのときだけ書きます。"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    source = forms.CharField(label=_("上限の根拠"), help_text=_("例：契約書、サービスの料金のページ"), max_length=300)

    field_order = ("window", "limit", "reserve_percent", "since", "source", "why")

    def plan(self) -> Plan:
        """What was written; only of a valid form."""
        told = {name: self.cleaned_data[name] for name in ("limit", "reserve_percent", "since", "source")}
        return Plan(window=Window(self.cleaned_data["window"]), **told)


class NetworkFaultForm(forms.Form):
    """A fault of a simulated network, for so many calls."""

    kind = forms.ChoiceField(label=_("障害の種類"), choices=[(kind.value, kind.label) for kind in KINDS])
    status = forms.IntegerField(
        label=_("返す番号"),
        help_text=_("「断りの番号を返す」のときだけ使います。例：429（多すぎる）、503（障害）、401（鍵の誤り）。"),
        min_value=400,
        max_value=599,
        initial=503,
    )
    calls = forms.IntegerField(label=_("何回の呼び出しで起こすか"), min_value=1, max_value=1000, initial=1)

    def fault(self) -> Fault:
        """The fault; only of a valid form."""
        kind = FaultKind(self.cleaned_data["kind"])
        return Fault(
            kind=kind,
            seconds=5 if kind is FaultKind.DELAY else 0,
            status=self.cleaned_data["status"] if kind in ANSWERS else 0,
            retry_after=60 if kind in ANSWERS and self.cleaned_data["status"] == 429 else None,
            calls=self.cleaned_data["calls"],
        )
