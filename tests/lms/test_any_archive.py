"""What students pack: nothing in it names somebody else, and nothing in it ends the run."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.courses import ROOT

from autograder.course.course import Course
from autograder.lms.collect.archives import unpack
from autograder.lms.collect.downloads import handed
from autograder.lms.collect.plugins import _spell

REGEXP = str(Course(ROOT).config.FileNameCollectorPlugin.named_regexp)
UNIT = "02_convolution"
FORMS = (  # how each system names the files of somebody else, at a later time
    f"{UNIT}_bob_attempt_2036-01-01-10-00-00_{UNIT}.ipynb",
    f"bob_12_999_{UNIT}.ipynb",
    f"Bob B_77_assignsubmission_file/{UNIT}.ipynb",
    f"submission_99/{UNIT}.ipynb",
    f"{UNIT}_bob_attempt_2036-01-01-10-00-00_x.zip/{UNIT}.ipynb",
    f"{UNIT}.IPYNB/{UNIT}.IPYNB",
)
FOLDERS = st.lists(st.sampled_from(["a", "__x", "downloads", "b.zip", UNIT, "C.IPYNB"]), max_size=3)
INNER = st.builds(lambda folders, form: "/".join([*folders, form]), FOLDERS, st.sampled_from(FORMS))
OUTER = {
    f"ada_11_500_{UNIT}.zip": "Canvas user 11",
    "Ada A_11_assignsubmission_file/mine.zip": "Moodle participant 11",
    f"{UNIT}_ada_attempt_2026-01-01-10-00-00_mine.zip": "ada",
    "mine.zip": "",
    "some folder/mine.zip": "",
}


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        for name in dict.fromkeys(files):
            out.writestr(name, "{}")
    return data.getvalue()


@pytest.mark.parametrize("outer", OUTER)
@given(st.lists(INNER, min_size=1, max_size=4))
def test_names_in_a_students_archive_name_nobody(tmp_path_factory, outer, inner):
    """Whoever packed it handed it in: what the system called the archive decides, or nothing."""
    folder = tmp_path_factory.mktemp("download")
    archive = folder / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr(outer, zipped(inner))
    unpack(archive, folder / "x" / "all.zip", lambda name: name.lower().endswith(".ipynb"))
    list(_spell(folder / "x"))
    found = handed(folder / "x", ["all.zip"], REGEXP)
    assert {one.user for one in found} <= {OUTER[outer]}


def tarred(members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as out:
        for name, mtime in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = 2, 0
            info.pax_headers = {"mtime": mtime}
            out.addfile(info, io.BytesIO(b"{}"))
    return data.getvalue()


TIMES = st.floats().map(str) | st.sampled_from(["inf", "-inf", "nan", "1e400", "x"])
NAMES = st.sampled_from(["a.ipynb", "b.IPYNB", "c/d.ipynb"])
MEMBERS = st.lists(st.tuples(NAMES, TIMES), max_size=4)
DAMAGE = st.tuples(st.integers(0, 4000), st.integers(0, 255))


@given(
    st.binary(max_size=300) | MEMBERS.map(tarred) | st.lists(INNER, max_size=3).map(zipped),
    st.lists(DAMAGE, max_size=6),
    st.sampled_from([".zip", ".tar", ".tar.gz", ".tgz"]),
)
def test_any_archive_is_unpacked_or_told_about(tmp_path_factory, data, damage, suffix):
    """Odd times, torn and forged archives give a line each; nothing is raised, nothing escapes."""
    torn = bytearray(data)
    for place, byte in damage:
        if torn:
            torn[place % len(torn)] = byte
    folder = tmp_path_factory.mktemp("archive")
    (folder / f"a{suffix}").write_bytes(torn)
    lines = unpack(folder / f"a{suffix}", folder / "to", lambda name: True)
    assert all(isinstance(line, str) for line in lines)
    assert {path.name for path in folder.iterdir()} <= {f"a{suffix}", "to"}
