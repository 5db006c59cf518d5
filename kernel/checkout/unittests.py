"""Runs the unittest modules of one folder and prints what passed, failed and was skipped. Run by the environment's Python."""

import sys
import time
import unittest


class Lines(unittest.TextTestResult):
    """One line for each test, with its seconds."""

    passed = 0

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.passed += 1
        print(f"  {test.id()}: {time.monotonic() - self.begun:.1f} s", flush=True)


def main() -> int:
    folder = sys.argv[1]
    sys.path.insert(0, folder)
    suite = unittest.defaultTestLoader.discover(folder)
    result = unittest.TextTestRunner(stream=sys.stdout, resultclass=Lines, verbosity=0).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    print(f"counts {result.passed} {failed} {len(result.skipped)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
