"""``nbgrader zip_collect`` on the archives of learning systems, honest and hostile ones."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from datetime import datetime

import pytest
from nbgrader.apps import ZipCollectApp
from support.gradebooks import UNIT, course_in

from autograder.gradebook.access import opened
from autograder.lms.collect.archives import ArchiveLimits, unpack
from autograder.lms.csvfile import read_csv


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A class with two students of one name; Canvas's numbers are known for some."""
    found = course_in(tmp_path)
    with opened(found) as gradebook:
        for id_, first, last, lms in (
            ("007", "Ada", "Lovelace", "11"), ("grace", "Grace", "Hopper", "12"),
            ("émile", "Émile", "O'Borel-Zola", ""), ("sam1", "Sam", "Smith", ""),
            ("sam2", "Sam", "Smith", "14"),
        ):  # fmt: skip
            gradebook.add_student(
                id_, first_name=first, last_name=last, email=f"{id_}@x.edu", lms_user_id=lms
            )
    monkeypatch.chdir(tmp_path)
    return found


def archive(course, name, files, at=(2026, 1, 1, 12, 0, 0)):
    """A zip as it was downloaded: names and contents."""
    path = course.root / "downloaded" / UNIT / "archive" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(files, at))
    return path


def zipped(files, at=(2026, 1, 1, 12, 0, 0)):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        for inner, content in files.items():
            out.writestr(zipfile.ZipInfo(inner, at), content, zipfile.ZIP_DEFLATED)
    return data.getvalue()


class Collected:
    """What zip_collect did: notebooks by student, and what it said."""

    def __init__(self, course, caplog, *arguments):
        app = ZipCollectApp()
        app.initialize([UNIT, *arguments])
        caplog.clear()
        app.log.propagate = True
        app.start()
        self.said = caplog.text
        self.notebooks = {
            path.parent.parent.name: path.read_text()
            for path in (course.root / "submitted").glob(f"*/{UNIT}/{UNIT}.ipynb")
        }
        ZipCollectApp.clear_instance()

    def time(self, course, student):
        path = course.root / "submitted" / student / UNIT / "timestamp.txt"
        return path.read_text() if path.exists() else None


def test_canvas(course, caplog):
    """Numbers tell who it is, also with late marks, copies, packed folders and odd names."""
    archive(course, "submissions.zip", {
        f"lovelaceada_11_500_{UNIT}.ipynb": "old",
        f"lovelaceada_11_501_{UNIT}-1.ipynb": "new",
        f"hopper_grace_LATE_12_502_{UNIT} (2).ipynb": "grace",
        "oborelzolaémile_13_503_work.zip": zipped({f"a/../b/{UNIT}.ipynb": "x", "w/mine.ipynb": "é",
                                                  "w/data.csv": "1"}),
        f"smithsam_14_504_{UNIT}.IPYNB": "sam2",
        f"strangerx_15_505_{UNIT}.ipynb": "who?",
        "lovelaceada_11_text.html": "<p>",
    })  # fmt: skip
    found = Collected(course, caplog)
    assert found.notebooks == {"007": "new", "grace": "grace", "émile": "é", "sam2": "sam2"}
    assert found.time(course, "grace") is None
    assert "grace: late, by Canvas's own mark" in found.said
    assert "émile: taken from mine.ipynb, the only notebook" in found.said
    assert "strangerx" in found.said
    assert "nobody in the gradebook" in found.said
    assert "its path leads out of the folder" in found.said
    assert "1 files were matched by the student's name alone" in found.said


def test_a_student_cannot_hand_in_as_another_one(course, caplog):
    """Names inside a student's own archive or file name do not count."""
    archive(course, "submissions.zip", {
        "hoppergrace_12_1_x.zip": zipped({
            f"lovelaceada_11_999_{UNIT}.ipynb": "forged",
            f"{UNIT}_007_attempt_2030-01-01-00-00-00_{UNIT}.ipynb": "forged",
            "submission_9/other.ipynb": "forged",
            f"{UNIT}.ipynb": "own",
        }),
        f"smithsam_14_2_lovelaceada_11_999_{UNIT}.ipynb": "sam",
    })  # fmt: skip
    found = Collected(course, caplog)
    assert found.notebooks == {"grace": "own", "sam2": "sam"}


def test_two_users_of_one_name_are_listed(course, caplog):
    """Sam Smith is two students, and two Canvas users who claim one name are refused both."""
    archive(course, "submissions.zip", {
        f"smithsam_90_1_{UNIT}.ipynb": "which?",
        f"oborelzolaémile_91_2_{UNIT}.ipynb": "a",
        f"oborelzolaémile_92_3_{UNIT}.ipynb": "b",
        f"lovelaceada_11_4_{UNIT}.ipynb": "ada",
        f"hoppergrace_95_5_{UNIT}.ipynb": "not Grace, who is number 12",
    })  # fmt: skip
    found = Collected(course, caplog)
    assert found.notebooks == {"007": "ada"}
    assert found.said.count("somebody of this name has another number") == 2
    assert "Canvas user 91 and Canvas user 92 both seem to be this student" in found.said


@pytest.mark.parametrize("form", ["{}_assignsubmission_file/{}", "{}_assignsubmission_file_/{}",
                                  "{}_assignsubmission_file_{}"])  # fmt: skip
def test_moodle(course, caplog, form):
    """Folders or files of the full name and the participant's number, of three versions."""

    def name(who, file=f"{UNIT}.ipynb"):
        return form.format(who, file)

    archive(course, "ML-Unit 2-123.zip", {
        name("Ada Lovelace_7001"): "old", name("Sam Smith_7004"): "which?",
        name("Émile OBorelZola_7003"): "é",
    })  # fmt: skip
    archive(course, "ML-Unit 2-123 (1).zip", {name("Ada Lovelace_7001"): "new"},
            at=(2026, 1, 2, 12, 0, 0))  # fmt: skip
    found = Collected(course, caplog)
    assert found.notebooks == {"007": "new", "émile": "é"}
    assert "it may be of sam1 or sam2" in found.said


def test_moodle_with_its_worksheet(course, caplog):
    """The worksheet's participant numbers tell two students of one name apart."""
    archive(course, "m.zip", {
        f"Sam Smith_7001_assignsubmission_file/{UNIT}.ipynb": "sam2",
        f"Sam Smith_7002_assignsubmission_file/{UNIT}.ipynb": "sam1",
    })  # fmt: skip
    (course.root / "w.csv").write_text(
        "Identifier,Full name,Email address,Status,Grade\n"
        "Participant 7001,Sam Smith,sam2@x.edu,,\nParticipant 7002,Sam Smith,sam1@x.edu,,\n"
    )
    found = Collected(course, caplog, "--LmsCollector.roster=w.csv")
    assert found.notebooks == {"sam1": "sam1", "sam2": "sam2"}
    assert "Participant 7001" in read_csv(course.root / "w.csv").column(0)


def test_gradescope(course, caplog):
    """The metadata says who and when, ids keep their zeros, groups are listed."""
    entry = """submission_{}:
  :submitters:
{}  :created_at: {}
  :score: 0.0
"""
    person = "  - :name: {}\n    :sid: {}\n    :email: {}\n"
    ruby = "!ruby/object:ActiveSupport::TimeWithZone\n    utc: 2026-01-03 10:00:00.5 Z\n    time: x"
    listed = (
        entry.format(1, person.format("Someone", "007", "q@x"), "2026-01-02 09:30:00.000000000 Z")
        + entry.format(2, person.format("Grace", "", "GRACE@x.edu"), ruby)
        + entry.format(3, person.format("S", "sam1", "") + person.format("T", "sam2", ""), ruby)
        + entry.format(4, person.format("Émile O'Borel-Zola", "other", ""), ruby)
    )
    archive(course, "assignment_9_export.zip", {
        "assignment_9_export/submission_metadata.yml": listed,
        f"assignment_9_export/submission_1/{UNIT}.ipynb": "ada",
        f"assignment_9_export/submission_2/{UNIT}.ipynb": "grace",
        f"assignment_9_export/submission_3/{UNIT}.ipynb": "both",
        f"assignment_9_export/submission_4/{UNIT}.ipynb": "only his name",
        "assignment_9_export/submission_1/timestamp.txt": "1970-01-01",
    })  # fmt: skip
    found = Collected(course, caplog)
    assert found.notebooks == {"007": "ada", "grace": "grace"}
    assert found.time(course, "007") == "2026-01-02 09:30:00"
    assert found.time(course, "grace").startswith("2026-01-03 10:00:00")
    assert "handed in by 2 students together" in found.said


def test_collecting_again_keeps_the_earlier_submission(course, caplog):
    """A later download replaces what was collected, and the old notebook is still there."""
    archive(course, "1.zip", {f"lovelaceada_11_500_{UNIT}.ipynb": "first"})
    Collected(course, caplog)
    archive(course, "2.zip", {f"lovelaceada_11_600_{UNIT}-1.ipynb": "second"})
    found = Collected(course, caplog, "--force")
    assert found.notebooks == {"007": "second"}
    [kept] = (course.root / "downloaded" / UNIT / "earlier" / "007").glob(f"*/{UNIT}.ipynb")
    assert kept.read_text() == "first"


def test_what_is_older_does_not_replace_what_is_newer(course, caplog):
    """An old archive in the folder does not undo a collection from elsewhere."""
    folder = course.root / "submitted" / "007" / UNIT
    folder.mkdir(parents=True)
    (folder / f"{UNIT}.ipynb").write_text("newer")
    (folder / "timestamp.txt").write_text("2026-02-01 00:00:00 UTC")
    name = f"{UNIT}_007_attempt_2026-01-30-15-30-10_{UNIT}.ipynb"
    archive(course, "all.zip", {name: "older"})
    found = Collected(course, caplog, "--force")
    assert found.notebooks == {"007": "newer"}
    assert "what was collected before is newer" in found.said


@pytest.mark.parametrize("student", ["..", ".hidden"])
def test_an_id_in_a_name_that_is_no_folder(course, caplog, student):
    """A file name cannot choose a folder elsewhere."""
    name = f"{UNIT}_{student}_attempt_2026-01-30-15-30-10_{UNIT}.ipynb"
    archive(course, "all.zip", {name: "x"})
    assert Collected(course, caplog).notebooks == {}
    assert not (course.root / UNIT).exists()


def test_several_notebooks_and_none_of_the_units_name(course, caplog):
    """Which one counts is the instructor's to say."""
    archive(course, "s.zip", {"lovelaceada_11_1_a.ipynb": "a", "lovelaceada_11_2_b.ipynb": "b"})
    found = Collected(course, caplog)
    assert found.notebooks == {}
    assert f"none is called {UNIT}.ipynb (a.ipynb, b.ipynb)" in found.said


def wanted(name):
    return name.endswith(".ipynb")


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "name",
    ["../out.ipynb", "/etc/out.ipynb", "a/../../out.ipynb", "..\\out.ipynb", "C:\\out.ipynb"],
)
def test_paths_that_leave_the_folder(tmp_path, name):
    """They are left out and listed; the rest is unpacked."""
    (tmp_path / "a.zip").write_bytes(zipped({name: "bad", "ok.ipynb": "good"}))
    problems = unpack(tmp_path / "a.zip", tmp_path / "to" / "x", wanted)
    assert files(tmp_path) == ["a.zip", "to/x/ok.ipynb"]
    assert "leads out of the folder" in problems[0]


def test_links_are_left_out(tmp_path):
    """A symbolic or hard link would read files of the instructor's."""
    (tmp_path / "secret").write_text("s")
    info = zipfile.ZipInfo("link.ipynb")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr(info, str(tmp_path / "secret"))
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as out:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            entry = tarfile.TarInfo(f"{kind.decode()}.ipynb")
            entry.type, entry.linkname = kind, str(tmp_path / "secret")
            out.addfile(entry)
    for name, count in (("a.zip", 1), ("b.tar.gz", 3)):
        problems = unpack(tmp_path / name, tmp_path / "to", wanted)
        assert ["link or a device" in problem for problem in problems] == [True] * count
    assert not (tmp_path / "to").exists()


LIMITS = ArchiveLimits(
    file_bytes=1 << 16, inner_bytes=1 << 18, inner_files=5, total_bytes=1 << 20, files=40, depth=2
)


def test_bombs_cost_their_own_student_only(tmp_path):
    """Too large, too many, too deep, broken and encrypted: each is listed, others are unpacked."""
    zeros = bytes(1 << 17)
    deep = zipped({"x.ipynb": "deep"})
    for level in range(4):
        deep = zipped({f"{level}.zip": deep})
    locked = bytearray(zipped({"x.ipynb": "x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(zipped({
        "large.ipynb": zeros,
        "many.zip": zipped({f"{i}.ipynb": "x" for i in range(9)}),
        "wide.zip": zipped({f"{i}.ipynb": bytes(1 << 16) for i in range(5)}),
        "deep.zip": deep,
        "broken.zip": b"PK\x03\x04 no",
        "locked.zip": bytes(locked),
        "ok.ipynb": "good",
    }))  # fmt: skip
    problems = unpack(tmp_path / "a.zip", tmp_path / "to", wanted, LIMITS)
    assert (tmp_path / "to" / "ok.ipynb").read_text() == "good"
    assert not (tmp_path / "to" / "large.ipynb").exists()
    said = "\n".join(problems)
    for part in ("'large.ipynb' is left out: above", "'many.zip': too many files",
                 "'wide.zip': too many bytes", "an archive in 2 others", "'broken.zip' cannot",
                 "encrypted"):  # fmt: skip
        assert part in said
    assert sum(p.stat().st_size for p in (tmp_path / "to").rglob("*.ipynb")) < 1 << 20


def test_a_size_that_lies(tmp_path):
    """The bytes that come out are counted, not those that the archive claims."""
    data = bytearray(zipped({"x.ipynb": bytes(1 << 20)}))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(data)
    assert unpack(tmp_path / "a.zip", tmp_path / "to", wanted, LIMITS)
    assert not (tmp_path / "to" / "x.ipynb").exists()


def test_a_name_too_long_for_the_disk(tmp_path):
    """One member that cannot be written does not stop the others."""
    (tmp_path / "a.zip").write_bytes(zipped({"x" * 300 + ".ipynb": "1", "ok.ipynb": "2"}))
    assert len(unpack(tmp_path / "a.zip", tmp_path / "to", wanted)) == 1
    assert files(tmp_path / "to") == ["ok.ipynb"]


def test_the_time_of_a_member_is_kept(tmp_path):
    """Downloads of Moodle are ordered by it."""
    (tmp_path / "a.zip").write_bytes(zipped({"x.ipynb": "1"}, at=(2026, 1, 2, 3, 4, 6)))
    unpack(tmp_path / "a.zip", tmp_path / "to", wanted)
    moment = datetime.fromtimestamp(os.stat(tmp_path / "to" / "x.ipynb").st_mtime)
    assert moment == datetime(2026, 1, 2, 3, 4, 6)
