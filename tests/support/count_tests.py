#!/usr/bin/env python3
"""Counts the tests of ctest's JUnit files: prints PASSED FAILED SKIPPED.

ctest also reports as "notrun" a test whose program is missing or whose fixture failed. Only a test
that asked to be skipped (ctest names the SKIP_ property) or is DISABLED counts as skipped.
A file that is missing or holds no test counts as one failure: something should have run.
"""
import sys
import xml.etree.ElementTree


def outcome(case):
    status = case.get("status")
    if status == "run" and case.find("failure") is None:
        return "passed"
    if status == "disabled":
        return "skipped"
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return "skipped"
    return "failed"


def main(files):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for file in files:
        try:
            cases = list(xml.etree.ElementTree.parse(file).getroot().iter("testcase"))
        except (OSError, xml.etree.ElementTree.ParseError) as e:
            print(f"{file}: {e}", file=sys.stderr)
            cases = []
        if not cases:
            counts["failed"] += 1
        for case in cases:
            counts[outcome(case)] += 1
    print(counts["passed"], counts["failed"], counts["skipped"])


if __name__ == "__main__":
    main(sys.argv[1:])
