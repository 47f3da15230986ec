"""Notices as servers write them: forms from the RFCs and the servers' own sources, with invented names throughout.

`to` is where the notice comes to. All hosts and addresses are those that RFC 2606 and RFC 5737 keep free for examples.
"""

EDITION = "urn:uuid:5b0c5d2e-0b6f-4a55-9e4a-6a4d5b3b1f11"
RETURN = "bounce+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@city.example.jp"


def original(edition: str = EDITION) -> str:
    return (
        "Return-Path: <bounce+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@city.example.jp>\n"
        "From: =?utf-8?b?6Kmm6aiT5biC?= <bousai@city.example.jp>\n"
        "To: hana@docomo.example\n"
        f"X-Todoke-Edition: {edition}\n"
        "Subject: =?utf-8?b?6YG/6Zuj5oyH56S6?=\n"
        "Message-ID: <1@city.example.jp>\n"
    )


def report(
    *blocks: str,
    to: str = RETURN,
    sender: str = "MAILER-DAEMON@mx.example.jp (Mail Delivery System)",
    edition: str = EDITION,
    as_headers: bool = False,
    head: str = "",
) -> bytes:
    """A delivery report (RFC 3464) about these recipients."""
    kind = "text/rfc822-headers" if as_headers else "message/rfc822"
    copy = original(edition) if edition else ""
    status = "\n\n".join(("Reporting-MTA: dns; mx.example.jp\nArrival-Date: Sat, 29 Aug 2026 03:00:00 +0900", *blocks))
    return (
        f"{head}From: {sender}\n"
        f"To: {to}\n"
        "Subject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_1"\n'
        "\n"
        "This is a MIME-encapsulated message.\n"
        "\n--=_1\nContent-Type: text/plain; charset=us-ascii\n\n"
        "This is the mail system at host mx.example.jp.\n\nI'm sorry to have to inform you …\n"
        f"\n--=_1\nContent-Type: message/delivery-status\n\n{status}\n"
        f"\n--=_1\nContent-Type: {kind}\n\n{copy}\n--=_1--\n"
    ).encode()


def failed(status: str, diagnostic: str, *, recipient: str = "hana@isp.example.jp", action: str = "failed") -> str:
    """One recipient's block."""
    return (
        f"Final-Recipient: rfc822; {recipient}\n"
        f"Action: {action}\n"
        f"Status: {status}\n"
        "Remote-MTA: dns; mx.isp.example.jp\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n"
        "Last-Attempt-Date: Sat, 29 Aug 2026 03:00:05 +0900"
    )


POSTFIX = report(
    "X-Postfix-Queue-ID: 4F1\nX-Postfix-Sender: rfc822; bousai@city.example.jp",
    failed(
        "5.1.1",
        "550 5.1.1 <hana@isp.example.jp>: Recipient address rejected:\n    User unknown in virtual mailbox table",
    ),
)
EXIM = report(
    "Action: failed\nFinal-Recipient: rfc822;hana@isp.example.jp\nStatus: 5.0.0\nRemote-MTA: dns; mx.isp.example.jp\n"
    "Diagnostic-Code: smtp; 550 Unrouteable address",
    sender="Mail Delivery System <Mailer-Daemon@mx.example.jp>",
    head="X-Failed-Recipients: hana@isp.example.jp\n",
    as_headers=True,
)
EXCHANGE = report(
    failed(
        "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient hana@isp.example.jp not found by SMTP lookup"
    ),
    sender="Microsoft Outlook <postmaster@isp.example.jp>",
)
EXCHANGE_ONLINE = report(
    failed("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [AB1EXAMPLE.jpnprd01.prod.outlook.example]"),
    sender="Microsoft Outlook <postmaster@isp.example.jp>",
)
SENDMAIL = report(
    failed("5.1.1", "550 5.1.1 <hana@isp.example.jp>... User unknown"),
    sender="Mail Delivery Subsystem <MAILER-DAEMON@mx.example.jp>",
    as_headers=True,
)
GMAIL = report(
    failed(
        "5.1.1",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
        " 550-5.1.1 double-checking the recipient's email address for typos or\n"
        " 550 5.1.1 unnecessary spaces.",
        recipient="hana@mail.example.com",
    ),
    sender="Mail Delivery Subsystem <mailer-daemon@mail.example.com>",
)
GMAIL_FULL = report(failed("5.2.2", "552-5.2.2 The email account that you tried to reach is over quota."))
DOCOMO_UNKNOWN = report(
    failed("5.0.0", "550 Unknown user hana@docomo.ne.jp (in reply to RCPT TO command)", recipient="hana@docomo.ne.jp")
)
DOCOMO_FILTER = report(
    failed(
        "5.0.0", "550 Unknown user hana@docomo.ne.jp (in reply to end of DATA command)", recipient="hana@docomo.ne.jp"
    )
)
DOCOMO_FILTER_SENDMAIL = report(
    failed("5.2.0", "550 Unknown user hana@docomo.ne.jp", recipient="hana@docomo.ne.jp"), as_headers=True
)
DOCOMO_FULL = report(failed("5.0.0", "552 Too much mail data hana@docomo.ne.jp", recipient="hana@docomo.ne.jp"))
AU_UNKNOWN = report(
    failed("5.0.0", "550 <hana@ezweb.ne.jp>: User unknown (in reply to RCPT TO command)", recipient="hana@ezweb.ne.jp")
)
AU_FILTER = report(
    failed("5.0.0", "550 <hana@au.com>: User unknown (in reply to end of DATA command)", recipient="hana@au.com")
)
SOFTBANK_UNKNOWN = report(
    failed("5.0.0", "550 Invalid recipient: <hana@i.softbank.jp>", recipient="hana@i.softbank.jp")
)
SOFTBANK_SENDER = report(failed("5.0.0", "553 city.example.jp does not exist", recipient="hana@i.softbank.jp"))
GAVE_UP = report(failed("4.4.7", "Delivery time expired; connect to mx.isp.example.jp[192.0.2.25]: timed out"))
POLICY = report(failed("5.7.26", "550-5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy."))
BLOCKED = report(failed("5.0.0", "554 Service unavailable; Client host [192.0.2.1] blocked using bl.example.org"))
UNKNOWN_AS_POLICY = report(
    failed("5.7.1", "550 5.7.1 <hana@isp.example.jp>: Recipient address rejected: Unknown user (in reply to RCPT TO)")
)
DELAYED = report(failed("4.2.2", "452 4.2.2 The recipient's inbox is over quota", action="delayed"))
RELAYED = report(failed("2.0.0", "250 2.0.0 Ok", action="relayed"))
FORWARDED_TO_TWO = report(failed("5.1.1", "550 user unknown"), failed("2.0.0", "250 Ok", action="delivered"))

QMAIL = (
    "From: MAILER-DAEMON@mx.example.jp\n"
    f"To: {RETURN}\n"
    "Subject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.example.jp.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<hana@isp.example.jp>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n"
    "--- Below this line is a copy of the message.\n\n"
    f"{original()}\nWhoever is blocked by spam words in our own text: unsolicited.\n"
).encode()
QMAIL_FULL = QMAIL.replace(b"Sorry, no mailbox here by that name. (#5.1.1)", b"The users mailfolder is full. (#5.2.2)")
WITHOUT_A_FORM = (
    "From: Mail Administrator <postmaster@isp.example.jp>\n"
    f"To: {RETURN}\n"
    "Subject: Mail System Error - Returned Mail\n\n"
    "Message could not be delivered to some recipients.\n"
    "The following recipient(s) could not be reached:\n\n"
    "Recipient: [SMTP:hana@isp.example.jp]\n"
    "Reason: The message could not be delivered\n\n"
    "Message headers follow:\n"
).encode()

COMPLAINT = (
    "From: <abusedesk@isp.example.jp>\n"
    "To: <fbl@city.example.jp>\n"
    "Subject: FW: report\n"
    "MIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=feedback-report; boundary="part"\n\n'
    "--part\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
    "--part\nContent-Type: message/feedback-report\n\n"
    "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1\n"
    f"Original-Mail-From: <{RETURN}>\n"
    "Original-Rcpt-To: <hana@isp.example.jp>\nArrival-Date: Sat, 29 Aug 2026 03:00:00 +0900\n"
    "Reporting-MTA: dns; mx.isp.example.jp\nSource-IP: 192.0.2.1\n\n"
    f"--part\nContent-Type: message/rfc822\n\n{original()}\nText\n--part--\n"
).encode()
NO_COMPLAINT = COMPLAINT.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")

HOLIDAY = (
    "From: Hana <hana@isp.example.jp>\n"
    f"To: {RETURN}\n"
    "Subject: =?utf-8?b?5LiN5Zyo?=\nAuto-Submitted: auto-replied (vacation)\n\n"
    "I am away until Monday. Mail to <hana@isp.example.jp> could not be delivered: user unknown.\n"
).encode()
OUR_OWN = (
    f"To: {RETURN}\nDelivered-To: {RETURN}\n{original().split('To:')[0]}X-Todoke-Mode: actual\n\nText\n"
).encode()
A_PERSON = (f"From: Hana <hana@isp.example.jp>\nTo: {RETURN}\nSubject: Hello\n\nThank you for your mail.\n").encode()


DELAYED_WITHOUT_A_FORM = (
    "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.jp>\n"
    f"To: {RETURN}\nSubject: Warning\n\n"
    "   **********************************************\n"
    "   **      THIS IS A WARNING MESSAGE ONLY      **\n"
    "   **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n"
    "   **********************************************\n\n"
    "A message that you sent has not yet been delivered to all its recipients. Address:\n\n"
    "  hana@isp.example.jp\n\nNo action is required on your part. Delivery attempts will continue for\n"
).encode()
A_SERVER_IN_ITS_OWN_WORDS = (
    f"From: MAILER-DAEMON@mx.example.jp\nTo: {RETURN}\nSubject: =?utf-8?b?6YCa55+l?=\nAuto-Submitted: auto-replied\n"
    "Content-Type: text/plain; charset=utf-8\n\nお送りいただいたメールについてのお知らせです。\n"
).encode()


def about(notice: bytes, token: str, edition: str = "") -> bytes:
    """The same notice about another contact, and another edition."""
    told = notice.replace(b"a" * 32, token.encode())
    return told.replace(EDITION.encode(), edition.encode()) if edition else told
