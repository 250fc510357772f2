"""When something was handed in: read in one way only, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.utils import parse_utc

from autograder.course import timestamps
from autograder.course.timestamps import Unclear

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1))
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS)
def test_what_nbgrader_writes_is_read_as_nbgrader_reads_it(moment):
    """The exchange writes a time in UTC and the name of the zone."""
    text = moment.replace(tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f %Z")
    assert timestamps.parse(text) == parse_utc(text) == moment


@given(MOMENTS, OFFSETS, st.sampled_from([" ", ""]))
def test_an_offset_counts(moment, zone, between):
    """A time with its offset is the same moment in UTC."""
    text = f"{moment}{between}{moment.replace(tzinfo=zone):%z}"
    expected = moment.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
    assert timestamps.parse(text) == expected


@given(st.text())
def test_any_text_is_a_time_or_unclear(text):
    """No text ends a run, and none is a time that does not begin with its year."""
    try:
        timestamps.parse(text)
    except Unclear:
        return
    assert text.strip()[:4].isdigit()


@given(st.dates(), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%y", "%B %d, %Y"]))
def test_a_date_that_people_read_in_two_ways_is_not_read(day, form):
    """02/12/2026 is the second of December to some, and the twelfth of February to others."""
    with pytest.raises(Unclear):
        timestamps.parse(day.strftime(form))


NONSENSE = (
    "gestern", "9" * 30 + "h-", "2026-12-01 23:59 Nowhere/City", "9999-12-31 23:59:59 -12:00",
    "0001-01-01 00:00 +12:00",
)  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_unclear(text):
    """A zone that nobody knows and a time outside the calendar are said to be unclear."""
    with pytest.raises(Unclear):
        timestamps.parse(text)


@given(st.binary(max_size=400))
def test_any_bytes_in_the_file_are_a_time_none_or_unclear(tmp_path_factory, data):
    """The file comes from a student: whatever it holds, nothing else is raised."""
    folder = tmp_path_factory.mktemp("handed_in")
    (folder / timestamps.FILE).write_bytes(data)
    try:
        found = timestamps.read(folder)
    except Unclear:
        return
    assert found is None or isinstance(found, datetime)
