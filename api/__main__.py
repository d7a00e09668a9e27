"""The command `jiesu`: serve, migrate, load, verify-figures, export-schema, verify-ledger, amend-calendar.

Exit codes: 0 done, 1 a check found a difference, 2 a wrong call or setting, 3 the database cannot be had, 128 and more
a command that a signal ended (as a shell counts).
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from api.settings import CITIES, SettingsError, read_settings
from resolvers.doors.postgres import ClusterError
from resolvers.terms.limits import AMENDMENT_REASON_CHARACTERS as REASON_CHARACTERS
from resolvers.terms.limits import FIRST_YEAR, LAST_YEAR

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
    _amending(
        verbs.add_parser("amend-calendar", help="change days of the working calendar, and count open limits anew")
    )
    asked = parser.parse_args(arguments)
    if asked.command == "amend-calendar":
        _whole(parser, asked)
    return asked


def _amending(amend: argparse.ArgumentParser) -> None:
    amend.add_argument("file", nargs="?", type=Path, metavar="FILE", help="CSV of days: date,dayType,name")
    amend.add_argument("--reason", type=str.strip, help="the notice that says so; shown with the calendar")
    amend.add_argument(
        "--publish",
        type=int,
        metavar="YEAR",
        help="FILE is the whole notice of this year: other days of it are ordinary",
    )
    amend.add_argument("--resume", action="store_true", help="only finish what a killed call left to be counted")
    amend.add_argument("--report", type=int, metavar="VERSION", help="only tell again what an amendment did")


def _whole(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """Exit 2 unless exactly one thing is asked for, with what it needs."""
    if [asked.file is not None, asked.resume, asked.report is not None].count(True) != 1:
        parser.error("amend-calendar takes FILE, or --resume, or --report VERSION")
    if (asked.file is None) != (asked.reason is None) or (asked.publish is not None and asked.file is None):
        parser.error("amend-calendar takes --reason with FILE, and --publish with FILE only")
    if asked.publish is not None and not FIRST_YEAR <= asked.publish <= LAST_YEAR:
        parser.error(f"--publish names a year from {FIRST_YEAR} to {LAST_YEAR}")
    if asked.reason is not None and not (0 < len(asked.reason) <= REASON_CHARACTERS and asked.reason.isprintable()):
        parser.error(f"--reason is one line of at most {REASON_CHARACTERS} characters")


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
