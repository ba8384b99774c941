// Merger: reports that stand → incidents, kept up to date one change at a time.
//
// Reports of one class are swept in order; each joins the earliest incident whose first report is
// near enough, else it begins one. A change redoes the sweep only where it can matter: a report is
// looked at again when the first report it joined is gone, or when an earlier first report has come
// within its reach, in ascending order, so that the result is that of a sweep from scratch,
// whatever the order of arrival (property-tested against one). Owns the incidents, borrows the
// reports. Source: contract, "Incident".
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/settings.h"
#include "picture/report.h"

namespace lagesbild::picture {

// Whether reports of this class merge at all.
bool Merges(const IncidentClass& of);

// True if `later` may be of the incident that begins with `first`: within the class's minutes and
// metres plus both precisions; by counted area if either has no point. The class must be the same.
bool Near(const IncidentClass& of, const HeldReport& first, const HeldReport& later);

class Merger {
 public:
  // `picture`: id, part of the incidents' ids. `settings` is borrowed and must outlive the Merger.
  Merger(std::string picture, const Settings* settings);

  // A report that Joins() comes in, or goes out before it changes. Nothing is decided until
  // Resolve.
  void Insert(HeldReport* report);
  void Remove(HeldReport* report);

  // Decides. Incidents that are new, changed or gone since the last call, each once, in no order;
  // those that are gone stay readable (but for `first`) until Forget.
  std::vector<Incident*> Resolve();
  void Forget();

  // Takes out an incident and its reports for good, as if they had never been, without deciding
  // again: for what is past every window. The caller has seen to its counts.
  void Drop(Incident* incident);

  size_t size() const { return incidents_.size(); }

 private:
  struct OfClass {
    ReportsByTime reports;  // all that join; empty for a class that never merges
    ReportsByTime firsts;
    ReportsByTime pending;  // to be looked at
  };

  bool ClassMerges(int class_id) const { return Merges(settings_->classes[class_id]); }
  void Decide(OfClass& of, HeldReport* report);
  HeldReport* FindFirst(const OfClass& of, const HeldReport& report) const;
  void Begin(OfClass& of, HeldReport* report);
  void Join(HeldReport* report, Incident* incident);
  void Leave(HeldReport* report);
  void End(OfClass& of, Incident* incident);
  void Touch(Incident* incident);
  void Summarise(Incident* incident);

  std::string picture_;
  const Settings* settings_;
  std::vector<OfClass> classes_;
  absl::flat_hash_map<const Incident*, std::unique_ptr<Incident>> incidents_;
  std::vector<Incident*> changed_;
  std::vector<std::unique_ptr<Incident>> graveyard_;
  std::vector<int> pending_classes_;
};

}  // namespace lagesbild::picture
