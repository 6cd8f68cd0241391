#pragma once

#include <optional>
#include <string>
#include <string_view>

/// How SCEP's operations are written as URLs (RFC 8894 section 4.1).
namespace scepd::scep {

/// The URL of one operation: the configured URL verbatim, with /cgi-bin/pkiclient.exe when it has no path at all, and
/// `operation=` behind a "?", or behind a "&" when there is a query already. `identifier` becomes `message=`,
/// percent-escaped: a made-up one is never sent, some CAs answer 404 to it. A fragment is dropped.
std::string operationUrl(std::string_view url, std::string_view operation,
                         const std::optional<std::string>& identifier);

/// The URL as people may see it: without user, password, query and fragment.
std::string shownUrl(std::string_view url);

/// Percent-escapes everything but RFC 3986's unreserved characters.
std::string percentEscaped(std::string_view text);

/// True when an answer from `to` may stand for a request to `from`: the same host, not from https to http, and written
/// as URLs are, in printable ASCII.
bool mayRedirect(std::string_view from, std::string_view to);

} // namespace scepd::scep
