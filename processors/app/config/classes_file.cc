// classes.yaml (settings_files.h).
#include <algorithm>
#include <cctype>

#include "app/config/settings_files.h"
#include "app/config/yaml_reader.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

constexpr size_t kFamiliesMax = 64;
constexpr size_t kClassesMax = 256;
constexpr int64_t kMergeMinutesMax = 7 * 24 * 60;
constexpr double kMergeMetresMax = 10'000;

// Names of classes and families: they become keys of aggregates.
std::string BadName(const std::string& name) {
  const bool good =
      !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
      });
  if (!good) return "a name must be 1 to 64 of A-Z a-z 0-9 - _ .";
  return name == "all" ? "\"all\" is the sum of everything and cannot be a name" : "";
}

std::vector<std::string> FamilyNames(const Settings& settings) {
  std::vector<std::string> names;
  for (const Family& family : settings.families) names.push_back(family.name);
  return names;
}

int IndexOf(const std::vector<std::string>& names, const std::string& name) {
  const auto it = std::find(names.begin(), names.end(), name);
  return it == names.end() ? -1 : static_cast<int>(it - names.begin());
}

// The children of the map under `key`; reports a missing or empty one, duplicate and bad names.
std::vector<const Yaml*> Entries(MapReader& reader, std::string_view key, size_t most) {
  std::vector<const Yaml*> entries;
  const Yaml* node = reader.Required(key);
  if (node == nullptr) return entries;
  if (node->kind != Yaml::Kind::kMap || node->children.size() > most) {
    reader.Error(node,
                 std::string(key) + ": a map of 1 to " + std::to_string(most) + " names is needed");
    return entries;
  }
  for (const Yaml& child : node->children) {
    const bool twice = std::any_of(entries.begin(), entries.end(),
                                   [&](const Yaml* e) { return e->key == child.key; });
    const std::string bad = BadName(child.key);
    if (twice) {
      reader.Error(&child, "\"" + child.key + "\" stands twice under " + std::string(key));
    } else if (!bad.empty()) {
      reader.Error(&child, std::string(key) + ": \"" + child.key.substr(0, 80) + "\": " + bad);
    } else {
      entries.push_back(&child);
    }
  }
  return entries;
}

void ReadFamilies(const std::vector<const Yaml*>& entries, const std::string& file,
                  Settings& settings, Diagnostics& diagnostics) {
  for (const Yaml* entry : entries) settings.families.push_back({entry->key, -1});
  const std::vector<std::string> names = FamilyNames(settings);
  for (size_t i = 0; i < entries.size(); ++i) {
    MapReader reader(*entries[i], file, diagnostics);
    const std::string parent = reader.Text("parent");
    reader.Finish();
    if (parent.empty()) continue;
    settings.families[i].parent = IndexOf(names, parent);
    if (settings.families[i].parent < 0) {
      reader.Error(entries[i]->Find("parent"), "parent: \"" + parent +
                                                   "\" is not a family, allowed: " + ListOf(names) +
                                                   DidYouMean(parent, names));
    }
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    size_t steps = 0;
    int at = static_cast<int>(i);
    while (at >= 0 && steps <= names.size()) {
      at = settings.families[at].parent;
      ++steps;
    }
    if (at < 0) continue;
    diagnostics.Error({file, entries[i]->key_line},
                      "family " + names[i] + ": parents form a circle");
    settings.families[i].parent = -1;
  }
}

IncidentClass ReadClass(const Yaml& entry, const std::string& file,
                        const std::vector<std::string>& families, Diagnostics& diagnostics) {
  MapReader reader(entry, file, diagnostics);
  IncidentClass c;
  c.name = entry.key;
  const std::string family = reader.RequiredText("family");
  c.family = IndexOf(families, family);
  if (c.family < 0 && !family.empty()) {
    reader.Error(entry.Find("family"), "family: \"" + family + "\" is not a family, allowed: " +
                                           ListOf(families) + DidYouMean(family, families));
  }
  c.grave = reader.Bool("grave", false);
  if (const Yaml* merge = reader.Take("merge")) {
    MapReader limits(*merge, file, diagnostics);
    c.merge_ms = limits.Integer("minutes", 0, 0, kMergeMinutesMax) * kMinuteMs;
    c.merge_metres = limits.Number("metres", 0, 0, kMergeMetresMax);
    limits.Finish();
    if ((c.merge_ms == 0) != (c.merge_metres == 0)) {
      limits.Error(nullptr, "merge: only " + std::string(c.merge_ms == 0 ? "minutes" : "metres") +
                                " is 0; reports of " + c.name +
                                " merge within both, or never (both 0)");
    }
  }
  reader.Finish();
  return c;
}

// In an aggregate classes and families are keys side by side: one name must not mean two numbers.
void CheckSharedNames(const Settings& settings, const std::vector<const Yaml*>& entries,
                      const std::string& file, Diagnostics& diagnostics) {
  for (const Yaml* entry : entries) {
    const int family = IndexOf(FamilyNames(settings), entry->key);
    if (family < 0) continue;
    for (const IncidentClass& c : settings.classes) {
      const bool same = c.name == entry->key;
      if (c.family >= 0 && same != settings.FamilyWithin(c.family, family)) {
        diagnostics.Error({file, entry->key_line},
                          "\"" + entry->key +
                              "\" is a class and a family; then it must be the "
                              "only class of that family (" +
                              c.name + ")");
        break;
      }
    }
  }
}

}  // namespace

int64_t ReadClasses(const Yaml& root, const std::string& file, Settings& settings,
                    Diagnostics& diagnostics) {
  MapReader reader(root, file, diagnostics);
  const int64_t version = reader.Integer("version", 1, 1, 1'000'000'000'000);
  ReadFamilies(Entries(reader, "families", kFamiliesMax), file, settings, diagnostics);
  const std::vector<const Yaml*> entries = Entries(reader, "classes", kClassesMax);
  const std::vector<std::string> families = FamilyNames(settings);
  for (const Yaml* entry : entries)
    settings.classes.push_back(ReadClass(*entry, file, families, diagnostics));
  CheckSharedNames(settings, entries, file, diagnostics);
  reader.Finish();
  return version;
}

}  // namespace lagesbild::app
