"""`todoke people add`, `todoke people link` and `todoke people code`."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.clock import in_japan, now
from todoke.ground.people.actions import CannotAddStaff, add_staff
from todoke.ground.people.models import Account
from todoke.ground.people.rules import normal_login_name
from todoke.ground.people.sample import NoSampleAccount, code_of
from todoke.ground.people.signing_in import setup_link

COMMAND = "todoke people"


class Command(BaseCommand):
    """Makes the first staff accounts; later ones come with staff.csv."""

    help = "Add a member of staff, make a new set-up link, or show a sample account's six digits."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="make a staff account; prints a link at which its owner sets the password")
        add.add_argument("login_name")
        add.add_argument("--name", required=True, help="氏名")
        add.add_argument("--section", required=True, help="key of a section (sections.csv)")
        add.add_argument("--role", required=True, help="key of a role (roles.toml)")
        add.add_argument("--post", default="", help="key of a post (posts.csv); without it the one of the lowest rank")
        add.add_argument("--staff-number", default="", help="職員番号; without it the login name")
        add.add_argument("--reading", default="", help="よみ")
        add.add_argument("--from", dest="start_date", type=date.fromisoformat, help="first day of the posting; today")
        link = verbs.add_parser("link", help="print a new set-up link: for a lost password or a new colleague")
        link.add_argument("login_name")
        code = verbs.add_parser("code", help="the six digits of a sample account; in the fictional city only")
        code.add_argument("login_name")

    def handle(self, *args: Any, verb: str, login_name: str, **options: Any) -> None:
        del args
        login_name = normal_login_name(login_name)
        if verb == "add":
            self._add(login_name, options)
        elif verb == "link":
            account = Account.objects.filter(login_name=login_name, is_active=True).first()
            if account is None:
                raise CommandError(
                    f"there is no open account “{login_name}”. Make one with: {COMMAND} add {login_name} …"
                )
            self._print_link(account)
        else:
            try:
                self.stdout.write(code_of(login_name))
            except NoSampleAccount:
                raise CommandError(
                    f"“{login_name}” is no account of the fictional city. Real codes are in their owners' apps."
                ) from None

    def _add(self, login_name: str, options: dict[str, Any]) -> None:
        try:
            staff = add_staff(
                login_name,
                name=options["name"],
                section=options["section"],
                role=options["role"],
                post=options["post"],
                staff_number=options["staff_number"],
                reading=options["reading"],
                start_date=options["start_date"] or in_japan(now()).date(),
                by=COMMAND,
            )
        except CannotAddStaff as refusal:
            raise CommandError(f"{refusal.field}: {refusal.sentence}") from refusal
        self._print_link(staff.account)

    def _print_link(self, account: Account) -> None:
        self.stdout.write("次のリンクで本人がパスワードを設定します。1回だけ使え、3日で切れます。")
        self.stdout.write(setup_link(account))
