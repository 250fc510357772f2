# Every target does its own set-up: Python 3.11, make and git are all it needs.
PYTHON ?= python3.11
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: setup demo fuzz test test-samples test-mistakes test-faults test-browser bench bench-class gain lint build release lock fix clean
.DEFAULT_GOAL := demo

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $$(command -v $(PYTHON) || command -v python3) -m venv .venv
	$(BIN)/python -c 'import sys; assert sys.version_info[:2] == (3, 11), "Python 3.11 is needed"'
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

demo: setup  ## a scratch course with a sample class, from release to grades
	$(BIN)/autograder demo demo

test: setup  ## linters, types and tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --config-file autograder/graders/mypy.ini -p autograder.graders
	$(BIN)/python -m pytest -n 2 --dist load

test-samples: setup  ## every sample submission of every unit
	$(BIN)/python -m pytest -n 2 --dist load -m "slow or not slow" tests/lesson/test_samples.py

test-mistakes: setup  ## every mistake of an author that needs kernels to be seen
	$(BIN)/python -m pytest -n 2 -m "slow or not slow" tests/authoring

test-faults: setup  ## submissions while workers, kernels and the run are killed; odd submissions
	$(BIN)/python -m pytest -m slow tests/classrun

test-browser: setup  ## ten times as many hostile fragments on every page, in Chromium
	$(BIN)/python -m pytest -m "slow or not slow" tests/gradebook/test_hostile_browser.py

bench: setup  ## what grading a submission costs, here and elsewhere (OPTIONS="--submissions 4")
	$(BIN)/python benchmarks/bench.py $(OPTIONS)

bench-class: setup  ## time and memory of a class of 100, 300 and 1,000 (OPTIONS="--sizes 100")
	$(BIN)/python benchmarks/bench_class.py $(OPTIONS)

gain: setup  ## what augmentation gains in unit 6, seed by seed (CIFAR10_NPZ=file, CIFAR10_ROOT=folder)
	$(BIN)/python benchmarks/augmentation_gain.py

fuzz: setup  ## the decoder of values and the cleaners, guided by coverage, FUZZ_S seconds each
	$(BIN)/python -m pip install --quiet --no-deps atheris==3.0.0
	$(BIN)/python tests/fuzz/fuzz_codec.py -max_total_time=$(or $(FUZZ_S),120) -rss_limit_mb=2048
	$(BIN)/python tests/fuzz/fuzz_cleaners.py -max_total_time=$(or $(FUZZ_S),120) -rss_limit_mb=2048

lint: setup  ## the course is consistent
	$(BIN)/autograder lint

build: setup  ## release/ and solutions/ from source/
	$(BIN)/autograder build

release: setup  ## handouts/: a zip per unit for students
	$(BIN)/autograder handout

lock: setup  ## new exact versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --no-annotate \
		--no-header --upgrade pyproject.toml --output-file requirements.lock

fix: setup  ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .venv-bench demo
