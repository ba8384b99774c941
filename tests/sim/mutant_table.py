#!/usr/bin/env python3
"""Writes the table of mutants into a Markdown file, between its two marks.

usage: mutant_table.py SIM_MUTANTS README [SEEDS]

Exit 1: a mutant was not caught; the table says which.
"""
import pathlib
import subprocess
import sys

BEGIN, END = "<!-- mutants: by tests/sim/mutant_table.py -->\n", "<!-- end of mutants -->\n"


def main():
    binary, readme = sys.argv[1], pathlib.Path(sys.argv[2])
    seeds = sys.argv[3] if len(sys.argv) > 3 else "1000"
    run = subprocess.run([binary, seeds], capture_output=True, text=True)
    text = readme.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(before + BEGIN + run.stdout + END + after)
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
