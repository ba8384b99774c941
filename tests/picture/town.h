// Town: one log partition's Fold, driven by hand in tests. Records sent at one minute are one
// instant.
//
//   Town town(SmallCounty());
//   town.Send(0, Police("p").Of("shooting"));
//   EXPECT_THAT(town.Said(), ElementsAre("0: open grave-single in gard"));
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "picture/fold.h"
#include "picture/world.h"

namespace lagesbild::picture {

class Town {
 public:
  explicit Town(Settings settings);

  // Minutes after kStart, never back. The settings are in force from minute -1 on.
  void Send(double minutes, const Report& report);
  void Send(double minutes, Superseded superseded);
  void Send(double minutes, Command command, const std::string& picture = "hv");
  void Heard(double minutes, const std::string& org);
  void Configure(double minutes, Settings settings);
  // Time passes and nothing comes in.
  void Pass(double minutes);

  // What the alerts said since the last call, one line a transition:
  // "<minutes>: <state> <rule> in <area>[, <observed> of a count rule][, <reason>][, generation
  // N][, silenced]
  //  [, acknowledged][, without <blind sources>]"
  std::vector<std::string> Said();
  // The same as values, since the last call of either.
  std::vector<AlertTransition> Transitions();
  std::vector<std::string> DeadLetters();  // "<reason> <offset>"
  // The id of the last alert of this rule and area that said anything.
  std::string AlertId(const std::string& rule, const std::string& area);
  // Incidents in a window of an area by the last aggregate; 0 if there is none.
  uint32_t Count(const std::string& area, int64_t window_ms, const std::string& of);

 private:
  void Put(double minutes, LogRecord record);
  void Flush();

  std::vector<Settings> configurations_;
  Fold fold_;
  int64_t clock_ms_;
  int64_t commands_ = 0;
  std::vector<LogRecord> pending_;
  Effects effects_;
  std::vector<AlertTransition> all_;  // every transition so far
  size_t told_ = 0;                   // of all_, by Said and Transitions
  std::vector<Aggregate> aggregates_;
};

std::string Line(const AlertTransition& t);

Command Acknowledge(std::string id, std::string alert_id);
Command Dismiss(std::string id, std::string alert_id, std::string reason);
// `rule` empty: all rules.
Command Silence(std::string id, std::string area, std::string rule, double until_minutes);
Command Unsilence(std::string id, std::string area, std::string rule);

}  // namespace lagesbild::picture
