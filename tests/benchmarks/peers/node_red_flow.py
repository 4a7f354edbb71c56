"""Writes a Node-RED user folder whose flow goes from MQTT (QoS 1, persistent) to PostgreSQL by a function node.

Usage: python node_red_flow.py FOLDER BROKER_PORT PG_HOST PG_PORT PG_DATABASE
Then: npm install node-red@5 pg (in FOLDER; and node@22 where the system's node is older), and node-red -u FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SETUP = """
const pool = new pg.Pool({host: HOST, port: PORT, database: DB, user: 'postgres', max: 10});
context.set('pool', pool);
"""
INSERT = """
const part = msg.payload;
context.get('pool').query(
  'INSERT INTO flat (device, time, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
  [part.device, part.time, part.value]).catch(e => node.error(e));
return null;
"""


def main(folder: Path, broker_port: int, host: str, port: int, database: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    setup = SETUP.replace("HOST", json.dumps(host)).replace("PORT", str(port)).replace("DB", json.dumps(database))
    broker = {
        "id": "b", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(broker_port), "clientid": "peer",
        "autoConnect": True, "protocolVersion": "5", "keepalive": "60", "cleansession": False,
        "sessionExpiry": "86400",
    }  # fmt: skip
    source = {
        "id": "m", "z": "f", "type": "mqtt in", "topic": "dagsplan/+/reading", "qos": "1", "datatype": "json",
        "broker": "b", "inputs": 0, "wires": [["w"]], "x": 100, "y": 100,
    }  # fmt: skip
    write = {
        "id": "w", "z": "f", "type": "function", "func": INSERT, "initialize": setup, "outputs": 1,
        "libs": [{"var": "pg", "module": "pg"}], "wires": [[]], "x": 300, "y": 100,
    }  # fmt: skip
    flow = [{"id": "f", "type": "tab", "label": "bench"}, broker, source, write]
    (folder / "flows.json").write_text(json.dumps(flow))
    settings = (
        "module.exports = {uiPort: 0, flowFile: 'flows.json', functionExternalModules: true, httpAdminRoot: false};"
    )
    (folder / "settings.js").write_text(settings)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5])
