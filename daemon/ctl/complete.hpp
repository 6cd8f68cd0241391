#pragma once

#include "ctl/console.hpp"

#include <functional>
#include <string>
#include <vector>

/// What a shell offers for the word under the cursor. The shells' own files (completion/) only ask and show.
namespace scepd::ctl {

/// An option of the command line.
struct OptionFacts {
    std::vector<std::string> names; ///< "--timeout", "-h"
    std::string description;
    std::string value; ///< What kind of value follows, "FILE", "TIME"; empty: none does.
};

/// A verb, or what stands before any: its options and what its other words are, "NAME", "FILE", "URL|NAME".
struct VerbFacts {
    std::string name, description;
    std::vector<OptionFacts> options;
    std::vector<std::string> positionals;
};

/// Certificates that may be named, with their states.
using NamesOf = std::function<std::vector<std::pair<std::string, std::string>>()>;

/// Writes the candidates for the last of the words, each on a line with a tab and a description behind it; the line
/// ":files" says that the shell is to offer files. `names` is called only where a name may stand.
void complete(const Console& console, const VerbFacts& general, const std::vector<VerbFacts>& verbs,
              const std::vector<std::string>& words, const NamesOf& names);

} // namespace scepd::ctl
