// Settings: everything the picture needs to know beside the records: classes, sources, the area
// hierarchy, rules.
//
// Built from the YAML files by app/config, published into the picture log by intake (control goes
// in band), read back by the picture. No geometry here: polygons stay with intake
// (intake/area_index.h). Lists keep the order of their files, indices are into these lists, -1 is
// none. Immutable once built; thread-compatible. Form: ../shared contract (classes.yaml,
// sources.yaml, rules.yaml, areas.geojson).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/kind.h"
#include "base/status.h"

namespace lagesbild {

struct Family {
  std::string name;
  int parent = -1;  // index into Settings::families
};

struct IncidentClass {
  std::string name;
  int family = -1;  // index into Settings::families
  bool grave = false;
  int64_t merge_ms =
      0;  // two reports within this time and distance may be one incident; 0 is never
  double merge_metres = 0;
};

struct Source {
  std::string org;
  Kind kind = Kind::kUnspecified;
  int64_t expected_gap_ms = 0;  // silent for longer: blind. 0: never judged blind
  std::string topic;  // believed from this topic alone; empty: from incidents, from tips as public
  std::vector<std::string>
      feeds;  // class or family names that its blindness touches; empty: those of its own reports
};

struct Area {
  std::string id;
  std::string name;
  std::string level;
  int parent = -1;
  double radius_m = 0;  // radius of the circle of the same surface
  bool leaf = true;     // no area names this one as its parent
  int picture = -1;     // index of the area that is its picture; itself if wider than a picture
                        // (architecture §1)
};

enum class RuleType : uint8_t { kSingle = 1, kCount = 2 };
enum class Severity : uint8_t { kMinor = 1, kModerate = 2, kSevere = 3, kExtreme = 4 };
std::string_view SeverityName(Severity severity);  // "minor", …

// What a rule looks at: one class, one family with what is below it, or all.
struct Of {
  enum class What : uint8_t { kAll = 0, kClass = 1, kFamily = 2 };
  What what = What::kAll;
  std::string name;  // empty for kAll
};

struct Rule {
  std::string id;
  RuleType type = RuleType::kCount;
  Of of;
  std::string level;      // count: areas of this level
  int64_t window_ms = 0;  // count: one of Settings::windows_ms
  int64_t enter = 0;      // count: opens at ≥
  int64_t exit = 0;       // count: may resolve at ≤; < enter
  int64_t hold_ms = 6 * 3600 * 1000;
  int64_t no_reraise_ms = 24 * 3600 * 1000;
  int64_t max_age_ms = 24 * 3600 * 1000;  // single: incidents older than this open nothing
  int64_t for_ms = 0;                     // count: the count must have stood for this long
  Severity severity = Severity::kModerate;
};

struct Settings {
  int64_t version = 1;   // highest `version` of the files; a lower one is refused
  std::string rule_set;  // hex fingerprint of all that follows; named by every alert
  std::vector<Family> families;
  std::vector<IncidentClass> classes;
  std::vector<Source> sources;
  std::vector<Area> areas;
  std::vector<Rule> rules;
  std::vector<int64_t> windows_ms;  // ascending; ≤ 24 h in minute panes, beyond in hour panes
  std::string time_zone = "UTC";    // for texts and the local day of tips
  int64_t grace_ms = 7LL * 24 * 3600 * 1000;
  int64_t max_future_ms = 10 * 60 * 1000;
  int tips_per_day = 5;

  // Filled by Index(); empty before.
  std::string picture_level;  // as Index was told
  absl::flat_hash_map<std::string, int> class_index, source_index, area_index, family_index;

  // Builds the four indices, Area::leaf and Area::picture (areas of `level` and what is
  // below them; wider areas are pictures of their own). InvalidArgument on a duplicate id or a
  // parent cycle.
  Status Index(std::string_view level);

  int64_t longest_window_ms() const { return windows_ms.empty() ? 0 : windows_ms.back(); }
  // How long a report is kept after it occurred: longest window + grace + max_future.
  int64_t retention_ms() const { return longest_window_ms() + grace_ms + max_future_ms; }

  // Index by name, -1 if there is none. (std::string: Debian's Abseil looks up no
  // std::string_view.)
  int FindClass(const std::string& name) const { return Find(class_index, name); }
  int FindSource(const std::string& org) const { return Find(source_index, org); }
  int FindArea(const std::string& id) const { return Find(area_index, id); }
  int FindFamily(const std::string& name) const { return Find(family_index, name); }
  // True if `family` is `ancestor` or below it (indices).
  bool FamilyWithin(int family, int ancestor) const;
  // True if incidents of class index `class_id` are what `of` looks at.
  bool Covers(const Of& of, int class_id) const;

 private:
  static int Find(const absl::flat_hash_map<std::string, int>& map, const std::string& key) {
    auto it = map.find(key);
    return it == map.end() ? -1 : it->second;
  }
};

}  // namespace lagesbild
