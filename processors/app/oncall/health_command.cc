// `lagesbild health`: asks a running service whether it is ready. For container probes, scripts and
// people; exit 0 ready, 10 not ready (with the reason), 69 nobody there.
#include <cstdint>
#include <string>

#include "app/commands.h"
#include "app/exit_code.h"
#include "base/json_writer.h"
#include "board/http_get.h"

namespace lagesbild::app {
namespace {

// What comes over the network may be anything: one terminal must not obey it.
std::string Plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' && c != '\n') c = '?';
    if (c == 0x7f) c = '?';
  }
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

// A failure in the form of /readyz.
int Say(Io& io, bool json, int code, const std::string& why) {
  if (json) {
    std::string line;
    JsonWriter(line)
        .BeginObject()
        .Key("ready")
        .Bool(false)
        .Key("reason")
        .String(why)
        .Key("missing")
        .BeginArray()
        .EndArray()
        .EndObject();
    io.out << line << "\n";
  } else {
    io.err << "lagesbild health: " << why << "\n";
  }
  return code;
}

int RunHealth(const Args& args, Io& io) {
  std::string url = args.Text("--url");
  while (url.ends_with('/')) url.pop_back();
  const bool json = args.Switch("--json");
  const auto answer = board::HttpGet(url + (json ? "/readyz" : "/readyz?format=text"),
                                     absl::Milliseconds(args.DurationMs("--timeout")));
  if (!answer.ok()) {
    if (absl::IsInvalidArgument(answer.status())) {
      io.err << "lagesbild health: --url: " << Message(answer.status()) << "\n";
      return kExitUsage;
    }
    return Say(
        io, json, kExitUnavailable,
        Message(answer.status()) + "; is `lagesbild run` running, and is this its http.admin?");
  }
  const bool known = (answer->code == 200 || answer->code == 503) &&
                     answer->content_type.starts_with(json ? "application/json" : "text/plain");
  if (!known) {
    return Say(io, json, kExitUnhealthy,
               "what answers at " + url + " is not the admin listener of lagesbild (HTTP " +
                   std::to_string(answer->code) + ")");
  }
  io.out << Plain(answer->body);
  return answer->code == 200 ? kExitOk : kExitUnhealthy;
}

}  // namespace

Command HealthCommand() {
  Command command;
  command.words = "health";
  command.summary = "Ask a running service whether it is ready";
  command.examples =
      "  lagesbild health\n"
      "  lagesbild health --url http://10.0.0.7:9464 --json\n"
      "Exit 0: ready; 10: not ready, and why; 69: nobody answers.";
  command.flags = {
      {"--url", FlagType::kText, "Its admin listener (http.admin in its configuration)",
       "http://127.0.0.1:9464"},
      {"--timeout", FlagType::kDuration, "How long to wait for the answer", "5s"},
      {"--json", FlagType::kSwitch, "Print the answer of /readyz as it is: one JSON object"},
  };
  command.run = RunHealth;
  return command;
}

}  // namespace lagesbild::app
