"""What the simulated mail server sends back: delivery reports (RFC 3464), as files in a folder."""

import hashlib
from email.utils import format_datetime
from pathlib import Path

from todoke.base.clock import in_japan, now
from todoke.shared.messaging.simulators.faults import RETURNS

REPORT = """\
Return-Path: <>
Delivered-To: {to}
From: Mail Delivery System <MAILER-DAEMON@simulator.invalid>
To: {to}
Date: {date}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_{boundary}"

--=_{boundary}
Content-Type: text/plain; charset=us-ascii

This is the simulated mail server. Your message was not delivered: {words}.

--=_{boundary}
Content-Type: message/delivery-status

Reporting-MTA: dns; simulator.invalid
Arrival-Date: {date}

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {reply} {status} {words}

--=_{boundary}
Content-Type: text/rfc822-headers

"""


def is_returned(recipient: str, share: float) -> bool:
    """Whether this recipient belongs to the share to whom nothing can be delivered; always the same answer."""
    return int.from_bytes(hashlib.sha256(recipient.lower().encode()).digest()[:4]) < share * 2**32


def send_back(folder: Path, mail: bytes, *, to: str, recipient: str, status: int) -> Path:
    """Put a report about this mail and recipient, with this reply code, into the folder; its file."""
    name = hashlib.sha256(b"\0".join((to.encode(), recipient.encode(), mail))).hexdigest()[:32]
    enhanced, words, action = RETURNS[status]
    facts = {"to": to, "recipient": recipient, "boundary": name, "date": format_datetime(in_japan(now()))}
    text = REPORT.format(**facts, status=enhanced, words=words, action=action, reply=status)
    headers = mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    report = text.encode() + headers + f"\n\n--=_{name}--\n".encode()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{name}.part"
    draft.touch(mode=0o600)
    draft.write_bytes(report)
    # Under its own name only when it is whole: a reader may be looking.
    return draft.replace(folder / f"{name}.eml")
