"""What places plugs in: its own part of the city folder, and what the doctor asks about the city."""

from todoke.base.doctor import checks
from todoke.ground.places.actions import PlacesPart
from todoke.ground.places.checkup import CityIsLoaded, WeatherAreas
from todoke.ground.places.registry import city_parts

city_parts.register(PlacesPart())
checks.register(CityIsLoaded())
checks.register(WeatherAreas())
