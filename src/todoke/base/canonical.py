"""The one way of writing a document as JSON, so that equal documents are equal letters and have one hash."""

import hashlib
import json
from typing import Any


def canonical(document: Any) -> str:
    """Sorted keys, no spaces, no escapes. Raises ValueError for what JSON does not know (NaN, infinity)."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    """The hash under which a canonical text is known."""
    return hashlib.sha256(text.encode()).hexdigest()
