"""Read when something was handed in: nbgrader's ``timestamp.txt`` and the dates in platforms' names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["date_in_name", "date_order", "is_date", "read_timestamp"]

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:[T ,_-]+(?P<hour>\d\d?)[:h.-]?(?P<minute>\d\d)(?:[:.-]?(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"\s*(?P<zone>[+-]\d\d:?\d\d|[A-Za-z][A-Za-z0-9_/+-]{0,40})?"
)
_DIGITS = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[T_-]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:\d{3})?)?(?P<zone>Z)?"
)
_CLOCK = r"(?:,? (?P<hour>\d\d?)[:_]?(?P<minute>\d\d)(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
_MONTH = r"(?P<name>[A-Za-z]{3})[a-z]*\.?"
_AMERICAN = re.compile(  # Brightspace's "Jan 31, 2026 1000 AM", without a colon because Windows allows none in names
    rf"{_MONTH} (?P<day>\d\d?),? (?P<year>\d{{4}}){_CLOCK}"
)
_BRITISH = re.compile(rf"(?P<day>\d\d?)\.? {_MONTH},? (?P<year>\d{{4}}){_CLOCK}")
_YEARS = range(2000, 2101)  # of others, a conversion to another time zone may overflow
_DATE = re.compile(
    r"20\d\d[-._]\d\d?[-._]\d\d?(?:[T ,_-]+\d\d?[:h._-]?\d\d(?:[:._-]?\d\d)?)?|\d\d?[-._]\d\d?[-._]20\d\d"
)
_LONGEST = 100  # characters


def read_timestamp(text: str) -> tuple[datetime | None, str]:
    """Read the contents of a ``timestamp.txt``.

    Parameters
    ----------
    text : str
        What nbgrader or Sakai wrote. A time without a zone is UTC, as nbgrader takes it.

    Returns
    -------
    datetime or None
        The time, with a zone; None if the text is no time.
    str
        What the report says about it; empty where all is clear.
    """
    return _read(text.strip(), UTC)


def date_in_name(text: str) -> tuple[datetime | None, str]:
    """Read a date in a file's or folder's name, as `read_timestamp` does; without a zone, it is in this machine's."""
    return _read(text.strip(), None)


def is_date(name: str) -> bool:
    """Return whether a folder's name is a date and nothing else: digits alone may be a student's number."""
    if _DATE.fullmatch(name):
        return True
    when, note = date_in_name(name)
    return when is not None and not note and not name.strip().isdecimal()


def date_order(name: str) -> int:
    """Return a number by which the date that a folder is named after is earlier than another's; 0 for no date."""
    if not is_date(name):
        return 0
    if not _DATE.fullmatch(name):
        when, _ = date_in_name(name)
        return int(f"{when:%Y%m%d%H%M%S}") if when else 0
    year, month, day, *clock = re.findall(r"\d+", name)
    if len(day) == 4:
        year, day = day, year
    return int(f"{year}{month:0>2}{day:0>2}{''.join(clock):0<6}"[:14])


def _read(text: str, default: tzinfo | None) -> tuple[datetime | None, str]:
    match = next((m for p in (_ISO, _DIGITS, _AMERICAN, _BRITISH) if (m := p.fullmatch(text[:_LONGEST]))), None)
    unread = f"the date {text[:40]!r} could not be read"
    if match is None:
        return None, unread
    parts = match.groupdict()
    zone, note = _zone(parts.get("zone") or "", default)
    try:
        when = datetime(
            int(parts["year"]), _month(parts), int(parts["day"]), _hour(parts),
            int(parts["minute"] or 0), int(parts["second"] or 0) if parts.get("second") else 0, tzinfo=zone,
        )  # fmt: skip
        if when.year not in _YEARS:
            return None, unread
        return (when if zone else when.astimezone()), note
    except (ValueError, OverflowError, OSError):  # the 31st of February; a year before time zones
        return None, unread


def _month(parts: dict[str, str]) -> int:
    return int(parts["month"]) if "month" in parts else _MONTHS.get(parts["name"].lower(), 0)


def _hour(parts: dict[str, str]) -> int:
    hour = int(parts["hour"] or 0)
    half = (parts.get("half") or "").lower()
    return hour % 12 + 12 * (half == "p") if half else hour


def _zone(name: str, default: tzinfo | None) -> tuple[tzinfo | None, str]:
    if not name:
        return default, ""
    if name[0] in "+-":
        minutes = int(name[1:3]) * 60 + int(name[-2:])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=minutes if name[0] == "+" else -minutes)), ""
    elif name.upper() in ("Z", "UTC", "UCT", "GMT"):
        return UTC, ""
    else:
        try:
            return ZoneInfo(name), ""
        except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, or a file system's error
            pass
        except KeyError:
            pass
    return default or UTC, f"the time zone {name!r} is not known, and the time was taken as UTC"
