"""`todoke interface_keys give | end | list`: keys by which partners' systems read exports."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.base.clock import in_japan, now
from todoke.civic.procedures.actions.interfaces import end_key, give_key
from todoke.civic.procedures.actions.refusals import ProcedureRefused
from todoke.civic.procedures.models import ExportLayout, InterfaceKey
from todoke.ground.people.models import Account
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer


class Command(BaseCommand):
    """Keys of the JSON interface. Whoever answers for a key is named, and it reads with their rights of each day."""

    help = "ほかのシステムが連携ファイルを読むための鍵を、渡し、止め、一覧にします。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        give = verbs.add_parser("give", help="鍵を作り、一度だけ表示します")
        give.add_argument("procedure", help="手続きの名前（例：dog-registration）")
        give.add_argument("layout", help="連携レイアウトの名前")
        give.add_argument("name", help="相手のシステムの名前")
        give.add_argument("--by", required=True, help="責任をもつ職員のログイン名")
        give.add_argument("--days", type=int, default=365, help="使える日数（400日まで）")
        end = verbs.add_parser("end", help="鍵を止めます")
        end.add_argument("number", type=int)
        end.add_argument("--by", required=True, help="止める職員のログイン名")
        verbs.add_parser("list", help="鍵の一覧です")

    def handle(self, *_args: Any, verb: str, **options: Any) -> None:
        try:
            {"give": self._give, "end": self._end, "list": self._list}[verb](options)
        except ProcedureRefused as refused:
            raise CommandError(str(refused)) from refused

    def _give(self, options: dict[str, Any]) -> None:
        layout = ExportLayout.objects.filter(procedure__key=options["procedure"], key=options["layout"]).first()
        if layout is None:
            raise CommandError("この手続きに、その名前の連携レイアウトはありません。")
        ends_on = in_japan(now()).date() + timedelta(days=options["days"])
        try:
            key, secret = give_key(layout, options["name"], ends_on=ends_on, viewer=_viewer(options["by"]), at=now())
        except ValueError as error:
            raise CommandError("名前を書き、日数は0から400までにしてください。") from error
        self.stdout.write(
            f"{key.pk} {key.name}（{ends_on} まで）\n{secret}\n二度と表示しません。相手に直接渡してください。"
        )

    def _end(self, options: dict[str, Any]) -> None:
        key = InterfaceKey.objects.filter(pk=options["number"]).first()
        if key is None:
            raise CommandError("この番号の鍵はありません。")
        end_key(key, viewer=_viewer(options["by"]), at=now())
        self.stdout.write(f"止めました: {key.pk} {key.name}")

    def _list(self, _options: dict[str, Any]) -> None:
        for key in InterfaceKey.objects.select_related("layout__procedure", "given_by"):
            used = f"最後に使われた日 {in_japan(key.used_at):%Y-%m-%d}" if key.used_at else "使われていない"
            state = f"{in_japan(key.ended_at):%Y-%m-%d} に停止" if key.ended_at else f"{key.ends_on} まで"
            place = f"{key.layout.procedure.key}/{key.layout.key}"
            self.stdout.write(f"{key.pk} {key.name} {place} {key.given_by.login_name} {state} {used}")


def _viewer(login_name: str) -> Viewer:
    account = Account.objects.filter(login_name=login_name).first()
    if account is None:
        raise CommandError("このログイン名の職員はいません。")
    return viewer_for(account, in_japan(now()).date())
