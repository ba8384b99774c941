#include "sim/sim_world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "sim/sim_town.h"
#include "stream/failpoint.h"
#include "stream/lease.h"
#include "stream/log_codec.h"

namespace lagesbild::sim {
namespace {

constexpr absl::Duration kStepMost = absl::Milliseconds(40);
// After the last fault: a transaction times out, a session, a patience, a few back-offs.
constexpr absl::Duration kDrainWithin = absl::Seconds(180);
constexpr int64_t kDrainSteps = 60'000;
// A rolling upgrade: until then instances of two configurations run.
constexpr absl::Duration kUpgradeAfter = absl::Seconds(8);
constexpr int kLookEvery = 40;
constexpr size_t kFrozenMost = 3;
constexpr size_t kInstancesMost = 8;
const std::string kGroup = "lagesbild", kIntakeGroup = "lagesbild-intake";

}  // namespace

class SimWorld::Metrics : public stream::Metrics {
 public:
  stream::Counter& counter(std::string_view, const stream::Labels&) override { return sink_; }
  stream::Gauge& gauge(std::string_view, const stream::Labels&) override { return sink_; }
  stream::Histogram& histogram(std::string_view, const stream::Labels&) override { return sink_; }

 private:
  struct Sink : stream::Counter, stream::Gauge, stream::Histogram {
    void Add(double) override {}
    void Set(double) override {}
    void Observe(double) override {}
  } sink_;
};

class SimWorld::Reporter : public stream::Reporter {
 public:
  explicit Reporter(SimWorld& world) : world_(world) {}
  void Say(stream::Level level, std::string_view component, std::string_view message) override {
    const std::string where = world_.running_.empty() ? "" : world_.running_.back()->name() + " ";
    world_.Note(where + std::string(component) + ": " + std::string(message));
    // A task that holds its place for ever: something in the log that must not be there.
    if (level == stream::Level::kError) world_.Violate(std::string(message));
  }

 private:
  SimWorld& world_;
};

SimWorld::SimWorld(const Plan& plan)
    : plan_(plan),
      random_(plan.seed),
      faults_(plan.faults),
      metrics_(std::make_unique<Metrics>()),
      reporter_(std::make_unique<Reporter>(*this)),
      kafka_({.seed = random_.Next(),
              .marker_delay = plan.marker_delay,
              .fetch_misses_percent = plan.fetch_misses_percent,
              .fetch_records_max = plan.fetch_records_max,
              .fetch_late_percent = plan.fetch_late_percent,
              .fetch_delay = plan.fetch_delay,
              .request_delay = plan.request_delay,
              .group_delay = plan.group_delay},
             time_, *this),
      service_{plan, kafka_, time_, *metrics_, {}, {}} {
  MakeTopics();
  static constexpr const char* kNames[] = {"one", "two", "three"};
  for (int n = 0; n < plan.instances; ++n) {
    instances_.push_back(std::make_unique<SimInstance>(kNames[n], random_.Next()));
    // Some come up later.
    if (n > 0) instances_[n]->up_at = random_.UpTo(absl::Seconds(5));
  }
  stream::SetFailpointHook([this](std::string_view name) { OnFailpoint(name); });
}

SimWorld::~SimWorld() {
  stream::SetFailpointHook(nullptr);
  for (auto& instance : instances_) instance->Die();
}

void SimWorld::MakeTopics() {
  service_.topics = stream::MakeTopics("safety.", SimConfiguration()->settings);
  SimProcess operators("operators", time_);
  SimLog log(kafka_, operators);
  const stream::Topics& topics = service_.topics;
  for (const std::string& name : {topics.picture_log, topics.aggregates, topics.alerts,
                                  topics.dead_letters, topics.changelog}) {
    LB_CHECK(log.CreateTopic({name, plan_.picture_partitions, {}}).ok());
  }
  for (const stream::RawTopic& raw : topics.raw) {
    LB_CHECK(log.CreateTopic({raw.name, plan_.raw_partitions, {}}).ok());
    for (int32_t p = 0; p < plan_.raw_partitions; ++p) {
      for (int64_t n = 0; n < plan_.raw_begin; ++n) kafka_.Append({raw.name, p}, {.value = "{"});
      kafka_.Trim({raw.name, p}, plan_.raw_begin);
    }
  }
  LB_CHECK(log.CreateTopic({topics.lease, 1, {}}).ok());
  service_.counts = stream::CountPartitions(log, topics).value();
  trimmed_.resize(plan_.picture_partitions);
}

void SimWorld::Note(const std::string& line) {
  trace_.push_back(absl::FormatDuration(time_.now()) + std::string(2 * running_.size() + 1, ' ') +
                   line);
}

void SimWorld::Violate(const std::string& what) {
  Note("VIOLATION " + what);
  violations_.push_back(what);
}

// ---- the run

void SimWorld::Run() {
  while (!Stuck()) {
    Step();
    if (steps_ % kLookEvery != 0 || next_record_ < plan_.records.size() || !faults_.timed_done()) {
      continue;
    }
    if (!intake_over_ && RawDrained()) {
      intake_over_ = plan_.live;
      if (!intake_over_ && PicturesDrained() && kafka_.quiet()) return;
      for (auto& instance : instances_) {
        if (intake_over_ && instance->up()) instance->StopIntake();
      }
    } else if (intake_over_ && kafka_.quiet() && PicturesDrained()) {
      return;
    }
  }
}

void SimWorld::Disturbed() {
  last_fault_at_ = time_.now();
  last_fault_step_ = steps_;
  to_read_ = 0;
  for (int32_t p = 0; p < plan_.picture_partitions; ++p) {
    to_read_ += kafka_.EndOf({service_.topics.changelog, p});
    to_read_ += kafka_.EndOf({service_.topics.picture_log, p});
  }
}

// Steps within which all there is has been read by an instance, three times over.
int64_t SimWorld::StepsToRead() const {
  const auto workers = static_cast<int64_t>(instances_.size()) * (plan_.workers + 1);
  const int64_t fetches = to_read_ / plan_.fetch_records_max + 1;
  // Of a fetch that comes at once, and of the wait for one that does not.
  const int64_t wait = plan_.fetch_delay / kStepMost * plan_.fetch_late_percent / 100;
  return 3 * fetches * (workers * 100 / (100 - plan_.fetch_misses_percent) + wait);
}

bool SimWorld::Stuck() {
  if (stuck_) return true;
  const int64_t reading = StepsToRead();
  const absl::Duration within =
      kDrainWithin + absl::Seconds(2) * plan_.records.size() + kStepMost / 2 * reading;
  if (time_.now() - last_fault_at_ < within && steps_ - last_fault_step_ < kDrainSteps + reading) {
    return false;
  }
  if (next_record_ < plan_.records.size() || !faults_.timed_done()) return false;
  stuck_ = true;
  DescribeStuck();
  Violate("not drained " + absl::FormatDuration(time_.now() - last_fault_at_) +
          " after the last fault");
  return true;
}

void SimWorld::DescribeStuck() {
  for (const std::string& line : kafka_.DescribeGroups()) Note(line);
  for (const stream::TopicPartition& at : RawPartitions()) {
    Note(at.topic + " " + std::to_string(at.partition) + " ends at " +
         std::to_string(kafka_.EndOf(at)) + ", intake is at " +
         std::to_string(kafka_.CommittedNow(kIntakeGroup, at).offset));
  }
  for (int32_t p = 0; p < plan_.picture_partitions; ++p) {
    const stream::TopicPartition at{service_.topics.picture_log, p};
    Note("log partition " + std::to_string(p) + " ends at " + std::to_string(kafka_.EndOf(at)) +
         ", the picture is at " + std::to_string(kafka_.CommittedNow(kGroup, at).offset));
  }
  Note(kafka_.quiet() ? "no transaction is open" : "a transaction is open");
}

void SimWorld::Step() {
  ++steps_;
  time_.Advance(random_.UpTo(kStepMost));
  kafka_.Tick();
  FireTimed();
  TakeIn();
  StartDue();
  std::vector<std::pair<SimInstance*, stream::Worker*>> ready;
  for (auto& instance : instances_) {
    if (!instance->up() || instance->frozen) continue;
    for (stream::Worker* worker : instance->workers()) ready.emplace_back(instance.get(), worker);
  }
  if (ready.empty()) {
    time_.Advance(kStepMost);
    return;
  }
  const auto& [instance, worker] = random_.Of(ready);
  RunWorker(*instance, *worker);
}

void SimWorld::RunWorker(SimInstance& instance, stream::Worker& worker) {
  const size_t depth = running_.size();
  running_.push_back(&instance);
  Status status;
  try {
    status = worker.Round(absl::ZeroDuration());
  } catch (const ProcessDeath& death) {
    running_.resize(depth);
    Die(instance, death.power);
    return;
  }
  running_.resize(depth);
  if (!status.ok()) Ended(instance, status);
}

void SimWorld::TakeIn() {
  for (; next_record_ < plan_.records.size(); ++next_record_) {
    const RawInput& input = plan_.records[next_record_];
    if (plan_.live && absl::Milliseconds(input.at_ms) > time_.now()) return;
    stream::TopicPartition at;
    size_t topic = 0;
    while (service_.topics.raw[topic].short_name != input.topic) ++topic;
    at.topic = service_.topics.raw[topic].name;
    at.partition = input.partition % plan_.raw_partitions;
    // Brokers' clocks differ a little, and each is of some partitions.
    const size_t broker = (topic * 8 + at.partition) % plan_.skews_ms.size();
    const int64_t timestamp_ms = !plan_.live       ? input.at_ms
                                 : input.at_ms < 0 ? SimTime::kStartMs + input.at_ms
                                                   : time_.wall_ms() + plan_.skews_ms[broker];
    raw_places_.push_back({at.partition, kafka_.EndOf(at), timestamp_ms});
    kafka_.Append(at, {.key = "k", .value = input.value, .timestamp_ms = timestamp_ms});
    Disturbed();
  }
}

void SimWorld::StartDue() {
  if (upgrade_at_ <= time_.now()) {
    upgrade_at_ = absl::InfiniteDuration();
    for (auto& instance : instances_) instance->Reconfigure(service_.version);
  }
  for (auto& instance : instances_) {
    if (instance->disk_full_until <= time_.now()) instance->disk().set_full(false);
    if (instance->up() || instance->retired || instance->up_at > time_.now()) continue;
    Note(instance->name() + " starts");
    instance->Start(service_, *reporter_, !intake_over_);
  }
}

// ---- faults

RequestFate SimWorld::Fate(SimProcess& process, std::string_view operation) {
  if (after_of_ == &process) after_ = nullptr;
  RequestFate fate;
  if (running_.empty() || !running_.back()->Owns(process)) return fate;
  SimInstance& instance = *running_.back();
  const Fault* fault = faults_.Pass(Fault::When::kRequest, operation);
  if (fault == nullptr) return fate;
  Note(instance.name() + ": " + Describe(*fault));
  Disturbed();
  switch (fault->what) {
    case Fault::What::kRefused:
      return {.done = false, .reply = Unavailable("simulated: no answer")};
    case Fault::What::kLostReply:
      return {.done = true, .reply = Unavailable("simulated: the reply is lost")};
    case Fault::What::kComesLate:
      return {.done = false,
              .reply = Unavailable("simulated: the request is late"),
              .copy_after = fault->lasting,
              .copy_among = fault->which};
    case Fault::What::kRepeated:
      return {.done = true, .copy_after = fault->lasting, .copy_among = fault->which};
    case Fault::What::kAbortable:
      return {.done = false, .reply = Aborted("simulated: abortable")};
    case Fault::What::kFatal:
      return {.done = false, .reply = FailedPrecondition("simulated: fatal")};
    case Fault::What::kFreeze:
      Freeze(instance, *fault);
      return fate;
    default:
      after_ = fault;
      after_of_ = &process;
      return fate;
  }
}

void SimWorld::Done(SimProcess& process, std::string_view) {
  if (after_ == nullptr || after_of_ != &process) return;
  const Fault& fault = *std::exchange(after_, nullptr);
  if (fault.what == Fault::What::kDeathAfter) throw ProcessDeath{};
  Freeze(*running_.back(), fault);
}

void SimWorld::OnFailpoint(std::string_view name) {
  if (running_.empty()) return;  // the end of the run
  const Fault* fault = faults_.Pass(Fault::When::kFailpoint, name);
  if (fault == nullptr) return;
  SimInstance& instance = *running_.back();
  Note(instance.name() + ": " + Describe(*fault));
  Disturbed();
  if (fault->what == Fault::What::kDeath) throw ProcessDeath{.power = false};
  if (fault->what == Fault::What::kPowerLoss) throw ProcessDeath{.power = true};
  Freeze(instance, *fault);
}

void SimWorld::Freeze(SimInstance& instance, const Fault& fault) {
  if (running_.size() > kFrozenMost) return;
  instance.frozen = true;
  if (fault.what == Fault::What::kFreezeReplaced && !instance.retired &&
      instances_.size() < kInstancesMost) {
    instance.retired = true;
    instances_.push_back(std::make_unique<SimInstance>(instance.name(), random_.Next()));
    instances_.back()->up_at = time_.now() + random_.UpTo(absl::Seconds(3));
  }
  const absl::Duration until = time_.now() + fault.lasting;
  while (time_.now() < until && !stuck_) Step();
  instance.frozen = false;
  Note(instance.name() + " goes on");
  Disturbed();
}

void SimWorld::FireTimed() {
  while (const Fault* fault = faults_.Due(time_.now())) {
    Note(Describe(*fault));
    Disturbed();
    FireTimed(*fault);
  }
}

void SimWorld::FireTimed(const Fault& fault) {
  SimInstance& instance = *instances_[fault.which % instances_.size()];
  switch (fault.what) {
    case Fault::What::kExpel:
      return kafka_.ExpelMember(fault.which);
    case Fault::What::kRebalance:
      return kafka_.Rebalance(fault.which % 2 == 0 ? kGroup : kIntakeGroup);
    case Fault::What::kMoveCoordinator:
      return kafka_.MoveCoordinator(fault.lasting);
    case Fault::What::kLeapWall:
      return instance.LeapWall(fault.lasting);
    case Fault::What::kSleep:
      time_.Advance(fault.lasting);
      Disturbed();
      return;
    case Fault::What::kTrim:
      return Trim();
    case Fault::What::kReconfigure:
      if (!plan_.live) return;
      instance.Reconfigure(++service_.version);
      upgrade_at_ = time_.now() + kUpgradeAfter;
      return;
    case Fault::What::kCompact:
      for (int32_t p = 0; p < plan_.picture_partitions; ++p) {
        kafka_.Compact({service_.topics.changelog, p});
      }
      return;
    default:
      break;
  }
  if (instance.frozen) return;  // cannot, in the middle of its round
  switch (fault.what) {
    case Fault::What::kDiskFull:
      instance.disk().set_full(true);
      instance.disk_full_until = time_.now() + fault.lasting;
      break;
    case Fault::What::kFlipBit:
      Die(instance, /*power=*/false);
      instance.disk().FlipBit(static_cast<int32_t>(fault.which % plan_.picture_partitions));
      break;
    case Fault::What::kNewMachine:
      Die(instance, /*power=*/false);
      instance.disk().Replace();
      break;
    case Fault::What::kStop:
      Stop(instance, fault.lasting);
      break;
    default:
      Die(instance, /*power=*/false);
      instance.up_at = time_.now() + fault.lasting;
  }
}

void SimWorld::Die(SimInstance& instance, bool power) {
  if (!instance.up()) return;
  Note(instance.name() + " is dead");
  instance.Die();
  if (power) instance.disk().LosePower();
  instance.up_at = time_.now() + random_.UpTo(absl::Seconds(random_.OneIn(4) ? 20 : 1));
}

void SimWorld::Stop(SimInstance& instance, absl::Duration lasting) {
  if (!instance.up()) return;
  running_.push_back(&instance);
  const size_t depth = running_.size();
  try {
    for (stream::Worker* worker : instance.workers()) {
      const Status status = worker->Close();
      if (!status.ok()) Note("close: " + Message(status));
    }
  } catch (const ProcessDeath&) {
    running_.resize(depth);
  }
  running_.pop_back();
  Die(instance, /*power=*/false);
  instance.up_at = time_.now() + lasting;
}

// The process ends by itself. Fenced, the wall leapt, the disk is full, a bit flipped: so be it.
void SimWorld::Ended(SimInstance& instance, const Status& status) {
  const std::string message = Message(status);
  Note(instance.name() + " ends: " + status.ToString());
  const bool damaged = absl::IsDataLoss(status) || absl::IsInternal(status) ||
                       absl::IsNotFound(status) || absl::IsInvalidArgument(status);
  const bool refused = message.find("accept-rewind") != std::string::npos ||
                       message.find("is gone") != std::string::npos ||
                       message.find("not ours") != std::string::npos;
  if ((damaged && message.find(kChecksum) == std::string::npos) || refused) {
    Violate(instance.name() + " ends: " + status.ToString());
  }
  Die(instance, /*power=*/false);
}

// Retention, of what is committed. It is long enough for whoever is in the middle of something.
void SimWorld::Trim() {
  if (!running_.empty()) return;
  for (const stream::TopicPartition& at : RawPartitions()) {
    kafka_.Trim(at, kafka_.CommittedNow(kIntakeGroup, at).offset);
  }
  for (int32_t p = 0; p < plan_.picture_partitions; ++p) {
    const stream::TopicPartition at{service_.topics.picture_log, p};
    const int64_t to = kafka_.CommittedNow(kGroup, at).offset;
    for (Seen& seen : kafka_.ReadCommitted(at)) {
      if (seen.offset < to) trimmed_[p].push_back(std::move(seen));
    }
    kafka_.Trim(at, to);
  }
}

// ---- looking

std::vector<stream::TopicPartition> SimWorld::RawPartitions() const {
  std::vector<stream::TopicPartition> out;
  for (const stream::RawTopic& raw : service_.topics.raw) {
    for (int32_t p = 0; p < plan_.raw_partitions; ++p) out.push_back({raw.name, p});
  }
  return out;
}

bool SimWorld::RawDrained() const {
  for (const stream::TopicPartition& at : RawPartitions()) {
    const int64_t end = kafka_.EndOf(at);
    if (end > plan_.raw_begin && kafka_.CommittedNow(kIntakeGroup, at).offset != end) return false;
  }
  const auto lease =
      stream::DecodeLease(kafka_.CommittedNow(kIntakeGroup, {service_.topics.lease, 0}).metadata);
  return lease.ok() && (plan_.live || lease->closed);
}

// All but the instant that is open.
bool SimWorld::PicturesDrained() const {
  stream::LogDecoder decoder;
  LogRecord record;
  for (int32_t p = 0; p < plan_.picture_partitions; ++p) {
    const stream::TopicPartition at{service_.topics.picture_log, p};
    const std::vector<Seen> log = kafka_.ReadCommitted(at);
    int64_t open = -1, clock_ms = -1;
    for (const Seen& seen : log) {
      if (!decoder.Decode(*seen.value, record).ok()) return false;
      if (record.clock_ms != clock_ms) open = seen.offset;
      clock_ms = record.clock_ms;
    }
    const int64_t committed = kafka_.CommittedNow(kGroup, at).offset;
    // Of one instant alone nothing is committed.
    const bool nothing_yet = committed == -1 && !log.empty() && open == log.front().offset;
    if (committed != open && !nothing_yet) return false;
  }
  return true;
}

std::vector<SimWorld::Seen> SimWorld::ReadAll(const std::string& topic) const {
  std::vector<Seen> out;
  for (int32_t p = 0; p < kafka_.PartitionsOf(topic); ++p) {
    for (Seen& seen : kafka_.ReadCommitted({topic, p})) out.push_back(std::move(seen));
  }
  return out;
}

std::vector<SimWorld::Seen> SimWorld::PictureLog(int32_t partition) const {
  std::vector<Seen> out = trimmed_[partition];
  for (Seen& seen : kafka_.ReadCommitted({service_.topics.picture_log, partition})) {
    out.push_back(std::move(seen));
  }
  return out;
}

std::vector<const SimDisk::Rows*> SimWorld::Stores(int32_t partition) {
  std::vector<const SimDisk::Rows*> out;
  for (auto& instance : instances_) {
    if (const SimDisk::Rows* rows = instance->disk().rows(partition)) out.push_back(rows);
  }
  return out;
}

}  // namespace lagesbild::sim
