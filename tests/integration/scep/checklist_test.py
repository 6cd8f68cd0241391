#!/usr/bin/env python3
"""Every check of checklist.py can fail."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKLIST = pathlib.Path(__file__).with_name("checklist.py")

HEAD = "3 ids: CFG 2, CA 1.\n\n| id | level | section | what | tests |\n|---|---|---|---|---|\n"
CFG_1 = "| CFG-1 | M | 2.1.1 | has a URL | unit.Url.IsRead; unit.Urls/Kind.AreRead/http |\n"
CFG_2 = "| CFG-2 | S | 2.1.1 | has a pin | unit.Pin.Holds |\n"
CA_1 = "| CA-1 | N | 2.2 | is kind | |\n"

PROGRAM = """#!/bin/sh
echo "Running main() from gtest_main.cc"
echo "Url."
echo "  IsRead"
echo "Pin."
echo "  Holds"
echo "  DISABLED_Breaks"
echo "Urls/Kind."
echo "  AreRead/http  # GetParam() = http"
"""


class Checklist(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        root = pathlib.Path(self.directory.name)
        self.table, self.program = root / "checklist.md", root / "test_unit"
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)

    def check(self, text):
        self.table.write_text(text)
        result = subprocess.run([sys.executable, CHECKLIST, self.table, self.program], capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr

    def assertFound(self, text, *findings):
        self.assertEqual(self.check(text), (1, "".join(f"{self.table}:{finding}\n" for finding in findings)))

    def test_a_table_that_is_right_is_printed(self):
        self.assertEqual(self.check(HEAD + CFG_1 + CFG_2 + CA_1), (0, "CFG-1  M  unit.Url.IsRead\n"
                                                                      "          unit.Urls/Kind.AreRead/http\n"
                                                                      "CFG-2  S  unit.Pin.Holds\n"
                                                                      "CA-1   N  -\n"))

    def test_a_test_that_does_not_exist_is_found_and_the_nearest_named(self):
        self.assertFound(HEAD + CFG_1 + CFG_2.replace("Holds", "Hold") + CA_1,
                         "6: CFG-2: there is no test unit.Pin.Hold; is it unit.Pin.Holds?")
        self.assertFound(HEAD + CFG_1 + CFG_2.replace("unit.Pin.Holds", "nowhere") + CA_1,
                         "6: CFG-2: there is no test nowhere")

    def test_a_test_that_is_disabled_is_none(self):
        self.assertFound(HEAD + CFG_1 + CFG_2.replace("Pin.Holds", "Pin.Breaks") + CA_1,
                         "6: CFG-2: there is no test unit.Pin.Breaks; is it unit.Pin.DISABLED_Breaks?")

    def test_a_duty_without_a_test_is_found(self):
        for level in "MSO":
            self.assertFound(HEAD + CFG_1 + f"| CFG-2 | {level} | 2 | has a pin | |\n" + CA_1,
                             "6: CFG-2: no test shows it")

    def test_an_id_that_is_missing_is_found(self):
        self.assertFound(HEAD + CFG_2 + CA_1, "1: CFG-1: it is missing")
        self.assertFound(HEAD + CFG_1 + CA_1, "1: CFG-2: it is missing")

    def test_an_id_that_stands_twice_is_found(self):
        self.assertFound(HEAD + CFG_1 + CFG_2 + CFG_1 + CA_1, "7: CFG-1: it stands in line 5 already")

    def test_an_id_that_nobody_promised_is_found(self):
        self.assertFound(HEAD + CFG_1 + CFG_2 + CA_1 + CA_1.replace("CA-1", "CA-2"),
                         "8: CA-2: its head knows no such id")

    def test_a_head_that_does_not_add_up_is_found(self):
        self.assertFound(HEAD.replace("3 ids", "4 ids") + CFG_1 + CFG_2 + CA_1,
                         "1: its head promises 4 ids, and those of its families are 3")
        self.assertIn("does not say how many ids", self.check(CFG_1)[1])
        self.assertIn("does not say how many ids", self.check(HEAD.replace("CA 1", "CA") + CFG_1)[1])

    def test_a_malformed_row_is_found(self):
        self.assertFound(HEAD + CFG_1 + CFG_2 + CA_1.replace("| N", "| X"),
                         '7: CA-1: "X" is none of the levels M, S, O and N')
        self.assertFound(HEAD + CFG_1 + CFG_2 + CA_1.replace("kind", "a | b"), "7: CA-1: it has 6 cells instead of 5")

    def test_a_program_that_is_not_there_or_breaks_is_a_failure(self):
        self.program.write_text("#!/bin/sh\nexit 3\n")
        self.assertIn("build all test programs first", self.check(HEAD + CFG_1 + CFG_2 + CA_1)[1])
        self.program.unlink()
        self.assertEqual(self.check(HEAD + CFG_1 + CFG_2 + CA_1)[0], 1)


if __name__ == "__main__":
    unittest.main()
