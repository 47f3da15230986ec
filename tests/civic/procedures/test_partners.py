"""Keys and layouts for other systems, on the pages of staff: shown once, used, ended; looked at, kept, refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.sign_in import make_staff, sign_in
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.exporting import save_layout
from todoke.civic.procedures.exporting import layout_of
from todoke.civic.procedures.layout_file import BrokenLayoutFile, first_file, read_file
from todoke.civic.procedures.models import ExportLayout, InterfaceKey
from todoke.ground.audit.models import Entry
from todoke.shared.paperwork.document import document_of

COLUMNS = [{"from": "case.number", "heading": "番号"}, {"from": "area", "heading": "広さ", "width": 5}]
FILE = {"todoke-export-layout": 1, "procedure": "stall", "key": "standard", "name": "標準", "columns": COLUMNS}


@pytest.fixture
def layout(version, clerk) -> ExportLayout:
    return save_layout(version.procedure, "standard", "標準", COLUMNS, viewer=clerk, at=now())


@pytest.fixture
def desk(layout) -> Client:
    return sign_in(Client(), make_staff(["procedures.export", "procedures.build"], section="doboku", name="杉本 渉"))


def give(client: Client, layout: ExportLayout, **changes: Any) -> Any:
    told = {"layout": layout.pk, "name": "基幹系", "ends_on": in_japan(now()).date() + timedelta(days=30)}
    return client.post(reverse("procedures:keys"), {**told, **changes})


def exported(secret: str) -> int:
    day = in_japan(now()).date()
    address = reverse("procedures-interface:export", args=["stall", "standard"])
    query = {"start": day, "end": day, "why": "夜間の連携"}
    return Client().get(address, query, headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_shown_once_used_and_ended(desk, layout):
    made = give(desk, layout)
    secret = made.context["secret"]
    unused = desk.get(reverse("procedures:keys")).content.decode()

    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    assert secret not in unused
    assert "使われていません" in unused
    assert exported(secret) == 200
    key = InterfaceKey.objects.get()
    assert key.used_at is not None
    assert "使われていません" not in desk.get(reverse("procedures:keys")).content.decode()

    desk.post(reverse("procedures:key-end", args=[key.pk]))

    assert exported(secret) == 401
    assert "止めました" in desk.get(reverse("procedures:keys")).content.decode()
    assert [entry.what for entry in Entry.objects.filter(what__startswith="procedures.key").order_by("pk")] == [
        "procedures.key-given",
        "procedures.key-ended",
    ]
    assert not Entry.objects.filter(payload__contains=secret).exists()


def test_a_form_that_is_sent_twice_makes_one_key(desk, layout):
    give(desk, layout)
    again = give(desk, layout)

    assert again.status_code == 422
    assert "もう鍵を渡しています" in again.content.decode()
    assert InterfaceKey.objects.count() == 1
    desk.post(reverse("procedures:key-end", args=[InterfaceKey.objects.get().pk]))
    assert give(desk, layout).context["secret"]


@pytest.mark.parametrize("days", [-1, 401])
def test_a_key_ends_within_its_days(desk, layout, days):
    refused = give(desk, layout, ends_on=in_japan(now()).date() + timedelta(days=days))

    assert refused.status_code == 422
    assert "までの日にしてください" in refused.content.decode()
    assert 'value="基幹系"' in refused.content.decode()


def test_keys_and_layouts_of_another_section_are_not_there(desk, layout):
    give(desk, layout)
    stranger = sign_in(Client(), make_staff(["procedures.export", "procedures.build"], section="kankyo"))
    key = InterfaceKey.objects.get()

    assert "基幹系" not in stranger.get(reverse("procedures:keys")).content.decode()
    assert give(stranger, layout).status_code == 422
    assert stranger.post(reverse("procedures:key-end", args=[key.pk])).status_code == 404
    assert "屋台" not in stranger.get(reverse("procedures:layouts")).content.decode()
    for name in ("layout", "layout-file"):
        assert stranger.get(reverse(f"procedures:{name}", args=["stall"])).status_code == 404
    builder = sign_in(Client(), make_staff(["procedures.build"], section="doboku"))
    assert builder.get(reverse("procedures:keys")).status_code == 403


def sent(client: Client, told: Any, **more: str) -> Any:
    data = told if isinstance(told, bytes) else json.dumps(told).encode()
    file = SimpleUploadedFile("x.layout.json", data)
    return client.post(reverse("procedures:layout", args=["stall"]), {"file": file, **more})


def test_a_file_goes_out_is_changed_looked_at_and_kept(desk, layout):
    there = reverse("procedures:layout-file", args=["stall"])
    told = json.loads(desk.get(there, {"layout": "standard"}).content)
    assert told == FILE
    told["columns"].append({"from": "again", "heading": "去年も", "codes": {"はい": "1", "いいえ": "0"}})

    looked = sent(desk, told, save="1")
    page = looked.content.decode()

    assert "いまの「標準」を置き換えます" in page
    assert "去年も出しましたか" in page
    assert len(ExportLayout.objects.get().columns) == 2
    text = looked.context["form"]["text"].value()
    answer = desk.post(reverse("procedures:layout", args=["stall"]), {"text": text, "save": "1"})
    assert answer.status_code == 302
    assert ExportLayout.objects.get().columns == told["columns"]
    assert Entry.objects.filter(what="procedures.layout-saved").count() == 2


def test_the_file_to_begin_with_holds_every_question_and_can_be_taken_in_as_it_is(desk, version):
    data = desk.get(reverse("procedures:layout-file", args=["stall"])).content
    form = document_of(version.form_version.document)

    told = read_file(data, "stall")

    assert told == first_file("stall", form)
    sources = [column.source for column in layout_of(told.columns, form)]
    assert sources[7:] == ["applicant.name", "applicant.mail", "area", "again", "plan"]
    assert sent(desk, data, look="1").status_code == 200


def test_three_samples_stand_beside_each_column_and_say_what_does_not_fit(desk, layout):
    told = {**FILE, "key": "narrow", "columns": [{"from": "applicant.name", "heading": "氏名", "width": 1}]}

    rows = sent(desk, told, look="1").context["sample"]["rows"]

    assert [len(row["samples"]) for row in rows] == [3]
    assert all("1文字に収まりません" in cell for cell in rows[0]["samples"])


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (b"\xff\xfe", "レイアウトのファイルとして読めません"),
        (b"[" * 100_000, "レイアウトのファイルとして読めません"),
        (b" " * 500_001, "ファイルが大きすぎます"),
        ([], "レイアウトのファイルではありません"),
        ({**FILE, "more": 1}, "レイアウトのファイルではありません"),
        ({**FILE, "procedure": "dog"}, "ほかの手続きのレイアウトです"),
        ({**FILE, "key": "A b"}, "key は"),
        ({**FILE, "name": " "}, "name に"),
    ],
)
def test_a_file_that_is_no_layout_is_refused(told, says):
    data = told if isinstance(told, bytes) else json.dumps(told).encode()

    with pytest.raises(BrokenLayoutFile) as broken:
        read_file(data, "stall")

    assert says in str(broken.value)


def test_a_wrong_column_is_told_with_its_place_and_nothing_is_lost(desk, layout):
    told = {**FILE, "columns": [{"from": "ghost", "heading": "？"}]}

    answer = sent(desk, told, save="1")
    nothing = desk.post(reverse("procedures:layout", args=["stall"]), {"look": "1"})

    assert answer.status_code == 422
    assert "「ghost」という質問はありません" in answer.content.decode()
    assert "ghost" in answer.context["form"]["text"].value()
    assert ExportLayout.objects.get().columns == COLUMNS
    assert nothing.status_code == 422
    assert "ファイルを選んでください" in nothing.content.decode()
