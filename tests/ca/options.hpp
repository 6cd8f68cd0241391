#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace scepd::ca {

/// How a test CA behaves. The defaults are a plain CA that grants every well-formed request.
struct Options {
    std::filesystem::path state = {};   ///< where the CA lives; empty: a temporary directory, removed at the end
    std::string address = "127.0.0.1";  ///< of IPv4, to listen on
    std::uint16_t port = 0;             ///< there; 0 for any free one
    std::string name = "scepd test CA"; ///< common name of a CA that is made
    std::string character = "plain";    ///< which server it plays (see characters.hpp)
    bool ra = false;                    ///< an RA pair (one key signs, one decrypts) answers for the CA
    std::chrono::seconds lifetime = std::chrono::hours(90 * 24); ///< of the certificates that are issued
    std::chrono::seconds backdate{0};                            ///< how far before now they become valid
    std::chrono::seconds nextCaIn = std::chrono::hours(24); ///< until the next CA becomes valid, where there is one
    std::string challenge = {};                             ///< demanded of a PKCSReq; empty: none
    std::string adminUser = "scep-admin"; ///< who may see one-time passwords on the administration page
    std::string adminPassword = {};       ///< of every account there; empty: nobody is let in
    bool pending = false;                 ///< PENDING until approved (see Ledger)
    int pendingPolls = 0;                 ///< or until this many CertPolls; 0: approval alone counts
    bool renewalByPkcsReq = false;        ///< a PKCSReq signed by a certificate of this CA needs no challenge
    bool acceptDes = false;               ///< requests that are encrypted with single DES are opened, as old servers do
    bool legacyReplies = false;           ///< replies are encrypted with 3DES and signed with SHA-1
    std::string capabilities = {};        ///< between commas; empty: the character's
    std::string faults = {};              ///< as parseFaults reads them; empty: what the file `fault` says
    bool log = false;                     ///< each line of requests.log on stderr too
};

} // namespace scepd::ca
