#include "tests/conformance/process/as_account.hpp"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {

bool take_account(const Account& account) {
  return ::setgroups(0, nullptr) == 0 && ::setresgid(account.group, account.group, account.group) == 0 &&
         ::setresuid(account.user, account.user, account.user) == 0;
}

bool is_so_for(const Account& account, const std::function<bool()>& question) {
  const pid_t child = patiently([] {
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    return pid;
  });
  if (child == 0) ::_exit(take_account(account) && question() ? 0 : 1);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace parley::conform
