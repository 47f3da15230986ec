"""Fetching what came back: removed only once it is written, poison set aside, nothing in a loop."""

import datetime
import ipaddress
import ssl
import threading
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import OperationalError

from tests.shared.messaging.bounces import notices
from tests.shared.messaging.bounces.imap import Folders, ImapServer
from tests.shared.messaging.bounces.notices import about
from todoke.shared.messaging.bounces import collecting
from todoke.shared.messaging.bounces.collecting import collect_folder, collect_mailbox, fetch_once
from todoke.shared.messaging.bounces.mailbox import ASIDE, MailboxAddress, MailboxTrouble
from todoke.shared.messaging.bounces.reading import READ_BYTES_MAX
from todoke.shared.messaging.models import Bounce, Contact
from todoke.shared.messaging.queries.contacts import token_of
from todoke.shared.messaging.simulators.simulator import returned_folder
from todoke.shared.messaging.types import ContactState

pytestmark = pytest.mark.django_db


@pytest.fixture
def folders() -> Folders:
    return Folders()


@pytest.fixture
def server(folders):
    with ImapServer(folders) as running:
        yield running


def address_of(
    server: ImapServer, folders: Folders, *, scheme: str = "imap", folder: str = "", host="127.0.0.1"
) -> str:
    who = f"{quote(folders.user, safe='')}:{quote(folders.password, safe='')}"
    return f"{scheme}://{who}@{host}:{server.port}/{folder}"


@pytest.fixture
def visit(server, folders):
    def visit(seconds: float = 10, **facts) -> int:
        address = MailboxAddress.from_address(address_of(server, folders, **facts))
        return collect_mailbox(address, threading.Event(), seconds=seconds)

    return visit


def came_back(contact: Contact, form: bytes = notices.POSTFIX) -> bytes:
    return about(form, token_of(contact.pk, contact.generation))


def resting() -> int:
    return Contact.objects.filter(state=ContactState.SUPPRESSED).count()


def test_what_came_back_is_taken_in_and_removed(readers, folders, visit):
    for reader in readers[:3]:
        folders.put(came_back(reader))
    folders.put(notices.HOLIDAY)

    assert visit() == 4
    assert resting() == 3
    assert folders.folders == {"INBOX": []}
    assert folders.seen[-2:] == ["EXPUNGE", "LOGOUT"]


def test_an_empty_mailbox_is_left_at_once(visit, folders):
    assert visit() == 0
    assert "UID SEARCH" not in folders.seen


def test_another_folder_is_read_where_the_address_names_it(readers, folders, visit):
    folders.folders["Bounces"] = []
    folders.put(came_back(readers[0]), "Bounces")
    folders.put(came_back(readers[1]))

    assert visit(folder="Bounces") == 1
    assert (resting(), len(folders.folders["INBOX"])) == (1, 1)


def test_of_a_long_mail_only_the_beginning_is_fetched(readers, folders, visit):
    folders.put(came_back(readers[0]) + b"x" * (2 * READ_BYTES_MAX))

    assert visit() == 1
    assert resting() == 1


# ---- poison ----


def test_what_nobody_understands_is_set_aside_for_people(readers, folders, visit):
    folders.put(notices.A_PERSON)
    folders.put(came_back(readers[0]))

    assert visit() == 2
    assert [len(mails) for mails in (folders.folders["INBOX"], folders.folders[ASIDE])] == [0, 1]
    assert visit() == 0


def test_a_mail_over_which_we_stumble_holds_up_no_other(readers, folders, visit, monkeypatch):
    folders.put(b"Subject: poison\n\nx")
    folders.put(came_back(readers[0]))
    take_in = collecting.take_in

    def stumble(raw, *, at):
        if b"poison" in raw:
            raise ValueError("an error of ours")
        return take_in(raw, at=at)

    monkeypatch.setattr(collecting, "take_in", stumble)

    assert visit() == 2
    assert resting() == 1
    assert [mail.raw[:15] for mail in folders.folders[ASIDE]] == [b"Subject: poison"]


def test_where_no_folder_can_be_made_poison_is_passed_by(readers, folders, visit):
    folders.faults.add("no CREATE")
    folders.put(notices.A_PERSON)

    assert visit() == 1
    assert [mail.flags for mail in folders.folders["INBOX"]] == [{"\\Flagged"}]
    folders.put(came_back(readers[0]))
    assert visit() == 1
    assert resting() == 1
    assert len(folders.folders["INBOX"]) == 1


# ---- trouble ----


def test_while_the_database_is_away_the_mails_stay(readers, folders, visit, monkeypatch):
    folders.put(came_back(readers[0]))
    folders.put(came_back(readers[1]))
    take_in, taken = collecting.take_in, []

    def away_at_the_second(raw, *, at):
        if taken:
            raise OperationalError("server closed the connection")
        taken.append(raw)
        return take_in(raw, at=at)

    monkeypatch.setattr(collecting, "take_in", away_at_the_second)
    with pytest.raises(OperationalError):
        visit()
    assert len(folders.folders["INBOX"]) == 1

    monkeypatch.setattr(collecting, "take_in", take_in)
    assert visit() == 1
    assert resting() == 2


@pytest.mark.parametrize(
    "fault", ["half a mail", "drop at UID STORE", "no UID FETCH", "no UID STORE", "drop at EXPUNGE"]
)
def test_a_server_that_breaks_off_costs_no_bounce_and_counts_none_twice(readers, folders, visit, fault):
    for reader in readers:
        folders.put(came_back(reader))
    folders.faults.add(fault)

    if fault == "drop at EXPUNGE":
        visit()
    else:
        with pytest.raises(MailboxTrouble):
            visit()
    folders.faults.clear()
    visit()

    assert (resting(), Bounce.objects.count()) == (4, 4)
    assert folders.folders["INBOX"] == []


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("no LOGIN", "断りました"),
        ("no SELECT", "断りました"),
        ("garbage", "断りました"),
        ("silent", "時間内につながりませんでした"),
        ("drop at LOGIN", "断りました"),
    ],
)
def test_a_mailbox_that_cannot_be_opened_is_told_in_words_and_without_the_password(folders, visit, fault, says):
    folders.faults.add(fault)

    with pytest.raises(MailboxTrouble) as trouble:
        visit(seconds=0.5)

    assert says in str(trouble.value)
    assert folders.password not in str(trouble.value)


def test_a_folder_that_is_not_there_is_told(visit):
    with pytest.raises(MailboxTrouble, match="no such mailbox"):
        visit(folder="Nowhere")


# ---- TLS ----


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "imap.example.jp")])
    begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begins, begins + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure_server(folders, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ImapServer(folders, context) as running:
        yield running


def test_over_tls_with_a_certificate_that_we_trust(readers, folders, secure_server, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    folders.put(came_back(readers[0]))
    address = MailboxAddress.from_address(address_of(secure_server, folders, scheme="imaps"))

    assert collect_mailbox(address, threading.Event()) == 1
    assert resting() == 1


def test_a_certificate_that_we_do_not_trust_gets_no_password(folders, secure_server):
    address = MailboxAddress.from_address(address_of(secure_server, folders, scheme="imaps"))

    with pytest.raises(MailboxTrouble, match="TLS"):
        collect_mailbox(address, threading.Event())
    assert "LOGIN" not in folders.seen


# ---- the companion's one round ----


def test_one_round_reads_the_mailbox_of_the_settings(readers, folders, server, settings):
    settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, address_of(server, folders)
    folders.put(came_back(readers[0]))

    assert fetch_once(threading.Event()) is False
    assert resting() == 1


def test_one_round_without_a_mailbox_does_nothing(settings):
    settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, ""

    assert fetch_once(threading.Event()) is False


def test_a_mailbox_that_is_away_ends_no_companion(folders, server, settings):
    settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, address_of(server, folders)
    folders.faults.add("no LOGIN")

    assert fetch_once(threading.Event()) is False


def test_a_full_load_is_followed_by_the_next_at_once(readers, folders, server, settings, monkeypatch):
    settings.SIMULATORS, settings.BOUNCE_MAILBOX = False, address_of(server, folders)
    monkeypatch.setattr(collecting, "AT_ONCE_MAX", 2)
    for reader in readers[:3]:
        folders.put(came_back(reader))

    assert [fetch_once(threading.Event()) for _ in range(2)] == [True, False]
    assert resting() == 3


def test_the_simulators_folder_is_read_in_the_same_way(readers, tmp_path, settings):
    settings.SIMULATORS, settings.SIMULATOR_ROOT = True, tmp_path
    folder = returned_folder(tmp_path)
    folder.mkdir()
    (folder / "1.eml").write_bytes(came_back(readers[0]))
    (folder / "2.eml").write_bytes(notices.A_PERSON)
    (folder / "3.eml.part").write_bytes(came_back(readers[1]))

    fetch_once(threading.Event())

    assert resting() == 1
    assert sorted(path.name for path in folder.iterdir()) == ["2.unread", "3.eml.part"]


def test_who_is_asked_to_stop_leaves_the_rest(readers, tmp_path):
    (tmp_path / "1.eml").write_bytes(came_back(readers[0]))
    stop = threading.Event()
    stop.set()

    assert collect_folder(tmp_path, stop) == 0
    assert (tmp_path / "1.eml").exists()


def test_the_companion_goes_when_it_is_told_to(monkeypatch):
    rounds, stop = [], threading.Event()

    def fetch(stop):
        rounds.append(1)
        if len(rounds) == 2:
            stop.set()
        return True

    monkeypatch.setattr(collecting, "fetch_once", fetch)
    companion = threading.Thread(target=collecting.BounceReader().run, args=("normal", stop), daemon=True)
    companion.start()
    companion.join(timeout=3)

    assert not companion.is_alive()
    assert len(rounds) == 2
