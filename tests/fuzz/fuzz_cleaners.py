"""Coverage-guided fuzzing of the cleaners of HTML and LaTeX (``make fuzz``).

python tests/fuzz/fuzz_cleaners.py [options of libFuzzer, such as -max_total_time=60]
"""

import pathlib
import sys

import atheris

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

with atheris.instrument_imports(include=["autograder.cleaning", "latex2mathml"]):
    from autograder.cleaning import formulas, markup  # noqa: F401

from support.hostile import HTML, LATEX

from fuzz.texts import check_html, check_latex


def one_input(data):
    text = data[1:].decode("utf-8", "replace")
    (check_latex if data[:1] < b"\x80" else check_html)(text)


def main():
    corpus = pathlib.Path(__file__).parent / "corpus-cleaners"
    corpus.mkdir(exist_ok=True)
    for number, text in enumerate(LATEX + HTML):
        first = b"\x01" if text in LATEX else b"\x80"
        (corpus / f"hostile-{number}").write_bytes(first + text.encode("utf-8", "replace"))
    atheris.Setup([sys.argv[0], str(corpus), "-max_len=2048", *sys.argv[1:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
