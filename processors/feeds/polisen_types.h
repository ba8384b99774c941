// PolisenTypes: the table from the police's event types to the classes of the configuration.
//
// A CSV file with the columns type,class,multi; '#' begins a comment line; multi is "yes" or empty.
// Types compare without regard to case. Example and the list of all types seen:
// deploy/sweden/polisen-types.csv. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"

namespace lagesbild::feeds {

class PolisenTypes {
 public:
  struct Target {
    std::string class_name;
    bool multi = false;  // not one event: a summary of many, or news about no event
  };
  // A table line, for checks against the configuration: `line` from 1.
  struct Entry {
    std::string type;
    Target target;
    int line = 0;
  };

  // NotFound: no such file. InvalidArgument (file:line: what): a bad line, a type that comes twice.
  static StatusOr<PolisenTypes> Load(const std::string& path);

  // Null: the table does not have it.
  const Target* Find(std::string_view type) const;
  // For a type that the table does not have: the entry "*", and multi if it begins with
  // "Sammanfattning".
  Target Fallback(std::string_view type) const;

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  absl::flat_hash_map<std::string, Target> by_type_;
};

}  // namespace lagesbild::feeds
