#include "sim/sim_plan.h"

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "base/time.h"
#include "sim/sim_process.h"
#include "sim/sim_random.h"
#include "stream/failpoint.h"

namespace lagesbild::sim {
namespace {

using What = Fault::What;
using When = Fault::When;

constexpr std::string_view kWhatNames[] = {
    "death",      "power loss",     "freeze",    "freeze, replaced", "refused",
    "lost reply", "comes late",     "repeated",  "abortable error",  "fatal error",
    "slow reply", "death after it", "expel",     "rebalance",        "coordinator moves",
    "wall leaps", "sleep",          "disk full", "bit flips",        "new machine",
    "stop",       "kill",           "trim",      "compact",          "reconfigure"};

// One report: who says what happened where. Ids are few, so that there are revisions.
std::string ReportValue(SimRandom& random, int number, int64_t at_ms) {
  static constexpr std::string_view kLongitudes[] = {"17.82", "17.82", "17.87", "18.05"};
  static constexpr std::string_view kClasses[] = {"assault", "assault", "assault", "shooting"};
  const bool again = number > 3 && random.Percent(20);
  const int64_t of = again ? random.Below(number) : number;
  std::string out = R"({"org":")" + std::string(random.OneIn(4) ? "vakt" : "polisen") +
                    R"(","id":"r)" + std::to_string(of) + '"';
  if (again) out += R"(,"revision":)" + std::to_string(random.Between(1, 4));
  if (again && random.OneIn(4)) return out + R"(,"action":"withdraw"})";
  if (again && random.OneIn(2)) out += R"(,"action":"correct")";
  out += R"(,"class":")" + std::string(random.Of(kClasses)) + R"(","occurred_from":")" +
         FormatTimeMs(at_ms - random.Between(0, 2 * kHourMs)) + R"(","place":{"lat":59.3)" +
         std::to_string(random.Between(2, 7)) + R"(,"lon":)" + std::string(random.Of(kLongitudes)) +
         R"(,"precision_m":25})";
  if (random.OneIn(25)) out += R"(,"name":"never")";  // a field that no schema has: a dead letter
  return out + "}";
}

std::string CommandValue(SimRandom& random, int number, int64_t at_ms) {
  const std::string about = R"(,"id":"c-)" + std::to_string(number) +
                            R"(","picture":"hv","by":"duty-1","at":")" + FormatTimeMs(at_ms) + '"';
  if (random.OneIn(2)) {
    return R"({"command":"acknowledge","alert_id":"a-0123456789abcdef")" + about + "}";
  }
  return R"({"command":"silence","area":"hv-1","rule":null,"reason":"planned-event","until":")" +
         FormatTimeMs(at_ms + kHourMs) + '"' + about + "}";
}

void AddRecords(SimRandom& random, Plan& plan, int64_t count) {
  // Days in a backlog, so that windows run out; a minute if live.
  const int64_t gap_ms = plan.live ? 1000 : random.Between(1, 40) * kMinuteMs;
  int64_t at_ms = plan.live ? 0 : SimTime::kStartMs - 30 * kDayMs;
  const int64_t old = plan.live && random.OneIn(2) ? count / 2 : 0;
  if (old > 0) {
    at_ms = -kDayMs;
    plan.max_wait = absl::Hours(100);  // so that their order is certain
  }
  for (int i = 0; i < count; ++i) {
    if (!random.OneIn(8)) at_ms += random.Between(0, gap_ms);
    if (old > 0 && i == old) at_ms = 0;
    const int64_t now_ms = plan.live ? SimTime::kStartMs + at_ms : at_ms;
    RawInput input;
    input.at_ms = at_ms;
    input.partition = static_cast<int32_t>(random.Below(plan.raw_partitions));
    const bool command = random.OneIn(25);
    input.topic = command ? "commands" : random.OneIn(30) ? "tips" : "incidents";
    input.value = command ? CommandValue(random, i, now_ms) : ReportValue(random, i, now_ms);
    plan.records.push_back(std::move(input));
  }
}

absl::Duration Freeze(SimRandom& random) {
  static constexpr int kMs[] = {300, 3000, 7000, 7000, 12'000, 12'000, 40'000};
  return absl::Milliseconds(random.Of(kMs) + random.Between(0, 500));
}

// Failpoints that are passed often are not always the first time.
int Passing(SimRandom& random, std::string_view name) {
  if (name.starts_with("commit.") || name.starts_with("intake.")) {
    return static_cast<int>(random.Between(1, random.OneIn(2) ? 3 : 15));
  }
  return static_cast<int>(random.Between(1, 4));
}

Fault AtFailpoint(SimRandom& random) {
  static constexpr What kWhats[] = {What::kDeath,     What::kDeath,         What::kDeath,
                                    What::kPowerLoss, What::kPowerLoss,     What::kFreeze,
                                    What::kFreeze,    What::kFreezeReplaced};
  Fault fault;
  fault.when = When::kFailpoint;
  fault.name = std::string(random.Of(stream::kFailpoints));
  fault.passing = Passing(random, fault.name);
  fault.what = random.Of(kWhats);
  fault.lasting = Freeze(random);
  return fault;
}

Fault AtRequest(SimRandom& random) {
  static constexpr std::string_view kNames[] = {"commit",  "commit",    "commit", "offsets",
                                                "offsets", "committed", "init",   "produce",
                                                "abort",   "poll",      "bounds"};
  Fault fault;
  fault.when = When::kRequest;
  fault.name = std::string(random.Of(kNames));
  const bool often = fault.name == "poll" || fault.name == "produce";
  fault.passing = static_cast<int>(random.Between(1, often ? 300 : 20));
  if (fault.name == "abort") fault.passing = static_cast<int>(random.Between(1, 3));
  std::vector<What> whats;
  const auto may = [&](std::initializer_list<What> more) {
    for (const What what : more) whats.push_back(what);
  };
  may({What::kRefused, What::kFreeze, What::kFreezeAfter, What::kDeathAfter});
  const bool in_transaction = fault.name == "commit" || fault.name == "offsets" ||
                              fault.name == "produce" || fault.name == "abort";
  if (in_transaction || fault.name == "init") may({What::kLostReply, What::kFatal});
  if (in_transaction && fault.name != "abort") may({What::kAbortable});
  if (fault.name == "commit") {
    may({What::kLostReply, What::kComesLate, What::kComesLate, What::kRepeated, What::kAbortable});
  }
  if (fault.name == "offsets" || fault.name == "abort") may({What::kComesLate, What::kRepeated});
  if (fault.name == "produce") may({What::kRepeated});
  if (fault.name == "init") may({What::kComesLate});
  fault.what = random.Of(whats);
  const bool late = fault.what == What::kComesLate || fault.what == What::kRepeated;
  // Whoever commits has waited for all records, so that a copy of those comes before.
  const bool at_once = fault.name == "produce" || fault.name == "offsets";
  const absl::Duration least = at_once ? absl::ZeroDuration() : absl::Milliseconds(1);
  fault.lasting = late ? random.UpTo(absl::Seconds(1)) + least : Freeze(random);
  if (late && at_once && fault.lasting < absl::Milliseconds(500)) fault.lasting = least;
  return fault;
}

// Something that there is to abort.
Fault Abortable(SimRandom& random) {
  Fault fault;
  fault.when = When::kRequest;
  fault.name = random.OneIn(2) ? "commit" : "offsets";
  fault.passing = static_cast<int>(random.Between(1, 10));
  fault.what = What::kAbortable;
  return fault;
}

Fault AtTime(SimRandom& random) {
  static constexpr What kWhats[] = {
      What::kExpel,      What::kExpel,      What::kRebalance, What::kMoveCoordinator,
      What::kLeapWall,   What::kSleep,      What::kDiskFull,  What::kFlipBit,
      What::kFlipBit,    What::kNewMachine, What::kStop,      What::kStop,
      What::kKill,       What::kTrim,       What::kCompact,   What::kCompact,
      What::kReconfigure};
  Fault fault;
  fault.what = random.Of(kWhats);
  fault.at = random.UpTo(absl::Seconds(random.OneIn(2) ? 5 : 60));
  fault.which = random.Below(1000);
  switch (fault.what) {
    case What::kLeapWall:
      fault.lasting = absl::Minutes(random.Between(-300, 300));
      break;
    case What::kSleep:
      fault.lasting = absl::Minutes(random.Between(1, random.OneIn(2) ? 10 : 3000));
      break;
    case What::kMoveCoordinator:
      fault.lasting = random.UpTo(absl::Seconds(3));
      break;
    default:
      fault.lasting = random.UpTo(absl::Seconds(random.OneIn(2) ? 2 : 20));
  }
  return fault;
}

// Instances come and go while a long backlog drains in small pieces, and commits stand still.
void AddCrowd(SimRandom& random, Plan& plan) {
  static constexpr std::string_view kWhere[] = {"commit.begun", "commit.produced_all",
                                                "commit.sent_offsets", "commit.committed"};
  plan.instances = 3;
  plan.commit_interval = absl::Milliseconds(random.Between(300, 3000));
  plan.fetch_records_max = random.Between(1, 3);
  plan.fetch_misses_percent = random.Between(0, 60);
  for (int n = 0; n < 6; ++n) {
    Fault fault;
    fault.at = random.UpTo(absl::Seconds(40));
    fault.what = random.OneIn(3) ? What::kKill : What::kStop;
    fault.lasting = absl::Milliseconds(random.Between(1000, 12'000));
    fault.which = random.Below(3);
    plan.faults.push_back(fault);
    fault = {};
    fault.when = When::kFailpoint;
    fault.name = std::string(random.Of(kWhere));
    fault.passing = static_cast<int>(random.Between(1, 30));
    fault.what = What::kFreeze;
    fault.lasting = absl::Milliseconds(random.Between(300, 8000));
    plan.faults.push_back(fault);
  }
}

// A machine is away for days, in which rows come to an end and the changelog forgets that they
// were; its store is from before.
void AddDaysAway(SimRandom& random, Plan& plan) {
  const auto add = [&](absl::Duration at, What what, absl::Duration lasting, int64_t which) {
    Fault fault;
    fault.at = at;
    fault.what = what;
    fault.lasting = lasting;
    fault.which = which;
    plan.faults.push_back(std::move(fault));
  };
  const absl::Duration start = absl::Seconds(random.Between(1, 60));
  const absl::Duration first = absl::Hours(random.Between(25, 60)), second = absl::Hours(25);
  constexpr absl::Duration kBetween = absl::Seconds(30);
  add(start, What::kStop, first + second + 3 * kBetween, 0);
  add(start + kBetween, What::kSleep, first, 0);
  add(start + 2 * kBetween + first, What::kSleep, second, 0);
  add(start + 2 * kBetween + first + second + absl::Seconds(1), What::kCompact, {}, 0);
  // The others, one after the other, so that the partitions move.
  for (int n = 1; n < plan.instances; ++n) {
    add(start + (5 + n) * kBetween + first + second, What::kStop, absl::Seconds(20), n);
  }
}

}  // namespace

std::string NameOf(Fault::What what) { return std::string(kWhatNames[static_cast<size_t>(what)]); }

std::string Describe(const Fault& fault) {
  std::string out = NameOf(fault.what);
  if (fault.when == When::kTime) {
    out += " at " + absl::FormatDuration(fault.at);
  } else {
    out += std::string(fault.when == When::kFailpoint ? " at failpoint " : " at request ") +
           fault.name + ", passing " + std::to_string(fault.passing);
  }
  return out + " (lasting " + absl::FormatDuration(fault.lasting) + ", which " +
         std::to_string(fault.which) + ")";
}

std::string Describe(const Plan& plan) {
  std::string out = (plan.live ? "live: " : "backlog: ") + std::to_string(plan.records.size()) +
                    " records over " + std::to_string(plan.raw_partitions) +
                    " partitions a raw topic; " + std::to_string(plan.picture_partitions) +
                    " log partitions; " + std::to_string(plan.instances) + " instances of " +
                    std::to_string(plan.workers) + " picture workers; commit after " +
                    absl::FormatDuration(plan.commit_interval) + " or " +
                    std::to_string(plan.commit_bytes) + " bytes; max_wait " +
                    absl::FormatDuration(plan.max_wait) + "; markers within " +
                    absl::FormatDuration(plan.marker_delay) + "; fetches of " +
                    std::to_string(plan.fetch_records_max) + " records, " +
                    std::to_string(plan.fetch_misses_percent) + " % miss, " +
                    std::to_string(plan.fetch_late_percent) + " % come within " +
                    absl::FormatDuration(plan.fetch_delay) + "; the group answers within " +
                    absl::FormatDuration(plan.group_delay) + ", the broker within " +
                    absl::FormatDuration(plan.request_delay) + "\n";
  for (const Fault& fault : plan.faults) out += "  fault: " + Describe(fault) + "\n";
  return out;
}

Plan MakePlan(uint64_t seed) {
  SimRandom random(seed * 2 + 1);
  Plan plan;
  plan.seed = random.Next();
  plan.live = random.OneIn(2);
  plan.picture_partitions = static_cast<int32_t>(random.Between(1, 3));
  plan.raw_partitions = static_cast<int32_t>(random.Between(1, 3));
  plan.instances = static_cast<int>(random.Between(1, 3));
  plan.workers = random.OneIn(3) ? 2 : 1;
  plan.commit_interval = random.UpTo(absl::Milliseconds(200));
  plan.commit_bytes = random.OneIn(2) ? random.Between(300, 4000) : 1 << 20;
  plan.max_wait = random.OneIn(2) ? absl::Seconds(5) : random.UpTo(absl::Milliseconds(200));
  plan.tick_interval = absl::Milliseconds(random.Between(100, 1000));
  plan.marker_delay = random.OneIn(2) ? absl::ZeroDuration() : random.UpTo(absl::Seconds(1));
  plan.fetch_misses_percent = random.OneIn(2) ? 0 : random.Between(0, 60);
  plan.fetch_records_max = random.OneIn(4) ? 1000 : random.Between(1, 20);
  // Of each topic's partitions in a row; more than enough.
  for (int i = 0; i < 32; ++i) plan.skews_ms.push_back(random.Between(-300, 300));
  plan.raw_begin = random.OneIn(4) ? random.Between(1, 9) : 0;
  const bool crowd = random.OneIn(8);
  AddRecords(random, plan, crowd ? random.Between(100, 300) : random.Between(10, 120));
  for (int64_t n = random.Between(0, 8); n > 0; --n) {
    const int64_t dice = random.Below(100);
    plan.faults.push_back(dice < 45   ? AtFailpoint(random)
                          : dice < 75 ? AtRequest(random)
                                      : AtTime(random));
  }
  if (plan.instances > 1 && random.OneIn(10)) AddDaysAway(random, plan);
  if (crowd) AddCrowd(random, plan);
  plan.fetch_late_percent = random.OneIn(2) ? 0 : random.Between(1, 25);
  plan.fetch_delay = random.UpTo(absl::Milliseconds(random.OneIn(3) ? 3000 : 300));
  plan.group_delay = random.OneIn(2) ? absl::ZeroDuration() : random.UpTo(absl::Seconds(2));
  for (size_t i = 0, count = plan.faults.size(); i < count; ++i) {
    if (plan.faults[i].name == "abort") plan.faults.push_back(Abortable(random));
    const What what = plan.faults[i].what;
    const bool copied = what == What::kComesLate || what == What::kRepeated;
    if (copied && random.OneIn(2)) plan.faults[i].which = random.Between(1, 8);
  }
  plan.request_delay =
      random.OneIn(2) ? absl::ZeroDuration() : random.UpTo(absl::Milliseconds(200));
  return plan;
}

}  // namespace lagesbild::sim
