"""The city that an installation serves.

Its profile is read from ``city/<name>/``. The code holds no facts of any city.

``load_city(name)`` reads a profile. ``Settings.city`` is the city in service. docs/city.md explains how to
write a profile.
"""

from core.city.deadlines import DeadlineRule as DeadlineRule
from core.city.deadlines import Limit as Limit
from core.city.elsewhere import Elsewhere as Elsewhere
from core.city.handling import LOCAL as LOCAL
from core.city.handling import Handling as Handling
from core.city.loading import load_city as load_city
from core.city.parts import Department as Department
from core.city.parts import District as District
from core.city.profile import City as City
