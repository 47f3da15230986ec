"""What changes places: loading the city folder."""

from todoke.ground.places.actions.city import load_city
from todoke.ground.places.actions.part import PlacesPart

__all__ = ["PlacesPart", "load_city"]
