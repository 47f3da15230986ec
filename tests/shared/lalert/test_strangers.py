"""What a library that we did not write makes of our SOAP, and what our node makes of its."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from tests.shared.lalert.matters import OFFICE, area, frozen, order
from tests.shared.messaging.editions import SENT_AT, content, edition
from todoke.base.clock import now
from todoke.shared.lalert.simulator.node import PASSWORD
from todoke.shared.lalert.soap import (
    SERVICE,
    SOAP,
    WSSE,
    WSU,
    Credentials,
    Unreadable,
    Word,
    answer,
    opened,
    password_digest,
    publish,
    word_of,
)
from todoke.shared.lalert.types import Frozen, ShelterState
from todoke.shared.lalert.writers.pcxml1 import Pcxml1

zeep = pytest.importorskip("zeep", reason="zeep is a package of the developers alone")

FIRST = order(1, area("kawagishi", "避難指示"))
DOCUMENT = Pcxml1().write(FIRST, frozen(FIRST), "lalert")
HEADQUARTERS = {"kind": "headquarters", "headquarters_name": "青葉市災害対策本部", "headquarters_status": "設置"}
SHELTERS = (ShelterState("gym", "青葉小学校", "", 141.0, 38.0, "開設", SENT_AT, capacity=200, people=35, is_full=True),)
DOCUMENTS = {
    "order": DOCUMENT,
    "shelter": Pcxml1().write(
        edition(content=content(facts={"kind": "shelter"}, areas=(), level=None)),
        Frozen(OFFICE, shelters=SHELTERS),
        "lalert",
    ),
    "headquarters": Pcxml1().write(
        edition(content=content(facts=HEADQUARTERS, areas=(), level=None)), Frozen(OFFICE), "lalert"
    ),
}
NONCE = bytes(range(16))
AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)

# The service as FMMC's nodes describe it, as far as the systems that call it show (RPC names, document/literal).
WSDL = f"""<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:tns="{SERVICE}" targetNamespace="{SERVICE}" name="PublicCommons">
  <types><xs:schema targetNamespace="{SERVICE}">
    <xs:element name="publish"><xs:complexType><xs:sequence>
      <xs:element name="message"><xs:complexType><xs:sequence>
        <xs:any processContents="skip"/></xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
    <xs:element name="publishResponse"><xs:complexType><xs:sequence>
      <xs:element name="processResponse"><xs:complexType><xs:sequence>
        <xs:element name="code" type="xs:int"/><xs:element name="result" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:schema></types>
  <message name="in"><part name="parameters" element="tns:publish"/></message>
  <message name="out"><part name="parameters" element="tns:publishResponse"/></message>
  <portType name="Port"><operation name="publish">
    <input message="tns:in"/><output message="tns:out"/></operation></portType>
  <binding name="Binding" type="tns:Port">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="publish"><soap:operation soapAction="" style="document"/>
      <input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <service name="Service"><port name="Port" binding="tns:Binding">
    <soap:address location="{{address}}"/></port></service>
</definitions>"""


def canonical(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


@pytest.fixture
def client(nodes, tmp_path):
    """zeep, which knows the service from its description alone."""
    from zeep.wsse.username import UsernameToken

    path = tmp_path / "service.wsdl"
    path.write_text(WSDL.format(address=f"http://127.0.0.1:{nodes.port}/normal"), encoding="utf-8")

    def make(password: str, created=None):
        return zeep.Client(str(path), wsse=UsernameToken("aoba-city", password, use_digest=True, created=created))

    return make


def test_our_digest_is_the_one_that_zeep_makes() -> None:
    from zeep.wsse.username import UsernameToken

    token = UsernameToken("aoba-city", "secret", use_digest=True, nonce=NONCE.decode(), created=AT, zulu_timestamp=True)
    envelope = etree.fromstring(f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>')
    theirs, _headers = token.apply(envelope, {})
    ours = etree.fromstring(publish(DOCUMENT, Credentials("aoba-city", "secret"), nonce=NONCE, at=AT))

    for name in (f"{{{WSSE}}}Username", f"{{{WSSE}}}Password", f"{{{WSSE}}}Nonce", f"{{{WSU}}}Created"):
        assert ours.findtext(f".//{name}") == theirs.findtext(f".//{name}"), name
    for name, key in (("Password", "Type"), ("Nonce", "EncodingType")):
        one, other = ours.find(f".//{{{WSSE}}}{name}"), theirs.find(f".//{{{WSSE}}}{name}")
        assert one.get(key) == other.get(key), name
    assert base64.b64decode(ours.findtext(f".//{{{WSSE}}}Nonce")) == NONCE


@pytest.mark.parametrize("said", DOCUMENTS)
def test_zeep_reads_our_request_as_the_operation_that_the_description_names(client, said) -> None:
    operation = client(PASSWORD).service._binding.get("publish")
    request = etree.fromstring(publish(DOCUMENTS[said], Credentials("aoba-city", "secret"), nonce=NONCE, at=AT))

    read = operation.input.deserialize(request)

    document = read.body.message if hasattr(read, "body") else read
    element = getattr(document, "_value_1", document)
    assert etree.QName(element).localname == "EDXLDistribution"
    assert etree.tostring(element, method="c14n", exclusive=True) == etree.tostring(
        etree.fromstring(DOCUMENTS[said]), method="c14n", exclusive=True
    )


@pytest.mark.parametrize("said", DOCUMENTS)
def test_our_node_takes_what_zeep_sends_and_zeep_reads_its_answer(nodes, client, said) -> None:
    answered = client(PASSWORD).service.publish(message={"_value_1": etree.fromstring(DOCUMENTS[said])})

    assert (answered.code, answered.result) == (0, None)
    assert len(nodes.arrivals("normal")) == 1


def test_our_node_refuses_zeep_with_another_password_or_with_an_old_token(nodes, client) -> None:
    wrong = client("wrong").service.publish(message={"_value_1": etree.fromstring(DOCUMENT)})
    old = client(PASSWORD, now() - timedelta(hours=1)).service.publish(message={"_value_1": etree.fromstring(DOCUMENT)})

    assert (wrong.code, old.code) == (401, 401)
    assert nodes.arrivals("normal") == []


def test_a_token_cannot_be_used_twice(nodes) -> None:
    request = publish(DOCUMENT, Credentials("aoba-city", PASSWORD), nonce=NONCE, at=now())
    node = nodes.nodes["normal"]

    words = [node.publish(request, at=now(), refuse=lambda _carrier: None) for _twice in range(2)]

    assert [word.code for word in words] == [0, 401]


def test_the_digest_is_that_of_the_profile() -> None:
    # OASIS UsernameToken Profile: Base64(SHA-1(nonce + created + password)), worked out with openssl and base64.
    assert password_digest(b"nonce", "2026-11-20T18:05:00Z", "secret") == "euEtdUaPGVEuiRhVrwWoFLavPqI="


def test_the_document_comes_out_of_the_request_as_it_went_in() -> None:
    token, document = opened(publish(DOCUMENT, Credentials("aoba-city", "secret"), nonce=NONCE, at=AT))

    assert token.fits("secret")
    assert not token.fits("other")
    assert canonical(etree.fromstring(document)) == canonical(etree.fromstring(DOCUMENT))


def test_a_soap_fault_is_a_word_too() -> None:
    fault = (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><faultcode>{{code}}</faultcode><faultstring>no</faultstring>'
        "</s:Fault></s:Body></s:Envelope>"
    )

    assert word_of(fault.format(code="wsse:FailedAuthentication").encode()) == Word(401, "no")
    assert word_of(fault.format(code="soap:Server").encode()) == Word(901, "no")
    assert word_of(answer(Word(402, "形式"))) == Word(402, "形式")


@pytest.mark.parametrize(
    "bad", [b"", b"<a/>", b"\xff", b"<a><code>zero</code></a>", b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"]
)
def test_what_is_no_answer_is_unreadable(bad) -> None:
    with pytest.raises(Unreadable):
        word_of(bad)
