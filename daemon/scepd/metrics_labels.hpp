#pragma once

#include "record/status.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace scepd {

/// Names and values of a sample's labels.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

/// "{certificate="wifi",state="valid"}" with values escaped as the text format wants it, or nothing for no labels.
/// An empty value is the same as none to Prometheus and is left out. Control characters and what is no UTF-8 become
/// "?": one bad byte would cost a reader the whole file.
std::string labelsText(const Labels& labels);

/// The labels that x509-certificate-exporter gives a certificate in a file: serial_number (decimal), filename, filepath
/// and the usual attributes of issuer and subject; before them our own, certificate. For one that is held.
Labels x509Labels(const record::Status& status);

/// The value of the first such attribute in a name as record::Held has it, without escapes; empty for none.
std::string attributeOf(std::string_view name, std::string_view type);

/// A number in hex as a decimal one of any length; the text itself when it is no such number.
std::string decimal(std::string_view hex);

} // namespace scepd
