#!/usr/bin/env bash
# Runs once, when Gradescope builds the autograder (Ubuntu 22.04 or later, as root).
set -euo pipefail
cd /autograder/source
apt-get update
apt-get install -y python3.11 python3.11-venv || {
  apt-get install -y software-properties-common
  add-apt-repository -y ppa:deadsnakes/ppa
  apt-get install -y python3.11 python3.11-venv
}
python3.11 -m venv .venv
.venv/bin/python -m pip install --quiet --requirement requirements.lock
.venv/bin/python -m pip install --quiet --no-deps --editable .
# The build log says whether kernels can be isolated here. If not, no submission is graded.
.venv/bin/autograder doctor || true
