// Turns the clauses of PROTOCOL.md into a table of C++: clause_table PROTOCOL.md OUTPUT. Those of the
// dialects with one socket, whose ids begin with other letters, are left out. A line that looks like a clause
// and is none fails the build.
#include <exception>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>
#include <string>

namespace {

std::string cpp_literal(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

int generate(std::istream& page, std::ostream& table) {
  const std::regex clause(
      R"(- \*\*((?:[A-Z]|SV)[0-9]+\.[0-9]+)\*\* \((MUST|SHOULD|MAY), (server|client|both)\) (.+\.))");
  const std::regex begin(R"(- \*\*(?:[A-Z]|SV)[0-9].*)");
  const auto lower = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  std::set<std::string> ids;
  std::string line;
  for (int number = 1; std::getline(page, line); ++number) {
    if (!std::regex_match(line, begin)) continue;
    std::smatch match;
    if (!std::regex_match(line, match, clause) || !ids.insert(match[1]).second) {
      std::cerr << "PROTOCOL.md:" << number << ": not a clause, or its id is taken: " << line << '\n';
      return 1;
    }
    table << "    {" << cpp_literal(match[1]) << ", Level::" << lower(match[2])
          << ", Bound::" << match[3].str() << ", " << cpp_literal(match[4]) << "},\n";
  }
  return ids.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return 2;
  std::ifstream page(argv[1]);
  std::ofstream table(argv[2]);
  const int result = page && table ? generate(page, table) : 1;
  table.close();
  return table ? result : 1;
} catch (const std::exception& error) {
  std::cerr << "clause_table: " << error.what() << '\n';
  return 1;
}
