"""After the flood: certificates of damage, many filings, and the people who decide about them."""

import shutil
from pathlib import Path

from tests.cities import SAMPLE_CITY
from tests.civic.procedures.conftest import RIGHTS
from tests.sign_in import make_staff
from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.city import ProceduresPart
from todoke.civic.procedures.actions.filing import Filer, begin, submit
from todoke.civic.procedures.models import Filing, ProcedureVersion
from todoke.ground.people.models import Post, Posting
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.ground.places.registry import LoadReport
from todoke.shared.decisions.actions import marking
from todoke.shared.decisions.models import Decision
from todoke.shared.decisions.queries import seat_of
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.models import Channel

KEY = "disaster-certificate"
SECTION = "kikikanri"
HALF = {"degree": "半壊"}


def publish_certificates(tmp_path: Path) -> ProcedureVersion:
    """The sample city's certificate of damage, and nothing else of it."""
    folder = tmp_path / "city" / "procedures"
    folder.mkdir(parents=True)
    for name in ("blocks.toml", f"{KEY}.toml"):
        shutil.copy(SAMPLE_CITY / "procedures" / name, folder / name)
    report = LoadReport(folder.parent)
    ProceduresPart().load(folder.parent, report)
    assert not report.faults, [str(fault) for fault in report.faults]
    return ProcedureVersion.objects.select_related("procedure__form", "section").get(procedure__key=KEY)


def somebody(post: str, name: str, rights: tuple[str, ...] = RIGHTS) -> Viewer:
    """A member of the section's staff at this post."""
    account = make_staff(rights, section=SECTION, name=name)
    Posting.objects.filter(staff__account=account).update(post=Post.objects.get(key=post))
    return viewer_for(account, in_japan(now()).date())


def typed(number: int, postal_code: str = "") -> dict[str, dict[str, list[str]]]:
    """What a household whose home was flooded tells; `number` makes it another household."""
    place = {"prefecture": ["汐音県"], "city": ["凪浜市"], "town": ["港町"], "block": [f"{number}番地"]}
    if postal_code:
        place["postal_code"] = [postal_code]
    return {
        "applicant.name": {
            "family": ["浜野"],
            "given": [f"千代{number}"],
            "family_reading": ["ハマノ"],
            "given_reading": ["チヨ"],
        },
        "applicant.birth_date": {"era": ["西暦"], "year": ["1990"], "month": ["3"], "day": ["14"]},
        "applicant.address": place,
        "applicant.telephone": {"": ["0220000001"]},
        "applicant.relation": {"": ["self"]},
        "identity.how": {"": ["card"]},
        "cause": {"": ["rain"]},
        "disaster.date": {"era": ["西暦"], "year": ["2026"], "month": ["10"], "day": ["4"]},
        "place": place,
        "house.lived": {"": ["yes"]},
        "house.registered": {"": ["yes"]},
        "house": {"": ["own"]},
        "damage.parts": {"": ["wall"]},
        "self.judges": {"": ["no"]},
        "stay.now": {"": ["shelter"]},
        "visit.when": {"": ["いつでも"]},
        "certificate.count": {"": ["1"]},
        "certificate.how": {"": ["post"]},
    }


def filed(version: ProcedureVersion, clerk: Viewer, number: int, postal_code: str = "") -> Filing:
    """One household's filing, taken at the counter."""
    filing = begin(version, Filer(clerk), at=now(), channel=Channel.COUNTER)
    take(filing.response, Posted(typed(number, postal_code)), at=now())
    submit(filing, submit_key=f"k{number}", viewer=clerk, at=now())
    return Filing.objects.select_related("case", "version", "response__custody").get(pk=filing.pk)


def decided(decision: Decision, chief: Viewer) -> Decision:
    """The section's chief pulls it up past the others, and decides."""
    fresh = Decision.objects.get(pk=decision.pk)
    for act in (marking.pull_up, marking.decide):
        fresh = act(fresh.pk, seat=seat_of(SECTION, "kacho"), revision=fresh.revision, viewer=chief, at=now())
    return fresh
