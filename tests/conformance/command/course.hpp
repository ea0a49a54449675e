#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/bench/questions.hpp"
#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/model/dialect.hpp"

namespace parley::conform {

/// What holds for everybody in a course, from one TOML file: --course FILE, or the grade.toml beside the
/// submissions. As it stands: nothing special.
struct Course {
  Dialect dialect;
  std::vector<std::pair<std::string, int>> weights;  ///< by id; a later one counts more
  std::vector<std::string> expected_failures;        ///< ids
  std::optional<Profile> profile;
  std::vector<Answer> answers;
};

/// `jobs`: of both halves. Throws BadInput, which names file, line and key, and what is possible there.
///
///     [dialect]                          # see Dialect; what is left out is as in PROTOCOL.md
///     register_end = "\n \n"
///     error_codes = { 102 = 404 }
///     [weights]                          # of several that name a case the more exact one counts
///     D = 3
///     "D2.1-no-early-report" = 10
///     [alternatives]                     # the phrases that an ERROR may have
///     error-100 = ["Malformed username", "Username taken"]
///     [expected_failures]
///     cases = ["D1.8"]
///     [profile]                          # the keys of a profile file, or file = "class.profile"
///     send_line = "{name}: {text}"
///     [[answers]]                        # to questions of a server or a client before it is there
///     question = "type 1 to log ?in"     # a regular expression
///     answer = "1"                       # {user}, {host} and {port} are replaced
Course read_course(const std::string& file, const std::vector<Job>& jobs);

/// The profile in that file; the default one when the path is empty. Throws BadInput.
Profile read_profile_file(const std::string& path, PatternForm form);

}  // namespace parley::conform
