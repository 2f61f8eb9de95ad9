"""How long the figures of 20,000 cases take: `.venv/bin/python -m bench.figures`, in a throw-away database."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

CASES = 20_000


def main() -> None:
    """Makes the cases, counts them, prints the seconds."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XINQIAO_DATA_DIR"] = folder
        from bot import settings
        from bot.care import figures
        from bot.care.figures_rows import Period
        from bot.clock import LOCAL
        from bot.db.schema import upgrade
        from bot.db.session import transaction
        from bot.level import Level
        from tests.care.figures_ground import case, counsellor

        settings.ensure_secrets(Path(folder))
        upgrade()
        start = datetime(2026, 11, 2, tzinfo=LOCAL)
        with transaction() as session:
            by = counsellor(session)
            for number in range(CASES):
                moment = start + timedelta(minutes=2 * number)
                case(session, moment, list(Level)[number % 4], seen=40, replied=number % 600, by=by)
        wall, used = time.perf_counter(), time.process_time()
        found = figures.of(Period(start, start + timedelta(days=28)))
        wall, used = time.perf_counter() - wall, time.process_time() - used
        print(f"{sum(found.of('states').table.sums)} cases: {wall:.2f} s, of which {used:.2f} s of the processor")


if __name__ == "__main__":
    main()
