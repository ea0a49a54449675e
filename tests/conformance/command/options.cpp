#include "tests/conformance/command/options.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/command_line.hpp"
#include "base/seconds.hpp"
#include "tests/conformance/command/confinement_options.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/process/work_pool.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds least_time{10};
constexpr std::uint64_t most_seed = UINT64_MAX;
constexpr int class_niceness = 5;  // what one submission takes of the processor the suite does not lack
constexpr milliseconds grading_budget{180'000};  // for one program of one submission

constexpr const char* examples =
    R"(  parley-conform server --exec 'java Server {port}'
  parley-conform client --exec 'python3 client.py {user} {host} {port}'
  parley-conform grade submissions/
  parley-conform server --help      what `server` can be told; the same for the others

)";

constexpr const char* footer =
    R"(ID is a case (D2.1-no-early-report), a clause (D2.1), a group (D2) or a section (D); --list shows them.
Exit codes: 0 all MUST passed, 1 some failed, 2 usage or nothing matched, 3 the program under test never came up,
4 the suite is at fault, or the machine is short of processes, memory, files or room, or too busy, 5 a report, or what
was to be printed, could not be written; 128 and the signal's number after SIGTERM, SIGINT or SIGHUP: reports tell what
was tried.)";

constexpr const char* class_footer =
    R"(ID is a case (D2.1-no-early-report), a clause (D2.1), a group (D2) or a section (D); `server --list` and
`client --list` show them.
Exit codes: 0 all MUST passed for every program, 1 some failed, or something did not build or come up, 2 usage or
nothing matched, 4 the suite is at fault, or the machine is short of processes, memory, files or room, or too
busy: what was "not judged" has no grade, 5 a report, or what was to be printed, could not be written; 128 and the
signal's number after SIGTERM, SIGINT or SIGHUP: reports tell what was tried.)";

CLI::Option* add_seconds(CLI::App& app, const std::string& name, milliseconds& value, milliseconds least,
                         const std::string& help) {
  return parley::add_seconds(app, name, value, least, std::chrono::hours{24}, help)
      ->option_text("SECONDS [" + to_seconds_text(value) + "]");
}

void add_selection(CLI::App& app, Options& options) {
  app.option_defaults()->group("What is tried");
  add_list(app, "--only", options.only, "Only these")->option_text("ID,...");
  add_list(app, "--exclude", options.exclude, "All but these")->option_text("ID,...");
  const std::map<std::string, Level> levels{
      {"must", Level::must}, {"should", Level::should}, {"may", Level::may}};
  app.add_option_function<std::string>(
         "--level", [&options, levels](const std::string& word) { options.least_level = levels.at(word); },
         "Only MUST; MUST and SHOULD; or all")
      ->check(CLI::IsMember(levels).description(""))
      ->option_text("must|should|may [may]");
  // For the suite's own tests: a run in which no case is excused by another.
  app.add_flag("--ignore-needs", options.ignore_needs)->group("");
}

/// What is asked of one program instead of judging it.
void add_looks(CLI::App& app, Options& options) {
  app.option_defaults()->group("What is tried");
  app.add_flag("--list", options.list, "List the cases with their clauses, and leave");
  add_text(app, "--replay", options.replay, "Try this case and print its exchange as a Python script")
      ->option_text("ID");
  // For the suite's own tests: what needs what.
  app.add_flag_callback("--list-needs", [&options] { options.list = options.list_needs = true; })->group("");
}

void add_course(CLI::App& app, Options& options, bool is_class) {
  app.option_defaults()->group("How it is tried");
  add_number(app, "--seed", options.settings.seed, 0, most_seed, "For the bytes that are chosen by chance")
      ->option_text("N [1]");
  add_seconds(app, "--timeout", options.settings.timeout, least_time, "For each thing that must come");
  add_seconds(app, "--receipt-time", options.settings.receipt_time, least_time,
              "How long the server under test gives a recipient, at most");
  add_seconds(app, "--ready-time", options.settings.ready_time, milliseconds{0},
              "How long a user is given to be there after REGISTERED, in all cases but R4.7");
  add_seconds(app, "--budget", options.settings.budget, milliseconds{0},
              "For the whole run, from the start of the program on; 0: no limit")
      ->option_text("SECONDS [" + to_seconds_text(is_class ? grading_budget : milliseconds{0}) + "]");
  add_number(app, "--jobs", options.jobs, 1, most_at_once,
             is_class ? "Submissions at the same time, of each of which up to four cases are"
                      : "Cases at the same time, each against a program of its own (needs --exec)")
      ->option_text(is_class ? "N [4 for each core, fewer where memory is short]" : "N [1]");
  add_number(app, "--tries", options.tries, 1, 3,
             "A case that fails is tried again, and fails when two tries fail")
      ->option_text("N [3]");
  add_number(
      app, "--shuffle", 0, most_seed, [&options](std::uint64_t seed) { options.shuffle_seed = seed; },
      "Run the cases in another order, after what they need")
      ->option_text("SEED");
  add_text(app, "--course", options.course_file,
           "What holds for a course: its dialect and more; see examples/grading/README.md")
      ->option_text("FILE");
  add_text(app, "--alternatives", options.alternatives_file,
           "What else counts as right where courses differ; see examples/grading/README.md")
      ->option_text("FILE");
}

/// For one program; of a class `grade` chooses the files itself.
void add_report_files(CLI::App& app, Options& options) {
  app.option_defaults()->group("Reports (- is standard output; several at once)");
  for (const Format& format : report_formats())
    add_text(app, std::string("--") + format.name, options.reports[format.name], format.help)
        ->option_text("FILE");
}

void add_reports(CLI::App& app, Options& options) {
  app.option_defaults()->group("What the reports say");
  add_text(app, "--weights", options.weights_file, "Points: lines of ID = N; else 1, and 0 for a MAY")
      ->option_text("FILE");
  add_word(app, "--untried", options.untried, {{"fail", Untried::fail}, {"skip", Untried::skip}},
           "A case that could not be tried costs its points, or nothing")
      ->option_text("fail|skip [fail]");
  add_list(
      app, "--visibility",
      [&options](const std::vector<std::string>& texts) {
        for (const auto& text : texts) options.visibility.push_back(to_rule(text));
      },
      "For Gradescope: visible, after_due_date, after_published, hidden; ID=WORD for some cases", why_no_rule)
      ->option_text("WORD,...");
  add_text(app, "--expect-fail", options.expect_fail_file, "Cases that are known to fail: lines of ID")
      ->option_text("FILE");
  app.add_flag("--verbose", options.verbose, "Name the passed cases too");
  app.add_flag("--no-color", options.no_color, "No colours; NO_COLOR in the environment does the same");
}

/// Of several reports, or nothing.
std::string file_of_several(const std::map<std::string, std::string>& reports) {
  std::set<std::filesystem::path> files;
  for (const auto& [format, path] : reports)
    if (!files.insert(std::filesystem::absolute(path).lexically_normal()).second) return path;
  return {};
}

void add_grading(CLI::App& app, Options& options) {
  app.option_defaults()->group("Submissions (what their grade.toml does not say)");
  add_text(app, "--build", options.build_command, "Command that builds one, in its folder")
      ->option_text("COMMAND");
  add_text(app, "--server", options.server_command, "Command that starts its server; {port} is replaced")
      ->option_text("COMMAND");
  add_text(app, "--client", options.client_command,
           "Command that starts its client; {user}, {host} and {port} are replaced")
      ->option_text("COMMAND");
  add_text(app, "--profile", options.profile_file, "How these clients ask, and what they say")
      ->option_text("FILE");
  add_text(app, "--output", options.output, "Folder for the reports")->option_text("FOLDER [FOLDER/reports]");
  add_seconds(app, "--build-time", options.build_time, least_time, "For building one");
  add_bounds(app, options);
}

void add_watch(CLI::App& app, Options& options) {
  app.option_defaults()->group("While you work");
  app.add_flag("--watch", options.is_watched,
               "Try it again whenever a file of this folder changes, first what failed; q leaves,\n"
               "with 130 when no run has ended yet");
  add_text(app, "--build", options.build_command, "With --watch: command that builds it, before each run")
      ->option_text("COMMAND");
  add_seconds(app, "--build-time", options.build_time, least_time, "With --watch: for building it");
}

/// Why it cannot be watched; empty when it can.
std::string why_not_watched(const Options& options) {
  if (!options.is_watched)
    return options.build_command.empty() ? "" : "--build needs --watch: else build it first";
  if (options.command.empty()) return "--watch needs --exec COMMAND: it has to start the program anew";
  if (!options.replay.empty()) return "--watch and --replay do not go together";
  const bool wants_screen =
      std::ranges::any_of(options.reports, [](const auto& report) { return report.second == "-"; });
  return wants_screen ? "--watch needs the screen: give the report a file, not -" : "";
}

/// Subcommand interop: as many pairs at a time as fit, since they mostly wait.
CLI::App* add_interop(CLI::App& app, Options& options) {
  CLI::App* interop = app.add_subcommand(
      "interop", "Try every client of a folder of submissions at every server of it: who understands whom");
  add_text(*interop, "FOLDER", options.folder, "Each of its folders is one, with a grade.toml")
      ->option_text(" ")
      ->required();
  add_grading(*interop, options);
  interop->option_defaults()->group("How it is tried");
  add_seconds(*interop, "--timeout", options.settings.timeout, least_time,
              "When nothing happens for that long, nothing comes any more");
  add_seconds(*interop, "--ready-time", options.settings.ready_time, milliseconds{0},
              "How long users are given to be there after the last REGISTERED");
  add_seconds(*interop, "--pair-time", options.pair_time, least_time, "For one pair, at most");
  const std::size_t jobs = default_at_once();
  add_number(
      *interop, "--jobs", 1, most_at_once, [&options](std::uint64_t number) { options.jobs = number; },
      "Pairs at the same time")
      ->option_text("N [" + std::to_string(jobs) + ", 4 for each core]");
  interop->preparse_callback([&options, jobs](std::size_t /*words*/) { options.jobs = jobs; });
  add_confinement(*interop, options, "auto");
  interop->footer(
      "Writes interop.html and interop.csv: the matrix, and the first difference of each pair.\n"
      "Exit codes: 0 all understand each other, 1 some do not, 2 usage, 4 the suite or the machine is at "
      "fault,\n"
      "5 something could not be written, 128 + N ended by the signal N.");
  return interop;
}

void add_probe(CLI::App& app, Options& options, bool& probes_client) {
  app.footer(
      "It prints what it found, and the [dialect] of a course's TOML with which the suite speaks so.\n"
      "Exit codes: 0 it is understood, 2 usage, 3 it never came up, or no known dialect is understood.");
  add_text(app, "ADDRESS", options.address, "HOST:PORT of a server that runs already")->option_text(" ");
  add_text(app, "--exec", options.command,
           "Or the command that starts one; {port}, and for a client {user} and {host}, are replaced")
      ->option_text("COMMAND");
  app.add_flag("--client", probes_client, "It is a client");
  add_text(app, "--profile", options.profile_file, "How this client asks, and what it says")
      ->option_text("FILE");
  add_text(app, "--course", options.course_file, "The course from which it may differ")->option_text("FILE");
  add_seconds(app, "--timeout", options.settings.timeout, least_time,
              "For each thing that may come; more than 1 counts as 1");
  add_confinement(app, options, "off");
}

/// The subcommands, of which one is used, and what else says what is to be done.
struct Commands {
  CLI::App* server = nullptr;
  CLI::App* client = nullptr;
  CLI::App* grade = nullptr;
  CLI::App* interop = nullptr;
  bool probes_client = false;

  bool is_for_class() const { return grade->parsed() || interop->parsed(); }
  Task task() const {
    return server->parsed()    ? Task::judge_server
           : client->parsed()  ? Task::judge_client
           : grade->parsed()   ? Task::grade
           : interop->parsed() ? Task::interop
           : probes_client     ? Task::probe_client
                               : Task::probe_server;
  }
};

/// What judges one program.
void add_programs(CLI::App& app, Options& options, Commands& commands) {
  commands.server = app.add_subcommand("server", "Judge a server");
  add_text(*commands.server, "ADDRESS", options.address, "HOST:PORT of a server that runs already")
      ->option_text(" ");
  add_text(*commands.server, "--exec", options.command, "Or a command that starts one; {port} is replaced")
      ->option_text("COMMAND");
  commands.client = app.add_subcommand(
      "client", "Judge a client, in a pseudo-terminal, against a server that the suite plays");
  add_text(*commands.client, "--exec", options.command,
           "The command that starts it; {user}, {host} and {port} are replaced")
      ->option_text("COMMAND");
  add_text(*commands.client, "--profile", options.profile_file, "How this client asks, and what it says")
      ->option_text("FILE");
  for (CLI::App* task : {commands.server, commands.client}) add_watch(*task, options);
}

void add_commands(CLI::App& app, Options& options, Commands& commands) {
  add_programs(app, options, commands);
  commands.grade = app.add_subcommand("grade", "Judge a folder of submissions");
  add_text(*commands.grade, "FOLDER", options.folder, "Each of its folders is one, with a grade.toml")
      ->option_text(" ")
      ->required();
  add_grading(*commands.grade, options);
  commands.grade->add_flag(
      "--resume", options.resume,
      "Judge only what this folder for the reports does not tell of yet, or what has changed");
  commands.interop = add_interop(app, options);
  add_probe(*app.add_subcommand("probe", "Tell which dialect a server or a client speaks"), options,
            commands.probes_client);
  for (CLI::App* task : {commands.server, commands.client, commands.grade}) {
    task->footer(task == commands.grade ? class_footer : footer);
    add_selection(*task, options);
    const bool is_class = task == commands.grade;
    if (!is_class) add_looks(*task, options);
    add_confinement(*task, options, task == commands.grade ? "auto" : "off");
    add_course(*task, options, task == commands.grade);
    if (task != commands.grade) add_report_files(*task, options);
    add_reports(*task, options);
  }
}

/// What holds where the command line says nothing.
void set_defaults(const CLI::App& app, const Commands& commands, Options& options) {
  const CLI::App& grade = *commands.grade;
  if (grade.parsed() && grade.count("--budget") == 0) options.settings.budget = grading_budget;
  if (grade.parsed() && grade.count("--jobs") == 0) options.jobs = default_submissions_at_once();
  if (!commands.is_for_class()) options.confinement.memory_bytes = options.confinement.processes = 0;
  if (commands.is_for_class()) options.confinement.niceness = class_niceness;
  if (commands.is_for_class() && app.get_subcommands().front()->count("--sandbox") == 0)
    options.sandboxing = Sandboxing::automatic;
}

/// What does not go together; empty when all does.
std::string why_refused(const Options& options, bool is_for_class) {
  if (const std::string path = file_of_several(options.reports); !path.empty())
    return "two reports are to be written to " + path + "; give each its own file";
  if (is_for_class || options.list) return {};
  if (options.is_about_client() && (options.command.empty() || !options.address.empty()))
    return "client needs --exec COMMAND";
  if (!options.is_about_client() && options.address.empty() == options.command.empty())
    return "server needs HOST:PORT, or --exec COMMAND, and not both";
  if (std::string problem = why_not_watched(options); !problem.empty()) return problem;
  if (!options.address.empty() &&
      (!options.ports.empty() || options.confinement.account || options.sandboxing == Sandboxing::on))
    return "--port, --sandbox and --user are for a program that is started, with --exec";
  if (options.jobs > 1 && !options.address.empty())
    return "--jobs needs --exec: cases at the same time on one server would meet in each other's broadcasts";
  return {};
}

}  // namespace

bool Options::may_be_several() const {
  const bool is_told_port =
      ports.empty() && (task == Task::judge_client || command.find("{port}") != std::string::npos);
  return is_told_port || confinement.is_sandboxed;
}

std::size_t Options::workers() const {
  return may_be_several() ? jobs : 1;
}

std::size_t Options::workers_in_vain() const {
  constexpr std::size_t enough = 4;
  return may_be_several() && jobs < enough ? enough - jobs : 0;
}

std::optional<Options> parse_options(int argc, char** argv, ExitCode& exit_code) {
  Options options;
  options.words.assign(argv + 1, argv + argc);
  CLI::App app{"Judges servers and clients of the two-socket protocol, clause by clause", "parley-conform"};
  app.set_version_flag("--version", std::string("parley-conform ") + PARLEY_VERSION);
  app.require_subcommand(1);
  app.footer(std::string(examples) + footer);
  Commands commands;
  add_commands(app, options, commands);
  exit_code = ExitCode::usage;
  switch (read_command_line(app, argc, argv)) {
    case CommandLine::wrong:
      return std::nullopt;
    case CommandLine::answered:
      exit_code = ExitCode::all_must_passed;
      return std::nullopt;
    case CommandLine::understood:
      break;
  }
  options.task = commands.task();
  std::erase_if(options.reports, [](const auto& report) { return report.second.empty(); });
  set_defaults(app, commands, options);
  const std::string problem = why_refused(options, commands.is_for_class());
  if (problem.empty()) return options;
  complain(app, problem);
  return std::nullopt;
}

}  // namespace parley::conform
