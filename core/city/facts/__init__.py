"""Facts of a city that change by themselves, apart from any text: offices, amounts, yearly windows, notices.

They stand in ``city/<name>/facts/*.yml``, those of a county in a folder below it. Each has a proof. What is the same in every
city stands in ``core/city/numbers.yml`` (national numbers) and ``core/city/offices.yml`` (kinds of offices and how citizens
name them). :class:`FactsFolder` follows the files while the app runs; :class:`Facts` answers what holds on a day at a place.
docs/city.md explains how to write them.
"""

from core.city.facts.facts import NATION as NATION
from core.city.facts.facts import Facts as Facts
from core.city.facts.facts import Found as Found
from core.city.facts.facts import Level as Level
from core.city.facts.folder import FactsFolder as FactsFolder
from core.city.facts.models import FactsFile as FactsFile
from core.city.facts.models import Notice as Notice
from core.city.facts.models import Office as Office
from core.city.facts.models import Value as Value
from core.city.facts.models import Window as Window
from core.city.facts.proof import Proof as Proof
