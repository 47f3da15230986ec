"""`todoke webhook KEY`: the secret that a partner needs to check our signatures."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from todoke.shared.messaging.channels.outside import webhook_secret_of
from todoke.shared.messaging.models import Destination


class Command(BaseCommand):
    """Print the secret of one destination."""

    help = "Print the secret (whsec_…) of a webhook destination, to be given to that partner by a safe way."

    def add_arguments(self, parser: CommandParser) -> None:
        """The destination's key."""
        parser.add_argument("key", help="the key of the destination, as in destinations.csv")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        """Print it, for a destination that exists and is a webhook."""
        known = Destination.objects.filter(channel="messaging.webhook").values_list("key", flat=True)
        if options["key"] not in known:
            raise CommandError(
                f"「{options['key']}」という外部連携の配信先はありません。あるもの: {'、'.join(known) or 'なし'}。"
            )
        self.stdout.write(webhook_secret_of(options["key"]))
