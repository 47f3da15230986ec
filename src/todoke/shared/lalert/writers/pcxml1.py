"""PCXML 1.3 in EDXL-DE 1.0, as L-Alert took it before its version 2.

Written from what three systems that speak it do (LGDIS 2014, SaigaiTask 2015, publiccommons-py 2013; own words, nothing
copied). The order of elements and a few prefixes are our reading: FMMC's XML定義書 decides. Since 2021 the words of the
orders are those of the guideline in force (高齢者等避難, 避難指示, 緊急安全確保), which version 1.3 did not yet know.
"""

from lxml import etree

from todoke.shared.lalert import rules
from todoke.shared.lalert.types import Category, Frozen
from todoke.shared.lalert.writers.bodies import BODIES, urgent_body
from todoke.shared.lalert.writers.tree import add, add_known, clean, instant, root
from todoke.shared.messaging.types import EditionKind, FrozenEdition

CONFIDENTIALITY = "UNCLASSIFIED AND NOT SENSITIVE"
CARRIER_LIST = "publicCommons:media:urgentmail:carrier"
# LGDIS refuses longer ones.
DESCRIPTION_MAX = 2000


class Pcxml1:
    """The writer `lalert.pcxml-1`."""

    key = "lalert.pcxml-1"

    def write(self, edition: FrozenEdition, frozen: Frozen, destination: str) -> bytes:
        """The document about this edition, in the form of its subject."""
        category = rules.category_of(edition, is_order=frozen.is_order)
        return self._document(edition, frozen, destination, category, BODIES[category](edition, frozen))

    def urgent(
        self, edition: FrozenEdition, frozen: Frozen, destination: str, *, carrier: str, title: str, text: str
    ) -> bytes:
        """A 緊急速報メール for one carrier (UMC1, UMC2 or UMC3)."""
        body = urgent_body(title, text)
        return self._document(edition, frozen, destination, Category.URGENT_MAIL, body, carrier=carrier)

    def _document(
        self,
        edition: FrozenEdition,
        frozen: Frozen,
        destination: str,
        category: Category,
        body: etree._Element,
        *,
        carrier: str = "",
    ) -> bytes:
        document = rules.document_id(edition.message_key, destination)
        envelope = root("edxlde:EDXLDistribution")
        _identify(envelope, edition, document, sender=frozen.office.code or edition.sender)
        add(envelope, "edxlde:dateTimeSent", instant(edition.sent_at))
        add(envelope, "edxlde:distributionStatus", rules.STATUS[edition.mode])
        add(envelope, "edxlde:distributionType", rules.document_type(edition))
        add(envelope, "edxlde:combinedConfidentiality", CONFIDENTIALITY)
        add(envelope, "edxlde:language", "ja")
        target = add(envelope, "commons:targetArea")
        add(target, "commons:areaName", frozen.office.name)
        add_known(target, "commons:jisX0402", frozen.office.code)

        content = add(envelope, "commons:contentObject")
        add(content, "edxlde:contentDescription", _description(edition))
        if carrier:
            role = add(content, "edxlde:consumerRole")
            add(role, "edxlde:valueListUrn", CARRIER_LIST)
            add(role, "edxlde:value", carrier)
        embedded = add(add(content, "edxlde:xmlContent"), "edxlde:embeddedXMLContent")
        report = add(embedded, "pcx:Report")
        _control(report, edition, frozen, category)
        _head(report, edition, frozen, document)
        add(report, "pcx:Body").append(body)
        add(content, "commons:publishingOfficeName", frozen.office.section or frozen.office.name)
        add_known(content, "commons:publishingOfficeID", frozen.office.code)
        _revisions(content, "commons", edition, document)
        add(content, "commons:category", category.value)
        etree.cleanup_namespaces(envelope)
        return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _identify(envelope: etree._Element, edition: FrozenEdition, document: str, *, sender: str) -> None:
    add(envelope, "edxlde:distributionID", rules.distribution_id(document, edition.number))
    add(envelope, "edxlde:senderID", sender)


def _revisions(parent: etree._Element, prefix: str, edition: FrozenEdition, document: str) -> None:
    add(parent, f"{prefix}:documentRevision", str(edition.number))
    if edition.number > 1:
        add(parent, f"{prefix}:previousDocumentRevision", str(edition.number - 1))
    add(parent, f"{prefix}:documentID", document)


def _description(edition: FrozenEdition) -> str:
    # A cancellation never repeats what it takes back.
    said = edition.note if edition.kind is EditionKind.CANCEL else edition.content.wording("ja").short
    return "　".join(filter(None, (clean(edition.title("ja")), clean(said))))[:DESCRIPTION_MAX]


def _control(report: etree._Element, edition: FrozenEdition, frozen: Frozen, category: Category) -> None:
    control = add(report, "pcx:Control")
    add(control, "pcx:Title", category.value)
    add(control, "edxlde:distributionStatus", rules.STATUS[edition.mode])
    for name in ("pcx:EditorialOffice", "pcx:PublishingOffice"):
        _office(add(add(control, name), "pcx_eb:OfficeInfo"), frozen)
    if edition.kind in (EditionKind.CORRECTION, EditionKind.CANCEL):
        errata = add(control, "pcx:Errata")
        add(errata, "pcx_eb:Description", edition.note)
        add(errata, "pcx_eb:DateTime", instant(edition.sent_at))


def _office(info: etree._Element, frozen: Frozen) -> None:
    office = frozen.office
    add_known(info, "pcx_eb:OrganizationCode", office.code)
    for kind, value in (("phone", office.telephone), ("e-mail", office.mail)):
        if clean(value):
            add(info, "pcx_eb:ContactInfo", value).set("contactType", kind)
    add(info, "pcx_eb:OfficeName", office.section or office.name)
    add_known(info, "pcx_eb:OfficeNameKana", office.reading)
    add(add(info, "pcx_eb:OfficeLocation"), "pcx_eb:areaName", f"{office.prefecture}{office.name}")
    add(info, "pcx_eb:OrganizationName", office.name)


def _head(report: etree._Element, edition: FrozenEdition, frozen: Frozen, document: str) -> None:
    head = add(report, "pcx_ib:Head")
    created = min((earlier.sent_at for earlier in edition.references), default=edition.sent_at)
    add(head, "pcx_ib:Title", edition.title("ja"))
    add(head, "pcx_ib:CreateDateTime", instant(edition.sent_at))
    add(head, "pcx_ib:FirstCreateDateTime", instant(min(created, edition.sent_at)))
    add(head, "pcx_ib:ReportDateTime", instant(edition.sent_at))
    add(head, "pcx_ib:TargetDateTime", instant(edition.sent_at))
    add(head, "pcx_ib:ValidDateTime", instant(edition.expires_at))
    add(head, "edxlde:distributionID", rules.distribution_id(document, edition.number))
    add(head, "edxlde:distributionType", rules.document_type(edition))
    _revisions(head, "commons", edition, document)
    headline = add(head, "pcx_ib:Headline")
    add(headline, "pcx_ib:Text", _description(edition))
    areas = add(headline, "pcx_ib:Areas")
    for area in edition.content.areas:
        place = add(areas, "pcx_ib:Area")
        add(place, "commons:areaName", area.name)
        add_known(place, "commons:areaNameKana", area.reading)
        add_known(place, "commons:jisX0402", area.code or frozen.office.code)
    if not edition.content.areas:
        place = add(areas, "pcx_ib:Area")
        add(place, "commons:areaName", frozen.office.name)
        add_known(place, "commons:jisX0402", frozen.office.code)
