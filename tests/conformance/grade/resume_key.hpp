#pragma once

#include "tests/conformance/grade/fingerprint.hpp"

namespace parley::conform {

/// The same fingerprint for who grades on this account, and none that anybody else could make up: what is
/// handed in may look like the reports of an earlier run. Makes the secret for that when there is none yet;
/// where it cannot be kept, the fingerprint is another one in each run, and `why_not_kept` says why.
Fingerprint with_secret(const Fingerprint& fingerprint, std::string& why_not_kept);

}  // namespace parley::conform
