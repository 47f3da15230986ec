"""What others may plug in: the permissions that the rooms know. A role, made by the city, is a set of them.

Rooms above fill it from their `plugs.py`. The rooms on which people rests (audit, places) use the same registry by its
name in `todoke.base.access`.
"""

from todoke.base.access import Permission, permissions

__all__ = ["Permission", "permissions"]
