"""``dagsplan init``: a municipality from open data, step by step; what is there is neither fetched nor done again.

``steps`` fetches, ``taking`` writes into the database, ``done`` is what is said of it.
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from deploy.opening import note, say, telling, words_of

if TYPE_CHECKING:
    from city.settings import Settings


def run_init(options: argparse.Namespace, settings: Settings) -> int:
    """Fetches a municipality, takes it in, and says what it still does not know."""
    import msgspec

    from city.catalogue.foreign import in_our_words
    from city.catalogue.message import message
    from city.clock import SystemClock
    from city.errors import ConfigError
    from deploy.founding.steps import Founding
    from ingest.opendata.fetch import Fetcher

    if options.contact:
        asked = msgspec.structs.replace(settings.opendata, contact=options.contact)
        settings = msgspec.structs.replace(settings, opendata=asked)
    tell = telling(settings, note)
    fetcher = Fetcher(settings, SystemClock(), tell, refetch=options.refetch)
    try:
        founding = Founding(settings, fetcher, tell, settings.state / "opendata", options)
        found = founding.look() if options.dry_run else founding.found()
    except OSError as error:
        problem = message("error.opendata.not_written", file=str(error.filename or ""), problem=in_our_words(error))
        raise ConfigError(problem) from error
    finally:
        fetcher.close()
    words = words_of(settings).say
    said = json.dumps(found.as_dict(words), ensure_ascii=False, default=str) if options.json else found.text(words)
    say(said)
    return 0
