"""python -m resolvers.migrations > whole.sql: what all migrations make of an empty database, as one script."""

import asyncio
import sys
import tempfile
from pathlib import Path

from resolvers.doors import migrating
from resolvers.doors.cluster import start_cluster

with tempfile.TemporaryDirectory() as folder:
    cluster = start_cluster(Path(folder))
    try:
        sys.stdout.write(asyncio.run(migrating.step_by_step(cluster.logins.owner)))
    finally:
        cluster.stop()
