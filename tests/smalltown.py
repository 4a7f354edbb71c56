"""Grytby, a town of eight streets made by hand, as open services would tell of it: some lie over the border."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.openservices import OpenServices, answer_of, height_tile, place, redated

WEST, SOUTH, EAST, NORTH = 14.80, 56.87, 14.84, 56.89
RING = [(WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH)]
GRYTBY = place("Grytby", RING, osm_id=77)
TILE = "Copernicus_DSM_COG_10_N56_00_E014_00_DEM"
SMHI = Path(__file__).parent / "data" / "weather" / "smhi_small.json"
SIDE = 4


def node_id(column: int, row: int) -> int:
    return 100 + row * 10 + column


def streets() -> list[str]:
    """Crossing streets 400 m apart, whose last column lies over the border; one goes on there, one is far away."""
    nodes = [
        f'<node id="{node_id(c, r)}" lat="{SOUTH + 0.003 + r * 0.004:.4f}" lon="{WEST + 0.008 + c * 0.0085:.4f}"/>'
        for r in range(SIDE)
        for c in range(SIDE + 1)
    ]
    nodes += ['<node id="900" lat="56.95" lon="14.95"/>', '<node id="901" lat="56.96" lon="14.95"/>']
    ways = [street(10 + r, f"Radgatan {r}", [node_id(c, r) for c in range(SIDE + 1)]) for r in range(SIDE)]
    ways += [street(20 + c, f"Kolonngatan {c}", [node_id(c, r) for r in range(SIDE)]) for c in range(SIDE)]
    beyond = [street(60, "Bortgatan", [node_id(SIDE, 0), 900]), street(99, "Grannvägen", [900, 901])]
    return [*nodes, *ways, *beyond]


def street(way: int, name: str, nodes: list[int]) -> str:
    drawn = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{way}">{drawn}<tag k="highway" v="residential"/><tag k="name" v="{name}"/></way>'


def places() -> list[str]:
    """Two recycling places, one of them beyond the border; a school with its building; a banned turn."""
    yard = [(201, 56.8741, 14.8101), (202, 56.8741, 14.8131), (203, 56.8761, 14.8131), (204, 56.8761, 14.8101)]
    corners = [f'<node id="{n}" lat="{lat}" lon="{lon}"/>' for n, lat, lon in yard]
    ring = "".join(f'<nd ref="{n}"/>' for n in (201, 202, 203, 204, 201))
    yes = "".join(f'<tag k="recycling:{what}" v="yes"/>' for what in ("glass_bottles", "paper", "clothes"))
    turn = "".join(
        f'<member type="{kind}" ref="{ref}" role="{role}"/>'
        for kind, ref, role in (("way", 10, "from"), ("node", node_id(0, 0), "via"), ("way", 20, "to"))
    )
    return [
        f'<node id="301" lat="56.8745" lon="14.8180"><tag k="amenity" v="recycling"/>{yes}</node>',
        '<node id="302" lat="56.9600" lon="14.9500"><tag k="amenity" v="recycling"/></node>',
        *corners,
        f'<way id="40">{ring}<tag k="amenity" v="school"/><tag k="name" v="Grytskolan"/></way>',
        f'<relation id="50">{turn}<tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/></relation>',
    ]


def answer(_: str = "") -> bytes:
    """What Overpass answers, whatever is asked."""
    return answer_of(*sorted([*streets(), *places()], key=_kind))


def _kind(text: str) -> int:
    return ("<node", "<way ", "<rela").index(text[:5])


def grytby(folder: Path, now: datetime | None = None) -> OpenServices:
    """The services that know the town; its forecast is issued an hour before ``now``."""
    issued = (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    forecasts = {"smhi": redated(SMHI.read_bytes(), issued)}
    return OpenServices([GRYTBY], answer, {TILE: height_tile(folder, 14, 56)}, forecasts)
