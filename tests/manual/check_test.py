#!/usr/bin/env python3
"""Every check of check.py can fail: a copy of what it reads is changed in one place. Takes SOURCE and BINARIES."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check.py")
BINARIES = pathlib.Path(sys.argv.pop())
SOURCE = pathlib.Path(sys.argv.pop())
MADE = BINARIES.parent / "daemon/catalogue"
READ = ["config", "daemon/base", "daemon/ctl", "daemon/deploy", "daemon/profile", "daemon/scepd", "dbus", "hooks"]


class Checks(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        for folder in READ:
            shutil.copytree(SOURCE / folder, self.root / folder)

    def change(self, file, old, new):
        path = self.root / file
        text = path.read_text()
        self.assertIn(old, text, f"{file} was rewritten: the test is to change another place")
        path.write_text(text.replace(old, new, 1))

    def run_check(self, command, *more):
        result = subprocess.run([sys.executable, CHECK, command, self.root, *more], capture_output=True, text=True)
        self.assertEqual(result.stderr, "")
        self.assertEqual(result.returncode, 1 if result.stdout else 0)
        return result.stdout.replace(f"{self.root}/", "")

    def found(self, command, file, old, new, *more):
        """What is said after a change that is taken back."""
        before = (self.root / file).read_text()
        self.change(file, old, new)
        output = self.run_check(command, *more)
        (self.root / file).write_text(before)
        return output

    def test_what_is_right_is_fine(self):
        for command, *more in [("commands", BINARIES), ("keys",), ("interfaces",),
                              ("form", MADE), ("catalogue", MADE)]:
            self.assertEqual(self.run_check(command, *more), "")

    def test_verbs_and_options(self):
        page = "daemon/ctl/scepctl.1"
        for old, new, finding in [
                (".B reload\n", ".B tomorrow\n", f"{page}: verb reload is missing\n{page}: verb tomorrow does not"
                                                 " exist\n"),
                (".B \\-\\-at\\-boot\n", "no option\n", f"{page}: option of wait --at-boot is missing\n"),
                (".B \\-\\-off\n", ".B \\-\\-off\nTo.\n.TP\n.B \\-\\-on\n", f"{page}: option of schedule --on does not"
                                                                          " exist\n"),
                (".B \\-\\-json\n", "no option\n", f"{page}: option --json is missing\n")]:
            self.assertEqual(self.found("commands", page, old, new, BINARIES), finding)
        page = "daemon/scepd/scepd.8"
        self.assertEqual(self.found("commands", page, ".B \\-\\-recover\n", "no option\n", BINARIES),
                         f"{page}: option of scepd-deploy --recover is missing\n")

    def test_programs_that_say_nothing(self):
        silent = self.root / "silent"
        silent.mkdir()
        for program in ("scepctl", "scepd", "scepd-enroll", "scepd-deploy"):
            (silent / program).symlink_to("/bin/true")
        output = self.run_check("commands", silent)
        self.assertIn("scepctl.1: only ", output)
        self.assertIn("scepd.8: only ", output)

    def test_keys(self):
        page, source = "config/scepd-profile.5", "daemon/profile/load_scep.cpp"
        self.assertEqual(self.found("keys", page, '.BR timeout " (time', '.BR patience " (time'),
                         f"{page}: key [scep] timeout is missing\n{page}: key [scep] patience does not exist\n")
        self.assertEqual(self.found("keys", source, 'flag("legacy-replies")', 'flag("old-replies")'),
                         f"{page}: key [scep] old-replies is missing\n"
                         f"{page}: key [scep] legacy-replies does not exist\n")
        page = "config/scepd.toml.5"
        self.assertEqual(self.found("keys", page, '.BR parallel "', '.BR together "'),
                         f"{page}: key [enrollment] parallel is missing\n"
                         f"{page}: key [enrollment] together does not exist\n")

    def test_defaults(self):
        header, page = "daemon/profile/profile.hpp", "config/scepd-profile.5"
        for old, new, finding in [
                ("timeout = std::chrono::seconds(60)", "timeout = std::chrono::minutes(2)",
                 'key [scep] timeout is "2min", not "60s"'),
                ("legacyReplies = false", "legacyReplies = true", "key [scep] legacy-replies is true, not false"),
                ("Drift drift = Drift::heal", "Drift drift = Drift::report",
                 'key [certificate.NAME] drift is "report", not "heal"'),
                ("unsigned retries = 0", "unsigned retries = 7", "key [scep] retries is 7, not 0")]:
            self.assertEqual(self.found("keys", header, old, new), f"{page}: the default of {finding}\n")
        self.assertEqual(self.found("keys", header, "renewalSpread = 0.10", "renewalSpread = 0.25"),
                         'config/scepd.toml.5: the default of key [renewal] spread is "25%", not "10%"\n')

    def test_the_same_time_in_other_words_is_fine(self):
        self.assertEqual(self.found("keys", "daemon/profile/profile.hpp", "timeout = std::chrono::seconds(60)",
                                    "timeout = std::chrono::minutes(1)"), "")

    def test_keys_that_are_not_found_any_more(self):
        for path in (self.root / "daemon/profile").glob("load_*.cpp"):
            path.write_text(path.read_text().replace('("', '( "'))
        output = self.run_check("keys")
        self.assertIn("scepd.toml.5: only ", output)
        self.assertIn("scepd-profile.5: only ", output)

    def test_presets(self):
        page = "config/scepd-profile.5"
        self.assertEqual(self.found("keys", page, ".B haproxy\n", ".B squid\n"),
                         f"{page}: preset haproxy is missing\n"
                         f"{page}: preset haproxy /etc/haproxy/scepd/NAME.pem is missing\n"
                         f"{page}: preset haproxy haproxy.service is missing\n"
                         f"{page}: preset squid does not exist\n")
        for old, new in [("/etc/ssl/scepd/NAME/chain.pem", "/etc/ssl/scepd/NAME/intermediates.pem"),
                         ("/etc/swanctl/x509ca/NAME.pem", "/etc/ipsec.d/NAME.pem"),
                         ("nginx.service", "nginx2.service")]:
            self.assertIn(f"{new} is missing", self.found("keys", "daemon/profile/preset.cpp", old, new))

    def test_members_of_interfaces(self):
        page = "dbus/org.scepd1.5"
        self.assertEqual(self.found("interfaces", page, '"Cancel()"', '"Cancel(s why)"'),
                         f"{page}: member org.scepd1.Certificate Cancel() is missing\n"
                         f"{page}: member org.scepd1.Certificate Cancel(s why) does not exist\n")
        self.assertEqual(self.found("interfaces", "dbus/org.scepd1.Manager.xml", 'name="Queue" type="as"',
                                    'name="Queue" type="ao"'),
                         f"{page}: member org.scepd1.Manager ao Queue is missing\n"
                         f"{page}: member org.scepd1.Manager as Queue does not exist\n")

    def test_comments_of_members(self):
        for file, comment, member in [
                ("Manager", "<!-- Of the daemon. Never changes. -->", "s Version"),
                ("Manager", "<!-- The object of one certificate. -->", "GetCertificate(s name) -> o certificate"),
                ("Certificate", "<!-- When it expires. -->", "t NotAfter")]:
            path = f"dbus/org.scepd1.{file}.xml"
            for instead in ("", "<!-- -->"):
                self.assertEqual(self.found("interfaces", path, comment, instead),
                                 f"{path}: org.scepd1.{file} {member} has no comment\n")
        path, signal = "dbus/org.scepd1.Manager.xml", '<signal name="Event">'
        self.assertEqual(self.found("interfaces", path, signal, f'<annotation name="a" value="b"/>{signal}'),
                         f"{path}: org.scepd1.Manager Event(s certificate, s event, a{{sv}} details) has no comment\n")

    def test_errors_and_actions(self):
        page = "dbus/org.scepd1.5"
        self.assertEqual(self.found("interfaces", page, ".B org.scepd1.Error.Busy\n", "busy\n"),
                         f"{page}: error org.scepd1.Error.Busy is missing\n")
        self.assertEqual(self.found("interfaces", "dbus/org.scepd1.policy", "org.scepd1.renew", "org.scepd1.replace"),
                         f"{page}: action org.scepd1.replace is missing\n"
                         f"{page}: action org.scepd1.renew does not exist\n")

    def test_hooks(self):
        page = "hooks/scepd-hooks.7"
        self.assertEqual(self.found("interfaces", "daemon/deploy/hook.cpp", "SCEPD_SERIAL=", "SCEPD_NUMBER="),
                         f"{page}: variable SCEPD_NUMBER is missing\n{page}: variable SCEPD_SERIAL does not exist\n")
        (self.root / "hooks/ca-trust").rename(self.root / "hooks/ca-belief")
        self.assertEqual(self.run_check("interfaces"),
                         f"{page}: hook ca-belief is missing\n{page}: hook ca-trust does not exist\n")

    def test_exit_codes(self):
        page = "daemon/ctl/scepctl.1"
        self.assertEqual(self.found("interfaces", "daemon/ctl/exit.hpp", "notApplicable = 8,", "notApplicable = 9,"),
                         f"{page}: exit code 9 is missing\n{page}: exit code 8 does not exist\n")

    def test_catalogue(self):
        made = self.root / "made"
        shutil.copytree(MADE, made, ignore=shutil.ignore_patterns("CMakeFiles", "*.cmake"))
        for file, old, new, findings in [
                ("daemon/base/error.hpp", "    pollLimit = 306,\n", "",
                 ["made/scepd-errors.7: code SCEPD-306 does not exist", "made/scepd.catalog: code SCEPD-306 does not exist"]),
                ("made/scepd.catalog", "Subject: SCEPD-306: ", "Subject: SCEPD-399: ",
                 ["made/scepd.catalog: code in journalctl's list SCEPD-306 is missing"]),
                ("made/scepd-errors.7", ".B SCEPD\\-306:", ".B SCEPD\\-399:",
                 ["made/scepd-errors.7: code SCEPD-399 does not exist"])]:
            output = self.found("catalogue", file, old, new, made)
            for finding in findings:
                self.assertIn(finding, output)

    def test_form(self):
        page = "hooks/scepd-hooks.7"
        for new, finding in [(".SH DESCRIPTION\n.NOSUCHMACRO\n", "NOSUCHMACRO"),
                             (".SH DESCRIPTION\n.EX\n" + "wide " * 20 + "\n.EE\n", "wider than 80 columns"),
                             (".SH DESCRIPTION\n.PP\n", "WARNING")]:
            self.assertIn(finding, self.found("form", page, ".SH DESCRIPTION\n", new, MADE))
        (self.root / page).write_text(".TH EMPTY 7 2026-11-22\n")
        self.assertIn("renders to nearly nothing", self.run_check("form", MADE))
        (self.root / page).unlink()
        self.assertIn(page, self.run_check("form", MADE))


if __name__ == "__main__":
    unittest.main()
