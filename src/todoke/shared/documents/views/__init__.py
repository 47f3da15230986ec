"""The pages of documents: the public ones, the staff's, and the simulated time stamps."""

from todoke.shared.documents.views.public import ask_code, verify
from todoke.shared.documents.views.simulator import time_stamp
from todoke.shared.documents.views.staff import (
    clauses,
    document,
    letter,
    letter_picture,
    letters,
    numbers,
    paper,
    register,
    seal_drawing,
    seal_uses,
    seals,
    void_number,
    withdraw,
)

__all__ = [
    "ask_code",
    "clauses",
    "document",
    "letter",
    "letter_picture",
    "letters",
    "numbers",
    "paper",
    "register",
    "seal_drawing",
    "seal_uses",
    "seals",
    "time_stamp",
    "verify",
    "void_number",
    "withdraw",
]
