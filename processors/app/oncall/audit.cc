#include "app/oncall/audit.h"

#include <simdjson.h>

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "app/service/read_partition.h"
#include "base/time.h"
#include "io/rocksdb_store.h"
#include "stream/log_codec.h"
#include "stream/picture_state.h"

namespace lagesbild::app {
namespace {

constexpr absl::Duration kAskAgain = absl::Milliseconds(100);

StatusOr<Rows> RowsOf(stream::Store& store) {
  Rows rows;
  LB_RETURN_IF_ERROR(store.ForEach([&](std::string_view key, std::string_view value) {
    if (key != stream::kMetaKey && key != stream::kLocalKey) rows.emplace(key, value);
    return absl::OkStatus();
  }));
  return rows;
}

std::string Partition(int32_t partition) { return "partition " + std::to_string(partition); }

}  // namespace

Audit::Audit(const LoadedConfig& loaded, stream::Log& log, AuditOptions options, Say say)
    : loaded_(loaded),
      log_(log),
      options_(options),
      say_(std::move(say)),
      topics_(
          stream::MakeTopics(loaded.config.topics_prefix, loaded.settings, loaded.config.group)) {}

Status Audit::Run() {
  LB_ASSIGN_OR_RETURN(counts_, stream::CountPartitions(log_, topics_));
  outputs_ = std::make_unique<AuditOutputs>(counts_.picture_log, options_.repeats_allowed);
  LB_RETURN_IF_ERROR(CutOffsets());
  if (options_.raw) LB_RETURN_IF_ERROR(ExpectRaw());
  LB_RETURN_IF_ERROR(ReadOutputs());
  for (int32_t p = 0; p < counts_.picture_log; ++p) LB_RETURN_IF_ERROR(FoldPartition(p));
  if (options_.raw) LB_RETURN_IF_ERROR(CheckRaw());
  summary_.partitions = counts_.picture_log;
  summary_.transitions = outputs_->transitions();
  summary_.areas = outputs_->areas();
  return absl::OkStatus();
}

// A transaction over them may be undecided, for as long as its owner's death is not noticed.
StatusOr<std::vector<stream::CommittedOffset>> Audit::CommittedOf(
    const std::string& group, const std::vector<stream::TopicPartition>& at) {
  stream::ConsumerOptions options;
  options.group = group;
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer(options));
  const absl::Time give_up = absl::Now() + kReadPatience;
  while (true) {
    auto committed = consumer->Committed(at);
    if (!absl::IsUnavailable(committed.status()) || absl::Now() > give_up) return committed;
    absl::SleepFor(kAskAgain);
  }
}

Status Audit::CutOffsets() {
  std::vector<stream::TopicPartition> at;
  for (int32_t p = 0; p < counts_.picture_log; ++p) at.push_back({topics_.picture_log, p});
  LB_ASSIGN_OR_RETURN(const auto committed, CommittedOf(loaded_.config.group, at));
  for (size_t p = 0; p < committed.size(); ++p) {
    const auto seq = stream::SeqFromMetadata(committed[p].metadata);
    if (committed[p].offset >= 0 && !seq) {
      findings_.Add(Findings::kState, Partition(static_cast<int32_t>(p)) +
                                          ": the group's offset names no commit; it was set by "
                                          "hand");
    }
    committed_.push_back({committed[p].offset, seq.value_or(0)});
  }
  return absl::OkStatus();
}

Status Audit::ExpectRaw() {
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer({}));
  for (size_t t = 0; t < topics_.raw.size(); ++t) {
    std::vector<stream::TopicPartition> at;
    for (int32_t p = 0; p < counts_.raw[t]; ++p) at.push_back({topics_.raw[t].name, p});
    LB_ASSIGN_OR_RETURN(const auto committed, CommittedOf(loaded_.config.group + "-intake", at));
    for (size_t p = 0; p < at.size(); ++p) {
      LB_ASSIGN_OR_RETURN(const auto bounds, consumer->Bounds(at[p]));
      ledger_.Expect(topics_.raw[t].short_name, at[p].partition, bounds.first,
                     std::max(bounds.first, committed[p].offset));
    }
  }
  summary_.raw_records = ledger_.expected();
  return absl::OkStatus();
}

Status Audit::ReadOutputs() {
  say_("reading " + topics_.alerts + " and " + topics_.aggregates);
  LB_RETURN_IF_ERROR(
      ReadTopic(log_, topics_.alerts, [&](int32_t, const stream::RecordView& record) {
        outputs_->TakeAlert(record, findings_);
        return StatusOr<bool>(true);
      }));
  LB_RETURN_IF_ERROR(
      ReadTopic(log_, topics_.aggregates, [&](int32_t, const stream::RecordView& record) {
        outputs_->TakeAggregate(record, findings_);
        return StatusOr<bool>(true);
      }));
  if (!options_.raw) return absl::OkStatus();
  simdjson::dom::parser parser;
  return ReadTopic(log_, topics_.dead_letters, [&](int32_t, const stream::RecordView& record) {
    simdjson::dom::object fields;
    std::string_view topic, stage;
    int64_t partition = 0, offset = 0;
    if (record.value && !parser.parse(record.value->data(), record.value->size()).get(fields) &&
        !fields["topic"].get(topic) && !fields["stage"].get(stage) &&
        !fields["partition"].get(partition) && !fields["offset"].get(offset)) {
      ledger_.TakeDeadLetter(std::string(topic), static_cast<int32_t>(partition), offset, stage);
    }
    return StatusOr<bool>(true);
  });
}

void Audit::Keep(Stored stored, Work& work) {
  if (stored.rows.size() != stored.meta.row_count) {
    findings_.Add(Findings::kState, stored.where + " has " + std::to_string(stored.rows.size()) +
                                        " rows, its META says " +
                                        std::to_string(stored.meta.row_count));
  }
  summary_.rows += static_cast<int64_t>(stored.rows.size());
  work.stored.push_back(std::move(stored));
}

// The store of this machine, if it has one of this partition.
void Audit::ReadStore(Work& work) {
  Stored stored{Partition(work.partition) + ": store", {}, {}};
  const Status read = [&]() -> Status {
    LB_ASSIGN_OR_RETURN(const auto store,
                        io::RocksStores::OpenToRead(loaded_.config.state_dir, loaded_.config.group,
                                                    work.partition));
    LB_ASSIGN_OR_RETURN(const stream::StoreHead head, stream::ReadHead(*store));
    stored.meta = head.meta.value_or(stream::Meta{});
    LB_ASSIGN_OR_RETURN(stored.rows, RowsOf(*store));
    return absl::OkStatus();
  }();
  if (absl::IsNotFound(read)) {
    say_(Partition(work.partition) + ": no store on this machine; its changelog is compared");
    return;
  }
  if (!read.ok()) {
    findings_.Add(Findings::kState, stored.where + ": " + Message(read));
    return;
  }
  if (stored.meta.seq < committed_[static_cast<size_t>(work.partition)].seq) {
    say_(stored.where + " is at commit " + std::to_string(stored.meta.seq) + ", the group was at " +
         std::to_string(committed_[static_cast<size_t>(work.partition)].seq) +
         ": another instance has the partition; compared as of its own commit");
  }
  Keep(std::move(stored), work);
}

Status Audit::ReadChangelog(Work& work) {
  Stored stored{Partition(work.partition) + ": changelog", {}, {}};
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer({}));
  LB_RETURN_IF_ERROR(
      ReadPartition(*consumer, {topics_.changelog, work.partition}, stream::kFromBeginning,
                    [&](const stream::RecordView& record) -> StatusOr<bool> {
                      if (record.key == stream::kMetaKey && record.value) {
                        LB_ASSIGN_OR_RETURN(stored.meta, stream::DecodeMeta(*record.value));
                      } else if (record.value) {
                        stored.rows[std::string(record.key)] = std::string(*record.value);
                      } else {
                        stored.rows.erase(std::string(record.key));
                      }
                      return true;
                    }));
  const uint64_t committed = committed_[static_cast<size_t>(work.partition)].seq;
  if (stored.meta.seq < committed) {
    findings_.Add(Findings::kState, stored.where + " ends at commit " +
                                        std::to_string(stored.meta.seq) + ", the group was at " +
                                        std::to_string(committed));
  }
  Keep(std::move(stored), work);
  return absl::OkStatus();
}

Status Audit::FoldPartition(int32_t partition) {
  const Committed& committed = committed_[static_cast<size_t>(partition)];
  Work work;
  work.partition = partition;
  work.clocks = outputs_->ClocksOf(partition);
  ReadStore(work);
  LB_RETURN_IF_ERROR(ReadChangelog(work));
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer({}));
  LB_ASSIGN_OR_RETURN(const auto bounds, consumer->Bounds({topics_.picture_log, partition}));
  consumer->Close();
  work.partial = bounds.first > 0;
  say_("folding " + topics_.picture_log + " " + Partition(partition) + ", offsets " +
       std::to_string(bounds.first) + " to " + std::to_string(bounds.second));
  Refold refold({loaded_.config.commit_bytes,
                 [&](const picture::AlertTransition& transition, int64_t before) {
                   if (work.partial) return;
                   outputs_->Expect(transition, before <= committed.offset, findings_);
                 },
                 [&](picture::Fold& fold, int64_t) {
                   if (work.past_cut && work.clocks.contains(fold.clock_ms()))
                     Collect(work, fold, false);
                   return absl::OkStatus();
                 }});
  if (committed.seq > 0) {
    refold.At(committed.offset, [&](picture::Fold& fold) {
      Collect(work, fold, true);
      work.past_cut = true;
      return absl::OkStatus();
    });
  }
  for (const Stored& stored : work.stored) {
    // Nothing was judged yet, or all is to be judged anew (reset).
    if (stored.meta.seq == 0 || stored.meta.next_offset <= bounds.first) continue;
    refold.At(stored.meta.next_offset,
              [&](picture::Fold& fold) { return CompareStored(work, stored, fold); });
  }
  LB_RETURN_IF_ERROR(FoldRecords(work, refold));
  for (const int64_t offset : refold.Missed()) {
    findings_.Add(Findings::kLog, Partition(partition) + ": no instant ends before offset " +
                                      std::to_string(offset) + ", which a commit names");
  }
  outputs_->FindLeftOver(partition, !work.partial, findings_);
  return absl::OkStatus();
}

Status Audit::FoldRecords(Work& work, Refold& refold) {
  stream::LogDecoder decoder;
  LogRecord decoded;
  bool first = true;
  LB_ASSIGN_OR_RETURN(const auto consumer, log_.OpenConsumer({}));
  const Status read =
      ReadPartition(*consumer, {topics_.picture_log, work.partition}, stream::kFromBeginning,
                    [&](const stream::RecordView& record) -> StatusOr<bool> {
                      if (!record.value) return DataLoss("a log record without a value");
                      LB_RETURN_IF_ERROR(decoder.Decode(*record.value, decoded));
                      if (std::exchange(first, false) && work.partial) {
                        LB_RETURN_IF_ERROR(Seed(work, decoded.clock_ms, refold));
                      }
                      ledger_.TakeLogRecord(work.partition, record.offset, decoded, findings_);
                      ++summary_.log_records;
                      const Status taken = refold.Take(record.offset, *record.value);
                      if (taken.ok()) return true;
                      return Error(taken.code(), "offset " + std::to_string(record.offset) + ": " +
                                                     Message(taken));
                    });
  if (!absl::IsDataLoss(read) && !absl::IsInvalidArgument(read)) return read;
  findings_.Add(Findings::kLog, Partition(work.partition) + ": " + Message(read));
  return absl::OkStatus();
}

Status Audit::Seed(Work& work, int64_t first_clock_ms, Refold& refold) {
  work.accepted_from_ms = first_clock_ms;
  say_(Partition(work.partition) +
       ": the log no longer reaches back to the beginning: counts, reports since " +
       FormatTimeMs(first_clock_ms) +
       " and aggregates are recomputed; alerts are compared as stored and as announced");
  for (const Stored& stored : work.stored) {
    const Rows seed = picture::SeedRows(stored.rows, first_clock_ms - 1);
    if (!seed.empty()) return refold.Seed(seed);
  }
  return DataLoss("no configuration to begin with, neither stored nor in the log");
}

void Audit::Collect(Work& work, picture::Fold& fold, bool and_before) {
  for (picture::Aggregate& aggregate : fold.CollectAggregates()) {
    std::string area = aggregate.area;
    work.current[std::move(area)] = std::move(aggregate);
  }
  if (fold.settings() == nullptr) return;
  outputs_->Compare(work.partition, work.current, *fold.settings(), fold.clock_ms(), and_before,
                    findings_);
}

Status Audit::CompareStored(Work& work, const Stored& stored, const picture::Fold& fold) {
  const auto rows = CanonicalRows(stored.rows);
  if (!rows.ok()) {
    findings_.Add(Findings::kState, stored.where + ": " + Message(rows.status()));
    return absl::OkStatus();
  }
  LB_ASSIGN_OR_RETURN(const Rows wanted, CanonicalRows(fold));
  LB_RETURN_IF_ERROR(
      CompareRows(*rows, wanted, {stored.where, work.partial, work.accepted_from_ms}, findings_));
  LB_ASSIGN_OR_RETURN(const auto alerts, AlertsOf(*rows));
  LB_ASSIGN_OR_RETURN(const auto wanted_alerts, AlertsOf(wanted));
  outputs_->CompareStored(work.partition, stored.where, alerts, wanted_alerts, stored.meta.clock_ms,
                          stored.meta.seq <= committed_[static_cast<size_t>(work.partition)].seq,
                          findings_);
  return absl::OkStatus();
}

Status Audit::CheckRaw() {
  LB_ASSIGN_OR_RETURN(const auto areas,
                      intake::AreaIndex::Build(loaded_.settings.areas, loaded_.shapes));
  // Hashes are compared with nothing.
  intake::Intake intake({&loaded_.settings, areas.get(), "audit"});
  for (size_t t = 0; t < topics_.raw.size(); ++t) {
    const stream::RawTopic& topic = topics_.raw[t];
    say_("reading " + topic.name);
    LB_RETURN_IF_ERROR(
        ReadTopic(log_, topic.name, [&](int32_t partition, const stream::RecordView& record) {
          ledger_.TakeRaw(topic, partition, record, intake, findings_);
          return StatusOr<bool>(true);
        }));
  }
  return absl::OkStatus();
}

}  // namespace lagesbild::app
