"""What places plugs in: its own part of the city folder."""

from todoke.ground.places.actions import PlacesPart
from todoke.ground.places.registry import city_parts

city_parts.register(PlacesPart())
