#pragma once

#include "profile/profile.hpp"

#include <string>

/// Values that administrators write as strings because a bare number would not say what it counts. Each of these
/// functions throws Error{configuration} whose sentence says what to write instead.
namespace scepd::profile {

/// "30s", "1h 30min", "1.5d": systemd's units (us, ms, s, min, h, d, w, M, y and their long names). A number without a
/// unit is refused, except "0": administrators of other products mean days, systemd means seconds.
Duration parseDuration(const std::string& text);

/// "20%" as 0.2; from 0 to 100 percent.
double parseShare(const std::string& text);

/// `renew`: a duration, a share of the lifetime between 0 and 100 percent (both exclusive), or "0" for never.
RenewRule parseRenew(const std::string& text);

/// A file mode in octal such as "0640"; permission bits only.
unsigned parseMode(const std::string& text);

/// "sha256:6F:2A...", "sha512:..." or hexadecimal alone, told by its length; colons, spaces and case do not matter.
/// SHA-1 is accepted (whoever reports, warns), MD5 is refused.
FingerprintPin parseFingerprint(const std::string& text);

} // namespace scepd::profile
