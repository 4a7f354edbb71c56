"""Benchmark files: what is read from them, and errors that name file, line or field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from city.catalogue.words import words
from city.errors import ImportRefused
from planner.routes.carp.instances import read
from tests.unit.planner.carp import routing_data

DAT = """ NOMBRE : tiny
 COMENTARIO : 9 (cota superior)
 VERTICES : 3
 ARISTAS_REQ : 2
 ARISTAS_NOREQ : 1
 VEHICULOS : 1
 CAPACIDAD : 5
 TIPO_COSTES_ARISTAS : EXPLICITOS
 COSTE_TOTAL_REQ : 7
 LISTA_ARISTAS_REQ :
 ( 1, 2)   coste 3   demanda 2
 (2,3) coste 4 demanda 1
 LISTA_ARISTAS_NOREQ :
 ( 1, 3)   coste 5
 DEPOSITO :   1
"""


def written(folder: Path, text: str, name: str = "tiny.dat") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def salting(**change: Any) -> str:
    data = {
        "name": "s",
        "max_time": 10,
        "nodes": [{"label": "1"}, {"label": "2"}],
        "vehicles": [{"id": "1", "home": "1", "capacity": 5}],
        "depots": [{"label": "2", "refill": 5}],
        "E_R": [{"edge": ["1", "2"], "dem": 1, "len": 7, "time": 0.5}],
        "A_R": [],
        "A": [],
        "U": [{"label": "1"}],
    }
    return json.dumps({**data, **change})


def test_a_carplib_file_is_read_whatever_its_spaces(tmp_path: Path) -> None:
    instance = read(written(tmp_path, DAT))
    problem = instance.problem
    assert [task.demand for task in problem.tasks] == [2, 1]
    assert problem.graph.metres.tolist() == [3, 3, 4, 4, 5, 5]
    assert problem.vehicles[0].capacity == 5
    assert instance.notes == ()


def test_a_wrong_total_is_a_note_and_no_refusal(tmp_path: Path) -> None:
    """Published files have it wrong; the costs themselves are what counts."""
    instance = read(written(tmp_path, DAT.replace("REQ : 7", "REQ : 8")))
    assert "COSTE_TOTAL_REQ says 8, its lines sum up to 7" in words("en").say(instance.notes[0])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ARISTAS_REQ : 2", "ARISTAS_REQ : 3", "lists 2 required"),
        ("(2,3) coste 4 demanda 1", "(2,3) coste four demanda 1", "line 12: coste is 'four'"),
        ("(2,3) coste 4 demanda 1", "(2,3) coste 4", "line 12"),
        ("(2,3)", "(2,9)", "names an unknown node"),
        (" CAPACIDAD : 5\n", "", "has no CAPACIDAD"),
        ("CAPACIDAD : 5", "CAPACIDAD : 0", "CAPACIDAD is not above zero"),
        ("DEPOSITO :   1", "DEPOSITO :   7", "DEPOSITO 7"),
    ],
)
def test_a_broken_carplib_file_is_refused_by_line_or_field(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ImportRefused, match=says) as refused:
        read(written(tmp_path, DAT.replace(old, new)))
    assert "tiny.dat" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"E_R": [{"edge": ["1", "9"], "dem": 1, "len": 7, "time": 1}]}, r"E_R\[0\]: the node 9"),
        ({"E_R": [{"edge": ["1", "2"], "dem": -1, "len": 7, "time": 1}]}, r"E_R\[0\]: dem is -1"),
        ({"E_R": [{"edge": ["1", "2"], "dem": 1, "time": 1}]}, r"E_R\[0\] has no 'len'"),
        ({"vehicles": None}, "has no list 'vehicles'"),
        ({"max_time": "long"}, "max_time is 'long'"),
    ],
)
def test_a_broken_salting_file_is_refused_by_field(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        read(written(tmp_path, salting(**change), "s.json"))


def test_another_vehicle_is_like_the_first(tmp_path: Path) -> None:
    file = written(tmp_path, salting(), "s.json")
    problem = read(file, ["2"]).problem
    assert [vehicle.id for vehicle in problem.vehicles] == ["1", "2"]
    assert problem.vehicles[1].start == 1
    assert problem.vehicles[1].shift_s == 600.0
    with pytest.raises(ImportRefused, match="has no node 77"):
        read(file, ["77"])


def test_the_real_networks_have_the_sizes_that_are_published() -> None:
    folder = routing_data() / "salt-spreading/data"
    for name, tasks, fleet in (("kerteminde", 266, 2), ("middelfart", 1066, 3)):
        problem = read(folder / name / f"{name}.json").problem
        assert (len(problem.tasks), len(problem.vehicles)) == (tasks, fleet)
