"""*Your own town* of the README, walked as it is written: from nothing to a plan with a sensor's reading in it, on the
streets of another country, with files as people have them, and all of it taken away again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import rasterio
from affine import Affine

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LON, LAT = 24.94, 60.168
PUBLISHER = """#!{python}
import sys
from paho.mqtt.publish import single
said = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
single(said["-t"], said["-m"], qos=int(said["-q"]), hostname="127.0.0.1", port=int(said["-p"]))
"""
"""Stands in for mosquitto's own client where it is not installed."""


def written() -> list[str]:
    """The commands of the README, without their remarks."""
    part = README.split("## Your own town")[1].split("```sh")[1].split("```")[0]
    return [re.sub(r"\s+#.*", "", line) for line in part.strip().splitlines()]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def heights(file: Path) -> None:
    """A hill of 60 m over the town, 30 m a cell."""
    step, n = 0.0004, 200
    rows, columns = np.mgrid[0:n, 0:n]
    hill = 60.0 * np.exp(-((rows - n / 2) ** 2 + (columns - n / 2) ** 2) / (2 * 40.0**2)).astype("float32")
    profile = {"driver": "GTiff", "width": n, "height": n, "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    corner = Affine(step, 0.0, LON - n / 2 * step, 0.0, -step / 2, LAT + n / 4 * step)
    with rasterio.open(file, "w", **profile, transform=corner) as out:
        out.write(hill, 1)


def forecast(file: Path, now: datetime) -> None:
    """Two days of cold with snow, in the shape of SMHI's answer."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    data = {
        "air_temperature": -4.0, "wind_speed": 4.0, "relative_humidity": 92, "cloud_area_fraction": 8,
        "air_pressure_at_mean_sea_level": 1001.0, "precipitation_amount_mean": 0.6, "precipitation_amount_min": 0.2,
        "precipitation_amount_max": 1.0, "precipitation_frozen_part": 100,
        "predominant_precipitation_type_at_surface": 5,
    }  # fmt: skip
    at = [(hour + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%SZ") for n in range(49)]
    steps = [{"time": later, "intervalParametersStartTime": begin, "data": data} for begin, later in pairwise(at)]
    tree = {
        "createdTime": at[0],
        "referenceTime": at[0],
        "geometry": {"type": "Point", "coordinates": [LON, LAT]},
        "timeSeries": steps,
    }
    file.write_text(json.dumps(tree), encoding="utf-8")


FLEET = f"""
[[depot]]
id = "dep"
name = "Varikko"
lon = {LON}
lat = {LAT}

[[contractor]]
id = "oy"
name = "Aura Oy"
cost_per_h = 95.0

[[vehicle]]
id = "P1"
domain = "snow"
depot = "dep"
contractor = "oy"

[[vehicle]]
id = "P2"
domain = "snow"
depot = "dep"

[[vehicle]]
id = "C1"
domain = "snow"
depot = "dep"
network = "cycle"

[[vehicle]]
id = "A1"
domain = "waste"
depot = "dep"
capacity_l = 9000.0
"""
ROOMS = (
    "Rum;Namn;Longitud;Latitud;Kärl;Fraktion;Liter;Givare;max_age_days;last_emptied\r\n"
    "r1;Ånggatan 1;24,941;60,169;k1;Restavfall;660;lev-1;14;{emptied}\r\n"
    "r2;Ånggatan 9;24,943;60,170;k2;Matavfall;140;;7;{emptied}\r\n"
)
BUILDINGS = "id,name,lon,lat,area_m2,device,opens,closes\ns1,Koulu,24.945,60.171,2400,tmp-1,8.00,15.30\n"
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//koulu//FI
X-WR-CALNAME:school
BEGIN:VEVENT
UID:1
DTSTAMP:20260801T000000Z
DTSTART;VALUE=DATE:{day}
RRULE:FREQ=DAILY;COUNT=10
SUMMARY:Loma
END:VEVENT
END:VCALENDAR
"""
DEVICES = "id;name;quantity;lon;lat\nsnow-1;Rautatientori;snödjup;24,944;60,171\n"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A folder with a town's files, and the command as it is installed."""
    now = datetime.now(UTC)
    shutil.copy(ROOT / "deploy" / "demo" / "helsinki.osm.pbf", tmp_path / "town.osm.pbf")
    heights(tmp_path / "heights.tif")
    forecast(tmp_path / "answer.json", now)
    emptied = (now - timedelta(days=3)).strftime("%Y-%m-%d %H:%M")
    (tmp_path / "fleet.toml").write_text(FLEET, encoding="utf-8")
    (tmp_path / "rooms.csv").write_bytes(ROOMS.format(emptied=emptied).encode("cp1252"))
    (tmp_path / "buildings.csv").write_text(BUILDINGS, encoding="utf-8")
    (tmp_path / "school.ics").write_text(CALENDAR.format(day=now.strftime("%Y%m%d")), encoding="utf-8")
    (tmp_path / "devices.csv").write_text(DEVICES, encoding="utf-8")
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    executable(tools / "dagsplan", f'#!/bin/sh\nexec {sys.executable} -m dagsplan "$@"\n')
    if shutil.which("mosquitto_pub") is None:
        executable(tools / "mosquitto_pub", PUBLISHER.format(python=sys.executable))
    return tmp_path


def executable(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


class Walk:
    """Somebody at a terminal in the town's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.broker, self.web = folder, free_port(), free_port()
        self.environment = {
            **os.environ,
            "PATH": f"{folder / '.venv' / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "DAGSPLAN_STATE_DIR": str(folder / "state"),
            "DAGSPLAN_MQTT__EMBEDDED_PORT": str(self.broker),
            "DAGSPLAN_WEB__PORT": str(self.web),
        }

    def runs(self, line: str, *, status: int = 0) -> str:
        """What a command says."""
        line = line.replace("-p 1883", f"-p {self.broker}")
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == status, (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout

    def plan(self, domain: str) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads(self.runs(f".venv/bin/dagsplan plan {domain} --json"))
        return plan

    def rows(self) -> dict[str, Any]:
        return {row["id"]: row for row in json.loads(self.runs(".venv/bin/dagsplan devices list --json"))}

    def waits_for(self, what: str, holds: Any, limit_s: float = 120.0) -> None:
        end = time.monotonic() + limit_s
        while not holds():
            assert time.monotonic() < end, what
            time.sleep(0.5)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.web}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture
def walk(town: Path) -> Iterator[Walk]:
    walk = Walk(town)
    yield walk
    subprocess.run(["pkill", "-KILL", "-f", str(town)], check=False)


SAYS = {
    "import roads": "segment",
    "import fleet": "vehicles: 4 added",
    "import rooms": "vessels: 2 added",
    "import buildings": "buildings: 1 added",
    "import calendar": "calendar days: 10 added",
    "import devices": "sensors: 1 added",
    "import weather": "48 steps",
    "plan snow": "SNOW",
}
ANSWERS = f" --name Kaupunki --latitude {LAT} --longitude {LON} --country FI --language en --provider none"


def test_the_way_of_the_readme_leads_to_three_plans_and_back(walk: Walk) -> None:
    lines = written()
    assert len(lines) <= 12
    assert lines[0] == "make install"
    started = None
    for line in lines[1:]:
        if line.endswith(" up"):
            started = subprocess.Popen(
                ["bash", "-c", f"exec {line}"], cwd=walk.folder, env=walk.environment, start_new_session=True
            )
            walk.waits_for("the installation is ready", walk.is_ready)
        elif line.endswith(" setup"):
            assert "dagsplan.toml" in walk.runs(line + ANSWERS)
            assert tomllib.loads((walk.folder / "dagsplan.toml").read_text("utf-8"))["municipality"]["country"] == "FI"
        elif line.startswith("mosquitto_pub"):
            walk.runs(line)
            for device, quantity, value in (("lev-1", "fill_level", "95"), ("tmp-1", "indoor_temperature", "17.5")):
                other = line.replace("snow-1", device).replace("snow_depth", quantity)
                walk.runs(re.sub(r": 9\b", f": {value}", other))
            walk.waits_for("three readings", lambda: sum(bool(row["values"]) for row in walk.rows().values()) == 3)
        else:
            said = walk.runs(line)
            (expected,) = [says for what, says in SAYS.items() if what in line]
            assert expected in said, (line, said)
    walk.runs(".venv/bin/dagsplan threshold set waste.shift_h --value 24 --why 'whatever the hour is'")
    snow, waste, heating = (walk.plan(domain) for domain in ("snow", "waste", "heating"))
    for plan, sensor in ((snow, "snow-1"), (waste, "lev-1"), (heating, "tmp-1")):
        if plan is waste and "Ingen bil kommer i dag" in plan["verdict"]["text"]:
            continue  # a weekend or a public holiday: its full room waits, and the plan says so
        sources = {reason["source"] for item in plan["interventions"] for reason in item["reasons"]}
        assert sensor in sources, plan["verdict"]
    assert started is not None
    started.send_signal(signal.SIGTERM)
    started.wait(60)
    _back(walk, snow["id"])


def _back(walk: Walk, plan: str) -> None:
    """All of it is taken away again; the plans that were made stay."""
    things = [
        *(("vehicle", name) for name in ("P1", "P2", "C1", "A1")), ("contractor", "oy"), ("depot", "dep"),
        ("room", "r1"), ("room", "r2"), ("building", "s1"), ("calendar", "school"),
        *(("device", name) for name in ("snow-1", "lev-1", "tmp-1")), ("roads", "OpenStreetMap"),
    ]  # fmt: skip
    for kind, name in things:
        assert "taken away" in walk.runs(f".venv/bin/dagsplan forget {kind} {name} --yes")
    told = json.loads(walk.runs(".venv/bin/dagsplan doctor --json", status=1))
    states = {one["part"]: one["state"] for one in told}
    assert states["streets"] == "bad"
    assert walk.rows() == {}
