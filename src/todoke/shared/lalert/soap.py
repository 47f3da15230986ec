"""SOAP 1.1 as a node speaks it: `publish(message)`, signed by WS-Security's UsernameToken with a digest.

Sources: OASIS Web Services Security UsernameToken Profile 1.0 (PasswordDigest = Base64(SHA-1(nonce + created +
password))); the operation and its codes from LGDIS and SaigaiTask.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from todoke.shared.lalert.schema import read

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = "http://soap.publiccommons.ne.jp/"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{WSS}wssecurity-secext-1.0.xsd"
WSU = f"{WSS}wssecurity-utility-1.0.xsd"
DIGEST = f"{WSS}username-token-profile-1.0#PasswordDigest"
BASE64 = f"{WSS}soap-message-security-1.0#Base64Binary"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


class Unreadable(ValueError):
    """What came is no SOAP message that we understand."""


@dataclass(frozen=True)
class Credentials:
    """The account at the node, and its password."""

    user: str
    password: str


@dataclass(frozen=True)
class Token:
    """A UsernameToken as it came."""

    user: str
    digest: str
    nonce: bytes
    created: str

    def fits(self, password: str) -> bool:
        """Whether it was made with this password."""
        return self.digest == password_digest(self.nonce, self.created, password)


@dataclass(frozen=True)
class Word:
    """What a node answered: 0 taken, 401 user error, 402 not by the schema, 901 its own trouble, and its words."""

    code: int
    says: str = ""


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """The digest of the UsernameToken profile. SHA-1 is what the profile asks for; TLS keeps the rest."""
    mixed = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(mixed, usedforsecurity=False).digest()).decode()


def publish(document: bytes, credentials: Credentials, *, nonce: bytes, at: datetime) -> bytes:
    """The request that publishes a document; the document stands in it as it is."""
    created = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE, "wsu": WSU})
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = credentials.user
    password = etree.SubElement(token, f"{{{WSSE}}}Password", Type=DIGEST)
    password.text = password_digest(nonce, created, credentials.password)
    encoded = etree.SubElement(token, f"{{{WSSE}}}Nonce", EncodingType=BASE64)
    encoded.text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{WSU}}}Created").text = created
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    call = etree.SubElement(body, f"{{{SERVICE}}}publish", nsmap={"pc": SERVICE})
    etree.SubElement(call, "message").append(read(document))
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def opened(request: bytes) -> tuple[Token, bytes]:
    """The token and the document of a request. Raises Unreadable."""
    try:
        envelope = read(request)
    except etree.XMLSyntaxError as error:
        raise Unreadable(str(error)) from error
    token = envelope.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security/{{{WSSE}}}UsernameToken")
    message = envelope.find(f"{{{SOAP}}}Body/{{{SERVICE}}}publish/message")
    if token is None or message is None or len(message) != 1:
        raise Unreadable("a Security header with a UsernameToken, and publish with one message, are wanted")
    try:
        nonce = base64.b64decode(token.findtext(f"{{{WSSE}}}Nonce", ""), validate=True)
    except ValueError as error:
        raise Unreadable("the nonce is not Base64") from error
    return (
        Token(
            user=token.findtext(f"{{{WSSE}}}Username", ""),
            digest=token.findtext(f"{{{WSSE}}}Password", ""),
            nonce=nonce,
            created=token.findtext(f"{{{WSU}}}Created", ""),
        ),
        # Without the space after it, and with its own prefixes alone.
        etree.tostring(message[0], xml_declaration=True, encoding="UTF-8", with_tail=False),
    )


def answer(word: Word) -> bytes:
    """The answer of a node."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    response = etree.SubElement(body, f"{{{SERVICE}}}publishResponse", nsmap={"pc": SERVICE})
    told = etree.SubElement(response, "processResponse")
    etree.SubElement(told, "code").text = str(word.code)
    etree.SubElement(told, "result").text = word.says
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def word_of(answer: bytes) -> Word:
    """What the node said. Found by the names of the elements, wherever they stand. Raises Unreadable.

    A SOAP fault is a word of its own: a wrong token is the user's error, all else the node's trouble.
    """
    try:
        envelope = read(answer)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(str(error)) from error
    fault = envelope.find(f"{{{SOAP}}}Body/{{{SOAP}}}Fault")
    if fault is not None:
        reason, says = fault.findtext("faultcode", ""), fault.findtext("faultstring", "")
        ours = any(word in reason for word in ("FailedAuthentication", "InvalidSecurity", "Client"))
        return Word(401 if ours else 901, " ".join(says.split())[:200])
    code = envelope.findtext(".//{*}code")
    try:
        number = int(code or "")
    except ValueError as error:
        raise Unreadable("the answer has no code") from error
    return Word(number, " ".join((envelope.findtext(".//{*}result") or "").split())[:200])
