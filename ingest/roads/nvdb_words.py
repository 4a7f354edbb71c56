"""What the layers and columns of NVDB are called, and what their values mean in OpenStreetMap's tags.

Names are compared in small letters without accents and signs. Values are words in layers and numbers in the homogeneous
form; both are known. Functional classes: 0 to 9, from the most important on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from city.vocabulary import Network

Values = Mapping[tuple[str, int], Any]
"""What is said of a stretch by topic; 1 stands for what holds against the drawing, 0 for the rest."""


@dataclass(frozen=True)
class Topic:
    """A thing that is said: its layer and columns there, its column in the homogeneous form (``back``: the one against
    the drawing). ``direction`` are columns that say for which way it holds; ``told``: it is said where it lacks."""

    layer: str
    columns: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    told: bool = True


TOPICS: dict[str, Topic] = {
    "net": Topic(
        "vagtrafiknat",
        ("nattyp", "vagtrafiknattyp"),
        ("vagtr474", "vagtrafiknatnattyp", "vagtrafiknatvagtrafiknattyp"),
    ),
    "class": Topic("funkvagklass", ("klass",), ("klass181", "funkvagklassklass")),
    "keeper": Topic("vaghallare", ("vaghallartyp",), ("vagha6", "vaghallarevaghallartyp")),
    "name": Topic("gatunamn", ("namn",), ("namn130", "gatunamnnamn", "gatunamn")),
    "speed": Topic(
        "hastighetsgrans",
        ("hogstatillatnahastighet", "hthast"),
        ("fhogst225", "hastighetsgranshogstatillatnahastighetf", "hastighetsgranshogstatillatnahastighet"),
        ("bhogst225", "hastighetsgranshogstatillatnahastighetb"),
    ),
    "width": Topic("vagbredd", ("bredd",), ("bredd156", "vagbreddbredd")),
    "oneway": Topic(
        "forbjudenfardriktning",
        (),
        ("fforbjudenfardriktning", "forbjudenfardriktningf"),
        ("bforbjudenfardriktning", "forbjudenfardriktningb"),
        ("riktning", "direction", "vagriktning", "forbjudenfardriktning", "gallerriktning"),
    ),
    "bridge": Topic("broochtunnel", ("konstruktion",), ("konst190", "broochtunnelkonstruktion")),
    "surface": Topic("slitlager", ("slitlagertyp",), ("slitl152", "slitlagerslitlagertyp")),
    "number": Topic(
        "vagnummer",
        ("huvudnummer",),
        ("huvnr5561", "huvud13", "vagnummerhuvudnummer", "vagnummerhuvudnummervard"),
    ),
    "europe": Topic("vagnummer", ("europavag",), ("evag555", "europ16", "vagnummereuropavag"), told=False),
    "lanes": Topic("antalkorfalt2", ("korfaltsantal",), ("korfa497", "antalkorfalt2korfaltsantal"), told=False),
    "motorway": Topic("motorvag", (), ("motorvag",), told=False),
    "ferry": Topic("farjeled", (), ("farjeled",), told=False),
    "weight": Topic(
        "begrbruttovikt",
        ("hogstatillatnabruttovikt", "bruttovikt"),
        ("fhogst24", "begrbruttovikthogstatillatnabruttoviktf"),
    ),
    "limit": Topic(
        "begrfordbredd",
        ("hogstatillatnafordonsbredd", "fordbredd"),
        ("hogst36", "begrfordbreddhogstatillatnafordonsbredd"),
    ),
}
NETWORK: dict[str, Network | None] = {
    "1": "street",
    "bilnat": "street",
    "2": "cycle",
    "cykelnat": "cycle",
    "4": None,
    "gangnat": None,
}
KEEPERS = {
    "1": "Trafikverket",
    "statlig": "Trafikverket",
    "2": "kommun",
    "kommunal": "kommun",
    "3": "enskild",
    "enskild": "enskild",
}
"""As operators that the reader of tags knows."""
HIGHWAY = (
    "trunk",
    "trunk",
    "primary",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "residential",
    "service",
)
TRUE = frozenset({"1", "true", "ja", "sant", "x"})
WITH, AGAINST = frozenset({"1", "med", "framat", "forward", "f"}), frozenset({"2", "mot", "bakat", "backward", "b"})
BOTH = frozenset({"3", "medochmot", "bada", "both"})
BRIDGE, TUNNEL = frozenset({"1", "4"}), frozenset({"3"})


@dataclass(frozen=True)
class Facts:
    """A stretch in OpenStreetMap's tags; ``left_out`` says why it is no street or cycle way that is cleared."""

    network: Network | None
    tags: dict[str, str] = field(default_factory=dict)
    left_out: str = ""


def plain(text: object) -> str:
    """A name in small letters, without accents and signs."""
    letters = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters.lower())


def tags_of(said: Values) -> Facts:
    """What NVDB says of a stretch, in OpenStreetMap's tags. What is not understood is left open, as if it lacked."""
    network = NETWORK.get(plain(_whole(said.get(("net", 0)))))
    if network is None:
        return Facts(None, left_out="walking")
    if _true(said.get(("ferry", 0))):
        return Facts(None, left_out="ferry")
    with_drawing, against = _forbidden(said)
    if with_drawing and against:
        return Facts(None, left_out="closed")
    tags = {"highway": _highway(said, network)}
    if with_drawing or against:
        tags["oneway"] = "-1" if with_drawing else "yes"
    tags |= _numbers(said)
    if operator := KEEPERS.get(plain(_whole(said.get(("keeper", 0))))):
        tags["operator"] = operator
    if (name := str(said.get(("name", 0), "")).strip()) not in ("", "-1", "NA"):
        tags["name"] = name
    return Facts(network, tags | _built(said))


def _highway(said: Values, network: Network) -> str:
    if network == "cycle":
        return "cycleway"
    if _true(said.get(("motorway", 0))):
        return "motorway"
    level = plain(_whole(said.get(("class", 0))))
    return HIGHWAY[int(level)] if len(level) == 1 and level.isdigit() else "road"


def _forbidden(said: Values) -> tuple[bool, bool]:
    """Whether it is forbidden to drive as drawn, and against."""
    along, back = said.get(("oneway", 0)), said.get(("oneway", 1))
    return _true(along), _true(back)


def _numbers(said: Values) -> dict[str, str]:
    """Speed, widths, weights, lanes and the road's number, as far as they are numbers above zero."""
    speeds = [value for place in (0, 1) if (value := _positive(said.get(("speed", place)))) and value < 200]
    tags = {"maxspeed": f"{max(speeds):g}"} if speeds else {}
    named = {"width": "width", "limit": "maxwidth", "weight": "maxweight", "lanes": "lanes"}
    for topic, tag in named.items():
        if value := _positive(said.get((topic, 0))):
            tags[tag] = f"{value:g}"
    number = str(_whole(said.get(("number", 0), ""))).strip()
    europe = "E" if _true(said.get(("europe", 0))) and not number.upper().startswith("E") else ""
    return tags if number in ("", "0", "-1") else tags | {"ref": europe + number}


def _built(said: Values) -> dict[str, str]:
    """Bridge, tunnel and surface."""
    tags = {}
    built = plain(_whole(said.get(("bridge", 0), "")))
    if built in BRIDGE or "overbro" in built or "pabro" in built:
        tags["bridge"] = "yes"
    elif built in TUNNEL or "tunnel" in built:
        tags["tunnel"] = "yes"
    surface = plain(_whole(said.get(("surface", 0), "")))
    if surface in ("1", "belagd"):
        tags["surface"] = "paved"
    elif surface in ("2", "grus"):
        tags["surface"] = "gravel"
    return tags


def directions(value: object) -> tuple[bool, bool]:
    """Whether something holds as drawn, and against, by the words of a layer."""
    word = plain(_whole(value))
    return word in WITH | BOTH, word in AGAINST | BOTH


def _true(value: object) -> bool:
    return value is True or (value is not None and (plain(_whole(value)) in TRUE or _whole(value) == -1))


def _whole(value: object) -> object:
    """A number without the .0 that some programs give it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _positive(value: object) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if 0 < number < 1e6 else None
