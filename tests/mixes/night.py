"""A night on which drills, tests and real alerts are released, corrected and cancelled at random, all at once."""

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from tests.mixes.world import Left, Wire
from tests.shared.messaging.editions import EVACUATE, WORDINGS
from todoke.base.clock import now
from todoke.ground.people.models import Account
from todoke.ground.places.models import Area
from todoke.shared.messaging.actions import bundles, dispatch, mailings
from todoke.shared.messaging.actions.contacts import register
from todoke.shared.messaging.actions.release import Order, WrongPlace, release
from todoke.shared.messaging.carriers import carry_bundle
from todoke.shared.messaging.models import Delivery, Destination, Edition, FrozenArtefact
from todoke.shared.messaging.queries import takes_lane
from todoke.shared.messaging.registry import MassChannel, audiences, channels
from todoke.shared.messaging.simulators.push import browser
from todoke.shared.messaging.types import AreaMark, Content, EditionKind, Mode, Reach
from todoke.shared.messaging.types.edition import MARKS
from todoke.shared.subscriptions.models import Place, Topic

SAMPLE_CITY = Path(__file__).resolve().parents[2] / "city" / "sample"
KIND = "emergency.alert"
LANE = "emergency"
PUSH_SERVICE = "https://fcm.googleapis.com/fcm/send/"
# As the system writes them into a text; and as they are said where brackets are not.
MARKED = {mode: {MARKS[language][mode].strip() for language in MARKS} for mode in (Mode.EXERCISE, Mode.TEST)}
SPOKEN = {Mode.EXERCISE: ("訓練",), Mode.TEST: ("試験", "テスト", "[TEST]")}
# What machines read: the mode of our own JSON and mails, EDXL-DE's distributionStatus, CAP's status, PCXML's.
DECLARED = re.compile(
    r'"mode": ?"(\w+)"|^mode (\w+)$|<(?:\w+:)?(?:distributionStatus|status|Status)>(\w+)<', re.MULTILINE
)
DECLARES = {Mode.ACTUAL: {"actual", "通常"}, Mode.EXERCISE: {"exercise", "訓練"}, Mode.TEST: {"test", "試験"}}


class Leak(AssertionError):
    """Something of one mode went where another belongs, or without its mark."""


def token_of(number: int) -> str:
    """A name that no city has: letters only, so that no rule takes it for a telephone number or cuts it."""
    letters = "".join(chr(ord("A") + number // 26**power % 26) for power in (2, 1, 0))
    return f"ZQ{letters}QZ"


TOKEN = re.compile(r"ZQ[A-Z]{3}QZ")


def flat(text: str) -> str:
    """The text as it is compared: one width."""
    return unicodedata.normalize("NFKC", text)


MARKS_FLAT = {mode: {flat(mark) for mark in marks} for mode, marks in MARKED.items()}
ANY_MARK = {mark for marks in MARKS_FLAT.values() for mark in marks}


@dataclass
class Matter:
    """One message of the night."""

    token: str
    mode: Mode
    edition: Edition
    is_over: bool = False


@dataclass
class Night:
    """The ledger, the wire, and who owns which name. `seed` makes it the same night again."""

    seed: int
    wire: Wire
    officers: tuple[Account, Account]
    matters: dict[str, Matter] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    channels: Counter[tuple[bool, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.at = now()
        self.places = [place for place in Destination.objects.filter(is_active=True) if takes_lane(place, LANE)]
        self.areas = list(Area.objects.filter(key__endswith="-chiku").order_by("key"))

    # ---- what people do ----

    def play(self, steps: int) -> Self:
        """So many things happen, and everything that is due leaves in between; then nothing is left undone."""
        for _step in range(steps):
            self.at += timedelta(seconds=20)
            act = self.chance.choices((self.begin, self.follow, self.mix_up, self.forge), (5, 4, 1, 1))[0]
            act()
            self.deliver(self.chance.randrange(12))
        for _round in range(8):
            self.at += timedelta(minutes=5)
            self.deliver(10_000)
        self.look_at_everything()
        return self

    def begin(self) -> None:
        """A new message of any mode, to some of those whom it may reach."""
        mode = self.chance.choice(list(Mode))
        token = token_of(len(self.matters))
        order = replace(self._order(token, EditionKind.FIRST), message_kind=KIND, mode=mode)
        edition = release(replace(order, destinations=tuple(self._some(mode))), at=self.at)
        self.matters[token] = Matter(token, mode, edition)
        self._released(edition, mode)

    def follow(self) -> None:
        """A further edition of one that stands."""
        standing = [matter for matter in self.matters.values() if not matter.is_over]
        if not standing:
            return self.begin()
        matter = self.chance.choice(standing)
        kind = self.chance.choice((EditionKind.UPDATE, EditionKind.CORRECTION, EditionKind.CANCEL))
        order = replace(
            self._order(matter.token, kind),
            message=matter.edition.message,
            after_number=matter.edition.number,
            destinations=tuple(self._some(matter.mode)),
            # What somebody claims now changes nothing: a message keeps its mode.
            mode=self.chance.choice(list(Mode)),
        )
        matter.edition = release(order, at=self.at)
        matter.is_over = kind is EditionKind.CANCEL
        self._released(matter.edition, matter.mode)
        return None

    def mix_up(self) -> None:
        """Somebody puts one destination of the other side among the right ones: nothing at all is released."""
        mode = self.chance.choice(list(Mode))
        strangers = [place for place in self.places if not place.takes(mode)]
        mixed = (*self._some(mode), self.chance.choice(strangers))
        before = Edition.objects.count()
        order = replace(self._order(token_of(17_000), EditionKind.FIRST), message_kind=KIND, mode=mode)
        try:
            with transaction.atomic():
                release(replace(order, destinations=mixed), at=self.at)
        except WrongPlace as refusal:
            if refusal.names != (mixed[-1].name,):
                raise Leak(f"the refusal names {refusal.names}, not {mixed[-1].name}") from refusal
        else:
            raise Leak(f"a {mode} was released to {mixed[-1].key}")
        if Edition.objects.count() != before:
            raise Leak("a refused release left an edition behind")
        self.counts["refused mixtures"] += 1

    def forge(self) -> None:
        """A fault of the programme writes a row past every rule: the database itself refuses it."""
        if not self.matters:
            return
        matter = self.chance.choice(list(self.matters.values()))
        strangers = [place for place in self.places if not place.takes(matter.mode) and not place.is_for_drills_alone]
        place = self.chance.choice(strangers)
        try:
            with transaction.atomic():
                Delivery.objects.bulk_create([Delivery(edition=matter.edition, destination=place, due_at=self.at)])
        except IntegrityError:
            self.counts["refused rows"] += 1
            return
        raise Leak(f"the ledger took a row that sends a {matter.mode} to {place.key}")

    def _order(self, token: str, kind: EditionKind) -> Order:
        area = self.chance.choice(self.areas)
        takes_back = kind in (EditionKind.CORRECTION, EditionKind.CANCEL)
        return Order(
            kind=kind,
            content=content_about(token, area),
            destinations=(),
            expires_at=self.at + timedelta(hours=20),
            author=self.officers[0],
            approver=self.officers[1],
            note=f"{token}の区域の誤り" if takes_back else "",
        )

    def _some(self, mode: Mode) -> list[Destination]:
        fitting = [place for place in self.places if place.takes(mode)]
        # By channel first: there are twenty mail addresses for every board.
        ways = self.chance.sample(sorted({place.channel for place in fitting}), self.chance.randrange(1, 7))
        return [self.chance.choice([place for place in fitting if place.channel == way]) for way in ways]

    def _released(self, edition: Edition, mode: Mode) -> None:
        self.counts[f"{mode.value} {edition.kind}"] += 1
        if edition.mode != mode:
            raise Leak(f"{edition.identifier} is {edition.mode}, its message {mode}")
        for frozen in FrozenArtefact.objects.filter(edition=edition):
            self._examine_artefact(frozen, mode)

    def _examine_artefact(self, frozen: FrozenArtefact, mode: Mode) -> None:
        said = bytes(frozen.content).decode()
        declared = {"".join(found).lower() for found in DECLARED.findall(said)}
        if not declared <= DECLARES[mode]:
            raise Leak(f"{frozen.name} of a {mode} declares {declared}")
        strangers = [token for token in TOKEN.findall(said) if self._mode_of(token) != mode]
        if strangers:
            raise Leak(f"{frozen.name} of a {mode} holds {strangers}")

    # ---- what the workers do ----

    def deliver(self, number: int) -> None:
        """Up to so many deliveries leave, of any channel in any order."""
        due = dispatch.channels_due(LANE, at=self.at)
        self.chance.shuffle(due)
        for key in due:
            for claimed in dispatch.claim(LANE, key, limit=max(0, number), at=self.at):
                number -= 1
                if isinstance(channels[key], MassChannel):
                    self._mail_everybody(claimed)
                else:
                    self._send(claimed, key)
            if number <= 0:
                return

    def _send(self, claimed: dispatch.Claim, key: str) -> None:
        errand = dispatch.hand_over(claimed, worker="night", at=self.at)
        if errand is None:
            return
        outcome = dispatch.send(errand, key)
        dispatch.settle(errand, outcome, at=self.at, chance=self.chance.random())
        delivery = Delivery.objects.select_related("destination", "edition").get(pk=errand.delivery_id)
        left = self.wire.take()
        if not left and not isinstance(outcome, Exception):
            # A list for people, or a file of our own: what stands there is what was prepared.
            outside = delivery.destination.reach != Reach.SIMULATOR
            left = [Left(outside, delivery.destination.address, errand.parcel.body.decode())]
        self._examine(left, delivery, is_list=key in OWN_FILES)
        self._examine([Left(delivery.destination.reach != Reach.SIMULATOR, key, errand.parcel.preview)], delivery)

    def _mail_everybody(self, claimed: dispatch.Claim) -> None:
        mailing = mailings.begin(claimed, worker="night", at=self.at)
        if mailing is None:
            return
        job = mailings.job_of(mailing.pk)
        while mailings.plan_step(job, at=self.at):
            pass
        channel: Any = channels[job.channel]
        stationery = channel.stationery(job.edition, audiences[job.audience].ways_out())
        while carry := bundles.claim(job, holder=7, at=self.at):
            carry_bundle(carry, job, channel, stationery)
        mailings.end_if_over(mailing.pk, at=self.at + timedelta(hours=22))
        delivery = Delivery.objects.select_related("destination", "edition").get(pk=mailing.delivery_id)
        self._examine(self.wire.take(), delivery)

    # ---- what nobody may ever find ----

    def _examine(self, left: Iterable[Left], delivery: Delivery, *, is_list: bool = False) -> None:
        mode, place = Mode(delivery.mode), delivery.destination
        opted_in = place.reach == Reach.STAFF and place.joins_drills
        if not mode.is_drill and place.is_for_drills_alone:
            raise Leak(f"an alert in earnest went to a participant of a drill: {place.key}")
        for one in left:
            said = flat(one.said).replace(flat(place.name), "")
            where = f"{mode} → {place.key} ({one.peer}): {said[:300]}"
            self.counts[f"{mode.value} {'outside' if one.outside else 'simulated'}"] += 1
            self.channels[mode.is_drill, place.channel] += 1
            if mode.is_drill and one.outside and not opted_in:
                raise Leak(f"a drill left the house: {where}")
            if not mode.is_drill and not one.outside and not is_list:
                raise Leak(f"an alert went to a simulator: {where}")
            self._examine_words(said, mode, where)

    def _examine_words(self, said: str, mode: Mode, where: str) -> None:
        if not said.strip():
            return
        found = {self._mode_of(token) for token in TOKEN.findall(said)}
        if not found <= {mode}:
            raise Leak(f"a text of {found - {mode}} in {where}")
        declared = {"".join(one).lower() for one in DECLARED.findall(said)}
        if not declared <= DECLARES[mode]:
            raise Leak(f"{declared} is declared in {where}")
        if mode is Mode.ACTUAL:
            marks = [mark for mark in ANY_MARK if mark in said]
            if marks or "訓練" in said:
                raise Leak(f"an alert in earnest bears {marks or '訓練'}: {where}")
        elif found and not self._is_marked(said, mode):
            raise Leak(f"a drill without its mark: {where}")

    def _is_marked(self, said: str, mode: Mode) -> bool:
        return any(word in said for word in (*MARKS_FLAT[mode], *SPOKEN[mode]))

    def _mode_of(self, token: str) -> Mode:
        if token not in self.matters:
            raise Leak(f"{token} was refused, and something of it left all the same")
        return self.matters[token].mode

    def look_at_everything(self) -> None:
        """The folders of public files, and what the house answers to anybody who asks."""
        for path, said in self._files_written():
            is_public = path.is_relative_to(settings.PUBLIC_ROOT)
            is_test = path.is_relative_to(Path(settings.DRILL_ROOT) / "test")
            mode = Mode.ACTUAL if is_public else Mode.TEST if is_test else Mode.EXERCISE
            self._examine_words(said, mode, str(path))
            self.counts[f"{mode.value} files"] += 1
        client = Client()
        for address in OPEN_PAGES:
            answer = client.get(address)
            if answer.status_code != 200:
                raise Leak(f"{address} answers {answer.status_code}: nobody has looked at it")
            self._examine_words(flat(body_of(answer)), Mode.ACTUAL, address)
        wrong = Delivery.objects.exclude(mode=Mode.ACTUAL).exclude(reach=Reach.SIMULATOR)
        if wrong.exclude(reach=Reach.STAFF, joins_drills=True).exists():
            raise Leak("the ledger holds a delivery of a drill to the public")

    def _files_written(self) -> Iterator[tuple[Path, str]]:
        for root in (settings.PUBLIC_ROOT, settings.DRILL_ROOT):
            for path in sorted(Path(root).rglob("*")):
                if path.suffix in (".html", ".xml", ".atom", ".json", ".geojson", ".txt"):
                    yield path, flat(path.read_text("utf-8"))


OWN_FILES = frozenset({"pages.site", "messaging.feeds"})
OPEN_PAGES = ("/", "/loudspeakers/", "/loudspeakers/said.txt", "/loudspeakers/said.json")


def body_of(answer: Any) -> str:
    """The whole of an answer."""
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def content_about(token: str, area: Area) -> Content:
    """An evacuation order for a place that bears the name, in words that bear it, too."""
    return Content(
        wordings=tuple(
            replace(one, title=f"{token} {one.title}", body=f"{token}: {one.body}", short=f"{token} {one.short}")
            for one in WORDINGS
        ),
        areas=(
            AreaMark(
                key=area.key,
                name=f"{token}地区",
                name_en=token,
                name_easy=f"{token}（ちく）",
                level=4,
                notice="避難指示",
                notice_en="Evacuation order",
            ),
        ),
        level=4,
        cap=EVACUATE,
        facts={"kind": "evacuation", "hazard": "flood"},
        contact="危機管理課 000-000-0101",
    )


def load_city(at: datetime) -> tuple[Account, Account]:
    """The sample city with its readers, real ones and those of drills; gives the two officers."""
    call_command("city", "load", str(SAMPLE_CITY), verbosity=0)
    topic = Topic.objects.get(key="bousai")
    for number, language in enumerate(("ja", "ja-easy", "en")):
        hand = browser(f"reader-{number}").subscription
        real_push = replace(hand, endpoint=f"{PUSH_SERVICE}{number}").as_text()
        for channel, real, played in (
            ("messaging.mail-each", f"reader{number}@example.jp", f"simulator:reader{number}@example.jp"),
            ("messaging.line-each", f"U{number:032x}", f"simulator:U{number + 900:032x}"),
            ("messaging.push-each", real_push, f"simulator:{hand.as_text()}"),
        ):
            for address, reach in ((real, Reach.PUBLIC), (played, Reach.SIMULATOR)):
                contact, _new = register(channel, address, language=language, at=at, reach=reach)
                Place.objects.create(contact=contact, label=Place.Label.HOME, topics=[topic.pk])
    officers = tuple(Account.objects.create(login_name=f"mixes-{n}", name=f"担当 {n}") for n in (1, 2))
    Destination.objects.create(
        key="participant",
        channel="emergency.drill-mail",
        name="担当 1（参加）",
        address="mixes-1@city.nagihama.example.jp",
        reach=Reach.STAFF,
        joins_drills=True,
        added_by=officers[0],
        expires_at=at + timedelta(days=6),
    )
    return officers  # type: ignore[return-value]
