#pragma once

#include <optional>
#include <string>

namespace parley {

/// The files of a certificate that nobody but the server itself has signed.
struct OwnCertificate {
  std::string certificate;
  std::string key;
};

/// Those in the folder. Where neither is there they are made, and the folder, too: the key can be read by its
/// owner alone. Two programs that start at once get the same. Throws std::runtime_error, whose text says what
/// is wrong.
OwnCertificate own_certificate(const std::string& folder);

/// The same without making any; nothing where own_certificate() would make them, and throws where it could
/// not.
std::optional<OwnCertificate> find_own_certificate(const std::string& folder);

}  // namespace parley
