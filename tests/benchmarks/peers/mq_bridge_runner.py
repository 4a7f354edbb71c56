"""mq-bridge (PyPI) from MQTT to PostgreSQL with the settings that were fastest: run with its own interpreter.

Usage: PYTHON mq_bridge_runner.py BROKER_PORT DATABASE_URL
"""

from __future__ import annotations

import sys

from mq_bridge import Route  # type: ignore[import-not-found]

INSERT = (
    "INSERT INTO flat (device, time, value) VALUES (${payload:device}, ${payload:time}::timestamptz, "
    "${payload:value}::float8) ON CONFLICT DO NOTHING"
)


def main(port: str, url: str) -> None:
    route = Route.from_config(
        {
            "input": {
                "mqtt": {
                    "url": f"tcp://127.0.0.1:{port}",
                    "topic": "dagsplan/+/reading",
                    "client_id": "peer",
                    "qos": 1,
                    "clean_session": False,
                    "session_expiry_interval": 86400,
                    "max_inflight": 4000,
                    "queue_capacity": 8000,
                }
            },
            "output": {"sqlx": {"url": url, "table": "flat", "insert_query": INSERT}},
            "batch_size": 2000,
        }
    )
    print("ready", flush=True)
    route.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
