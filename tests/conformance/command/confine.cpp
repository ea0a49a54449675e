#include "tests/conformance/command/confine.hpp"

#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/temporary_folder.hpp"

namespace parley::conform {

void settle_confinement(Options& options) {
  const bool starts_something = options.address.empty() && !options.list;
  if (!starts_something) return;
  Confinement& confinement = options.confinement;
  if (options.sandboxing == Sandboxing::off) {
    if (confinement.account) TemporaryFolder().check_way_for(*confinement.account);
    return;
  }
  for (std::string& path : confinement.visible) {
    std::error_code error;
    path = std::filesystem::canonical(path, error);
    if (error) throw BadInput{"--visible: there is no " + path};
  }
  Confinement wanted = confinement;
  std::string problem;
  // Root inside a sandbox would still own what root owns.
  if (const passwd* nobody = ::getpwnam("nobody"); ::geteuid() == 0 && !wanted.account && nobody != nullptr)
    wanted.account = Account{nobody->pw_uid, nobody->pw_gid};
  {
    const TemporaryFolder place;
    if (wanted.account) place.check_way_for(*wanted.account);
    wanted.folder = place.path();
    problem = prepare_sandboxes(wanted);
  }
  if (problem.empty()) {
    wanted.folder = confinement.folder;
    confinement = wanted;
    confinement.is_sandboxed = true;
    return;
  }
  if (options.sandboxing == Sandboxing::on) throw BadInput{"no sandbox can be made: " + problem};
  std::cerr << "parley-conform: no sandbox: " << problem << std::endl;
}

}  // namespace parley::conform
