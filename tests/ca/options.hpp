#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace scepd::ca {

/// How a test CA behaves. The defaults are a plain CA that grants every well-formed request.
struct Options {
    std::filesystem::path state = {};   ///< where the CA lives; empty: a temporary directory, removed at the end
    std::uint16_t port = 0;             ///< on 127.0.0.1; 0 for any free one
    std::string name = "scepd test CA"; ///< common name of a CA that is made
    bool ra = false;                    ///< an RA pair (one key signs, one decrypts) answers for the CA
    std::chrono::seconds lifetime = std::chrono::hours(90 * 24); ///< of the certificates that are issued
    std::chrono::seconds backdate{0};                            ///< how far before now they become valid
    std::string challenge = {};                                  ///< demanded of a PKCSReq; empty: none
    bool pending = false;                                        ///< PENDING until approved (see Ledger)
    int pendingPolls = 0;          ///< or until this many CertPolls; 0: approval alone counts
    bool renewalByPkcsReq = false; ///< a PKCSReq signed by a certificate of this CA needs no challenge
    bool acceptDes = false;        ///< requests that are encrypted with single DES are opened, as old servers do
    std::string capabilities = "AES,POSTPKIOperation,Renewal,SHA-256,SCEPStandard"; ///< between commas
    std::string faults = {}; ///< as parseFaults reads them; empty: what the file `fault` says
    bool log = false;        ///< each line of requests.log on stderr too
};

} // namespace scepd::ca
