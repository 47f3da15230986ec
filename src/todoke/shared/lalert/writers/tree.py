"""Building the XML of PCXML 1.x: prefixes, texts that XML can hold, instants by a Japanese clock."""

import re
from datetime import datetime

from lxml import etree

from todoke.base.clock import in_japan

# PCXML 1.3 (names of its namespaces as LGDIS, SaigaiTask and publiccommons-py use them).
BASE = "http://xml.publiccommons.ne.jp"
NAMES = {
    "edxlde": "urn:oasis:names:tc:emergency:EDXL:DE:1.0",
    "commons": f"{BASE}/xml/edxl/",
    "pcx": f"{BASE}/pcxml1/3",
    "pcx_ib": f"{BASE}/pcxml1/informationBasis3/",
    "pcx_eb": f"{BASE}/pcxml1/elementBasis3/",
    "pcx_ev": f"{BASE}/pcxml1/body/evacuation3",
    "pcx_sh": f"{BASE}/pcxml1/body/shelter3",
    "pcx_ah": f"{BASE}/pcxml1/body/AntidisasterHeadquarter3",
    "pcx_gi": f"{BASE}/pcxml1/body/GeneralInformation3",
    "pcx_um": f"{BASE}/pcxml1/body/UrgentMail3",
}
# What XML 1.0 cannot hold (section 2.2), lone surrogates among it.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def named(name: str) -> str:
    """`pcx_eb:Area` as lxml names it."""
    prefix, _colon, local = name.partition(":")
    return f"{{{NAMES[prefix]}}}{local}"


def root(name: str) -> etree._Element:
    """The outermost element, with every prefix declared once."""
    return etree.Element(named(name), nsmap=NAMES)


def add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    """An element, with this text where one is given."""
    element = etree.SubElement(parent, named(name))
    if text is not None:
        element.text = clean(text)
    return element


def add_known(parent: etree._Element, name: str, text: str) -> None:
    """An element where there is something to say; nothing otherwise."""
    if clean(text):
        add(parent, name, text)


def clean(text: str) -> str:
    """The text as XML can hold it, with one kind of line break."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def instant(moment: datetime) -> str:
    """Japanese time with its offset, in whole seconds."""
    return in_japan(moment).strftime("%Y-%m-%dT%H:%M:%S+09:00")
