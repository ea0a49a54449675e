#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::web {

/// Which browsers may talk to the server (PROTOCOL.md, WB2): one that has the page from here, by an address
/// or a name that is this server's. A page of somebody else's, whose name he lets stand for our address (DNS
/// rebinding), is kept out by that. Constant; any thread.
class HostCheck {
 public:
  /// `names`: of this server, besides localhost and those that this machine gives itself.
  explicit HostCheck(std::vector<std::string> names);

  /// Whether a request that says this Host is for this server.
  bool is_own(std::string_view host) const;

  /// Whether a page of that origin may have a WebSocket here, of a request that says this Host and is_own().
  bool may_come_from(std::string_view origin, std::string_view host) const;

 private:
  bool has_name(std::string_view name) const;

  std::vector<std::string> named_;  // by the operator
  std::vector<std::string> names_;  // all
};

/// Whether the text is a name of a host for --web-origin, or an address: without a scheme, a port or a path.
bool is_host_name(std::string_view text);

}  // namespace parley::web
