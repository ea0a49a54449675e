#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "tests/conformance/grade/fingerprint.hpp"
#include "tests/conformance/grade/resume_key.hpp"
#include "tests/unit/conform_folder.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

using test::Folder;

TEST_CASE("nobody else can make up the fingerprint of a run") {
  const Folder state;
  const auto secret = state.path() / "parley/grading-secret";
  const Fingerprint run = fingerprint_of_folder(state.path());
  const auto of_run = [&](const fs::path& home, bool is_kept) {
    ::setenv("XDG_STATE_HOME", home.c_str(), 1);
    std::string why_not_kept;
    Fingerprint fingerprint = with_secret(run, why_not_kept);
    CHECK(why_not_kept.empty() == is_kept);
    return fingerprint;
  };
  const Fingerprint first = of_run(state.path(), true);
  CHECK(first != run);
  CHECK(of_run(state.path(), true) == first);
  CHECK((fs::status(secret).permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
        fs::perms::none);
  SUBCASE("on another account") {
    const Folder other;
    CHECK(of_run(other.path(), true) != first);
  }
  SUBCASE("where others could have read the secret") {
    fs::permissions(secret, fs::perms::others_read, fs::perm_options::add);
    CHECK(of_run(state.path(), false) != first);
  }
  SUBCASE("where none can be kept") {
    state.write("file", "");
    CHECK(of_run(state.path() / "file", false) != of_run(state.path() / "file", false));
  }
}

TEST_CASE("a folder is known by the names, kinds and contents of what is in it") {
  const Folder folder;
  const Folder twin;
  folder.write("server.py", "one");
  fs::create_directory(folder.path() / "more");
  fs::create_directory(twin.path() / "more");
  twin.write("server.py", "one");
  const Fingerprint before = fingerprint_of_folder(folder.path());
  CHECK(fingerprint_of_folder(twin.path()) == before);

  SUBCASE("a byte") {
    folder.write("server.py", "two");
  }
  SUBCASE("a new file") {
    folder.write("more/empty", "");
  }
  SUBCASE("another name") {
    fs::rename(folder.path() / "server.py", folder.path() / "client.py");
  }
  SUBCASE("another place") {
    fs::rename(folder.path() / "server.py", folder.path() / "more/server.py");
  }
  SUBCASE("a file that may be run") {
    fs::permissions(folder.path() / "server.py", fs::perms::owner_all);
  }
  SUBCASE("a folder that has become a file") {
    fs::remove(folder.path() / "more");
    folder.write("more", "");
  }
  SUBCASE("a link") {
    fs::create_symlink("server.py", folder.path() / "link");
  }
  SUBCASE("a pipe, which nobody writes to") {
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  }
  CHECK_FALSE(fingerprint_of_folder(folder.path()) == before);
  CHECK(fingerprint_of_folder(folder.path()) == fingerprint_of_folder(folder.path()));
}

TEST_CASE("files that were written are known by what is in them, and a link is none of them") {
  const Folder folder;
  folder.write("ada.html", "whole");
  const auto now = [&] { return fingerprint_of_files(folder.path(), {"ada.html", "ada.json"}); };
  const Fingerprint before = now();
  CHECK(now() == before);
  SUBCASE("emptied") {
    folder.write("ada.html", "");
  }
  SUBCASE("gone") {
    fs::remove(folder.path() / "ada.html");
  }
  SUBCASE("another one has come") {
    folder.write("ada.json", "");
  }
  SUBCASE("a link to the same") {
    fs::rename(folder.path() / "ada.html", folder.path() / "elsewhere");
    fs::create_symlink("elsewhere", folder.path() / "ada.html");
  }
  CHECK_FALSE(now() == before);
}

TEST_CASE("where a link leads is part of it, and the time of a file is not") {
  const Folder folder;
  fs::create_symlink("/one", folder.path() / "link");
  folder.write("file", "same");
  const Fingerprint before = fingerprint_of_folder(folder.path());
  fs::last_write_time(folder.path() / "file", fs::file_time_type{});
  CHECK(fingerprint_of_folder(folder.path()) == before);
  fs::remove(folder.path() / "link");
  fs::create_symlink("/two", folder.path() / "link");
  CHECK(fingerprint_of_folder(folder.path()) != before);
}

Fingerprint of_run(const Folder& folder, std::vector<std::string> words) {
  Options options;
  options.folder = folder.path();
  options.words = std::move(words);
  options.words.insert(options.words.begin(), {"grade", options.folder});
  return fingerprint_of_run(options);
}

TEST_CASE("a run is known by its options, but for those that change no verdict") {
  const Folder folder;
  const Fingerprint plain = of_run(folder, {});
  CHECK(of_run(folder, {"--jobs", "3", "--output=x", "--resume", "--verbose"}) == plain);
  CHECK(of_run(folder, {"--seed", "2"}) != plain);
  CHECK(of_run(folder, {"--seed", "2"}) != of_run(folder, {"--seed", "3"}));
  CHECK(of_run(folder, {"--only", "D1,D2"}) != of_run(folder, {"--only", "D1", "D2"}));
}

TEST_CASE("what is in the files of a run counts") {
  const Folder folder;
  const Folder elsewhere;
  const auto run = [&] { return of_run(folder, {"--weights=" + (elsewhere.path() / "weights").string()}); };
  const Fingerprint before = run();
  elsewhere.write("weights", "D = 3");
  const Fingerprint with_weights = run();
  CHECK(with_weights != before);
  elsewhere.write("weights", "D = 4");
  CHECK(run() != with_weights);
  const Fingerprint without_settings = run();
  folder.write("grade.toml", "[dialect]");
  CHECK(run() != without_settings);
}

TEST_CASE("whether programs are kept apart counts") {
  Options options;
  options.folder = "/";
  const Fingerprint before = fingerprint_of_run(options);
  options.confinement.is_sandboxed = true;
  const Fingerprint sandboxed = fingerprint_of_run(options);
  CHECK(sandboxed != before);
  options.confinement.account = Account{7, 7};
  CHECK(fingerprint_of_run(options) != sandboxed);
}

}  // namespace
}  // namespace parley::conform
