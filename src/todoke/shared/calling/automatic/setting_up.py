"""The channel of this city, as its settings have it."""

from django.conf import settings

from todoke.shared.calling.automatic.channel import KEY, AutomaticChannel
from todoke.shared.calling.automatic.gateway import SECRETS, CallGateway, read_form
from todoke.shared.calling.automatic.simulator.provider import simulated_gateway
from todoke.shared.messaging.registry import channels


def automatic_channel() -> AutomaticChannel:
    """With SIMULATORS nothing leaves this machine. Raises BadForm for a file that cannot be understood."""
    simulator = simulated_gateway(f"http://127.0.0.1:{settings.CALLS_SIMULATOR_PORT}")
    real = None if settings.CALLS is None else CallGateway(read_form(settings.CALLS), _secrets())
    return AutomaticChannel(
        gateway=simulator if settings.SIMULATORS else real,
        simulator=simulator,
        site=settings.SITE_ADDRESS,
        recordings=settings.RECORDINGS_ROOT,
        dictionaries=settings.LOUDSPEAKER_ROOT / "dictionaries",
    )


def _secrets() -> dict[str, str]:
    return {name.removeprefix(SECRETS): value for name, value in settings.CALLS_SECRETS.items()}


def gateway_that_calls_back() -> CallGateway | None:
    """Whose receipts come to our address; None where the provider in use calls nobody back."""
    channel = channels.find(KEY)
    gateway = (channel.gateway or channel.simulator) if isinstance(channel, AutomaticChannel) else None
    return gateway if gateway is not None and gateway.form.callback is not None else None
