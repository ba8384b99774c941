// lagesbild rules check.
#include <algorithm>

#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/config/rule_words.h"
#include "app/exit_code.h"
#include "base/json_writer.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Greedy lines of at most 96 bytes, each after two spaces.
void Wrap(const std::string& text, std::ostream& out) {
  size_t column = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(' ', at), text.size());
    if (column == 0 || column + 1 + (end - at) > 96) {
      out << (column == 0 ? "  " : "\n  ");
      column = 0;
    } else {
      out << ' ';
      ++column;
    }
    out << text.substr(at, end - at);
    column += end - at;
    at = end + 1;
  }
  out << "\n";
}

void WriteRule(const Rule& rule, const Settings& settings, Language language, std::ostream& out) {
  const bool sv = language == Language::kSwedish;
  const std::vector<std::string> classes = WatchedClasses(rule, settings);
  const int64_t areas = WatchedAreas(rule, settings);
  out << rule.id << " (" << (rule.type == RuleType::kSingle ? "single" : "count") << ", "
      << SeverityName(rule.severity) << ")\n";
  Wrap(RuleInWords(rule, language), out);
  if (classes.empty()) {
    out << (sv ? "  Bevakar inget: ingen klass passar.\n" : "  Watches nothing: no class fits.\n");
    return;
  }
  Wrap((sv ? "Bevakar " : "Watches ") + std::to_string(areas) +
           (sv           ? " områden"
            : areas == 1 ? " area"
                         : " areas") +
           ": " + Joined(classes) + ".",
       out);
}

void WriteJson(const Settings& settings, Language language, std::ostream& out) {
  for (const Rule& rule : settings.rules) {
    std::string text;
    JsonWriter json(text);
    json.BeginObject().Key("rule").String(rule.id).Key("type");
    json.String(rule.type == RuleType::kSingle ? "single" : "count");
    json.Key("severity")
        .String(SeverityName(rule.severity))
        .Key("areas")
        .Int(WatchedAreas(rule, settings));
    json.Key("classes").BeginArray();
    for (const std::string& name : WatchedClasses(rule, settings)) json.String(name);
    json.EndArray().Key("text").String(RuleInWords(rule, language)).EndObject();
    out << text << "\n";
  }
}

int RunRulesCheck(const Args& args, Io& io) {
  const auto [loaded, exit_code] = LoadFromArgs(args, io);
  if (!loaded.ok()) return exit_code;
  const Settings& settings = loaded->settings;
  const Language language = args.Text("--lang") == "sv" ? Language::kSwedish : Language::kEnglish;
  if (args.Switch("--json")) {
    WriteJson(settings, language, io.out);
  } else {
    for (const Rule& rule : settings.rules) {
      if (&rule != settings.rules.data()) io.out << "\n";
      WriteRule(rule, settings, language, io.out);
    }
  }
  const auto idle =
      std::count_if(settings.rules.begin(), settings.rules.end(),
                    [&](const Rule& rule) { return WatchedClasses(rule, settings).empty(); });
  io.err << settings.rules.size() << " rules, " << idle << " of them watch nothing; rule_set "
         << settings.rule_set << "\n";
  return idle > 0 ? kExitProblems : kExitOk;
}

}  // namespace

Command RulesCheckCommand() {
  return {"rules check", "Say each rule in words, and what it would watch",
          "  lagesbild rules check --config lagesbild.yaml --lang sv",
          WithConfigFlags(
              {{.name = "--lang",
                .help = "Language of the words",
                .fallback = "en",
                .choices = {"sv", "en"}},
               {.name = "--json", .type = FlagType::kSwitch, .help = "One JSON object a rule"}}),
          RunRulesCheck};
}

}  // namespace lagesbild::app
