#include "stream/intake_task.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/hash.h"
#include "base/time.h"
#include "stream/failpoint.h"
#include "stream/log_tail.h"
#include "stream/mutant.h"
#include "stream/settings_codec.h"
#include "stream/trace.h"

namespace lagesbild::stream {
namespace {

constexpr int kRecordsPerRound = 5000;
constexpr int64_t kLeapMs = kHourMs;
constexpr absl::Duration kLagEvery = absl::Seconds(5);
// It is a help only: where asking makes the order wait, seldom.
constexpr absl::Duration kLagAfterFailure = absl::Minutes(1);
constexpr absl::Duration kHeldUpPoll = absl::Milliseconds(10);
// Transactions of a stream without a backlog begin this part of the commit interval apart, or more.
constexpr int kPaceParts = 4;

}  // namespace

IntakeTask::IntakeTask(const IntakeOptions& options, World& world, const OutputEncoder& encoder,
                       const IntakeConfiguration& configuration, LeaseState lease,
                       WorkerSeconds& seconds)
    : options_(options),
      world_(world),
      encoder_(encoder),
      configuration_(nullptr),
      lease_(std::move(lease)),
      touched_(options.counts.picture_log),
      interval_(options.commit_interval),
      commits_(
          world.metrics.counter("commits_total", {{"task", "intake"}, {"outcome", "committed"}})),
      commit_seconds_(world.metrics.histogram("commit_duration_seconds", {{"task", "intake"}})),
      produced_(
          world.metrics.counter("records_produced_total", {{"topic", options.topics.picture_log}})),
      seconds_(seconds) {
  for (const RawTopic& raw : options_.topics.raw) {
    consumed_.push_back(&world_.metrics.counter("records_consumed_total", {{"topic", raw.name}}));
  }
  for (const char* reason : {"out-of-area", "imprecise", "indoor-dwelling"}) {
    noted_.emplace_back(world_.metrics, "unlocated_records_total", Labels{{"reason", reason}});
  }
  for (const char* outcome : {"accepted", "too-old"}) {
    noted_.emplace_back(world_.metrics, "late_records_total", Labels{{"outcome", outcome}});
  }
  LB_CHECK(noted_.size() == intake::kNoteCount);
  const absl::Duration now = world_.clock.Monotonic();
  next_tick_ = now + options_.tick_interval;
  recommit_at_ = now + options_.recommit_interval;
  checked_at_ = lag_at_ = now;
  checked_wall_ms_ = options_.clock == ClockMode::kWall ? world_.clock.WallMs() : 0;
  Reconfigure(configuration);
}

IntakeTask::~IntakeTask() = default;

void IntakeTask::Reconfigure(const IntakeConfiguration& configuration) {
  configuration_ = &configuration;
  intake::IntakeOptions options;
  options.settings = &configuration.settings;
  options.areas = configuration.areas.get();
  options.secret = configuration.secret;
  intake_ = std::make_unique<intake::Intake>(std::move(options));
  for (SourceCounters& noted : noted_) noted.Configure(configuration.settings);
}

// Without a lease nothing has been written, or the group's offsets are gone.
Status IntakeTask::CheckLease(Consumer& lease_consumer) {
  if (lease_.clock_ms) return absl::OkStatus();
  LB_ASSIGN_OR_RETURN(lease_.clock_ms, LastLogClock(world_, options_.topics.picture_log,
                                                    options_.counts.picture_log));
  if (!lease_.clock_ms) return absl::OkStatus();
  // If it is there now, we stood still while another took over.
  const TopicPartition at{options_.topics.lease, 0};
  LB_ASSIGN_OR_RETURN(const std::vector<CommittedOffset> now,
                      lease_consumer.Committed(std::span(&at, 1)));
  if (now.at(0).offset != kFromBeginning) return Unavailable("another intake has served since");
  if (options_.accept_offsets) return absl::OkStatus();
  return FailedPrecondition(
      "the offsets of the group " + options_.lease_group() + " are gone, though " +
      options_.topics.picture_log +
      " has records; starting anew would take raw records twice. Set the group's offsets of the "
      "raw topics to where intake is to go on, and start once with --accept-rewind");
}

Status IntakeTask::CheckOffset(const TopicPartition& at, const CommittedOffset& committed) const {
  const auto known = lease_.known.find(at.topic);
  const bool expected = known != lease_.known.end() && at.partition < known->second;
  if (!expected || options_.accept_offsets) return absl::OkStatus();
  const std::string where =
      "the group's offset of " + at.topic + " partition " + std::to_string(at.partition);
  const std::string way_out =
      "Set it to where intake is to go on, and start once with --accept-rewind";
  if (committed.offset == kFromBeginning) {
    return FailedPrecondition(where +
                              " is gone, though intake has read it before; starting anew would "
                              "take its records twice. " +
                              way_out);
  }
  if (!IsRawTime(committed.metadata)) {
    return FailedPrecondition(where +
                              " was set by hand; records could be taken twice, or not at "
                              "all. If that is meant, start once with --accept-rewind");
  }
  return absl::OkStatus();
}

Status IntakeTask::Start(Consumer& lease_consumer) {
  LB_RETURN_IF_ERROR(CheckLease(lease_consumer));
  std::vector<std::pair<TopicPartition, const RawTopic*>> raw;
  for (size_t t = 0; t < options_.topics.raw.size(); ++t) {
    for (int32_t p = 0; p < options_.counts.raw[t]; ++p) {
      raw.push_back({{options_.topics.raw[t].name, p}, &options_.topics.raw[t]});
    }
  }
  std::sort(raw.begin(), raw.end());
  std::vector<TopicPartition> at;
  for (const auto& [partition, topic] : raw) at.push_back(partition);
  LB_ASSIGN_OR_RETURN(const std::vector<CommittedOffset> committed, lease_consumer.Committed(at));
  LB_FAILPOINT("lease.found_offsets");

  RawReader::Options reader;
  if (options_.clock == ClockMode::kWall) {
    reader.max_wait = options_.max_wait;
    reader.max_future_ms = configuration_->settings.max_future_ms;
  }
  LB_ASSIGN_OR_RETURN(std::unique_ptr<Consumer> consumer, world_.log.OpenConsumer({}));
  reader_ = std::make_unique<RawReader>(reader, world_.clock, std::move(consumer));
  for (size_t i = 0; i < raw.size(); ++i) {
    LB_RETURN_IF_ERROR(CheckOffset(at[i], committed[i]));
    LB_RETURN_IF_ERROR(reader_->Add(at[i], *raw[i].second, committed[i]));
    lag_.emplace_back(world_.metrics.gauge(
        "consumer_lag_records",
        {{"topic", at[i].topic}, {"partition", std::to_string(at[i].partition)}}));
  }
  return absl::OkStatus();
}

bool IntakeTask::done() const {
  return options_.clock == ClockMode::kRecords && idle() &&
         (lease_.closed || !lease_.clock_ms.has_value());
}

// The wall may be slewed and stepped, but not by hours: that would move every clock for good.
Status IntakeTask::CheckWall() {
  if (options_.clock == ClockMode::kRecords) return absl::OkStatus();
  const absl::Duration now = world_.clock.Monotonic();
  const int64_t wall_ms = world_.clock.WallMs();
  const int64_t leap_ms = wall_ms - checked_wall_ms_ - absl::ToInt64Milliseconds(now - checked_at_);
  checked_at_ = now;
  checked_wall_ms_ = wall_ms;
  if (leap_ms <= kLeapMs && leap_ms >= -kLeapMs) return absl::OkStatus();
  return FailedPrecondition("the wall clock leapt by " + std::to_string(leap_ms / 1000) +
                            " s against the monotonic clock; intake stops before it writes such a "
                            "time. Check the machine's clock, then start again");
}

Status IntakeTask::FromSink(Status status) {
  if (!status.ok()) sink_failed_ = true;
  if (LB_MUTANT("intake_kept") && absl::IsAborted(status)) begun_ = sink_failed_ = false;
  return status;
}

Status IntakeTask::Work(TransactionalSink& sink, Consumer& lease_consumer, absl::Duration wait) {
  LB_RETURN_IF_ERROR(CheckWall());
  wait = WaitFor(wait);
  LB_RETURN_IF_ERROR(seconds_.Wait(wait, [&] { return reader_->Wait(wait); }));
  LB_RETURN_IF_ERROR(reader_->Fill());
  ShowLag();
  LB_RETURN_IF_ERROR(TakeRecords(sink));
  LB_RETURN_IF_ERROR(Ticks(sink));
  if (const int64_t skipped = reader_->TakeSkipped(); skipped > 0) {
    world_.metrics.counter("order_skipped_total", {{"reason", "unfetched"}})
        .Add(static_cast<double>(skipped));
  }
  if (const int64_t future = reader_->TakeFuture(); future > 0) {
    world_.metrics.counter("future_timestamps_total", {}).Add(static_cast<double>(future));
  }
  return CommitDue() ? Commit(sink, lease_consumer) : absl::OkStatus();
}

void IntakeTask::ShowLag() {
  const absl::Duration now = world_.clock.Monotonic();
  if (now < lag_at_) return;
  lag_at_ = now + (reader_->LookAtEnds().ok() ? kLagEvery : kLagAfterFailure);
  const std::vector<int64_t> lags = reader_->Lags();
  for (size_t p = 0; p < lags.size(); ++p) {
    if (lags[p] >= 0) lag_[p].Set(static_cast<double>(lags[p]));
  }
}

int64_t IntakeTask::remaining_records() const {
  int64_t sum = 0;
  for (int64_t records : reader_->Lags()) sum += std::max<int64_t>(0, records);
  return sum;
}

// Not at all while there is something to take; a little while a partition holds the others up.
absl::Duration IntakeTask::WaitFor(absl::Duration wait) const {
  if (took_any_) return absl::ZeroDuration();
  if (begun_ || !reader_->all_drained()) return std::min(wait, kHeldUpPoll);
  if (options_.clock == ClockMode::kRecords) return wait;
  return std::clamp(next_tick_ - world_.clock.Monotonic(), absl::ZeroDuration(), wait);
}

absl::Duration IntakeTask::PaceLeft() const {
  if (begun_ || !paced_ || options_.clock == ClockMode::kRecords) return absl::ZeroDuration();
  const absl::Duration passed = world_.clock.Monotonic() - begun_at_;
  return std::max(absl::ZeroDuration(), options_.commit_interval / kPaceParts - passed);
}

Status IntakeTask::Finish(TransactionalSink& sink, Consumer& lease_consumer) {
  return begun_ ? Commit(sink, lease_consumer) : absl::OkStatus();
}

Status IntakeTask::TakeRecords(TransactionalSink& sink) {
  took_any_ = false;
  for (int n = 0; n < kRecordsPerRound && pending_bytes_ < options_.commit_bytes; ++n) {
    LB_ASSIGN_OR_RETURN(const std::optional<RawReader::Taken> taken, reader_->Take());
    if (!taken) return absl::OkStatus();
    took_any_ = true;
    LB_RETURN_IF_ERROR(TakeOne(*taken, sink));
  }
  return absl::OkStatus();
}

Status IntakeTask::TakeOne(const RawReader::Taken& taken, TransactionalSink& sink) {
  lease_.clock_ms = std::max(lease_.clock_ms.value_or(taken.time_ms), taken.time_ms);
  lease_.closed = false;
  // Even a record that comes to nothing moves an offset, and the clock.
  LB_RETURN_IF_ERROR(BeforeWriting(sink));
  const RecordView& record = *taken.record;
  intake::RawRecord raw;
  raw.channel = taken.topic->channel;
  raw.topic = taken.topic->short_name;
  raw.partition = taken.partition;
  raw.offset = record.offset;
  raw.timestamp_ms = record.timestamp_ms;
  raw.key = record.key;
  raw.value = record.value.value_or(std::string_view());
  headers_.clear();
  for (const HeaderView& h : record.headers) headers_.push_back({h.name, h.value});
  raw.headers = headers_;

  out_.log.clear();
  out_.dead_letters.clear();
  out_.notes.clear();
  intake_->Process(raw, *lease_.clock_ms, out_);
  consumed_[taken.topic - options_.topics.raw.data()]->Add(1);
  for (const auto& [note, source] : out_.notes) noted_[static_cast<size_t>(note)].Add(source);
  const HeaderView trace{kTraceparent, TraceparentOf(record.headers)};
  const auto trace_headers = std::span(&trace, trace.value.empty() ? 0 : 1);
  for (const LogRecord& log_record : out_.log) {
    CountLiveness(log_record);
    LB_RETURN_IF_ERROR(Append(log_record, sink, trace_headers));
  }
  for (const DeadLetter& letter : out_.dead_letters) {
    world_.metrics
        .counter("dead_letter_records_total", {{"reason", std::string(ReasonName(letter.reason))}})
        .Add(1);
    LB_RETURN_IF_ERROR(FromSink(encoder_.Produce(sink, encoder_.Dead(letter, *lease_.clock_ms))));
  }
  return absl::OkStatus();
}

void IntakeTask::CountLiveness(const LogRecord& record) {
  if (const auto* liveness = std::get_if<Liveness>(&record.body)) {
    last_received_
        .try_emplace(liveness->org, world_.metrics.gauge("source_last_received_timestamp_seconds",
                                                         {{"source", liveness->org}}))
        .first->second.Set(static_cast<double>(liveness->minute_ms) / 1000);
  }
}

// Begins the transaction, and lets a configuration that is not yet in force go before all else.
Status IntakeTask::BeforeWriting(TransactionalSink& sink) {
  if (!begun_) {
    LB_RETURN_IF_ERROR(FromSink(sink.Begin()));
    LB_FAILPOINT("intake.begun");
    begun_ = true;
    begun_at_ = world_.clock.Monotonic();
  }
  if (!publish_due()) return absl::OkStatus();
  LogRecord record;
  record.clock_ms = *lease_.clock_ms;
  record.body =
      Configuration{configuration_->settings.version, EncodeSettings(configuration_->settings)};
  lease_.configuration_hash = configuration_->hash;
  lease_.configuration_version = configuration_->settings.version;
  return Append(record, sink);
}

Status IntakeTask::Append(const LogRecord& record, TransactionalSink& sink,
                          std::span<const HeaderView> headers) {
  log_encoder_.Encode(record, bytes_);
  const int32_t partitions = options_.counts.picture_log;
  const bool all = record.picture.empty();
  const int32_t first = all ? 0 : PartitionOf(record.picture, partitions);
  const int32_t last = all ? partitions - 1 : first;
  for (int32_t p = first; p <= last; ++p) {
    LB_RETURN_IF_ERROR(
        FromSink(sink.Produce({options_.topics.picture_log, p},
                              {.key = record.picture, .value = bytes_, .headers = headers})));
    touched_[p] = true;
    pending_bytes_ += static_cast<int64_t>(bytes_.size());
    ++produced_records_;
  }
  any_touched_ = true;
  return absl::OkStatus();
}

Status IntakeTask::Tick(TransactionalSink& sink, bool touched_only) {
  LB_RETURN_IF_ERROR(BeforeWriting(sink));
  LogRecord tick;
  tick.clock_ms = *lease_.clock_ms;
  log_encoder_.Encode(tick, bytes_);
  for (int32_t p = 0; p < options_.counts.picture_log; ++p) {
    if (touched_only && !touched_[p]) continue;
    LB_RETURN_IF_ERROR(
        FromSink(sink.Produce({options_.topics.picture_log, p}, {.key = "", .value = bytes_})));
    ++produced_records_;
  }
  return absl::OkStatus();
}

Status IntakeTask::Ticks(TransactionalSink& sink) {
  const bool drained = reader_->all_drained();
  if (options_.clock == ClockMode::kRecords) {
    if (!drained || lease_.closed || !lease_.clock_ms) return absl::OkStatus();
    ++*lease_.clock_ms;
    lease_.closed = true;
    return Tick(sink, /*touched_only=*/false);
  }
  const absl::Duration now = world_.clock.Monotonic();
  const bool due = now >= next_tick_;
  if (due) next_tick_ = std::max(next_tick_ + options_.tick_interval, now);
  if ((drained || LB_MUTANT("tick_at_the_wall")) && (any_touched_ || due)) {
    // Later than the last record, so that its instant can be judged at once.
    const int64_t wall_ms = world_.clock.WallMs();
    const int64_t least = lease_.clock_ms.value_or(wall_ms) + (any_touched_ ? 1 : 0);
    lease_.clock_ms = std::max(wall_ms, least);
    return Tick(sink, /*touched_only=*/!due);
  }
  if (due && lease_.clock_ms) return Tick(sink, /*touched_only=*/false);
  return absl::OkStatus();
}

bool IntakeTask::CommitDue() const {
  if (!begun_) return world_.clock.Monotonic() >= recommit_at_ && lease_.clock_ms.has_value();
  return reader_->all_drained() || pending_bytes_ >= options_.commit_bytes ||
         world_.clock.Monotonic() - begun_at_ >= interval_;
}

Status IntakeTask::Commit(TransactionalSink& sink, Consumer& lease_consumer) {
  return seconds_.Commit([&] { return CommitAll(sink, lease_consumer); });
}

Status IntakeTask::CommitAll(TransactionalSink& sink, Consumer& lease_consumer) {
  const absl::Duration began = world_.clock.Monotonic();
  LB_RETURN_IF_ERROR(BeforeWriting(sink));
  LB_FAILPOINT("intake.produced_all");
  const bool first = lease_.known != reader_->Known();
  const bool all = first || began >= recommit_at_;
  if (all) recommit_at_ = began + options_.recommit_interval;
  lease_.known = reader_->Known();
  std::vector<OffsetToCommit> offsets = reader_->Offsets(all);
  const bool unsent = LB_MUTANT("tick_offsets_unsent") && offsets.empty();
  OffsetToCommit lease;
  lease.at = {options_.topics.lease, 0};
  lease.offset = 0;
  lease.metadata = EncodeLease(lease_);
  offsets.push_back(std::move(lease));
  const std::unique_ptr<Membership> membership = lease_consumer.membership();
  if (!membership->valid()) return FromSink(Unavailable("not a member of the lease's group"));
  if (!unsent) {
    LB_RETURN_IF_ERROR(
        FromSink(sink.SendOffsets(options_.lease_group(), offsets, membership.get())));
  }
  LB_FAILPOINT("intake.sent_offsets");
  LB_RETURN_IF_ERROR(FromSink(sink.Commit()));
  LB_FAILPOINT("intake.committed");
  reader_->Committed();
  begun_ = false;
  touched_.assign(touched_.size(), false);
  any_touched_ = false;
  pending_bytes_ = 0;
  paced_ = reader_->all_drained();
  interval_ =
      paced_ ? options_.commit_interval : std::min(interval_ * 2, options_.commit_interval_max);
  commits_.Add(1);
  commit_seconds_.Observe(absl::ToDoubleSeconds(world_.clock.Monotonic() - began));
  produced_.Add(static_cast<double>(std::exchange(produced_records_, 0)));
  for (SourceCounters& noted : noted_) noted.Settle();
  return absl::OkStatus();
}

}  // namespace lagesbild::stream
