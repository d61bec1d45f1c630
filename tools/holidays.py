#!/usr/bin/env python3
"""Make and check the table of public holidays that is compiled into `thanks`.

    python3 -m venv venv && venv/bin/pip install holidays==0.109
    venv/bin/python tools/holidays.py --write     # makes src/domain/calendar/holidays.txt anew
    venv/bin/python tools/holidays.py --check     # compares it with the package; exit 1 on a difference

requirements: holidays==0.109

The package is `holidays` (Vacanza team, MIT; its notice stands beside the table). Taken are public holidays with the
days on which they are observed, the days of the weekend, and weekend days that are worked in exchange. Parts of a
country are those with an ISO 3166-2 code: cities and school zones of the package are left out. A new version of the
package goes in by raising PACKAGE here and in the two lines above, and `--write`.
"""

import argparse
import datetime
import hashlib
import re
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGE = "0.109"
YEARS = range(2025, 2036)
TABLE = Path(__file__).parent.parent / "src/domain/calendar/holidays.txt"
MOST_BYTES = 64 * 1024

# The larger job markets, and all of the European Union. Ukraine has no days off under martial law, and is left out.
COUNTRIES = """
AE AR AT AU BE BG BR CA CH CL CN CO CR CY CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE KR LT LU LV MT
MX NG NL NO NZ PE PH PK PL PT RO SA SE SG SI SK TH TR TW US UY VN ZA
""".split()

# Where offices keep a longer weekend than the law, which the package follows.
OFFICE_WEEKENDS = {"HK": {5, 6}}

HEADER = """\
# Public holidays for counting business days. Made by tools/holidays.py; do not edit.
# package: holidays {package} (MIT, see holidays.LICENSE)
# years: {first}-{last}
# sha256: {digest} (of every day off, as tools/holidays.py lists them)
#
# A line is a place: its ISO 3166 code, and then words. `=Name_of_it`, `~67` the weekend (Monday is 1), `?` some dates
# are estimates, as they hang on the moon. `MMDD` is a holiday in every year, or after `YY:` in that year; one that
# falls on a weekend means nothing. `!MMDD` is a weekend day that is worked. A part of a country has the days of the
# country and its own, without those after `-`.
"""


class Place:
    """What the package or the table says of a country or a part of one."""

    def __init__(self, code, name, weekend, holidays, worked, estimated):
        self.code, self.name, self.weekend = code, name, frozenset(weekend)
        self.holidays, self.worked, self.estimated = frozenset(holidays), frozenset(worked), estimated

    def differences(self, other):
        for what in ("name", "weekend", "estimated"):
            if getattr(self, what) != getattr(other, what):
                yield f"{self.code}: {what} is {getattr(self, what)!r}, in the package {getattr(other, what)!r}"
        for what in ("holidays", "worked"):
            mine, theirs = getattr(self, what), getattr(other, what)
            for day in sorted(mine ^ theirs):
                yield f"{self.code}: {day:%a %F} is {'only' if day in mine else 'not'} in the {what} of the table"


def days():
    day = datetime.date(YEARS[0], 1, 1)
    while day.year <= YEARS[-1]:
        yield day
        day += datetime.timedelta(days=1)


def from_package():
    """Every place, each country before its parts."""
    # This file has the package's name: without this line it would import itself.
    sys.path[:] = [folder for folder in sys.path if Path(folder).resolve() != Path(__file__).resolve().parent]
    import holidays

    parts = holidays.list_supported_countries(include_aliases=False)
    for country in COUNTRIES:
        codes = sorted(part for part in parts[country] if re.fullmatch("[A-Z0-9]{1,3}", part))
        for part in [None, *codes]:
            yield one_from_package(holidays, country, part)


def one_from_package(holidays, country, part):
    english = {"language": "en_US"}
    if "en_US" not in getattr(holidays, country).supported_languages:
        english = {}
    calendar = holidays.country_holidays(
        country, subdiv=part, years=YEARS, observed=True, categories=("public",), **english
    )
    office = OFFICE_WEEKENDS.get(country)
    weekend = office or {day.weekday() for day in days() if calendar.is_weekend(day)}
    for day in days():
        if not office and calendar.is_weekend(day) != (day.weekday() in weekend):
            sys.exit(f"{country}-{part}: the weekend changes around {day}, which the table cannot say")
    kept = [day for day in days() if day in calendar and day.weekday() not in weekend]
    worked = [day for day in days() if day in calendar.weekend_workdays and day.weekday() in weekend]
    return Place(
        code=country if part is None else f"{country}-{part}",
        name=None if part else spaced(type(calendar).__mro__[1].__name__),
        weekend=weekend,
        holidays=kept,
        worked=worked,
        estimated=any("estimated" in calendar.get(day) for day in kept),
    )


def spaced(name):
    """`UnitedStates` as `United States`."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name)


def line(place, country):
    """The line of a place; `country` is None for a country itself."""
    words = [place.code]
    if country is None:
        words.append("=" + place.name.replace(" ", "_"))
        words.append("~" + "".join(str(day + 1) for day in sorted(place.weekend)))
        words += ["?"] if place.estimated else []
        dated = [("", place.holidays), ("!", place.worked)]
    else:
        if (place.weekend, place.worked) != (country.weekend, country.worked):
            sys.exit(f"{place.code}: another weekend than its country's, which the table cannot say")
        words += ["?"] if place.estimated and not country.estimated else []
        dated = [("", place.holidays - country.holidays), ("-", country.holidays - place.holidays)]
    by_year = {year: [] for year in YEARS}
    for sign, dates in dated:
        rest = set(dates)
        for month_and_day in sorted({f"{date:%m%d}" for date in dates}):
            same = [date for date in dates if f"{date:%m%d}" == month_and_day]
            # A sign on a weekend, or on a day that is free anyway, does no harm.
            if sign != "!" and len(same) > 2 and set(harmful(month_and_day, place, country, sign)) == set(same):
                words.append(sign + month_and_day)
                rest -= set(same)
        for date in sorted(rest):
            by_year[date.year].append(f"{sign}{date:%m%d}")
    for year, found in by_year.items():
        if found:
            words += [f"{year % 100}:", *found]
    return " ".join(words)


def harmful(month_and_day, place, country, sign):
    """The days of every year on which this sign changes something."""
    before = country.holidays if country else frozenset()
    for date in days():
        if f"{date:%m%d}" == month_and_day and date.weekday() not in place.weekend:
            if (date in before) == (sign == "-"):
                yield date


def listing(place):
    """What the hash is over: the same as the program lists in its test."""
    lines = [f"{place.code} weekend {''.join(str(day + 1) for day in sorted(place.weekend))}"]
    lines += [f"{place.code} off {day}" for day in sorted(place.holidays)]
    lines += [f"{place.code} worked {day}" for day in sorted(place.worked)]
    return "".join(text + "\n" for text in lines)


def write():
    lines, digest, country = [], hashlib.sha256(), None
    for place in from_package():
        country = place if place.name else country
        lines.append(line(place, None if place.name else country))
        digest.update(listing(place).encode())
    header = HEADER.format(package=PACKAGE, first=YEARS[0], last=YEARS[-1], digest=digest.hexdigest())
    text = header + "".join(text + "\n" for text in lines)
    if len(text.encode()) > MOST_BYTES:
        sys.exit(f"{len(text.encode())} bytes are more than {MOST_BYTES}; nothing was written")
    TABLE.write_text(text, encoding="ascii")
    print(f"{TABLE}: {len(text)} bytes, {len(COUNTRIES)} countries, {len(lines) - len(COUNTRIES)} parts")


def from_table(text):
    """Every place as a reader of the table understands it."""
    country = None
    for row in text.splitlines():
        if row.startswith("#"):
            continue
        code, *words = row.split(" ")
        is_part = "-" in code
        name, weekend = (None, country.weekend) if is_part else ("", frozenset())
        holidays = set(country.holidays) if is_part else set()
        worked = set(country.worked) if is_part else set()
        estimated = country.estimated if is_part else False
        years = YEARS
        for word in words:
            if word.startswith("="):
                name = word[1:].replace("_", " ")
            elif word.startswith("~"):
                weekend = frozenset(int(day) - 1 for day in word[1:])
            elif word == "?":
                estimated = True
            elif word.endswith(":"):
                years = [2000 + int(word[:-1])]
            else:
                sign, month_and_day = word[:-4], word[-4:]
                for year in years:
                    try:
                        day = datetime.date(year, int(month_and_day[:2]), int(month_and_day[2:]))
                    except ValueError:
                        continue  # 29 February
                    if sign == "!":
                        worked.add(day)
                    elif sign == "-":
                        holidays.discard(day)
                    elif day.weekday() not in weekend:
                        holidays.add(day)
        place = Place(code, name, weekend, holidays, worked, estimated)
        country = country if is_part else place
        yield place


def check():
    text = TABLE.read_text(encoding="ascii")
    found = []
    if f"# package: holidays {PACKAGE} " not in text:
        found.append(f"the table was not made from holidays {PACKAGE}")
    if f"# years: {YEARS[0]}-{YEARS[-1]}\n" not in text:
        found.append(f"the table is not about {YEARS[0]}-{YEARS[-1]}")
    if len(text) > MOST_BYTES:
        found.append(f"the table has {len(text)} bytes, more than {MOST_BYTES}")
    mine = {place.code: place for place in from_table(text)}
    theirs = {place.code: place for place in from_package()}
    digest = hashlib.sha256("".join(map(listing, mine.values())).encode()).hexdigest()
    if f"# sha256: {digest} " not in text:
        found.append(f"the days in the table hash to {digest}, and its header says otherwise")
    found += [f"{code}: only in the table" for code in mine.keys() - theirs.keys()]
    found += [f"{code}: not in the table" for code in theirs.keys() - mine.keys()]
    for code in sorted(mine.keys() & theirs.keys()):
        found += mine[code].differences(theirs[code])
    if found:
        sys.exit("\n".join(sorted(found)))
    count = sum(len(place.holidays) for place in mine.values())
    print(f"{len(mine)} places, {len(YEARS)} years, {count} days off: as in holidays {PACKAGE}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = arguments.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="make the table anew")
    what.add_argument("--check", action="store_true", help="compare the table with the package")
    chosen = arguments.parse_args()
    try:
        installed = version("holidays")
    except ModuleNotFoundError:
        sys.exit(f"pip install holidays=={PACKAGE} first")
    if installed != PACKAGE:
        sys.exit(f"holidays {installed} is installed; the table is made with {PACKAGE}")
    write() if chosen.write else check()


if __name__ == "__main__":
    main()
