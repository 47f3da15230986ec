"""What may be plugged into the register: the services on which the city has accounts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from todoke.base.registry import Registry


@dataclass(frozen=True)
class Service:
    """A service on which the city may have accounts.

    `channel` is the key of the channel that posts there, or empty where people post by hand. `profile` makes the web
    address of an account from its handle, or gives an empty text. Imagined example: a town crier with
    `Service("crier.market", "Town crier", "", lambda handle: "")`.
    """

    key: str
    name: str | Promise
    channel: str
    profile: Callable[[str], str]


services: Registry[Service] = Registry("social.services")
