// rules.yaml (settings_files.h). A rule type is one function here and one line in kTypes.
#include <algorithm>
#include <cctype>

#include "app/config/rule_words.h"
#include "app/config/settings_files.h"
#include "app/config/yaml_reader.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

constexpr size_t kRulesMax = 200;
constexpr int64_t kCountMax = 1'000'000;

struct Context {
  const Settings& settings;
  const LevelNames& levels;
};

const std::vector<std::string>& SeverityNames() {
  static const auto& names =
      *new std::vector<std::string>{"minor", "moderate", "severe", "extreme"};
  return names;
}

std::vector<std::string> NamesOf(const Settings& settings, bool families) {
  std::vector<std::string> names;
  if (families) {
    for (const Family& f : settings.families) names.push_back(f.name);
  } else {
    for (const IncidentClass& c : settings.classes) names.push_back(c.name);
  }
  return names;
}

Of ReadOf(MapReader& rule, const std::string& file, const Settings& settings,
          Diagnostics& diagnostics) {
  Of of;
  const Yaml* node = rule.Required("of");
  if (node == nullptr || (node->kind == Yaml::Kind::kScalar && node->text == "all")) return of;
  if (node->kind != Yaml::Kind::kMap || node->children.size() != 1) {
    rule.Error(node, "of: {family: …}, {class: …} or all is needed");
    return of;
  }
  MapReader reader(*node, file, diagnostics);
  const std::string family = reader.Text("family"), name = reader.Text("class");
  reader.Finish();
  if (family.empty() && name.empty()) return of;
  of.what = family.empty() ? Of::What::kClass : Of::What::kFamily;
  of.name = family.empty() ? name : family;
  const std::vector<std::string> names = NamesOf(settings, !family.empty());
  if (!names.empty() && std::find(names.begin(), names.end(), of.name) == names.end()) {
    const std::vector<std::string> others = NamesOf(settings, family.empty());
    const bool other = std::find(others.begin(), others.end(), of.name) != others.end();
    const char* what = family.empty() ? "class" : "family";
    rule.Error(node, std::string("of: \"") + of.name + "\" is not a " + what +
                         (other ? std::string("; it is a ") + (family.empty() ? "family" : "class")
                                : ", allowed: " + ListOf(names) + DidYouMean(of.name, names)));
  }
  return of;
}

void ReadSingle(MapReader& reader, const Yaml& entry, const Context&, Rule& rule) {
  rule.max_age_ms = reader.DurationMs("max_age", rule.max_age_ms);
  if (rule.max_age_ms == 0)
    reader.Error(entry.Find("max_age"), "max_age: 0 would let nothing open; 1m is the least");
}

void ReadLevel(MapReader& reader, const Yaml& entry, const LevelNames& levels, Rule& rule) {
  rule.level = reader.RequiredText("level");
  if (rule.level.empty() || levels.all.empty()) return;
  const auto has = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), rule.level) != list.end();
  };
  if (!has(levels.all)) {
    reader.Error(entry.Find("level"), "level: no area is of level \"" + rule.level +
                                          "\", allowed: " + ListOf(levels.rules) +
                                          DidYouMean(rule.level, levels.rules));
  } else if (!has(levels.rules)) {
    reader.Error(entry.Find("level"),
                 "level: " + rule.level +
                     " is wider than a picture (areas.picture_level) and has no "
                     "rules, allowed: " +
                     ListOf(levels.rules));
  }
}

void ReadCount(MapReader& reader, const Yaml& entry, const Context& context, Rule& rule) {
  ReadLevel(reader, entry, context.levels, rule);
  const std::vector<int64_t>& windows = context.settings.windows_ms;
  reader.Required("window");
  rule.window_ms = reader.DurationMs("window", 0);
  if (rule.window_ms != 0 && !windows.empty() &&
      std::find(windows.begin(), windows.end(), rule.window_ms) == windows.end()) {
    std::vector<std::string> names;
    for (const int64_t ms : windows) names.push_back(FormatDurationMs(ms));
    reader.Error(entry.Find("window"),
                 "window: " + FormatDurationMs(rule.window_ms) +
                     " is not one of the windows that are counted: " + ListOf(names));
  }
  reader.Required("enter");
  rule.enter = reader.Integer("enter", 1, 1, kCountMax);
  reader.Required("exit");
  rule.exit = reader.Integer("exit", 0, 0, kCountMax);
  rule.for_ms = reader.DurationMs("for", 0);
  if (rule.exit >= rule.enter && reader.Has("exit") && reader.Has("enter")) {
    reader.Error(entry.Find("exit"), "exit: " + std::to_string(rule.exit) +
                                         " must be below enter (" + std::to_string(rule.enter) +
                                         "): the alert opens at enter or more and clears at "
                                         "exit or less");
  }
}

struct Type {
  RuleType type;
  const char* name;
  void (*read)(MapReader&, const Yaml&, const Context&, Rule&);
};
constexpr Type kTypes[] = {
    {RuleType::kSingle, "single", ReadSingle},
    {RuleType::kCount, "count", ReadCount},
};

// Reads the rule's type; null: unknown, and reported.
const Type* ReadType(MapReader& reader, const Yaml& entry) {
  const std::string text = reader.RequiredText("type");
  std::vector<std::string> names;
  for (const Type& type : kTypes) {
    if (text == type.name) return &type;
    names.emplace_back(type.name);
  }
  if (!text.empty()) {
    reader.Error(entry.Find("type"), "type: there is no rule of type \"" + text.substr(0, 80) +
                                         "\", allowed: " + ListOf(names) + DidYouMean(text, names));
  }
  return nullptr;
}

void ReadRule(const Yaml& entry, const std::string& file, const Context& context,
              Settings& settings, Diagnostics& diagnostics) {
  MapReader reader(entry, file, diagnostics);
  Rule rule;
  rule.id = reader.RequiredText("id");
  const bool good = rule.id.size() <= 64 && std::all_of(rule.id.begin(), rule.id.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) ||
                             std::string_view("._-").find(c) != std::string_view::npos;
                    });
  if (!good) reader.Error(entry.Find("id"), "id: 1 to 64 of A-Z a-z 0-9 . _ - are allowed");
  if (std::any_of(settings.rules.begin(), settings.rules.end(),
                  [&](const Rule& r) { return r.id == rule.id; }) &&
      !rule.id.empty()) {
    reader.Error(entry.Find("id"), "id: \"" + rule.id + "\" stands twice");
    return;
  }
  const Type* type = ReadType(reader, entry);
  if (type == nullptr) return;  // its other keys depend on the type
  rule.type = type->type;
  rule.of = ReadOf(reader, file, settings, diagnostics);
  rule.hold_ms = reader.DurationMs("hold", rule.hold_ms);
  rule.no_reraise_ms = reader.DurationMs("no_reraise", rule.no_reraise_ms);
  const std::string severity = reader.Choice("severity", SeverityNames(), "moderate");
  const auto at =
      std::find(SeverityNames().begin(), SeverityNames().end(), severity) - SeverityNames().begin();
  rule.severity = static_cast<Severity>(at + 1);
  type->read(reader, entry, context, rule);
  reader.Finish();
  if (!settings.classes.empty() && WatchedClasses(rule, settings).empty()) {
    diagnostics.Warning({file, entry.line},
                        "rule " + rule.id + " watches nothing: no " +
                            (rule.type == RuleType::kSingle ? "grave class" : "class") +
                            " is what `of` asks for");
  }
  settings.rules.push_back(std::move(rule));
}

}  // namespace

int64_t ReadRules(const Yaml& root, const std::string& file, const LevelNames& levels,
                  Settings& settings, Diagnostics& diagnostics) {
  MapReader reader(root, file, diagnostics);
  const int64_t version = reader.Integer("version", 1, 1, 1'000'000'000'000);
  const Yaml* list = reader.Required("rules");
  if (list != nullptr && (list->kind != Yaml::Kind::kList || list->children.size() > kRulesMax)) {
    reader.Error(list, "rules: a list of rules is needed, at most " + std::to_string(kRulesMax));
    list = nullptr;
  }
  if (list != nullptr) {
    for (const Yaml& entry : list->children)
      ReadRule(entry, file, {settings, levels}, settings, diagnostics);
  }
  reader.Finish();
  return version;
}

}  // namespace lagesbild::app
