#pragma once

#include <string>
#include <string_view>

/// What servers, and proxies before them, send in the place of a SCEP answer.
namespace scepd::scep {

/// "empty", "a web page", "compressed (gzip) though nobody asked for it", where the bytes tell; the empty text for
/// anything else. What a header calls them is not believed.
std::string foreignBody(std::string_view body);

} // namespace scepd::scep
