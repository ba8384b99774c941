// A command as plain data: its words, its flags, its help, the function that runs it. cli.cc builds
// the command tree from it, so that a command is one file that knows nothing of the parser, and one
// line in commands.cc.
//
// In: the parsed Args and the process's streams and environment (Io). Out: an exit code
// (exit_code.h). Data goes to Io::out, everything else to Io::err. Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace lagesbild::app {

// What a command may touch of its process.
struct Io {
  std::ostream& out;
  std::ostream& err;
  std::vector<std::string> environment;  // "NAME=value"
  bool color_out = false;                // out is a terminal and NO_COLOR is not set
  bool color_err = false;
};

enum class FlagType : uint8_t {
  kSwitch,  // no value
  kText,
  kFile,     // text; "-" where the command says so
  kInteger,  // whole number ≥ 0
  kNumber,
  kDuration,  // "90s", "5m", "6h", "7d"
  kTime,      // "2023-01-14T21:47:00+01:00"
};

struct Flag {
  std::string name;  // "--until", or "file" for an argument by place
  FlagType type = FlagType::kText;
  std::string help;
  std::string fallback = "";  // used, and shown in the help, where it is not given; "": none
  std::vector<std::string> choices = {};  // kText: the values allowed; empty: any
  bool required = false;
  bool many = false;  // may be given more than once
};

// What was given, by flag name; already checked against the type. Asking for a flag that the
// command does not have, or in another type, is a programmer's error.
class Args {
 public:
  explicit Args(const std::vector<Flag>& flags);

  bool Has(std::string_view name) const;  // given, or it has a fallback
  bool Given(std::string_view name) const;
  const std::string& Text(std::string_view name) const;  // "" where it is not given
  const std::vector<std::string>& Texts(std::string_view name) const;
  int64_t Integer(std::string_view name) const;  // 0 where it is not given, as below
  double Number(std::string_view name) const;
  int64_t DurationMs(std::string_view name) const;
  std::optional<int64_t> TimeMs(std::string_view name) const;
  bool Switch(std::string_view name) const { return Given(name); }

  // For cli.cc and tests. False: the value is not of the flag's type, *why says what is.
  bool Set(std::string_view name, const std::string& value, std::string* why);

 private:
  struct Slot {
    Flag flag;
    std::vector<std::string> values;
    bool given = false;
  };
  const Slot& At(std::string_view name) const;
  std::map<std::string, Slot, std::less<>> slots_;
};

struct Command {
  std::string words;     // "config check"
  std::string summary;   // one line, for the list of commands
  std::string examples;  // shown below the help, one or more lines
  std::vector<Flag> flags = {};
  std::function<int(const Args&, Io&)> run;
};

}  // namespace lagesbild::app
