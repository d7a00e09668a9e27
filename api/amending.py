"""The command `amend-calendar`: a notice is read, the calendar amended, limits counted anew, and it is told what moved."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TypeAlias

from resolvers import calendar
from resolvers.doors import reference
from resolvers.rules.calendars import DayRow, read_notice

Notice: TypeAlias = tuple[DayRow, ...] | None


def read(asked: argparse.Namespace) -> Notice:
    """The days of the file, if one is asked for. ValueError saying what is wrong with it, and where."""
    if asked.file is None:
        return None
    try:
        return read_notice(asked.file.read_text("utf-8"), asked.publish)
    except OSError as error:
        raise ValueError(f"{asked.file} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{asked.file} is no calendar: byte {error.start} is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"{asked.file} is no calendar: {error}") from None


async def amend(data_dir: Path, asked: argparse.Namespace, notice: Notice) -> int:
    """What is asked for, and before it whatever a killed call left to do. The exit code."""
    if asked.report is not None:
        return await _tell(data_dir, asked.report)
    await reference.fill()
    versions = await calendar.resume()
    if notice is not None:
        try:
            made = await calendar.amend(notice, asked.reason)
        except calendar.Unfinished:
            return _refused("another amendment is being counted; wait for it, then ask again.")
        if made is None:
            print("The calendar says all of this already.", file=sys.stderr)
        versions += await calendar.resume()
    for version in versions:
        await _tell(data_dir, version)
    return 0


async def _tell(data_dir: Path, version: int) -> int:
    """The report of an amendment, printed and kept in a file."""
    report = await calendar.report(version)
    if report is None:
        return _refused(f"no amendment made calendar version {version}.")
    kept = data_dir / f"calendar-amendment-{version}.csv"
    kept.write_text(report.csv, "utf-8")
    print(report.csv, end="")
    print(f"{report.sentence}. The list is in {kept}.", file=sys.stderr)
    return 0


def _refused(sentence: str) -> int:
    print(f"jiesu: {sentence}", file=sys.stderr)
    return 2
