// Fold: one log partition's records in, alert transitions, aggregates and changed rows out.
//
// revise → merge → count → judge → announce. A pure function of the log: it reads no clock, no
// file, no environment, and the same log gives the same bytes. All records of one clock value are
// one instant; the caller gathers them (picture/instants.h) and hands them over when the clock has
// moved past. State lives here in memory; the caller makes it durable: CollectRows gives every row
// changed since the last call as an absolute value, Restore takes them back. Thread-compatible; one
// worker thread owns it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/dead_letter.h"
#include "base/log_record.h"
#include "base/settings.h"
#include "base/status.h"
#include "picture/outputs.h"
#include "picture/shelves.h"

namespace lagesbild::picture {

// What one or more instants gave. The caller empties it.
struct Effects {
  std::vector<AlertTransition> alerts;
  std::vector<DeadLetter> dead_letters;  // commands for alerts that do not exist
  // For metrics: reports whose revision is held already or has passed, [1 + index of the source in
  // settings()]; [0]: of a source that the configuration does not have. A change of the
  // configuration comes before the reports of its instant.
  std::vector<int64_t> duplicates;
};

// Reads the Settings out of a Configuration record. Injected: the wire form is not the fold's
// business.
using SettingsDecoder = std::function<StatusOr<Settings>(std::string_view encoded)>;

// Rows that a fold may begin with where the log's beginning is gone: of the rows of a later state
// the configuration, the sources and which of them a picture has, as of `clock_ms`. Empty if there
// is no configuration among them.
std::map<std::string, std::string> SeedRows(const std::map<std::string, std::string>& rows,
                                            int64_t clock_ms);

class Fold {
 public:
  // `shelving`: what is put away into the store, which has the rows of the last commit but for
  // those that are being committed. What comes out is the same with it and without.
  explicit Fold(SettingsDecoder decoder, Shelving shelving = {});
  ~Fold();
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

  // Takes back one row as CollectRows gave it; keys ascending, each key once. DataLoss: a row
  // that cannot be read or that has a newer format. FinishRestore ends it and checks the whole.
  // Only before the first Instant.
  Status Restore(std::string_view key, std::string_view value);
  Status FinishRestore();

  // Judges one instant: first what falls due before `clock_ms`, each due time an instant of its
  // own, then what is due at it and the records together. `clock_ms` must be later than the clock
  // of the last call; the same is another part of that instant (one too large for memory).
  // InvalidArgument: a configuration that cannot be read (nothing has changed; the task must stop).
  // What the store says where it cannot be read: the fold is of no more use.
  Status Instant(int64_t clock_ms, std::span<const LogRecord> records, Effects& out);

  // The last instant judged; INT64_MIN before the first.
  int64_t clock_ms() const;

  // One aggregate for each area whose windows or completeness changed since the last call, ordered
  // by area id.
  std::vector<Aggregate> CollectAggregates();

  // Calls `sink` for each row changed since the last call, in key order; value nullopt: the row is
  // gone. A row's value may depend on when the commits came, never the state that Restore builds
  // from all rows. `commit` rises by at least 1 a call.
  using RowSink = std::function<void(std::string_view key, const std::string* value_or_null)>;
  void CollectRows(uint64_t commit, const RowSink& sink);

  // Every row that there is, changed or not, in key order, as if one commit had written all: two
  // folds of one state, each restored from its rows, give the same bytes, whatever their commits
  // were. But for two things that depend on the commits: the sequences of aggregates, and of an
  // alert how much of what is too old to be held has been put into `past`. For audit; not with
  // shelving.
  void AllRows(const RowSink& sink) const;

  // For metrics: open alerts a severity; reports held, and how many of them in memory; incidents in
  // memory, series, bytes (an estimate).
  struct Stats {
    std::array<int64_t, 5> alerts_active{};  // index: Severity
    int64_t reports = 0, in_memory = 0, incidents = 0, series = 0, memory_bytes = 0;
  };
  Stats stats() const;
  const Settings* settings() const;  // null before the first Configuration

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::picture
