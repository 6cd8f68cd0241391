#pragma once

#include "base/secret.hpp"

#include <expected>
#include <string_view>

/// The page on which NDES (mscep_admin) and those that imitate it show a challenge to an administrator.
namespace scepd::scep {

/// What such a page may say instead of a challenge.
enum class NdesTrouble {
    cacheFull,   ///< So many challenges are out that there is no other until one is used or expires.
    notAllowed,  ///< The user may not have challenges.
    noChallenge, ///< It is another page, or says it in words that we do not know.
};

/// Finds the challenge in a page, whose bytes are UTF-16 (IIS sends it without saying so) or UTF-8, with or without a
/// byte order mark. It is the bold text that follows "enrollment challenge password is", in any case, whatever white
/// space and markup stands between; the page's other bold text, the CA's thumbprint, is never taken. A page in another
/// language is read by its markup alone and only when it leaves no choice: exactly two bold texts are hexadecimal, the
/// first with the 32, 40 or 64 digits of a thumbprint, the second, the challenge, in one piece of 8 to 64 digits. Never
/// throws but for want of memory.
std::expected<Secret, NdesTrouble> readNdesPage(std::string_view page);

} // namespace scepd::scep
