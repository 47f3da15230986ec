"""A small IMAP server over TLS, as far as a reader of one header needs it, with faults."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from todoke.base.clock import now

USER, PASSWORD = "kakunin@city.example.jp", 'pass"word'


def certificate(folder: Path) -> Path:
    """A certificate for localhost, signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@dataclass
class ImapServer:
    """What it holds (subject headers by Message-ID), what it is asked, and what it does wrong: `hang`, `garbage`,
    `drip`, `drop`."""

    mails: dict[str, bytes] = field(default_factory=dict)
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def converse(self, connection: socket.socket) -> None:
        if self.fault == "hang":
            time.sleep(3)
            return
        connection.sendall(b"%%% what\r\n" if self.fault == "garbage" else b"* OK IMAP4rev1 ready\r\n")
        for line in connection.makefile("rb"):
            tag, _, words = line.decode().strip().partition(" ")
            self.asked.append(words)
            if self.fault == "drop":
                return
            answer = self.answer(tag, words)
            if self.fault == "drip":
                for byte in answer:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.2)
            connection.sendall(answer)
            if words.startswith("LOGOUT"):
                return

    def answer(self, tag: str, words: str) -> bytes:  # noqa: PLR0911 - one for each command
        verb = words.removeprefix("UID ").split(" ")[0]
        done = f"{tag} OK done\r\n".encode()
        match verb:
            case "CAPABILITY":
                return b"* CAPABILITY IMAP4rev1\r\n" + done
            case "LOGIN":
                given = 'LOGIN kakunin@city.example.jp "pass\\"word"'
                return done if words == given else f"{tag} NO wrong\r\n".encode()
            case "EXAMINE":
                return b"* 2 EXISTS\r\n" + done if '"INBOX"' in words else f"{tag} NO no such mailbox\r\n".encode()
            case "SEARCH":
                wanted = re.search(r'"(<.*>)"', words)
                keys = list(self.mails)
                found = str(keys.index(wanted[1]) + 1) if wanted and wanted[1] in keys else ""
                return f"* SEARCH {found}\r\n".encode() + done
            case "FETCH":
                header = list(self.mails.values())[int(words.split(" ")[2]) - 1]
                return f"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {{{len(header)}}}\r\n".encode() + (
                    header + b")\r\n" + done
                )
            case "LOGOUT":
                return b"* BYE\r\n" + done
            case _:
                return f"{tag} BAD {verb}\r\n".encode()


@contextmanager
def running(server: ImapServer, folder: Path) -> Iterator[ssl.SSLContext]:
    """The server while the block runs; gives a context that trusts it."""
    path = certificate(folder)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]

        def serve() -> None:
            while True:
                try:
                    plain, _address = listener.accept()
                except OSError:
                    return
                with suppress(OSError), plain, ours.wrap_socket(plain, server_side=True) as secure:
                    server.converse(secure)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield ssl.create_default_context(cafile=str(path))
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
