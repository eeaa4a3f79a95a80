"""How many emulated portals are signed in to: by recipes, and by what the pages offer alone.

Half of the portals were written before any recipe, the others afterwards from vendors'
documentation alone.  Of the later ones 21 of 24 free ones were signed in to before anything was
changed for them; that figure is of the day they were written and cannot be measured again.
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.simulators.portal_families_first import FIRST
from tests.simulators.portal_families_later import LATER
from tests.simulators.portals import PortalLink
from tests.simulators.visitor import visit

from proso.device.recipes import built_in_recipes
from proso.verdicts.portal_talk import Answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    portals = [*FIRST, *LATER]
    free = [spec for spec in portals if spec.is_free]
    result: dict[str, float] = {
        "portals": len(portals),
        "families": len({spec.family for spec in portals}),
        "free of account, payment, phone and script": len(free),
    }
    for name, recipes in (("recipes", built_in_recipes()), ("no recipe", ())):
        for batch, specs in (("first", FIRST), ("later", LATER)):
            wanted = [spec for spec in specs if spec.is_free]
            online = sum(visit(PortalLink(spec), recipes).finished.is_online for spec in wanted)
            result[f"online with {name}, {batch} half"] = online / len(wanted)
    recipes = built_in_recipes()
    links = [PortalLink(spec) for spec in portals]
    begun = time.perf_counter()
    visits = [visit(link, recipes) for link in links]
    result["ms a portal, our own time"] = (time.perf_counter() - begun) / len(visits) * 1000
    result["submissions before anybody was asked"] = sum(one.unasked for one in visits)
    result["personal fields sent"] = sum(len(link.personal) for link in links)
    refused = [PortalLink(spec) for spec in portals]
    for link in refused:
        visit(link, recipes, answer=Answer.NEVER)
    result["submissions after a no"] = sum(len(link.submissions) for link in refused)
    others = [(one, link.spec) for one, link in zip(visits, links, strict=True)]
    named = [one.finished.sign_in is spec.expect for one, spec in others if not spec.is_free]
    result["others named rightly"] = sum(named) / len(named)
    if arguments.json:
        print(json.dumps(result))
        return
    for label, value in result.items():
        print(f"{label:<48} {value:>8.3g}" if value != int(value) else f"{label:<48} {value:>8.0f}")


if __name__ == "__main__":
    main()
