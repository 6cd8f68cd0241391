#!/usr/bin/env python3
"""golden.py finds an output that has changed, a line that is too wide and JSON that is not as described. Takes BIN."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import normal
import terminal
from cases import VERBS, all_cases
from golden import SCHEMA, WIDE, difference, faults

GOLDEN = pathlib.Path(__file__).with_name("golden.py")
EXPECTED = GOLDEN.parent / "expected"
BINARIES = pathlib.Path(sys.argv.pop()) if __name__ == "__main__" else None


class Compared(unittest.TestCase):
    def run_golden(self, expected):
        return subprocess.run([sys.executable, "-B", GOLDEN, BINARIES, "--only", "help", "--expected", expected],
                              capture_output=True, text=True)

    def test_a_changed_output_is_found(self):
        with tempfile.TemporaryDirectory() as directory:
            expected = pathlib.Path(directory)
            for mode in ("terminal", "pipe"):
                shutil.copy(EXPECTED / f"help.{mode}.txt", expected)
            result = self.run_golden(expected)
            self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))
            path = expected / "help.pipe.txt"
            path.write_text(path.read_text().replace("what Prometheus is told", "what Prometheus is sold", 1))
            result = self.run_golden(expected)
        self.assertEqual(result.returncode, 1)
        self.assertIn("--- stored/help.pipe.txt\n+++ now/help.pipe.txt\n", result.stdout)
        self.assertIn("is sold", result.stdout)
        self.assertNotIn("help.terminal.txt", result.stdout)

    def test_a_missing_file_and_another_exit_code_are_found(self):
        self.assertEqual(difference("a", "", ""), [])
        self.assertIn("+$ scepctl", difference("a", "", "$ scepctl\n")[0])
        self.assertIn("-[exit 0]\n+[exit 1]", difference("a", "x\n[exit 0]\n", "x\n[exit 1]\n")[0])


class Normal(unittest.TestCase):
    def normal(self, text):
        return normal.normal(text, "1.2.3")

    def test_what_differs_keeps_its_width(self):
        for text in ["web  2026-11-22 10:37:09  in 40 days", "sha256:" + "0a" * 32, "in 59 min  next column",
                     "/tmp/scepd-cli-ab12cd_x/root", "http://127.0.0.1:43063/scep", ":".join(["8B"] * 16)]:
            self.assertEqual(len(self.normal(text)), len(text), text)
            self.assertNotEqual(self.normal(text), text)

    def test_words_and_columns_stay(self):
        text = "web      web    valid   in 40 days  generation 1 is deployed"
        self.assertEqual(self.normal(text), text)
        self.assertNotEqual(self.normal(text), self.normal(text.replace("valid   ", "valid    ")))

    def test_escape_sequences_are_visible(self):
        self.assertEqual(self.normal("\x1b[32mvalid\x1b[0m"), "␛[32mvalid␛[0m")

    def test_progress_is_what_stays_in_the_end(self):
        self.assertEqual(self.normal("\r\x1b[Kweb: starting\r\x1b[Kweb: done\r\x1b[Kweb: valid\n"), "web: valid\n")


class Wide(unittest.TestCase):
    def test_a_line_that_is_too_wide_is_found(self):
        self.assertEqual(terminal.wide_lines("\x1b[32m" + "x" * 80 + "\x1b[0m\n"), [])
        self.assertEqual(terminal.wide_lines("a\n" + "x" * 81 + "\nb"), ["x" * 81])
        self.assertEqual(terminal.wide_lines("\r\x1b[K" + "y" * 81 + "\r\x1b[Kdone\n"), ["y" * 81])

    def test_exceptions_are_cases(self):
        self.assertLessEqual(set(WIDE), {case.name for case in all_cases()})


class Described(unittest.TestCase):
    def setUp(self):
        self.schema = json.loads(SCHEMA.read_text())
        self.version = {"scepctl": "1", "scepd": "1"}
        self.listed = {"name": "web", "usage": "web", "state": "valid", "reason": "", "notAfter": "",
                       "nextAction": "renew", "nextActionTime": "2026-11-22T09:37:10Z"}

    def faults(self, verb, value):
        return faults(self.schema, verb, json.dumps(value))

    def test_every_verb_has_a_definition(self):
        self.assertLessEqual(set(VERBS), set(self.schema["$defs"]))
        self.assertEqual(list(self.schema["$defs"])[:len(VERBS)], VERBS)

    def test_keys_are_there_and_no_others(self):
        self.assertEqual(self.faults("version", self.version), [])
        self.assertTrue(self.faults("version", {"scepctl": "1"}))
        self.assertTrue(self.faults("version", self.version | {"more": 1}))
        self.assertTrue(faults(self.schema, "version", "no JSON"))

    def test_words_and_times_are_as_described(self):
        self.assertEqual(self.faults("list", {"certificates": [self.listed]}), [])
        for key, value in [("state", "splendid"), ("notAfter", "tomorrow"), ("notAfter", None), ("name", "No Name"),
                           ("nextActionTime", "2026-11-22 09:37:10")]:
            self.assertTrue(self.faults("list", {"certificates": [self.listed | {key: value}]}), key)


if __name__ == "__main__":
    unittest.main()
