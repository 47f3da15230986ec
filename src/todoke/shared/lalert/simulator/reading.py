"""A document as a broadcaster's editor would see it: taken apart by names alone, without our writer."""

from dataclasses import dataclass, field

from lxml import etree

from todoke.shared.lalert.schema import read


@dataclass(frozen=True)
class Group:
    """Areas under one word: an order, 発令 or 解除; or shelters by their state."""

    word: str
    way: str
    places: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """The values of one document. `mode` is ours (actual, exercise, test)."""

    document: str
    revision: int
    status: str
    type: str
    category: str
    title: str
    text: str
    office: str
    valid_until: str
    errata: str = ""
    carrier: str = ""
    groups: tuple[Group, ...] = field(default=())

    @property
    def mode(self) -> str:
        return {"Actual": "actual", "Exercise": "exercise"}.get(self.status, "test")

    @property
    def key(self) -> str:
        """What makes a repeat known."""
        return f"{self.document}:{self.revision}"


def understood(raw: bytes) -> Document:
    """The values of a document. Raises ValueError where document number or revision is missing."""
    tree = read(raw)
    document, revision = _text(tree, "documentID"), _text(tree, "documentRevision")
    if not document or not revision.isdigit():
        raise ValueError("documentID and documentRevision are wanted")
    body = tree.find(".//{*}Body/*")
    urgent = tree.find(".//{*}UrgentMail/{*}Information")
    told = urgent if urgent is not None else body
    names = ("Message",) if urgent is not None else ("Description", "ComplementaryInfo")
    return Document(
        document=document,
        revision=int(revision),
        status=_text(tree, "distributionStatus"),
        type=_text(tree, "distributionType"),
        category=_text(tree, "category"),
        title=(_text(told, "Title") if urgent is not None else "") or _text(tree.find(".//{*}Head"), "Title"),
        text=next((text for name in names if (text := _text(told, name))), ""),
        office=_text(tree, "publishingOfficeName"),
        valid_until=_text(tree, "ValidDateTime"),
        errata=_text(tree.find(".//{*}Errata"), "Description"),
        carrier=_text(tree.find(".//{*}consumerRole"), "value"),
        groups=tuple(_groups(body)),
    )


def _groups(body: etree._Element | None) -> list[Group]:
    if body is None:
        return []
    orders = [
        Group(
            _text(detail, "Sort"),
            _text(detail, "IssueOrLift"),
            tuple(place.text or "" for place in detail.iterfind(".//{*}areaName")),
        )
        for detail in body.iterfind("{*}Detail")
    ]
    shelters: dict[str, list[str]] = {}
    for one in body.iterfind(".//{*}Information"):
        if sort := _text(one, "Sort"):
            shelters.setdefault(sort, []).append(_text(one, "areaName"))
    return orders + [Group("避難所", sort, tuple(names)) for sort, names in shelters.items()]


def _text(tree: etree._Element | None, name: str) -> str:
    return "" if tree is None else (tree.findtext(f".//{{*}}{name}") or "").strip()
