"""Who may read the numbers: somebody on this machine, or who brings the token."""

import hmac
import ipaddress

from django.http import HttpRequest

# A proxy on this machine calls from this machine too, for the whole world; it says so in one of these.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
BEARER = "Bearer "


def may_read_numbers(request: HttpRequest, token: str) -> bool:
    """Whether this caller may see `/metrics`: it brings the token, or comes straight from this machine."""
    return brings(token, request.headers.get("Authorization", "")) or comes_from_this_machine(request)


def brings(token: str, authorization: str) -> bool:
    """Whether the header carries the token (RFC 6750, 2.1), compared in constant time. Without a token, nobody does."""
    if not token or not authorization.startswith(BEARER):
        return False
    return hmac.compare_digest(authorization.removeprefix(BEARER).encode(), token.encode())


def comes_from_this_machine(request: HttpRequest) -> bool:
    """Whether the call came by the loopback address, under a loopback name, and through no proxy that says so."""
    if any(name in request.headers for name in FORWARDED):
        return False
    host = request.META.get("HTTP_HOST", "")
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
