#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "profile/profile.hpp"

namespace scepd::scep {

/// Runs a program, without a shell and as the user that we are, and takes the first line of its standard output for the
/// challenge. Its standard input is /dev/null; its environment is PATH, LANG and CREDENTIALS_DIRECTORY. After `timeout`
/// it is killed with its children.
/// Throws Error{configuration} when it cannot be started, Error{local} when it fails, takes too long or says nothing:
/// with the last line of its standard error, never with anything of its standard output.
Secret commandChallenge(const profile::CommandChallenge& challenge, Duration timeout);

} // namespace scepd::scep
