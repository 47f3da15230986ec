"""Loading the register from the city folder."""

from pathlib import Path

import pytest
from django.core.management import call_command

from tests.cities import SAMPLE_CITY
from tests.shared.social.city import make_section
from todoke.ground.places.registry import LoadReport
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import Reach
from todoke.shared.social.checkup import Accounts, Quotas
from todoke.shared.social.city import RegisterPart
from todoke.shared.social.models import Quota, SocialAccount
from todoke.shared.social.queries import account_behind, public_accounts

pytestmark = pytest.mark.django_db

HEAD = "key,service,handle,name,section,purpose,rule,contact,poster_sections,opened,address,secret_name\n"
GOOD = "koho-x,social.x,@aoba,青葉市,koho,市政,要綱,広報課,koho,2013-04-01,,\n"
QUOTAS = "account,window,limit,reserve,source,since\n"


def load(folder: Path, accounts: str = GOOD, quotas: str = "") -> LoadReport:
    (folder / "social_accounts.csv").write_text(HEAD + accounts, encoding="utf-8")
    (folder / "social_quotas.csv").write_text(QUOTAS + quotas, encoding="utf-8")
    report = LoadReport(folder)
    RegisterPart().load(folder, report)
    return report


def test_the_fictional_city_has_a_dozen_accounts_and_each_destination_leads_to_one():
    call_command("city", "load", str(SAMPLE_CITY))

    networks = Destination.objects.filter(channel__startswith="social.").exclude(reach=Reach.SIMULATOR)
    assert SocialAccount.objects.count() == 13
    assert len(public_accounts()) == 11
    assert networks.count() == 5
    assert all(account_behind(place.channel, place.address) for place in networks)
    assert Accounts().run().verdict.name == "OK"
    assert Quotas().run().verdict.name == "OK"


def test_loading_twice_changes_nothing(tmp_path):
    make_section()
    load(tmp_path, quotas="koho-x,day,50,40,契約,\n")

    second = load(tmp_path, quotas="koho-x,day,50,40,契約,\n")

    assert second.changes() == 0
    assert second.fault_count == 0


def test_what_was_changed_on_the_pages_is_left_alone_by_the_file(tmp_path):
    make_section()
    load(tmp_path)
    SocialAccount.objects.update(name="青葉市 市長室")

    load(tmp_path)

    assert SocialAccount.objects.get().name == "青葉市 市長室"


def test_quotas_follow_the_file(tmp_path):
    make_section()
    load(tmp_path, quotas="koho-x,day,50,40,契約,\nkoho-x,month,500,20,契約,\n")

    load(tmp_path, quotas="koho-x,day,100,30,新しい契約,\n")

    (quota,) = Quota.objects.all()
    assert (quota.limit, quota.reserve_percent, quota.source) == (100, 30, "新しい契約")


@pytest.mark.parametrize(
    ("row", "quota", "says"),
    [
        (GOOD.replace("social.x", "myspace"), "", "myspace"),
        (GOOD.replace("koho,市政", "nobody,市政"), "", "「nobody」というキーはありません"),
        (GOOD.replace("2013-04-01", "平成25年"), "", "日付は 2026-04-01 の形"),
        (GOOD.replace("2013-04-01,,", "2013-04-01,,the-secret-itself"), "", "鍵そのものは書けません"),
        (GOOD.replace("koho-x,", "広報,"), "", "キーは半角の小文字"),
        (GOOD + GOOD.replace("koho-x", "another"), "", "別のキーで台帳にあります"),
        (GOOD, "nobody,day,50,40,契約,\n", "social_accounts.csvにないアカウント"),
        (GOOD, "koho-x,credits,50,40,契約,\n", "最後に買い足した日が要ります"),
        (GOOD, "koho-x,day,0,40,契約,\n", "上限は1以上"),
        (GOOD, "koho-x,day,50,100,契約,\n", "0から99まで"),
        (GOOD, "koho-x,year,50,40,契約,\n", "year"),
    ],
)
def test_a_wrong_row_is_told_with_its_place_and_remedy(tmp_path, row, quota, says):
    make_section()

    report = load(tmp_path, row, quota)

    assert says in " ".join(str(fault) for fault in report.faults)
    assert report.faults[0].place.line >= 2
