#include "server/check_files.hpp"

#include "server/accounts/account_file.hpp"
#include "server/bans/ban_file.hpp"
#include "server/log.hpp"
#include "server/net/tls_identity.hpp"

namespace parley {

// In the order of Server's constructor: of several faults it is the start's that is told.
void check_files(const Options& options) {
  const auto log = make_logger("parleyd", spdlog::level::warn);
  BanFile::check(options.bans);
  if (options.tls.are_named()) TlsIdentity::check(options.tls, *log);
  if (!options.accounts.file.empty()) (void)accounts::read_account_file(options.accounts.file);
}

}  // namespace parley
