"""The simulated nodes' pages, and what the doctor says."""

import pytest

from tests.shared.lalert.conftest import send
from tests.shared.lalert.matters import DOCOMO, NODE, area, frozen, order
from tests.sign_in import staff_client
from todoke.base.doctor import Verdict
from todoke.ground.audit.models import Entry
from todoke.shared.lalert.checkup import Carriers, NodesNamed
from todoke.shared.lalert.simulator.faults import Fault, FaultKind
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import EditionKind, Mode, Reach

pytestmark = pytest.mark.django_db
FIRST = order(1, area("kawagishi", "避難指示"), area("yamate", "高齢者等避難"))


@pytest.fixture
def shown(settings, tmp_path, nodes, city):
    settings.SIMULATORS = True
    settings.SIMULATOR_ROOT = tmp_path
    return city


def page(address: str = "", *permissions: str) -> str:
    answer = staff_client("messaging.read", *permissions).get(f"/simulators/lalert/{address}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_node_without_documents_says_so(shown) -> None:
    assert page().count("まだ何も届いていません。") == 2


def test_documents_are_shown_as_a_broadcaster_would_show_them(shown) -> None:
    second = order(
        2, area("kawagishi", "避難指示"), area("yamate", "解除"), mode=Mode.EXERCISE, kind=EditionKind.CORRECTION
    )
    send(shown.node(frozen_of=lambda one: frozen(FIRST, one)), second, NODE)
    send(shown.urgent(), FIRST, DOCOMO)

    listed, read, mail = page(), page("normal/1/"), page("backup/2/")

    assert "緊急速報メール（NTTドコモ）" in listed
    for words in (
        "避難情報",
        "山手地区",
        "解除",
        "訂正・取消の理由",
        "区域の誤り",
        "青葉市 危機管理課",
        "documentRevision",
    ):
        assert words in read, words
    assert "【訓練】【訂正】" in read
    assert "警戒レベル４　避難指示" in mail


@pytest.mark.parametrize("address", ["normal/1/", "elsewhere/1/"])
def test_what_did_not_arrive_has_no_page(shown, address) -> None:
    assert staff_client("messaging.read").get(f"/simulators/lalert/{address}").status_code == 404


def test_where_the_real_nodes_are_connected_there_is_no_such_page(shown, settings) -> None:
    settings.SIMULATORS = False

    assert staff_client("messaging.read").get("/simulators/lalert/").status_code == 404


def test_a_fault_is_ordered_seen_and_taken_back_with_a_trace(shown, nodes) -> None:
    officer = staff_client("messaging.read", "messaging.operate")

    officer.post("/simulators/lalert/faults/backup/", {"backup-kind": "901", "backup-span": "one"})
    assert nodes.faults.in_force() == {"backup": Fault(FaultKind.NODE_TROUBLE, 1)}
    assert "ノードの障害と答える" in officer.get("/simulators/lalert/").content.decode()
    officer.post("/simulators/lalert/faults/backup/", {"clear": "1"})

    assert nodes.faults.in_force() == {}
    assert {"lalert.fault-ordered", "lalert.fault-cleared"} <= set(Entry.objects.values_list("what", flat=True))


def test_a_fault_that_makes_no_sense_is_refused(shown, nodes) -> None:
    officer = staff_client("messaging.read", "messaging.operate")

    answers = [
        officer.post("/simulators/lalert/faults/backup/", {"backup-kind": "none", "backup-span": "one"}),
        officer.post("/simulators/lalert/faults/elsewhere/", {"clear": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [422, 404]
    assert nodes.faults.in_force() == {}


def place(channel: str, address: str, reach: Reach = Reach.PUBLIC) -> None:
    Destination.objects.create(
        key=f"{channel[-4:]}-{address[-4:]}".lower(), channel=channel, name="名", address=address, reach=reach
    )


def connected(settings, *, nodes=("https://one.example", "https://two.example"), user="aoba-city", password="secret"):
    settings.SIMULATORS = False
    settings.LALERT_NODES, settings.LALERT_USER, settings.LALERT_PASSWORD = nodes, user, password


def test_the_doctor_says_what_is_missing(settings) -> None:
    assert NodesNamed().run().verdict is Verdict.OK
    place("lalert.node", "aoba-city")
    connected(settings, nodes=(), password="")

    found = NodesNamed().run()

    assert found.verdict is Verdict.FAILURE
    assert "TODOKE_LALERT_NODES、TODOKE_LALERT_PASSWORD" in found.says


@pytest.mark.parametrize(
    ("changed", "verdict", "says"),
    [
        ({}, Verdict.OK, "通常ノードと予備ノード"),
        ({"nodes": ("https://one.example",)}, Verdict.WARNING, "予備ノードが設定されていません"),
        ({"user": "other"}, Verdict.WARNING, "TODOKE_LALERT_USER が違います"),
    ],
)
def test_the_doctor_looks_at_nodes_and_account(settings, changed, verdict, says) -> None:
    place("lalert.node", "aoba-city")
    connected(settings, **changed)

    found = NodesNamed().run()

    assert found.verdict is verdict
    assert says in found.says


def test_the_doctor_misses_a_carrier(settings) -> None:
    assert Carriers().run().verdict is Verdict.OK
    place("lalert.urgent-mail", "UMC1")
    assert "KDDI、ソフトバンク" in Carriers().run().says

    place("lalert.urgent-mail", "UMC2")
    place("lalert.urgent-mail", "UMC3")

    assert Carriers().run().verdict is Verdict.OK
