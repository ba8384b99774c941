#include "sim/sim_check.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/time.h"
#include "sim/sim_outputs.h"
#include "sim/sim_reference.h"
#include "stream/log_codec.h"
#include "stream/meta.h"
#include "stream/picture_state.h"

namespace lagesbild::sim {
namespace {

using Lines = std::vector<std::string>;
using Seen = SimWorld::Seen;

Outputs ObservedOutputs(const SimWorld& world) {
  Outputs out;
  for (const Seen& seen : world.ReadAll(world.topics().alerts)) {
    out.alerts[seen.key].push_back(*seen.value);
  }
  for (const Seen& seen : world.ReadAll(world.topics().aggregates)) {
    out.aggregates[seen.key] = Windows(*seen.value);
  }
  for (const Seen& seen : world.ReadAll(world.topics().dead_letters)) {
    out.dead_letters.insert(*seen.value);
  }
  return out;
}

// ---- the picture log

Lines CheckClocks(int32_t partition, const std::vector<LogRecord>& log) {
  for (size_t i = 1; i < log.size(); ++i) {
    if (log[i].clock_ms < log[i - 1].clock_ms) {
      return {"the clock of log partition " + std::to_string(partition) + " goes back"};
    }
  }
  return {};
}

// Every raw record's report, superseded and command once a partition, in the order of its raw
// partition.
Lines CheckRawOrder(int32_t partition, const std::vector<LogRecord>& log) {
  Lines out;
  std::map<std::pair<std::string, int32_t>, std::pair<int64_t, size_t>> last;
  for (const LogRecord& record : log) {
    if (record.raw.topic.empty() || std::holds_alternative<Liveness>(record.body)) continue;
    const std::pair now(record.raw.offset, record.body.index());
    auto [it, first] = last.try_emplace({record.raw.topic, record.raw.partition}, now);
    if (!first && now.first < it->second.first) {
      out.push_back("log partition " + std::to_string(partition) + ": " + record.raw.topic + " " +
                    std::to_string(record.raw.partition) + " offset " +
                    std::to_string(record.raw.offset) + " comes after " +
                    std::to_string(it->second.first));
    }
    it->second = now;
  }
  return out;
}

using LogOf = std::vector<std::vector<LogRecord>>;  // by partition

Lines CheckEachRawRecordOnce(const SimWorld& world, const Plan& plan, const LogOf& log,
                             const Outputs& outputs) {
  using Place = std::tuple<std::string, int32_t, int64_t>;
  std::map<Place, std::map<size_t, std::map<size_t, int>>> found;  // → body → partition → times
  for (size_t p = 0; p < log.size(); ++p) {
    for (const LogRecord& record : log[p]) {
      if (std::holds_alternative<Liveness>(record.body) || record.raw.topic.empty()) continue;
      ++found[{record.raw.topic, record.raw.partition, record.raw.offset}][record.body.index()][p];
    }
  }
  Lines out;
  for (size_t i = 0; i < plan.records.size(); ++i) {
    const SimWorld::RawPlace& at = world.raw_places()[i];
    const Place place{plan.records[i].topic, at.partition, at.offset};
    const std::string name = std::get<0>(place) + " " + std::to_string(at.partition) + " offset " +
                             std::to_string(at.offset);
    const std::string coordinates = R"("topic":")" + std::get<0>(place) + R"(","partition":)" +
                                    std::to_string(at.partition) + R"(,"offset":)" +
                                    std::to_string(at.offset) + ",";
    const auto letters = std::count_if(
        outputs.dead_letters.begin(), outputs.dead_letters.end(), [&](const std::string& letter) {
          return letter.find(coordinates) != std::string::npos &&
                 letter.find(R"("stage":"picture")") == std::string::npos;
        });
    const auto it = found.find(place);
    if (letters + (it != found.end() ? 1 : 0) != 1) {
      out.push_back(name + (it != found.end() ? " is in the log" : " is not in the log") + " and " +
                    std::to_string(letters) + " times in the dead letters");
    }
    if (it == found.end()) continue;
    for (const auto& [body, partitions] : it->second) {
      const size_t expected = body == 2 ? log.size() : 1;  // Superseded goes to all
      if (partitions.size() != expected) {
        out.push_back(name + " is in " + std::to_string(partitions.size()) + " log partitions");
      }
      for (const auto& [p, times] : partitions) {
        if (times != 1) out.push_back(name + " is " + std::to_string(times) + " times in the log");
      }
    }
  }
  return out;
}

// ---- what is stored

class RowsStore : public stream::Store {
 public:
  explicit RowsStore(const SimDisk::Rows& rows) : rows_(rows) {}
  Status Write(std::vector<Change>) override { return Internal("read only"); }
  StatusOr<std::optional<std::string>> Get(std::string_view key) override {
    auto it = rows_.find(key);
    return it == rows_.end() ? std::nullopt : std::optional(it->second);
  }
  Status ForEach(const std::function<Status(std::string_view, std::string_view)>& row) override {
    for (const auto& [key, value] : rows_) LB_RETURN_IF_ERROR(row(key, value));
    return absl::OkStatus();
  }

 private:
  const SimDisk::Rows& rows_;
};

// Things happen in every district, and days go by.
void Probe(picture::Fold& fold, int64_t clock_ms, Outputs& out) {
  Outputs before;
  CollectAggregatesInto(fold, before);
  int n = 0;
  for (const char* area : {"hv-1", "hv-2", "ki-1"}) {
    for (int i = 0; i < 3; ++i) {
      clock_ms += kMinuteMs;
      Report report;
      report.key = {false, "polisen", "probe-" + std::to_string(n++)};
      report.kind = Kind::kPolice;
      report.class_name = i == 0 ? "shooting" : "assault";
      report.occurred_ms = report.reported_ms = clock_ms;
      report.area = area;
      LogRecord record;
      record.clock_ms = clock_ms;
      record.picture = std::string(area).substr(0, 2);
      record.body = report;
      JudgeInto(fold, clock_ms, std::span(&record, 1), out);
    }
  }
  for (const int64_t later_ms : {kHourMs, 5 * kHourMs, kDayMs, 10 * kDayMs}) {
    JudgeInto(fold, clock_ms + later_ms, {}, out);
    CollectAggregatesInto(fold, out);
  }
}

Lines CheckStored(SimWorld& world, int32_t p, LogFold& folded) {
  const std::string where = "log partition " + std::to_string(p);
  SimDisk::Rows rows;
  for (const Seen& seen : world.kafka().ReadCommitted({world.topics().changelog, p})) {
    if (seen.value) {
      rows[seen.key] = *seen.value;
    } else {
      rows.erase(seen.key);
    }
  }
  const auto committed = world.kafka().CommittedNow("lagesbild", {world.topics().picture_log, p});
  if (committed.offset < 0 && rows.empty()) return {};
  RowsStore changelog(rows);
  const auto state = stream::LoadState(changelog);
  if (!state.ok()) return {where + ": the changelog cannot be loaded: " + Message(state.status())};
  Lines out;
  if (state->row_keys.size() != state->meta.row_count) {
    out.push_back(where + ": rows are missing or too many");
  }
  if (stream::SeqMetadata(state->meta.seq) != committed.metadata ||
      state->meta.next_offset != committed.offset) {
    out.push_back(where + ": the group is at " + std::to_string(committed.offset) + " " +
                  committed.metadata + ", the changelog's META at " +
                  std::to_string(state->meta.next_offset) +
                  " seq=" + std::to_string(state->meta.seq));
  }
  for (const SimDisk::Rows* stored : world.Stores(p)) {
    const auto meta = stored->find(stream::kMetaKey);
    if (meta == stored->end()) continue;
    // A machine that has not had the partition lately is behind.
    if (stream::DecodeMeta(meta->second)->seq != state->meta.seq) continue;
    SimDisk::Rows without_local = *stored;
    without_local.erase(std::string(stream::kLocalKey));
    // In the middle of an assign, and about to be set aside: tombstones were compacted away.
    if (without_local.size() != state->meta.row_count + 1) continue;
    if (without_local != rows) out.push_back(where + ": a store differs from the changelog");
  }
  Outputs want, got;
  const int64_t clock_ms = std::max(folded.fold().clock_ms(), state->fold->clock_ms());
  Probe(folded.fold(), clock_ms, want);
  Probe(*state->fold, clock_ms, got);
  for (std::string& line : Difference(where + ": restored, gone on", want, got)) {
    out.push_back(std::move(line));
  }
  return out;
}

// ---- all of it

void Add(Lines lines, Lines& to) {
  // A few say it all.
  for (size_t i = 0; i < lines.size() && i < 5; ++i) to.push_back(std::move(lines[i]));
}

LogOf DecodeLog(const SimWorld& world, Lines& out) {
  LogOf log(world.counts().picture_log);
  stream::LogDecoder decoder;
  for (size_t p = 0; p < log.size(); ++p) {
    for (const Seen& seen : world.PictureLog(static_cast<int32_t>(p))) {
      LogRecord& record = log[p].emplace_back();
      if (!seen.value || !decoder.Decode(*seen.value, record).ok()) {
        out.push_back("log partition " + std::to_string(p) + ": a record cannot be read");
        log[p].pop_back();
      }
    }
  }
  return log;
}

// Ticks and liveness depend on commits; liveness may be said twice.
Lines CheckAgainstReference(int32_t p, const std::vector<LogRecord>& want,
                            const std::vector<LogRecord>& got) {
  const auto bytes_of = [](const std::vector<LogRecord>& log) {
    std::vector<std::string> out;
    stream::LogEncoder encoder;
    for (const LogRecord& record : log) {
      if (std::holds_alternative<Liveness>(record.body)) continue;
      encoder.Encode(record, out.emplace_back());
    }
    return out;
  };
  const auto wanted = bytes_of(want), came = bytes_of(got);
  if (wanted == came) return {};
  const auto [w, c] = std::mismatch(wanted.begin(), wanted.end(), came.begin(), came.end());
  return {"log partition " + std::to_string(p) + " differs from a straight run at its record " +
          std::to_string(w - wanted.begin()) + " (" + std::to_string(wanted.size()) + " wanted, " +
          std::to_string(came.size()) + " came)"};
}

// What had come before the service was there is taken lowest time first, and no tick is at the wall
// before that is done.
Lines CheckOldRecords(const SimWorld& world, const Plan& plan, const LogOf& log) {
  const auto first_new = std::find_if(plan.records.begin(), plan.records.end(),
                                      [](const RawInput& input) { return input.at_ms >= 0; });
  const auto count = static_cast<size_t>(first_new - plan.records.begin());
  if (count == 0) return {};
  const LogOf want = StraightRun(world, plan, count).log;
  Lines out;
  for (size_t p = 0; p < log.size(); ++p) {
    std::vector<LogRecord> wanted, came;
    for (const LogRecord& record : want[p]) {
      if (!record.raw.topic.empty()) wanted.push_back(record);
    }
    for (const LogRecord& record : log[p]) {
      if (record.raw.topic.empty()) continue;
      const bool old = std::any_of(want[p].begin(), want[p].end(), [&](const LogRecord& w) {
        return w.raw.topic == record.raw.topic && w.raw.partition == record.raw.partition &&
               w.raw.offset == record.raw.offset;
      });
      if (old) came.push_back(record);
    }
    Lines lines = CheckAgainstReference(static_cast<int32_t>(p), wanted, came);
    out.insert(out.end(), lines.begin(), lines.end());
  }
  return out;
}

}  // namespace

std::vector<std::string> CheckRun(SimWorld& world, const Plan& plan) {
  Lines out;
  const LogOf log = DecodeLog(world, out);
  const Outputs observed = ObservedOutputs(world);
  Add(CheckEachRawRecordOnce(world, plan, log, observed), out);
  for (size_t p = 0; p < log.size(); ++p) {
    Add(CheckClocks(static_cast<int32_t>(p), log[p]), out);
    Add(CheckRawOrder(static_cast<int32_t>(p), log[p]), out);
  }
  // A log that is not as it must be cannot be folded.
  if (!out.empty()) return out;

  Outputs replayed;
  std::vector<LogFold> folds(log.size());
  for (size_t p = 0; p < log.size(); ++p) {
    for (const LogRecord& record : log[p]) folds[p].Take(record);
    replayed.Add(folds[p].TakeOutputs());
  }
  // Intake's dead letters are not in the log.
  for (const std::string& letter : observed.dead_letters) {
    if (letter.find(R"("stage":"picture")") == std::string::npos) {
      replayed.dead_letters.insert(letter);
    }
  }
  Add(Difference("the log folded again", replayed, observed), out);
  for (size_t p = 0; p < log.size(); ++p) {
    Add(CheckStored(world, static_cast<int32_t>(p), folds[p]), out);
  }
  if (plan.live) {
    Add(CheckOldRecords(world, plan, log), out);
    return out;
  }
  const Reference reference = StraightRun(world, plan, plan.records.size());
  for (size_t p = 0; p < log.size(); ++p) {
    Add(CheckAgainstReference(static_cast<int32_t>(p), reference.log[p], log[p]), out);
  }
  Add(Difference("a straight run", reference.outputs, observed), out);
  return out;
}

}  // namespace lagesbild::sim
