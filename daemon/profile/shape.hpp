#pragma once

#include <string>
#include <string_view>

/// Shapes of what a profile names outside of itself: addresses, interfaces, paths, units. The is... functions answer,
/// the parse... functions throw Error{configuration} whose sentence says what to write instead.
namespace scepd::profile {

/// Labels of letters, digits, - and _, at most 253 characters, no dot at the end (RFC 1123; _ occurs in practice).
bool isHostName(std::string_view text);

/// An IPv4 or IPv6 address as inet_pton reads it.
bool isIpAddress(std::string_view text);

/// A SCEP server's URL: http or https, a host, no user information, no fragment. Taken verbatim; only a URL without any
/// path gets /cgi-bin/pkiclient.exe, the path of RFC 8894 section 4.1.
std::string parseScepUrl(const std::string& text);

/// An http or https URL without user information, as it stands.
std::string parseUrl(const std::string& text);

/// "proxy.example.com:3128" or an http or https URL of a proxy; without user information, which would end in error
/// texts.
std::string parseProxy(const std::string& text);

/// "host:port", IPv6 in brackets.
std::string parseHostPort(const std::string& text);

/// A network interface's name: at most 15 characters, no slash and no space.
std::string parseInterface(const std::string& text);

/// An absolute path in its shortest form: no "..", no ".", no doubled slash, none at the end.
std::string parsePath(const std::string& text);

/// A systemd service or target by its whole name, such as "nginx.service".
std::string parseUnit(const std::string& text);

/// A credential's file name: no slash, no dot in front.
std::string parseFileName(const std::string& text);

/// True for what names a hook, and with it a unit: fewer than 100 letters, digits, dashes, underscores and dots, no dot
/// in front.
bool isHookName(const std::string& text);

/// The same as a value of a profile.
std::string parseHookName(const std::string& text);

/// The name of a user or group, or its number.
std::string parseAccount(const std::string& text);

} // namespace scepd::profile
