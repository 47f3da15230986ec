"""Every environment variable that Todoke reads: one declaration each, checked at start.

docs/running/settings.md lists them all; a test holds the two together.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from todoke.base.postgres.address import read_address
from todoke.shared.mirrors.rules import Place, read_places

PORT_MAX = 65535


class BadVariable(ValueError):
    """A variable that cannot be understood. The text names it and shows a valid example."""


@dataclass(frozen=True)
class Variable:
    """One variable: its name, what it is for, how its text is read, what holds when it is absent, and an example."""

    name: str
    purpose: str
    read: Callable[[str], Any]
    default: Any
    example: str

    def value(self, environment: Mapping[str, str]) -> Any:
        """The value in this environment; an empty text counts as absent. Raises BadVariable."""
        text = environment.get(self.name, "").strip()
        if not text:
            return self.default
        try:
            return self.read(text)
        except ValueError as error:
            raise BadVariable(
                f"{self.name}: {error}. Set it like this: {self.name}={self.example} — or leave it out "
                f"({'nothing' if self.default in (None, '', ()) else self.default} is then used)."
            ) from error


def yes_or_no(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(f"“{text}” is neither 0 nor 1")
    return text == "1"


def positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ValueError(f"“{text}” is not a whole number from 1")
    return int(text)


def port(text: str) -> int:
    if positive(text) > PORT_MAX:
        raise ValueError(f"“{text}” is above {PORT_MAX}, the highest port there is")
    return int(text)


def push_key(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", text):
        raise ValueError("it is no private key of P-256 in base64url, of 43 characters")
    return text


def line_secret(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise ValueError("it is no channel secret of LINE, of 32 hexadecimal digits")
    return text


def line_account(text: str) -> str:
    if not re.fullmatch(r"@[a-z0-9._-]{1,30}", text):
        raise ValueError(f"“{text}” is no basic ID of LINE: @ and then small letters, digits and . _ -")
    return text


def percent(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 99:
        raise ValueError(f"“{text}” is not a whole number from 0 to 99")
    return int(text)


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def database_url(text: str) -> str:
    if not text.startswith(("postgres://", "postgresql://")):
        raise ValueError("only PostgreSQL is supported")
    read_address(text)
    return text


def secret(text: str) -> str:
    if len(text) < 50:
        raise ValueError("a secret of fewer than 50 characters can be guessed")
    return text


def secrets_list(text: str) -> tuple[str, ...]:
    return tuple(secret(word) for word in words(text))


def log_form(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError(f"“{text}” is neither text nor json")
    return text


def metrics_token(text: str) -> str:
    # RFC 6750, 2.1: what can stand after “Bearer ”.
    if len(text) < 20 or not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", text):
        raise ValueError("a token has 20 characters or more: letters, digits and . _ ~ + / - alone")
    return text


def scanner_address(text: str) -> str:
    parts = urlsplit(text)
    if not ((parts.scheme == "clamd" and parts.hostname) or (parts.scheme == "unix" and parts.path)):
        raise ValueError("a scanner is clamd://host:port or unix:///path/of/the/socket")
    return text


def two_ports(text: str) -> tuple[int, int]:
    numbers = text.split(",")
    if len(numbers) != 2:
        raise ValueError(f"“{text}” is not two ports with a comma between them")
    smtp, http = (port(number.strip()) for number in numbers)
    if smtp == http:
        raise ValueError("the two ports are the same")
    return smtp, http


def mail_servers(text: str) -> str:
    for address in words(text):
        parts = urlsplit(address)
        if parts.scheme not in ("smtp", "smtp+starttls", "smtps") or not parts.hostname:
            raise ValueError("it does not begin with smtp://, smtp+starttls:// or smtps:// and the name of a host")
        parts.port  # noqa: B018 - raises ValueError for what is no port
        for term in filter(None, parts.query.split("&")):
            name, _, number = term.partition("=")
            if name not in ("weight", "rate", "day") or not number.replace(".", "", 1).isdigit():
                raise ValueError(f"“{term}” is none of weight=, rate= and day= with a number")
    return text


def rates(text: str) -> dict[str, float]:
    found = {}
    for word in words(text):
        domain, _, rate = word.partition("=")
        try:
            found[domain.lower()] = float(rate)
        except ValueError:
            raise ValueError(f"“{word}” is no domain with a number of mails a second") from None
        if not found[domain.lower()] > 0:
            raise ValueError(f"“{word}”: the number of mails a second is above 0")
    return found


def bounce_mailbox(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("imaps", "imap") or not parts.hostname:
        raise ValueError("it does not begin with imaps:// and the name of a host")
    if parts.scheme == "imap" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("imap:// sends the password in clear; use imaps:// (imap:// is for this machine alone)")
    if not parts.username or not parts.password:
        raise ValueError("user or password is missing")
    if not text.isascii():
        raise ValueError("it is not ASCII; write other characters percent-encoded")
    parts.port  # noqa: B018 - raises ValueError for what is no port
    return text


def fax_way(text: str) -> str:
    if text.startswith("mailto:"):
        if not re.fullmatch(r"mailto:[!-?A-z|~]*\{number\}[!-?A-z|~]*@[A-Za-z0-9.-]+", text):
            raise ValueError("a mail-to-FAX address has {number} where the digits go, and then @ and a domain")
        return text
    parts = urlsplit(text)
    if parts.scheme != "hylafax" or not parts.hostname:
        raise ValueError("it begins neither with hylafax:// and a host nor with mailto:")
    parts.port  # noqa: B018 - raises ValueError for what is no port
    if not re.fullmatch(r"(prefix=[0-9,*%#]+)?", parts.query):
        raise ValueError("after the “?” only prefix= is known: digits and commas that are dialled first")
    return text


def form_file(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.suffix != ".toml" or not path.is_file():
        raise ValueError(f"{path} is no file whose name ends in .toml")
    return path


def signer_file(text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if path.suffix.lower() not in (".p12", ".pfx", ".pem") or not path.is_file():
        raise ValueError(f"{path} is no file whose name ends in .p12, .pfx or .pem")
    return path


def fax_lines(text: str) -> int:
    if positive(text) > 100:
        raise ValueError(f"“{text}” lines are more than 100")
    return int(text)


def mail_address(text: str) -> str:
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9.-]+", text):
        raise ValueError(f"“{text}” is not a mail address in ASCII")
    return text


def unsubscribe_address(text: str) -> str:
    if not text.startswith(("mailto:", "https://")) or "?" in text or ">" in text or " " in text:
        raise ValueError(f"“{text}” does not begin with mailto: or https://, or has a “?”")
    return text


def mailbox(text: str) -> str:
    parts = urlsplit(text)
    user = unquote(parts.username or "")
    if parts.scheme != "imaps" or not parts.hostname or "@" not in user or not parts.password:
        raise ValueError("it is not imaps://, a mail address with %40 for its @, a password, and the name of a host")
    if not text.isascii() or '"' in unquote(parts.path):
        raise ValueError("the folder is written in ASCII and without quotation marks")
    parts.port  # noqa: B018 - raises ValueError for what is no port
    return text


def web_address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(f"“{text}” does not begin with http:// or https://")
    return text.rstrip("/")


def web_addresses(text: str) -> tuple[str, ...]:
    return tuple(web_address(word) for word in words(text))


def mirrors(text: str) -> tuple[Place, ...]:
    return read_places(text)


def lalert_nodes(text: str) -> tuple[str, ...]:
    found = words(text)
    if len(found) > 2 or len(set(found)) != len(found):
        raise ValueError("there is one normal node and at most one backup node, at another address")
    for address in found:
        if not address.startswith("https://"):
            raise ValueError(f"“{address}” does not begin with https://: the token alone protects nothing")
    return found


VARIABLES = (
    Variable(
        "TODOKE_VAR",
        "The folder for everything that Todoke writes: embedded database, public files, simulators, intake.",
        lambda text: Path(text).expanduser().resolve(),
        Path("var").resolve(),
        "/srv/todoke",
    ),
    Variable(
        "DATABASE_URL",
        "PostgreSQL 15 or newer. Absent: the embedded server, its data under TODOKE_VAR.",
        database_url,
        None,
        "postgresql://todoke:secret@db.example/todoke",
    ),
    Variable(
        "TODOKE_SECRET",
        "The key that signs sessions and links. Absent: made once and kept under TODOKE_VAR.",
        secret,
        None,
        "(50 random characters or more)",
    ),
    Variable(
        "TODOKE_SEAL_KEYS",
        "The keys that seal personal data, newest first, commas between them; the last one is never taken out. "
        "Absent: one, made once and kept under TODOKE_VAR.",
        secrets_list,
        (),
        "(50 random characters or more)",
    ),
    Variable(
        "TODOKE_BACKUP_KEY",
        "The key that seals backups. Absent: made with the first backup and kept under TODOKE_VAR; "
        "a backup without its key is worthless, so keep a copy elsewhere.",
        secret,
        None,
        "(50 random characters or more)",
    ),
    Variable(
        "TODOKE_KEY_STORE",
        "The folder of the keys of what is in custody, on a disk that all hosts share and that no backup takes along: "
        "`todoke keys export` copies it. Absent: keys/ under TODOKE_VAR.",
        lambda text: Path(text).expanduser().resolve(),
        None,
        "/srv/todoke-keys",
    ),
    Variable(
        "TODOKE_LOOKS_YEARS",
        "How many fiscal years, besides the present one, the record of who looked at whose data is kept.",
        positive,
        3,
        "5",
    ),
    Variable(
        "TODOKE_LOOKS_NAMES",
        "1: a resident sees the name of the member of staff who looked at their data; 0: the section alone.",
        yes_or_no,
        False,
        "1",
    ),
    Variable(
        "TODOKE_PROCEDURES_PUBLISHED_BY_TWO",
        "1: whoever made the last change to a procedure's draft does not publish it; another person does.",
        yes_or_no,
        False,
        "1",
    ),
    Variable(
        "TODOKE_ADDRESS",
        "The public address of the city's site, used in feeds, mails and CAP. Absent: this machine, at TODOKE_PORT.",
        web_address,
        None,
        "https://www.city.example.jp",
    ),
    Variable(
        "TODOKE_PORT",
        "The port on which `todoke up` serves.",
        port,
        8000,
        "8080",
    ),
    Variable(
        "TODOKE_SIMULATORS",
        "1: every outside service is the built-in simulator. 0: the real ones, as configured.",
        yes_or_no,
        True,
        "0",
    ),
    Variable(
        "TODOKE_SIMULATOR_PORTS",
        "The ports of the simulators on this machine: SMTP, then HTTP (LINE, webhooks, controls).",
        two_ports,
        (8125, 8180),
        "8125,8180",
    ),
    Variable(
        "TODOKE_SOCIAL_SIMULATOR_PORT",
        "The port of the simulated social networks on this machine.",
        port,
        8181,
        "8181",
    ),
    Variable(
        "TODOKE_CONTROL_STATION",
        "The gateway at the control station of the outdoor loudspeakers. Absent: a person has to broadcast.",
        web_address,
        "",
        "https://oyakyoku.city.example.jp",
    ),
    Variable(
        "TODOKE_CONTROL_STATION_TOKEN",
        "The token that this gateway wants (Authorization: Bearer). Absent: none is sent.",
        metrics_token,
        "",
        "(20 random characters or more)",
    ),
    Variable(
        "TODOKE_CONTROL_STATION_SIMULATOR_PORT",
        "The port of the simulated control station on this machine.",
        port,
        8190,
        "8190",
    ),
    Variable(
        "TODOKE_MAIL_SERVER",
        "The servers that take our mail, commas between them: smtp://, smtp+starttls:// or smtps://, user and password "
        "percent-encoded; ?weight=, rate= (a second) and day= share the subscribers' mail out. The first one also "
        "takes all other mail.",
        mail_servers,
        "",
        "smtp+starttls://todoke:secret@mail.example:587?rate=50",
    ),
    Variable(
        "TODOKE_MAIL_PACE",
        "How many mails a second subscribers of a domain get at most, all relays together. Absent: no such bounds.",
        rates,
        {},
        "docomo.ne.jp=20,ezweb.ne.jp=20",
    ),
    Variable(
        "TODOKE_MAIL_FROM",
        "The address that our mail comes from; its domain is that of every Message-ID, so do not change it lightly.",
        mail_address,
        "bousai@city.nagihama.example.jp",
        "bousai@city.example.jp",
    ),
    Variable(
        "TODOKE_MAIL_UNSUBSCRIBE",
        "Where a reader of a mail list leaves it (List-Unsubscribe): mailto: or https://. Absent: no such header.",
        unsubscribe_address,
        "",
        "https://www.city.example.jp/mail/leave",
    ),
    Variable(
        "TODOKE_BOUNCE_MAILBOX",
        "The mailbox that mails to bounce+…@ come to: imaps://, user and password percent-encoded, folder. "
        "Absent: none is read; the mail server then pipes them to `todoke bounces`.",
        bounce_mailbox,
        "",
        "imaps://bounce:secret@imap.example/INBOX",
    ),
    Variable(
        "TODOKE_LINE_TOKEN",
        "The channel access token of the city's LINE official account.",
        str,
        "",
        "(the long-lived channel access token from the LINE Developers Console)",
    ),
    Variable(
        "TODOKE_LINE_SECRET",
        "The channel secret of the city's LINE official account: with it LINE signs what its webhook tells.",
        line_secret,
        "",
        "(the channel secret from the LINE Developers Console, 32 hexadecimal digits)",
    ),
    Variable(
        "TODOKE_LINE_ACCOUNT",
        "The basic ID of the city's LINE official account, by which residents make friends with it.",
        line_account,
        "",
        "@nagihama",
    ),
    Variable(
        "TODOKE_LINE_RESERVE",
        "Percent of the month's quota of LINE messages that only emergencies may use.",
        percent,
        20,
        "30",
    ),
    Variable(
        "TODOKE_PUSH_KEY",
        "The city's private key for web push (VAPID, P-256). Browsers bind their subscriptions to it: another key ends "
        "them all. Absent: made once and kept under TODOKE_VAR.",
        push_key,
        "",
        "(the private key that `web-push generate-vapid-keys` prints, 43 characters)",
    ),
    Variable(
        "TODOKE_WEBHOOK_SECRET",
        "The secret from which every partner's webhook secret is derived. Absent: derived from TODOKE_SECRET.",
        secret,
        None,
        "(50 random characters or more)",
    ),
    Variable(
        "TODOKE_FAX",
        "The way to FAX machines: hylafax://user:password@host:4559?prefix=0, or a provider's mail address with "
        "{number} in it. Absent: no FAX leaves.",
        fax_way,
        "",
        "hylafax://todoke:secret@fax.example:4559",
    ),
    Variable(
        "TODOKE_FAX_LINES",
        "How many telephone lines FAX may use at once, all hosts together.",
        fax_lines,
        8,
        "4",
    ),
    Variable(
        "TODOKE_FAX_CONFIRM_MINUTES",
        "After how many minutes a facility that has not confirmed its FAX is put on the list of those to be rung up.",
        positive,
        15,
        "10",
    ),
    Variable(
        "TODOKE_FAX_SIMULATOR_PORT",
        "The port of the simulated FAX server on this machine. Absent: five above the simulators' HTTP port.",
        port,
        None,
        "8185",
    ),
    Variable(
        "TODOKE_SIGN_IN",
        "The OpenID Connect providers by which residents sign in: a TOML file. Absent: mail, passkey and counter only.",
        form_file,
        None,
        "/srv/city/sign_in.toml",
    ),
    Variable(
        "TODOKE_SMS",
        "The form of the provider that sends SMS: a TOML file. Absent: no SMS leaves.",
        form_file,
        None,
        "/srv/city/sms_gateway.toml",
    ),
    Variable(
        "TODOKE_SMS_SIMULATOR_PORT",
        "The port of the simulated SMS provider on this machine. Absent: six above the simulators' HTTP port.",
        port,
        None,
        "8186",
    ),
    Variable(
        "TODOKE_CALLS",
        "The form of the provider that makes automatic calls: a TOML file. Absent: people ring.",
        form_file,
        None,
        "/srv/city/calls_gateway.toml",
    ),
    Variable(
        "TODOKE_CALLS_SIMULATOR_PORT",
        "The port of the simulated provider of automatic calls on this machine. Absent: seven above the simulators' "
        "HTTP port.",
        port,
        None,
        "8187",
    ),
    Variable(
        "TODOKE_DOCUMENT_SIGNER",
        "Key and certificates with which documents are signed: PKCS#12, or PEM with all of them in one file. Absent: "
        "the fictional city makes its own; a real one issues nothing.",
        signer_file,
        None,
        "/srv/city/signer.p12",
    ),
    Variable(
        "TODOKE_DOCUMENT_SIGNER_PASSWORD",
        "The password of that file. Absent: it has none.",
        str,
        "",
        "(the password with which the file was exported)",
    ),
    Variable(
        "TODOKE_TIMESTAMPS",
        "The time-stamping authority (RFC 3161) for documents. Absent: signatures carry no time stamp (PAdES B-B).",
        web_address,
        "",
        "https://tsa.example.jp/rfc3161",
    ),
    Variable(
        "TODOKE_FEEDS",
        "The weather service's Atom feeds that intake follows, with commas between them. Absent: none.",
        web_addresses,
        (),
        "https://www.data.jma.go.jp/developer/xml/feed/extra.xml,https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml",
    ),
    Variable(
        "TODOKE_LALERT_NODES",
        "The addresses at which L-Alert takes documents: the normal node, then the backup node.",
        lalert_nodes,
        (),
        "https://node1.lalert.example/publish,https://node2.lalert.example/publish",
    ),
    Variable(
        "TODOKE_LALERT_USER",
        "The city's account at L-Alert's nodes.",
        str,
        "",
        "nagihama-city",
    ),
    Variable(
        "TODOKE_LALERT_PASSWORD",
        "The password of that account.",
        str,
        "",
        "(the password that FMMC gave to the city)",
    ),
    Variable(
        "TODOKE_LALERT_OFFICE",
        "The office that speaks in L-Alert's documents. Absent: the sender's name in city.toml.",
        str,
        "",
        "凪浜市 危機管理課",
    ),
    Variable(
        "TODOKE_LALERT_WRITER",
        "Which version of L-Alert's format is written: the key of a writer.",
        str,
        "lalert.pcxml-1",
        "lalert.pcxml-1",
    ),
    Variable(
        "TODOKE_LALERT_SIMULATOR_PORT",
        "The port of the simulated L-Alert nodes on this machine.",
        port,
        8182,
        "8182",
    ),
    Variable(
        "TODOKE_READBACK_MAILBOX",
        "A mailbox of the city, by IMAP, in which its own mails are found again. Absent: no mail is read back.",
        mailbox,
        "",
        "imaps://kakunin%40city.example.jp:secret@imap.example/INBOX",
    ),
    Variable(
        "TODOKE_MIRRORS",
        "Partners that get a copy of every public file, commas between them: s3+https://, https:// (PUT) or file:///, "
        "each with ?key= and public=. Absent: none, or the simulated one.",
        mirrors,
        (),
        "s3+https://KEY:SECRET@s3.partner.example/nagihama?key=partner&public=https://cache.partner.example/nagihama/",
    ),
    Variable(
        "TODOKE_BOARD_TOKEN",
        "The token with which gateways of display boards know the city (Authorization: Bearer). Absent: none is sent.",
        str,
        "",
        "(the token that the gateway was set up with)",
    ),
    Variable(
        "TODOKE_METRICS_TOKEN",
        "The token with which Prometheus reads /metrics from another machine. Absent: only this machine may read it.",
        metrics_token,
        "",
        "(20 random characters or more)",
    ),
    Variable(
        "TODOKE_LOGS",
        "How log lines are written: text for a console, json for a collector (one object a line).",
        log_form,
        "text",
        "json",
    ),
    Variable(
        "TODOKE_MALWARE_SCANNER",
        "Where ClamAV's clamd listens, which looks at every upload. Absent: none is asked, and every upload says so.",
        scanner_address,
        "",
        "clamd://scanner.example:3310",
    ),
    Variable(
        "TODOKE_CITY",
        "The folder that `todoke up` loads the city from.",
        lambda text: Path(text).expanduser().resolve(),
        Path(__file__).resolve().parents[3] / "city" / "sample",
        "/srv/city",
    ),
)


def read_environment(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All variables by name. Raises BadVariable for the first that cannot be understood."""
    return {variable.name: variable.value(environment) for variable in VARIABLES}
