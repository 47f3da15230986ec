import base64
from email import message_from_bytes
from email.policy import default

from tests.shared.paper.editions import an_edition
from todoke.shared.fax.by_mail import FaxByMail
from todoke.shared.fax.gateways import Order
from todoke.shared.fax.rules import Ending
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.simulators.simulator import Simulator
from todoke.shared.messaging.types import Mode


def test_a_provider_gets_the_page_attached_to_a_mail_for_the_number(tmp_path):
    with Simulator(tmp_path, secret_of=str) as simulator:
        server = MailServer("127.0.0.1", simulator.smtp_port)
        way = FaxByMail("{number}@fax.example.jp", server, "bousai@city.example.jp")

        report = way.dial(
            Order("0220000001", b"%PDF-1.7 page", "the-key", an_edition(mode=Mode.EXERCISE), "施設"), seconds=20
        )

        [arrival] = simulator.arrivals("mail")
    assert report.ending is Ending.ARRIVED
    assert report.pages_sent == 0
    assert "分かりません" in report.says
    assert "0220000001@fax.example.jp" in str(arrival.content)
    assert arrival.key == "<the-key@city.example.jp> 0220000001@fax.example.jp"
    assert arrival.mode == "exercise"


def test_nothing_makes_a_repeat_safe_so_an_unclear_one_is_for_a_person():
    assert FaxByMail("{number}@x.jp", None, "a@b.jp").repeatable is None


def test_the_attachment_is_the_page_itself(tmp_path):
    with Simulator(tmp_path, secret_of=str) as simulator:
        server = MailServer("127.0.0.1", simulator.smtp_port)
        FaxByMail("{number}@fax.example.jp", server, "bousai@city.example.jp").dial(
            Order("0220000001", b"%PDF-1.7 page", "key", an_edition(), "施設"), seconds=20
        )
        [arrival] = simulator.arrivals("mail")

    mail = message_from_bytes(base64.b64decode(arrival.content["raw"]), policy=default)
    [attached] = list(mail.iter_attachments())
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == b"%PDF-1.7 page"
