"""Filings from a table: in both encodings, each row once, a trial that leaves nothing, refusals with their reason."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.flood import HALF, KEY, SECTION, filed, publish_certificates, somebody
from tests.sign_in import make_staff, sign_in
from todoke.base.clock import now
from todoke.civic.procedures.actions.refusals import NotAllowed
from todoke.civic.procedures.actions.tabling import take_table
from todoke.civic.procedures.models import Batch, Filing, Finding, Slip
from todoke.civic.procedures.tables import BrokenTable, headings, read_table
from todoke.ground.people.models import Posting
from todoke.shared.casework.models import Case
from todoke.shared.paperwork.models import Channel, Response
from todoke.shared.paperwork.queries import filled

HOUSEHOLD = {
    "applicant.name:family": "浜野",
    "applicant.name:given": "千代",
    "applicant.name:family_reading": "ハマノ",
    "applicant.name:given_reading": "チヨ",
    "生年月日": "平成2年3月14日",
    "住所：都道府県": "汐音県",
    "住所：市区町村": "凪浜市",
    "住所：町名": "港町",
    "住所：番地": "1番地",
    "昼間に連絡できる電話番号": "0220000001",
    "世帯主との関係": "世帯主本人",
    "本人確認の方法": "マイナンバーカードの電子証明書で確かめる",
    "被害の原因": "大雨・洪水・土砂",
    "被害を受けた日": "2026-10-04",
    "被災した住家の場所：都道府県": "汐音県",
    "被災した住家の場所：市区町村": "凪浜市",
    "被災した住家の場所：町名": "港町",
    "被災した住家の場所：番地": "1番地",
    "その建物に住んでいましたか": "はい",
    "住民票の住所は、その家でしたか": "はい",
    "持家・借家": "持家",
    "被害を受けたところ": "屋根、外壁・窓",
    "被害が軽く（準半壊に至らない）、写真だけの判定を望みますか": "いいえ",
    "いまいるところ": "避難所",
    "調査に立ち会える日と時間": "いつでも",
    "必要な枚数": "1",
    "受け取り方": "郵送",
}


@pytest.fixture
def version(town, tmp_path):
    return publish_certificates(tmp_path)


@pytest.fixture
def clerk(version):
    return somebody("shunin", "浜田 美緒")


def table(*rows, encoding="utf-8-sig"):
    names = ["整理番号", "受付日時", *HOUSEHOLD]
    names += [name for row in rows for name in row if name not in names]
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for row in rows:
        writer.writerow({"受付日時": "2026/11/20 9:30", **HOUSEHOLD, **row})
    return out.getvalue().encode(encoding)


def taken(version, clerk, data, **more):
    rows = read_table(data, version.document.form)
    return take_table(version, rows, channel=Channel.POST, viewer=clerk, at=now(), **more)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932"])
def test_rows_become_cases_once_in_either_encoding(version, clerk, encoding):
    data = table({"整理番号": "A-1"}, {"整理番号": "A-2"}, encoding=encoding)

    first = taken(version, clerk, data)
    again = taken(version, clerk, data)

    assert [each.says for each in first] == [(), ()]
    assert [each.is_new for each in first + again] == [True, True, False, False]
    assert [each.number for each in first] == [each.number for each in again]
    assert Case.objects.count() == 2
    slip = Slip.objects.order_by("pk").first()
    assert slip.written_at.isoformat() == "2026-11-20T00:30:00+00:00"
    sheet = filled(slip.filing.response.key).sheet
    assert sheet["damage.parts"].value == ["roof", "wall"]
    assert sheet["applicant.birth_date"].value == "1990-03-14"
    assert slip.filing.response.channel == "post"


def test_a_trial_judges_the_same_and_leaves_nothing(version, clerk):
    data = table({"整理番号": "A-1"}, {"整理番号": "A-2", "持家・借家": "城"})

    tried = taken(version, clerk, data, is_trial=True)

    assert [(each.is_new, bool(each.says)) for each in tried] == [(True, False), (False, True)]
    assert "持家・借家" in tried[1].says[0]
    assert not Filing.objects.exists()
    assert not Response.objects.exists()


def test_each_refused_row_says_why_and_keeps_nobody_else_back(version, clerk):
    data = table(
        {"整理番号": "A-1"},
        {"整理番号": ""},
        {"整理番号": "A-1"},
        {"整理番号": "A-3", "受付日時": "きのう"},
        {"整理番号": "A-4", "被害の原因": "火災"},
        {"整理番号": "A-5", "昼間に連絡できる電話番号": ""},
    )

    found = taken(version, clerk, data)
    changed = taken(version, clerk, table({"整理番号": "A-1", "持家・借家": "借家"}))

    assert [bool(each.says) for each in found] == [False, True, True, True, True, True]
    assert "消防本部" in found[4].says[0]
    assert "昼間に連絡できる電話番号" in found[5].says[0]
    assert "違う内容" in changed[0].says[0]
    assert Case.objects.count() == Response.objects.count() == 1


def test_whoever_may_not_take_filings_takes_no_table(version):
    with pytest.raises(NotAllowed):
        taken(version, somebody("shunin", "x", ()), table({"整理番号": "A-1"}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "1列目"),
        (b"\x81\xff\x00", "文字が読めません"),
        ("整理番号,知らない列\n1,2\n".encode(), "知らない列"),
        ("整理番号\n".encode(), "行がありません"),
        (("整理番号\n" + "1\n" * 501).encode(), "500行"),
    ],
)
def test_a_table_that_cannot_be_read_says_how_to_mend_it(version, data, says):
    with pytest.raises(BrokenTable, match=says):
        read_table(data, version.document.form)


def test_the_headings_are_read_back(version):
    names = headings(version.document.form)

    assert names[:2] == ["整理番号", "受付日時"]
    assert {name for name in HOUSEHOLD if ":" not in name} <= set(names)
    assert (
        read_table((",".join(names) + "\n7" + "," * (len(names) - 1)).encode(), version.document.form)[0].number == "7"
    )


# ---- the pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(version):
    account = make_staff(RIGHTS, section=SECTION, name="浜田 美緒")
    Posting.objects.filter(staff__account=account).update(post_id=somebody_post())
    return sign_in(Client(), account)


def somebody_post():
    return Posting.objects.exclude(post=None).filter(post__key="shunin").first().post_id


def test_the_page_tries_first_then_takes(desk):
    address = reverse("procedures:table", args=[KEY])
    data = table({"整理番号": "A-1"}, {"整理番号": "A-2", "持家・借家": "城"})

    def post(way):
        return desk.post(address, {"table": SimpleUploadedFile("t.csv", data), "channel": "post", "way": way})

    tried = post("try").content.decode()
    assert "まだ受け付けていません" in tried
    assert not Case.objects.exists()
    done = post("take").content.decode()
    assert Case.objects.count() == 1
    assert "A-2" in done
    assert desk.post(address, {"channel": "post"}).status_code == 422
    assert desk.get(reverse("procedures:table-headings", args=[KEY])).content.startswith(b"\xef\xbb\xbf")


def test_findings_then_one_paper_then_its_page(desk, version, clerk):
    numbers = [filed(version, clerk, number).case.number for number in (1, 2)]
    address = reverse("procedures:findings", args=[KEY])
    told = {"numbers": "\n".join([*numbers, "nothing-1"]), "fact_degree": "半壊"}

    page = desk.post(address, told).content.decode()
    assert "2件を記録しました" in page
    assert "nothing-1" in page
    assert [finding.facts for finding in Finding.objects.all()] == [HALF, HALF]

    listed = desk.get(reverse("procedures:batches")).content.decode()
    assert "住家の被害の程度：半壊" in listed
    from todoke.civic.procedures.actions.batches import groups_for

    begin = reverse("procedures:batch-begin", args=[KEY, groups_for(clerk)[0].sha256])
    assert numbers[0] in desk.get(begin).content.decode()
    asked = {"outcome": "granted", "body": "伺います。", "reasons": "調査による。", "without": numbers[1]}
    assert desk.post(begin, {**asked, "expected": 5}).status_code == 422
    done = desk.post(begin, {**asked, "expected": 2})

    batch = Batch.objects.get()
    assert done["Location"] == reverse("procedures:batch", args=[batch.key])
    assert batch.count == 1
    shown = desk.get(done["Location"]).content.decode()
    assert batch.sha256 in shown
    assert numbers[0] in shown
    assert desk.get(f"{done['Location']}?only=open").status_code == 200
    assert desk.post(reverse("procedures:batch-again", args=[batch.key])).status_code == 302
    assert desk.get(reverse("procedures:batch-pack", args=[batch.key, 1])).status_code == 404
    assert desk.get(reverse("decisions:decision", args=[batch.decision_id])).status_code == 200
    stranger = sign_in(Client(), make_staff(RIGHTS, section="doboku"))
    assert stranger.get(done["Location"]).status_code == 404
    assert stranger.get(address).status_code == 404
    assert stranger.get(begin).status_code == 302
