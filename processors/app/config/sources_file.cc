// sources.yaml (settings_files.h).
#include <algorithm>
#include <cctype>

#include "app/config/settings_files.h"
#include "app/config/yaml_reader.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

constexpr size_t kSourcesMax = 1000;

bool GoodId(const std::string& text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._:-").find(c) != std::string_view::npos;
  });
}

bool GoodTopic(const std::string& text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (int kind = 1; kind < kKindCount; ++kind)
    names.emplace_back(KindName(static_cast<Kind>(kind)));
  return names;
}

void ReadFeeds(MapReader& reader, const Yaml& entry, const Settings& settings, Source& source) {
  source.feeds = reader.Texts("feeds");
  if (settings.classes.empty()) return;
  std::vector<std::string> names;
  for (const Family& family : settings.families) names.push_back(family.name);
  for (const IncidentClass& c : settings.classes) names.push_back(c.name);
  for (const std::string& feed : source.feeds) {
    if (std::find(names.begin(), names.end(), feed) != names.end()) continue;
    reader.Error(entry.Find("feeds"), "feeds: \"" + feed + "\" is neither a class nor a family" +
                                          DidYouMean(feed, names));
  }
}

Source ReadSource(const Yaml& entry, const std::string& file, const Settings& settings,
                  Diagnostics& diagnostics) {
  MapReader reader(entry, file, diagnostics);
  Source source;
  source.org = reader.RequiredText("org");
  if (!source.org.empty() && !GoodId(source.org)) {
    reader.Error(entry.Find("org"), "org: 1 to 128 of A-Z a-z 0-9 . _ : - are allowed");
  }
  reader.Required("kind");
  const std::string kind = reader.Choice("kind", KindNames(), "");
  source.kind = KindFromName(kind).value_or(Kind::kUnspecified);
  source.expected_gap_ms = reader.DurationMs("expected_gap", 0);
  if (reader.Has("expected_gap") && source.expected_gap_ms < 2 * kMinuteMs) {
    reader.Error(entry.Find("expected_gap"),
                 "expected_gap: 2m is the least (life is noted by the minute)");
  }
  source.topic = reader.Text("topic");
  if (!source.topic.empty()) {
    static const std::vector<std::string> kTaken = {
        "tips",   "commands",     "picture-log", "area-aggregates",
        "alerts", "dead-letters", "aggregates"};
    if (!GoodTopic(source.topic)) {
      reader.Error(entry.Find("topic"),
                   "topic: a short name of A-Z a-z 0-9 . _ - is needed, such as incidents-polisen");
    } else if (std::find(kTaken.begin(), kTaken.end(), source.topic) != kTaken.end()) {
      reader.Error(entry.Find("topic"), "topic: " + source.topic +
                                            " is used for something else; choose a name such as "
                                            "incidents-" +
                                            source.org);
    }
  }
  ReadFeeds(reader, entry, settings, source);
  reader.Finish();
  return source;
}

}  // namespace

int64_t ReadSources(const Yaml& root, const std::string& file, Settings& settings,
                    Diagnostics& diagnostics) {
  MapReader reader(root, file, diagnostics);
  const int64_t version = reader.Integer("version", 1, 1, 1'000'000'000'000);
  const Yaml* list = reader.Required("sources");
  if (list != nullptr && (list->kind != Yaml::Kind::kList || list->children.size() > kSourcesMax)) {
    reader.Error(
        list, "sources: a list of 1 to 1000 of {org, kind, expected_gap, topic, feeds} is needed");
    list = nullptr;
  }
  if (list != nullptr) {
    for (const Yaml& entry : list->children) {
      Source source = ReadSource(entry, file, settings, diagnostics);
      const bool twice = std::any_of(settings.sources.begin(), settings.sources.end(),
                                     [&](const Source& s) { return s.org == source.org; });
      if (twice && !source.org.empty()) {
        diagnostics.Error({file, entry.line}, "org: \"" + source.org + "\" stands twice");
        continue;
      }
      settings.sources.push_back(std::move(source));
    }
  }
  reader.Finish();
  return version;
}

}  // namespace lagesbild::app
