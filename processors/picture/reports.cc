#include "picture/reports.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/time.h"

namespace lagesbild::picture {
namespace {

// Reports of one incident may go at different times; what is stored outlives them all by this much.
constexpr int64_t kSlackMs = 2 * kDayMs;

}  // namespace

HeldReport* Reports::Find(const ReportKey& key) const {
  const auto it = by_key_.find(key);
  return it == by_key_.end() ? nullptr : it->get();
}

HeldReport& Reports::Add(std::unique_ptr<HeldReport> report) {
  HeldReport& added = *report;
  removed_.erase(added.key);
  by_expiry_.emplace(ExpiryHourMs(added.keep_until_ms), &added);
  const bool is_new = by_key_.insert(std::move(report)).second;
  LB_CHECK(is_new);
  return added;
}

std::unique_ptr<HeldReport> Reports::Remove(HeldReport* report) {
  removed_[report->key] = report->keep_until_ms;
  return Drop(report);
}

std::unique_ptr<HeldReport> Reports::Drop(HeldReport* report) {
  by_expiry_.erase({ExpiryHourMs(report->keep_until_ms), report});
  dirty_.erase(report);
  return std::move(by_key_.extract(report->key).value());
}

void Reports::KeepUntil(HeldReport* report, int64_t keep_until_ms) {
  by_expiry_.erase({ExpiryHourMs(report->keep_until_ms), report});
  report->keep_until_ms = keep_until_ms;
  by_expiry_.emplace(ExpiryHourMs(keep_until_ms), report);
}

int64_t Reports::next_due_ms() const {
  return by_expiry_.empty() ? kNever : by_expiry_.begin()->first;
}

HeldReport* Reports::TakeExpired(int64_t clock_ms) {
  if (next_due_ms() > clock_ms) return nullptr;
  HeldReport* expired = by_expiry_.begin()->second;
  by_expiry_.erase(by_expiry_.begin());
  return expired;
}

void Reports::ForEach(const std::function<void(HeldReport*)>& f) const {
  for (const auto& report : by_key_) f(report.get());
}

std::vector<std::unique_ptr<HeldReport>> Reports::TakeAll() {
  std::vector<std::unique_ptr<HeldReport>> out;
  out.reserve(by_key_.size());
  for (auto it = by_key_.begin(); it != by_key_.end();)
    out.push_back(std::move(by_key_.extract(it++).value()));
  by_expiry_.clear();
  dirty_.clear();
  removed_.clear();
  return out;
}

void Reports::Rewrite(absl::FunctionRef<bool(const HeldReport&)> but) {
  rewrite_ = true;
  dirty_.clear();
  removed_.clear();
  for (const auto& report : by_key_) {
    if (!but(*report)) dirty_.insert(report.get());
  }
}

void Reports::CollectRows(uint64_t commit, int64_t clock_ms, const RowSink& sink) {
  const bool all = std::exchange(rewrite_, false);
  for (auto it = chunks_.begin(); it != chunks_.end();) {
    if (!all && it->second + kSlackMs > clock_ms) {
      ++it;
      continue;
    }
    sink(it->first, {});
    it = chunks_.erase(it);
  }
  ChunkWriter chunks(FirstChunk(commit),
                     [&](uint64_t chunk, int64_t keep_until_ms, std::string row) {
                       chunks_[chunk] = keep_until_ms;
                       sink(chunk, std::move(row));
                     });
  std::vector<const HeldReport*> changed(dirty_.begin(), dirty_.end());
  std::sort(changed.begin(), changed.end(),
            [](const HeldReport* x, const HeldReport* y) { return x->key < y->key; });
  for (const HeldReport* report : changed) chunks.Write(report->key, report->keep_until_ms, report);
  for (const auto& [key, until_ms] : removed_) chunks.Write(key, until_ms, nullptr);
  chunks.Finish();
  dirty_.clear();
  removed_.clear();
}

Status Reports::Restore(uint64_t chunk, std::string_view row, int64_t clock_ms) {
  int64_t chunk_until_ms = 0;
  const Status read = ReadReportChunk(row, [&](StoredReport&& stored) {
    std::unique_ptr<HeldReport>& report = stored.report;
    chunk_until_ms = std::max(chunk_until_ms, report->keep_until_ms);
    // What is this old may have outlived, in its chunk, the later word that it is gone.
    if (report->keep_until_ms + kSlackMs <= clock_ms) return;
    if (HeldReport* before = Find(report->key)) Drop(before);
    if (stored.held) Add(std::move(report));
  });
  chunks_[chunk] = chunk_until_ms;
  return read;
}

std::vector<uint64_t> Reports::chunks() const {
  std::vector<uint64_t> out;
  for (const auto& [commit, until_ms] : chunks_) out.push_back(commit);
  return out;
}

void Reports::AllRows(const RowSink& sink) const {
  std::vector<const HeldReport*> ordered;
  for (const auto& report : by_key_) ordered.push_back(report.get());
  std::sort(ordered.begin(), ordered.end(),
            [](const HeldReport* a, const HeldReport* b) { return a->key < b->key; });
  ChunkWriter chunks(
      0, [&](uint64_t chunk, int64_t, std::string row) { sink(chunk, std::move(row)); });
  for (const HeldReport* report : ordered) {
    chunks.Write(report->key, report->keep_until_ms, report);
  }
  chunks.Finish();
}

}  // namespace lagesbild::picture
