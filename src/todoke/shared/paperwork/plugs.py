"""What paperwork plugs in: its own kinds of fields, how responses die, and what the style page shows of it."""

from django.utils.translation import gettext_lazy as _

from todoke.base.ui.registry import Specimen, specimens
from todoke.ground.retention.registry import shredders
from todoke.shared.paperwork.fields.accounts import Account
from todoke.shared.paperwork.fields.addresses import Address
from todoke.shared.paperwork.fields.choices import AnyOf, OneOf, YesNo
from todoke.shared.paperwork.fields.codes import CorporateNumber, LicenceNumber, MunicipalityCode, Telephone
from todoke.shared.paperwork.fields.consent import Consent
from todoke.shared.paperwork.fields.dates import Date
from todoke.shared.paperwork.fields.files import Files
from todoke.shared.paperwork.fields.numbers import Money, Number
from todoke.shared.paperwork.fields.people import PersonNameField
from todoke.shared.paperwork.fields.points import MapPoint
from todoke.shared.paperwork.fields.rows import Rows
from todoke.shared.paperwork.fields.shown import ComputedValue, Explanation
from todoke.shared.paperwork.fields.texts import LongText, Mail, ShortText
from todoke.shared.paperwork.fields.times import Time
from todoke.shared.paperwork.intake import SealedIntake
from todoke.shared.paperwork.registry import field_kinds, intakes
from todoke.shared.paperwork.shredding import ResponseShredder
from todoke.shared.paperwork.specimens import SHEET, draw_every_kind

for kind in (
    ShortText,
    LongText,
    Mail,
    Number,
    Money,
    YesNo,
    OneOf,
    AnyOf,
    Date,
    Time,
    PersonNameField,
    Address,
    MapPoint,
    Telephone,
    MunicipalityCode,
    CorporateNumber,
    Account,
    LicenceNumber,
    Files,
    Rows,
    Consent,
    Explanation,
    ComputedValue,
):
    field_kinds.register(kind())

intakes.register(SealedIntake())
shredders.register(ResponseShredder())
specimens.register(Specimen("paperwork.fields", _("様式の質問"), 10, draw_every_kind, (SHEET,)))
