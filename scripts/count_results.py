"""Prints `N passed, N failed` over one run of scripts/test and exits 1 when anything failed or nothing ran.

Takes the folder that scripts/test fills: ctest.xml (one entry per test program), cases/*.xml (one entry per GoogleTest case),
e2e.txt with e2e.status (the browser tests: their last `N passed, N failed` line, or one test when they print none).
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ET


def read_cases(folder):
    """Name of the test program -> (passed, failed, skipped)."""
    counts = {}
    for path in sorted(folder.glob("*.xml")):
        passed = failed = skipped = 0
        for case in ET.parse(path).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.get("status") == "notrun" or case.get("result") == "skipped" or case.find("skipped") is not None:
                skipped += 1
            else:
                passed += 1
        counts[path.stem] = (passed, failed, skipped)
    return counts


def count_programs(ctest_xml, cases):
    passed = failed = skipped = 0
    if not ctest_xml.exists():
        print("ctest left no results")
        return 0, 1, 0
    for program in ET.parse(ctest_xml).getroot().iter("testcase"):
        name, status = program.get("name"), program.get("status")
        p, f, s = cases.get(name, (0, 0, 0))
        if status == "run":
            p = p or (0 if f or s else 1)
        elif status == "fail":
            f = f or 1  # it crashed or ran out of time: no case says so
        else:
            s = s or 1
        if f:
            print(f"failed: {name} ({f})")
        passed, failed, skipped = passed + p, failed + f, skipped + s
    return passed, failed, skipped


def count_e2e(folder):
    status = folder / "e2e.status"
    if not status.exists():
        return 0, 0, 0
    text = (folder / "e2e.txt").read_text(errors="replace")
    sums = re.findall(r"(\d+) passed, (\d+) failed", text)
    passed, failed = (int(sums[-1][0]), int(sums[-1][1])) if sums else (1, 0)
    unrun = re.findall(r"(\d+) skipped", text)
    if int(status.read_text()) != 0 and failed == 0:
        failed = 1
        passed = passed if sums else 0
    return passed, failed, int(unrun[-1]) if unrun else 0


def main():
    folder = pathlib.Path(sys.argv[1])
    passed, failed, skipped = count_programs(folder / "ctest.xml", read_cases(folder / "cases"))
    page_passed, page_failed, page_skipped = count_e2e(folder)
    passed, failed, skipped = passed + page_passed, failed + page_failed, skipped + page_skipped
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
