// TownDesk: the town's senders. Takes what its people report, when; gives records in the order of
// their timestamps.
//
// Each sender has its manners here: it numbers its reports, and one that is silent hands in what it
// held back when it returns. In: reports and heartbeats with a sending time (any order, never
// before what was taken); out: RawMessages by (time, order of coming in). Deterministic;
// thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <queue>
#include <string>
#include <vector>

#include "feeds/publisher.h"
#include "feeds/report.h"
#include "feeds/town_map.h"

namespace lagesbild::feeds {

inline constexpr char kPoliceOrg[] = "polisen";
inline constexpr char kRescueOrg[] = "raddningen";
inline constexpr char kTransitOrg[] = "lokaltrafiken";
inline constexpr char kOwnerOrg[] = "stadsbo";
inline constexpr char kGuardOrg[] = "vaktlaget";
inline constexpr char kSchoolOrg[] = "skolorna";
inline constexpr char kWalkersOrg[] = "nattvandrarna";
inline constexpr char kBusinessOrg[] = "handlarna";
inline constexpr char kTipsOrg[] = "tipsformularet";

class TownDesk {
 public:
  // A report with the sender's next number as id.
  OutgoingReport NewReport(const std::string& org, const std::string& class_name,
                           int64_t occurred_ms, TownPoint at, int precision_m);
  // A tipster of an evening: an opaque reporter.
  std::string NewReporter();

  // Sends it (tips to the topic tips) at that time, or when the sender's silence ends.
  void Send(const OutgoingReport& report, int64_t at_ms);
  void SendHeartbeat(const std::string& org, int64_t at_ms);  // a silent sender's is lost
  void SendRaw(RawMessage message);

  // [from, to): the sender's line is down. A sender has one silence at a time.
  void SetSilent(const std::string& org, int64_t from_ms, int64_t to_ms);

  bool empty() const { return queue_.empty(); }
  int64_t next_ms() const { return queue_.top().message.timestamp_ms; }
  RawMessage TakeNext();

 private:
  struct Silence {
    int64_t from_ms = 0, to_ms = 0;
    int64_t held = 0;  // handed in on return, one a second
  };
  struct Queued {
    RawMessage message;
    uint64_t order = 0;
    bool operator<(const Queued& other) const {  // of a priority queue: the greatest comes first
      return message.timestamp_ms != other.message.timestamp_ms
                 ? message.timestamp_ms > other.message.timestamp_ms
                 : order > other.order;
    }
  };

  std::priority_queue<Queued> queue_;
  std::map<std::string, Silence> silences_;
  std::map<std::string, int64_t> numbers_;
  uint64_t order_ = 0;
};

}  // namespace lagesbild::feeds
