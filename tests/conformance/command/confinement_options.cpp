#include "tests/conformance/command/confinement_options.hpp"

#include <pwd.h>
#include <unistd.h>

#include "base/command_line.hpp"
#include "base/numbers.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t mebibyte = 1024 * 1024;
constexpr std::size_t default_memory_mebibytes = 4096;  // 8 of them are the stack of one thread
// The Java sample has 160 at most while it is judged, and 420 with 100 users; on a machine of many cores it
// has some 150 more of its own.
constexpr std::size_t default_processes = 640;

std::optional<std::uint16_t> to_port(const std::string& text) {
  const auto number = to_whole_number(text);
  if (!number || *number < 1 || *number > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

/// A user of this system by name, or any by number, for whom root may run programs.
std::optional<Account> find_account(const std::string& user) {
  if (const passwd* entry = ::getpwnam(user.c_str())) return Account{entry->pw_uid, entry->pw_gid};
  const auto number = to_whole_number(user);
  if (!number || *number >= UINT32_MAX) return std::nullopt;
  return Account{static_cast<uid_t>(*number), static_cast<gid_t>(*number)};
}

std::string why_not_account(const std::string& user) {
  if (::geteuid() != 0) return "only root can run a program as somebody else";
  const auto account = find_account(user);
  if (!account) return "there is no user '" + user + '\'';
  return account->user == 0 ? "it is to be another user than root" : "";
}

}  // namespace

void add_confinement(CLI::App& app, Options& options, const std::string& default_sandboxing) {
  app.option_defaults()->group("How the program is run");
  add_list(
      app, "--port",
      [&options](const std::vector<std::string>& ports) {
        options.ports.clear();
        for (const auto& port : ports) options.ports.push_back(*to_port(port));
      },
      "The port in its source, for a program that cannot be told one; more, if it has several",
      [](const std::string& text) { return to_port(text) ? std::string() : '\'' + text + "' is not a port"; })
      ->option_text("N[,N]");
  const std::map<std::string, Sandboxing> choices{
      {"auto", Sandboxing::automatic}, {"on", Sandboxing::on}, {"off", Sandboxing::off}};
  app.add_option_function<std::string>(
         "--sandbox", [&options, choices](const std::string& word) { options.sandboxing = choices.at(word); },
         "With bubblewrap: a network, processes, /tmp and a copy of its folder of its own;\n"
         "auto: unless bwrap is missing or too old, or the system forbids it")
      ->check(CLI::IsMember(choices).description(""))
      ->option_text("auto|on|off [" + default_sandboxing + "]");
  add_list(app, "--visible", options.confinement.visible, "What else it may read in the sandbox")
      ->option_text("PATH,...");
  app.add_option_function<std::string>(
         "--user", [&options](const std::string& user) { options.confinement.account = find_account(user); },
         "For root: run it as this user, who does nothing else: all its processes are ended")
      ->check(CLI::Validator(why_not_account, ""))
      ->option_text("NAME|NUMBER [nobody in a sandbox]");
}

void add_bounds(CLI::App& app, Options& options) {
  add_number(
      app, "--memory", 16, 1 << 20,
      [&options](std::uint64_t mebibytes) { options.confinement.memory_bytes = mebibytes * mebibyte; },
      "Memory of one: writable of each process, resident of all together")
      ->option_text("MIB [" + std::to_string(default_memory_mebibytes) + ']');
  add_number(app, "--processes", options.confinement.processes, 16, 1 << 20,
             "Processes and threads of a program, in a sandbox or with --user; all run at nice 5")
      ->option_text("N [" + std::to_string(default_processes) + ']');
  options.confinement.memory_bytes = default_memory_mebibytes * mebibyte;
  options.confinement.processes = default_processes;
}

}  // namespace parley::conform
