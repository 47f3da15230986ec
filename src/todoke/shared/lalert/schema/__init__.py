"""What a document must look like, as far as we know it: our own XML Schema, beside the modules that write."""

import threading
from functools import cache
from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parent
# A schema is compiled once; its log of errors belongs to one validation at a time.
_LOCK = threading.Lock()


def read(document: bytes) -> etree._Element:
    """The document as a tree. Raises etree.XMLSyntaxError."""
    # No entity, no network: documents also come in from outside, at the simulator.
    return etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def faults(document: bytes) -> list[str]:
    """What is wrong with a document, in the validator's words with their lines; an empty list where nothing is."""
    try:
        tree = read(document)
    except etree.XMLSyntaxError as error:
        return [str(error)]
    with _LOCK:
        schema = _schema()
        if schema.validate(tree):
            return []
        return [f"line {entry.line}: {entry.message}" for entry in schema.error_log]  # type: ignore[attr-defined]


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(FOLDER / "edxlde.xsd")))
