"""The city: its profile, read from ``city/<name>/``, and what follows from it. Nothing of a city stands in code.

``load_city(name)`` reads one; ``Settings.city`` is the one in service. How a profile is written: docs/city.md.
"""

from core.city.elsewhere import Elsewhere as Elsewhere
from core.city.loading import load_city as load_city
from core.city.parts import Department as Department
from core.city.parts import District as District
from core.city.profile import City as City
