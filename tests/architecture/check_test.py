#!/usr/bin/env python3
"""Every check of check.py can fail. Takes a program that links libcurl, libcrypto and libssl as its argument."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check.py")
PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else None


def check(*arguments):
    result = subprocess.run([sys.executable, CHECK, *arguments], capture_output=True, text=True)
    return result.returncode, result.stdout


class Includes(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.directory.name)
        self.addCleanup(self.directory.cleanup)

    def findings(self, file, line):
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#pragma once\n\n{line}\n")
        code, output = check("includes", self.root)
        path.unlink()
        self.assertEqual(code, 1 if output else 0)
        self.assertEqual(output.count("\n"), 1 if output else 0)
        if output:
            self.assertTrue(output.startswith(f"{path}:3: "), output)
        return output

    def test_downward_arrows_are_fine(self):
        for file, header in [("record/a.hpp", "base/error.hpp"), ("store/a.cpp", "record/held.hpp"),
                             ("bus/a.cpp", "schedule/queue.hpp"), ("scepd/a.cpp", "bus/source.hpp"),
                             ("crypto/a.cpp", "crypto/key.hpp"), ("base/a.cpp", "sys/stat.h")]:
            self.assertEqual(self.findings(file, f'#include "{header}"'), "")

    def test_upward_arrows_are_found(self):
        for file, header in [("base/a.hpp", "record/held.hpp"), ("profile/a.cpp", "scep/http.hpp"),
                             ("store/a.cpp", "bus/source.hpp"), ("bus/a.cpp", "scepd/engine.hpp"),
                             ("schedule/a.hpp", "ctl/verbs.hpp")]:
            self.assertIn("must not include", self.findings(file, f'#include "{header}"'))

    def test_arrows_between_neighbours_are_found(self):
        for floor in [("profile", "crypto"), ("store", "scep", "schedule"), ("enroll", "deploy", "ctl", "scepd")]:
            for room in floor:
                for other in floor:
                    if room != other:
                        self.assertIn(f"{room} (floor", self.findings(f"{room}/a.cpp", f"#include <{other}/b.hpp>"))

    def test_unusual_spelling_is_found(self):
        self.assertIn("must not include", self.findings("base/a.hpp", '  #  include"record/held.hpp"'))

    def test_a_folder_without_a_floor_is_found(self):
        self.assertIn("has no floor", self.findings("attic/a.cpp", "#include <string>"))

    def test_nothing_to_check_is_found(self):
        self.assertEqual(check("includes", self.root)[0], 1)

    def test_third_party_headers_may_be_in_their_rooms(self):
        for file, header in [("scep/http.cpp", "curl/curl.h"), ("profile/load_table.hpp", "toml++/toml.h"),
                             ("store/facts.hpp", "toml++/toml.h"), ("ctl/render.cpp", "toml++/toml.h"),
                             ("bus/a.hpp", "sdbus-c++/sdbus-c++.h"), ("scepd/main.cpp", "sdbus-c++/sdbus-c++.h"),
                             ("ctl/daemon.cpp", "manager_proxy.hpp"), ("base/loop.cpp", "systemd/sd-event.h"),
                             ("bus/source.cpp", "systemd/sd-event.h"), ("crypto/key.cpp", "openssl/evp.h"),
                             ("scep/message.cpp", "openssl/cms.h"), ("deploy/main.cpp", "CLI/CLI.hpp")]:
            self.assertEqual(self.findings(file, f"#include <{header}>"), "")

    def test_third_party_headers_outside_their_rooms_are_found(self):
        for file, header, name in [("scep/client.cpp", "curl/curl.h", "libcurl"),
                                   ("profile/rules.cpp", "toml++/toml.h", "toml++"),
                                   ("ctl/table.cpp", "toml++/toml.hpp", "toml++"),
                                   ("scepd/engine.cpp", "sdbus-c++/sdbus-c++.h", "sdbus-c++"),
                                   ("enroll/main.cpp", "sdbus-c++/Error.h", "sdbus-c++"),
                                   ("deploy/a.cpp", "deployer_adaptor.hpp", "sdbus-c++"),
                                   ("scepd/a.cpp", "manager_proxy.hpp", "sdbus-c++"),
                                   ("base/loop.hpp", "systemd/sd-event.h", "sd-event"),
                                   ("scepd/main.cpp", "systemd/sd-event.h", "sd-event"),
                                   ("scep/http.cpp", "openssl/ssl.h", "OpenSSL"),
                                   ("deploy/verify.cpp", "openssl/x509.h", "OpenSSL"),
                                   ("ctl/request.cpp", "CLI/CLI.hpp", "CLI11")]:
            self.assertIn(f"{name} is not for this file", self.findings(file, f"#include <{header}>"))


class Libraries(unittest.TestCase):
    def test_libraries_that_a_program_needs_are_found(self):
        code, output = check("libraries", PROGRAM, "libcurl", "libcrypto", "libssl", "libnothing")
        self.assertEqual(code, 1)
        self.assertEqual(output, "".join(f"{PROGRAM} must not link {library}\n"
                                         for library in ("libcurl", "libcrypto", "libssl")))

    def test_libraries_that_it_does_not_need_are_not_found(self):
        self.assertEqual(check("libraries", PROGRAM, "libcur", "libnothing"), (0, ""))

    def test_a_program_that_cannot_be_looked_at_is_a_failure(self):
        self.assertEqual(check("libraries", CHECK, "libcurl")[0], 1)


if __name__ == "__main__":
    unittest.main()
