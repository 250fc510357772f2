"""A fresh machine installs what stands in requirements.lock, and nothing else."""

from __future__ import annotations

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.courses import ROOT


def test_every_requirement_has_an_exact_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    asked = [Requirement(one) for one in sum(extras, project["dependencies"])]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    locked = {
        canonicalize_name(one.name): one.specifier
        for one in map(Requirement, (line for line in lines if not line.startswith(("#", "--"))))
    }
    missing = [one.name for one in asked if canonicalize_name(one.name) not in locked]
    assert not missing, f"run make lock: {missing} cannot be installed on a fresh machine"
    for one in asked:
        [exact] = locked[canonicalize_name(one.name)]
        assert exact.operator == "=="
        assert one.specifier.contains(exact.version), one.name
