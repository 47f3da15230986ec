"""The channel of this city, as its settings have it."""

from django.conf import settings

from todoke.shared.messaging.http_forms.reading import Reading
from todoke.shared.messaging.registry import channels
from todoke.shared.sms.channel import KEY, SmsChannel
from todoke.shared.sms.gateway import SECRETS, SmsGateway, read_form
from todoke.shared.sms.length import Length
from todoke.shared.sms.simulator.provider import simulated_gateway


def sms_channel() -> SmsChannel:
    """With SIMULATORS nothing leaves this machine. Raises BadForm for a file that cannot be understood."""
    simulator = simulated_gateway(f"http://127.0.0.1:{settings.SMS_SIMULATOR_PORT}")
    real = None if settings.SMS is None else SmsGateway(read_form(settings.SMS), secrets_here())
    gateway = simulator if settings.SIMULATORS else real
    return SmsChannel(gateway=gateway, simulator=simulator, site=settings.SITE_ADDRESS)


def secrets_here() -> dict[str, str]:
    """The secrets of the environment, by the names that forms use."""
    return {name.removeprefix(SECRETS): value for name, value in settings.SMS_SECRETS.items()}


def reading_of_receipts() -> Reading | None:
    """How the provider in use tells its receipts; None where it calls nobody back."""
    channel = channels.find(KEY)
    if not isinstance(channel, SmsChannel):
        return None
    return (channel.gateway or channel.simulator).form.callback


def length_in_use() -> Length | None:
    """How the provider in use counts; None where the channel has been switched off."""
    channel = channels.find(KEY)
    return channel.length if isinstance(channel, SmsChannel) else None
