// Silences: which rules in which areas a coordinator has asked to be quiet about, and until when.
//
// A silence covers its area and those below it, for one rule or all. An alert that it covers is
// announced all the same, flagged `silenced`. Thread-compatible. Source: contract, "Command".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"
#include "base/status.h"

namespace lagesbild::picture {

class Silences {
 public:
  void Silence(const std::string& area_id, const std::string& rule, int64_t until_ms);
  void Unsilence(const std::string& area_id, const std::string& rule);
  // Drops those that end at or before `clock_ms`; true if there were any.
  bool Expire(int64_t clock_ms);
  int64_t next_due_ms() const;
  bool Covers(const Settings& settings, int area, const std::string& rule) const;

  // The one row that holds them; empty if there are none.
  std::string Encode() const;
  Status Restore(std::string_view row);

  struct Entry {
    std::string area_id, rule;  // rule empty: all
    int64_t until_ms = 0;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;  // ordered by (area, rule); few
};

}  // namespace lagesbild::picture
