#include "base/settings.h"

#include <array>

namespace lagesbild {
namespace {

template <typename T, typename Name>
Status IndexByName(const std::vector<T>& list, Name name, std::string_view what,
                   absl::flat_hash_map<std::string, int>& out) {
  out.clear();
  for (size_t i = 0; i < list.size(); ++i) {
    if (!out.emplace(name(list[i]), static_cast<int>(i)).second) {
      return InvalidArgument(std::string("duplicate ") + std::string(what) + " " + name(list[i]));
    }
  }
  return absl::OkStatus();
}

// The picture of area `i`: the nearest area at or above it of `level`; itself if there is none (it
// is wider).
int PictureOf(const std::vector<Area>& areas, int i, std::string_view level) {
  for (int at = i; at >= 0; at = areas[at].parent) {
    if (areas[at].level == level) return at;
  }
  return i;
}

template <typename T, typename Name>
Status CheckParents(const std::vector<T>& list, Name name, std::string_view what) {
  for (const T& entry : list) {
    size_t steps = 0;
    for (int at = entry.parent; at >= 0; at = list[at].parent) {
      if (++steps <= list.size()) continue;
      return InvalidArgument(std::string(what) + ": parents of " + name(entry) + " form a cycle");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view SeverityName(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames = {"", "minor", "moderate", "severe",
                                                             "extreme"};
  return kNames[static_cast<size_t>(severity)];
}

Status Settings::Index(std::string_view level) {
  picture_level = std::string(level);
  LB_RETURN_IF_ERROR(
      IndexByName(classes, [](const auto& c) { return c.name; }, "class", class_index));
  LB_RETURN_IF_ERROR(
      IndexByName(families, [](const auto& f) { return f.name; }, "family", family_index));
  LB_RETURN_IF_ERROR(
      IndexByName(sources, [](const auto& s) { return s.org; }, "source", source_index));
  LB_RETURN_IF_ERROR(IndexByName(areas, [](const auto& a) { return a.id; }, "area", area_index));
  LB_RETURN_IF_ERROR(CheckParents(families, [](const auto& f) { return f.name; }, "families"));
  LB_RETURN_IF_ERROR(CheckParents(areas, [](const auto& a) { return a.id; }, "areas"));
  for (Area& area : areas) area.leaf = true;
  for (size_t i = 0; i < areas.size(); ++i) {
    areas[i].picture = PictureOf(areas, static_cast<int>(i), picture_level);
  }
  // An area wider than a picture does not include the pictures inside it, so those make it no
  // parent.
  for (size_t i = 0; i < areas.size(); ++i) {
    const Area& area = areas[i];
    if (area.parent >= 0 && areas[area.parent].picture == area.picture)
      areas[area.parent].leaf = false;
  }
  return absl::OkStatus();
}

bool Settings::FamilyWithin(int family, int ancestor) const {
  for (int f = family, steps = 0; f >= 0 && steps <= static_cast<int>(families.size());
       f = families[f].parent, ++steps) {
    if (f == ancestor) return true;
  }
  return false;
}

bool Settings::Covers(const Of& of, int class_id) const {
  if (class_id < 0) return false;
  switch (of.what) {
    case Of::What::kAll:
      return true;
    case Of::What::kClass:
      return classes[class_id].name == of.name;
    case Of::What::kFamily: {
      const int family = FindFamily(of.name);
      return family >= 0 && FamilyWithin(classes[class_id].family, family);
    }
  }
  return false;
}

}  // namespace lagesbild
