"""The command `jiesu`: serve, migrate, load, verify-figures, export-schema, verify-ledger.

Exit codes: 0 done, 1 a check found a difference, 2 a wrong call or setting, 3 the database cannot be had, 128 and more
a command that a signal ended (as a shell counts).
"""

from __future__ import annotations

import argparse
import os
import sys

from api.settings import CITIES, SettingsError, read_settings
from resolvers.doors.postgres import ClusterError

_SAMPLES = (*CITIES, "demo", "all")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="jiesu", description="接诉: the hotline's API. Settings come by environment.")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verbs.add_parser("serve", help="start the server (and the embedded database)")
    verbs.add_parser("migrate", help="bring the database to this release")
    load = verbs.add_parser("load", help="load sample data; what is there already is left alone")
    load.add_argument("cities", nargs="+", choices=_SAMPLES, metavar="CITY|demo|all", help=" ".join(_SAMPLES))
    figures = verbs.add_parser("verify-figures", help="compare every published figure with the running API")
    figures.add_argument("--url", default=None, help="where jiesu runs; by default as the settings say")
    verbs.add_parser("export-schema", help="print the public schema")
    verbs.add_parser("verify-ledger", help="walk every chain of the ledger from its beginning")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    asked = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = read_settings(os.environ)
        from api import commands  # noqa: PLC0415  (all of jiesu: help and a wrong setting need not wait for it)

        return commands.run(settings, asked)
    except SettingsError as error:
        print(f"jiesu: {error}", file=sys.stderr)
        return 2
    except ClusterError as error:
        print(f"jiesu: {error}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
