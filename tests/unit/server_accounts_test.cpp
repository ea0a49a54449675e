#include <doctest/doctest.h>
#include <sys/stat.h>

#include <asio/ip/address.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server/accounts/account_digest.hpp"
#include "server/accounts/account_file.hpp"
#include "server/accounts/accounts.hpp"
#include "server/accounts/other_accounts.hpp"
#include "server/accounts/password_hash.hpp"
#include "tests/support/parleyd.hpp"

namespace parley::accounts {
namespace {

using namespace std::chrono_literals;
using Clock = Guesses::Clock;

/// What the call throws; empty when nothing.
template <typename Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

std::string parse_error(const std::string& text) {
  return error_of([&] { (void)AccountList::parse(text); });
}

/// One for all: each takes a tenth of a second.
const std::string& hash() {
  static const std::string made = to_hash("secret");
  return made;
}

TEST_CASE("a hash is its password's alone") {
  CHECK(is_hash(hash()));
  CHECK(compare("secret", hash()) == Comparison::equal);
  for (const char* const wrong : {"", "Secret", "secret ", "secre"})
    CHECK(compare(wrong, hash()) == Comparison::different);
  CHECK(to_hash("secret") != hash());  // salted
}

TEST_CASE("what is no hash, or would take more memory") {
  std::string greedy = hash();
  greedy.replace(greedy.find("m=65536"), 7, "m=999999");
  for (const std::string& text : {std::string(), std::string("secret"), greedy, hash().substr(0, 40),
                                  hash().substr(0, hash().size() - 20), hash() + "AAAA",
                                  hash() + std::string(99, 'x'), "$argon2i$" + hash().substr(10)}) {
    CAPTURE(text);
    CHECK_FALSE(is_hash(text));
  }
}

TEST_CASE("OD1.1: accounts are found as the directory finds names, and come back as they were written") {
  AccountList list;
  CHECK(list.set("Zo\xc3\xab", hash()));
  CHECK(list.set("alice", hash()));
  CHECK_FALSE(list.set("ALICE", hash()));
  CHECK(list.find("alice")->name == "ALICE");
  CHECK(list.find("zo\xc3\x8b") != nullptr);
  CHECK(list.find("bob") == nullptr);
  const AccountList again = AccountList::parse(list.to_text());
  CHECK(again.to_text() == list.to_text());
  CHECK(again.size() == 2);
  CHECK(list.remove("Alice"));
  CHECK_FALSE(list.remove("Alice"));
  CHECK(list.size() == 1);
}

TEST_CASE("a line that is wrong is told by its number, and nothing of what stands in it") {
  CHECK(parse_error("").empty());
  CHECK(parse_error("\n\nalice " + hash() + "\r\n\n").empty());
  CHECK(parse_error("alice  " + hash() + "  ").empty());
  CHECK(parse_error("alice\n").find("line 1: behind the name stands no hash") == 0);
  CHECK(parse_error("\nalice opensesame\n").find("line 2: behind the name stands no hash of parleyd's") == 0);
  CHECK(parse_error("alice opensesame\n").find("opensesame") == std::string::npos);
  CHECK(parse_error("alice " + hash() + " x\n").find("line 1: ") == 0);
  CHECK(parse_error("ALL " + hash() + "\n").find("line 1: no name stands there. ALL,") == 0);
  CHECK(parse_error("bob " + hash() + "\nal\x80 " + hash() + "\n") == "line 2: it is no UTF-8 text");
  CHECK(parse_error("\xef\xbb\xbf" + ("alice " + hash()))
            .find("line 1: a byte order mark stands before the name;") == 0);
  CHECK(parse_error(std::string("al\0ce ", 6) + hash()).find("line 1: the byte 0 stands there;") == 0);
  CHECK(parse_error(std::string("\xff\xfe"
                                "a\0l\0",
                                6))
            .find("line 1: the byte 0 stands there;") == 0);
  CHECK(parse_error("al\x01"
                    "ce " +
                    hash())
            .find("line 1: no name stands there.") == 0);
  CHECK(parse_error("\x7f"
                    "ELF\x02\x01\n")
            .find("line 1: ") == 0);
  CHECK(parse_error("alice " + hash() + "\nbob " + hash() + "\nAlice " + hash() + "\n") ==
        "line 3: the name of line 1 again");
}

AccountList list_of(int count) {
  AccountList list;
  for (int i = 0; i < count; ++i) list.set("user" + std::to_string(i), hash());
  return list;
}

TEST_CASE("OD13.8: a digest tells whether lists are the same, and of no name that it does not have it") {
  for (const int count : {0, 1, 7, 1000}) {
    CAPTURE(count);
    const AccountDigest digest(list_of(count));
    const auto told = AccountDigest::parse(digest.to_text());
    REQUIRE(told);
    CHECK(*told == digest);
    CHECK(told->is_empty() == (count == 0));
    CHECK_FALSE(*told == AccountDigest(list_of(count + 1)));
    for (int i = 0; i < count; ++i) CHECK(told->may_have("USER" + std::to_string(i)));
    int others = 0;
    for (int i = 0; i < 10'000; ++i) others += told->may_have("other" + std::to_string(i)) ? 1 : 0;
    CHECK(others < 300);
  }
  AccountList changed = list_of(7);
  changed.set("user3", to_hash("secret"));
  CHECK_FALSE(AccountDigest(changed) == AccountDigest(list_of(7)));
}

TEST_CASE("a digest has a bound, and knows all names beyond it, too") {
  const AccountDigest digest(list_of(20'000));
  CHECK(digest.to_text().size() == 33 + 2 * 8 * 1024);
  for (int i = 0; i < 20'000; ++i) CHECK(digest.may_have("user" + std::to_string(i)));
}

TEST_CASE("what is no digest") {
  const std::string right = AccountDigest(list_of(1)).to_text();
  for (const std::string& text :
       {std::string(" "), right.substr(1), right + "0", right + "xx", right.substr(0, 33),
        right.substr(0, 32), "x" + right.substr(1), right + std::string(20'000, '0'), std::string(33, ' ')}) {
    CAPTURE(text);
    CHECK_FALSE(AccountDigest::parse(text));
  }
}

TEST_CASE("OD13.8: a name of one of two that differ is in doubt, until the other has gone or agrees") {
  const AccountDigest own(list_of(1));
  OtherAccounts others;
  CHECK(others.is_empty());
  CHECK_FALSE(others.is_in_doubt(own, "user0", true));
  others.hear("two", own);
  CHECK_FALSE(others.is_in_doubt(own, "user0", true));
  others.hear("two", AccountDigest(list_of(2)));
  others.hear("three", own);
  CHECK(others.is_in_doubt(own, "user0", true));
  CHECK(others.is_in_doubt(own, "user1", false));
  CHECK_FALSE(others.is_in_doubt(own, "carl", false));
  CHECK(others.is_in_doubt({}, "user1", false));  // of who has no accounts
  others.hear("two", {});
  CHECK(others.is_in_doubt(own, "user0", true));
  others.forget("two");
  CHECK_FALSE(others.is_in_doubt(own, "user0", true));
  CHECK_FALSE(others.is_empty());
  others.forget("three");
  CHECK(others.is_empty());
}

class AccountFile {
 public:
  std::string path() const { return (folder_.path() / "accounts").string(); }
  std::string error() const {
    return error_of([&] { (void)read_account_file(path()); });
  }
  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path()) << text;
    ::chmod(path().c_str(), mode);
  }
  mode_t mode() const {
    struct stat status {};
    REQUIRE(::stat(path().c_str(), &status) == 0);
    return status.st_mode & 0777U;
  }
  void add(const std::string& name) const {
    AccountFileChange change(path(), AccountFileChange::IfMissing::create);
    change.accounts().set(name, hash());
    change.save();
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_.path());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

 private:
  const test::TemporaryDirectory folder_;
};

TEST_CASE("a file of accounts is its owner's alone, whatever the umask") {
  const AccountFile file;
  const mode_t before = ::umask(0);
  file.add("alice");
  ::umask(before);
  CHECK(file.mode() == 0600);
  CHECK(file.files() == 1);
  CHECK(read_account_file(file.path()).find("alice") != nullptr);
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0644U}) {
    ::chmod(file.path().c_str(), mode);
    CHECK(file.error().find("chmod 600 " + file.path()) != std::string::npos);
  }
}

TEST_CASE("what is no file of accounts") {
  const AccountFile file;
  CHECK(file.error().find("parleyd account add NAME --accounts " + file.path()) != std::string::npos);
  CHECK(error_of([&] { AccountFileChange(file.path(), AccountFileChange::IfMissing::fail); }) ==
        file.error());
  CHECK(file.files() == 0);
  file.write("alice opensesame\n");
  CHECK(file.error().find(file.path() + ": line 1: ") != std::string::npos);
  file.write(std::string(9 << 20, '\n'));
  CHECK(file.error().find("it is over 8 MiB") != std::string::npos);
  CHECK(error_of([] { (void)read_account_file("/dev/null"); }).find("it is no file") != std::string::npos);
  CHECK(error_of([] { (void)read_account_file("/"); }).find("it is no file") != std::string::npos);
}

TEST_CASE("a link leads to the file that is changed, and stays") {
  const AccountFile file;
  file.add("alice");
  const test::TemporaryDirectory folder;
  const auto link = folder.path() / "link";
  std::filesystem::create_symlink(file.path(), link);
  AccountFileChange change(link.string(), AccountFileChange::IfMissing::fail);
  change.accounts().set("bob", hash());
  change.save();
  CHECK(std::filesystem::is_symlink(link));
  CHECK(read_account_file(file.path()).size() == 2);
}

TEST_CASE("of several who change the file at once none undoes what another did") {
  const AccountFile file;
  (void)hash();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { file.add("user" + std::to_string(i)); });
  for (std::thread& thread : threads) thread.join();
  CHECK(read_account_file(file.path()).size() == 8);
}

TEST_CASE("a bad file leaves the accounts of before") {
  const AccountFile file;
  file.add("alice");
  Accounts accounts;
  CHECK_FALSE(accounts.are_open());
  CHECK_FALSE(accounts.has("alice"));
  accounts.open({file.path()});
  CHECK(accounts.has("Alice"));
  const auto before = accounts.list();
  file.write("bob\n");
  CHECK_FALSE(error_of([&] { accounts.reload(); }).empty());
  CHECK(accounts.has("alice"));
  file.write("bob " + hash() + '\n');
  accounts.reload();
  CHECK(accounts.has("bob"));
  CHECK_FALSE(accounts.has("alice"));
  CHECK(before->find("alice") != nullptr);  // for who still compares
}

asio::ip::address address(const std::string& text) {
  return asio::ip::make_address(text);
}

/// A time long after a clock's beginning.
const Clock::time_point start{1000h};

TEST_CASE("OD13.5: the fifth wrong password in a minute pauses that name for that address, for a minute") {
  Guesses guesses;
  const auto here = address("10.0.0.1");
  for (std::size_t i = 1; i < Guesses::most_wrong; ++i) {
    CHECK_FALSE(guesses.note_wrong(here, "alice", start));
    CHECK_FALSE(guesses.is_paused(here, "alice", start));
  }
  CHECK(guesses.note_wrong(here, "alice", start + 59s));
  CHECK(guesses.is_paused(here, "alice", start + 59s));
  CHECK_FALSE(guesses.is_paused(here, "bob", start + 59s));
  CHECK_FALSE(guesses.is_paused(address("10.0.0.2"), "alice", start + 59s));
  CHECK(guesses.is_paused(here, "alice", start + 118s));
  CHECK_FALSE(guesses.is_paused(here, "alice", start + 119s));
  CHECK_FALSE(guesses.note_wrong(here, "alice", start + 119s));  // it counts anew
}

TEST_CASE("OD13.5: what is a minute old counts no longer, nor what came before a right password") {
  Guesses guesses;
  const auto here = address("10.0.0.1");
  for (std::size_t i = 1; i < Guesses::most_wrong; ++i) (void)guesses.note_wrong(here, "alice", start);
  CHECK_FALSE(guesses.note_wrong(here, "alice", start + 60s));
  guesses.note_right(here, "alice");
  for (std::size_t i = 1; i < Guesses::most_wrong; ++i)
    CHECK_FALSE(guesses.note_wrong(here, "alice", start + 61s));
  CHECK(guesses.note_wrong(here, "alice", start + 61s));
}

TEST_CASE("OD13.5: an address has so many comparisons in a second, and waits for more") {
  Guesses guesses;
  const auto here = address("10.0.0.1");
  const auto burst = static_cast<std::size_t>(Guesses::comparisons.burst);
  for (std::size_t i = 0; i < burst; ++i) CHECK(guesses.next_comparison(here, start) == start);
  CHECK(guesses.next_comparison(here, start) == start);  // the one that makes the debt
  CHECK(*guesses.next_comparison(here, start) > start);
  CHECK(guesses.next_comparison(address("10.0.0.2"), start) == start);
  const auto most = static_cast<int>(Guesses::comparisons.per_second) * 20;
  int granted = 0;
  while (granted < most && guesses.next_comparison(here, start)) ++granted;
  CHECK(granted < most);
  CHECK_FALSE(guesses.next_comparison(here, start));  // too far away
  CHECK(guesses.next_comparison(here, start + 1s));
}

TEST_CASE("a table keeps so many, and forgets the one that was asked for longest ago") {
  RecentTable<int, std::string> table(3);
  for (int key = 0; key < 3; ++key) table.find_or_add(key, std::to_string(key));
  CHECK(*table.find(0) == "0");
  table.find_or_add(3, "3");
  CHECK(table.size() == 3);
  CHECK(table.find(1) == nullptr);
  CHECK(table.find(0) != nullptr);
  table.remove(0);
  table.remove(0);
  CHECK(table.size() == 2);
  CHECK(table.find_or_add(3, "other") == "3");
}

TEST_CASE("of IPv6 a network is one guesser") {
  CHECK(guesser_of(address("2001:db8::1")) == guesser_of(address("2001:db8::ffff:2")));
  CHECK(guesser_of(address("2001:db8::1")) != guesser_of(address("2001:db8:0:1::1")));
  CHECK(guesser_of(address("10.0.0.1")) == address("10.0.0.1"));
  CHECK(guesser_of(address("::1")) == address("::1"));
}

TEST_CASE("OD13.5: two compare at once, the others in their order, and one that goes is passed over") {
  ComparisonQueue queue;
  std::vector<int> woken;
  std::vector<std::unique_ptr<ComparisonQueue::Place>> places;
  for (int i = 0; i < 5; ++i)
    places.push_back(std::make_unique<ComparisonQueue::Place>(queue, [&woken, i] { woken.push_back(i); }));
  const auto due = [&] {
    std::string all;
    for (std::size_t i = 0; i < places.size(); ++i)
      if (places[i] && places[i]->is_due()) all += std::to_string(i);
    return all;
  };
  CHECK(due() == "01");
  places[2].reset();
  CHECK(due() == "01");
  places[1].reset();
  CHECK(due() == "03");
  places[0].reset();
  CHECK(due() == "34");
  CHECK(woken == std::vector{3, 4});
  places.clear();
  CHECK(ComparisonQueue::Place(queue, [] {}).is_due());
}

}  // namespace
}  // namespace parley::accounts
