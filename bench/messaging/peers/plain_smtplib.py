"""The plain way: the standard library, one connection, one message object a mail, no ledger."""

import smtplib
import sys
import time
from email.message import EmailMessage
from email.utils import make_msgid

from bench.messaging import mail
from bench.messaging.peers import tell


def main(port: str, mails: str, _folder: str) -> None:
    """Send them all."""
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", int(port), local_hostname="city.example.jp") as smtp:
        for number in range(int(mails)):
            one = EmailMessage()
            one["From"] = mail.SENDER
            one["To"] = mail.recipient(number)
            one["Subject"] = mail.TITLE
            one["Message-ID"] = make_msgid(domain="city.example.jp")
            for name, value in mail.headers(number).items():
                one[name] = value
            one.set_content(mail.body(number))
            smtp.send_message(one)
    tell("smtplib, one connection", round(int(mails) / (time.perf_counter() - began)), "mails/s")


if __name__ == "__main__":
    main(*sys.argv[1:])
