// A slow, obvious model of the life of alerts under the rules `single` and `count`.
//
// The whole log is looked at again at every instant and at every due time between instants: the
// incidents are merged from scratch (slow_model.h), once without and once with the records of the
// instant, and each alert is judged by comparing the two. Only the alerts themselves (who they are,
// what they last said) are carried on. In: instants in order of their clocks; out: transitions as
// values, with numbers for ids. One log partition. Source: contract, "Alert transition" and
// Command; architecture §3; domain.md §4.
//
// What the contract leaves open, and how this model reads it:
// - An update for a change of content compares the picture after the records of an instant with the
//   picture just before them, at the same clock; so what only expired is never news. Content is:
//   which incidents (by first report), the verification and count by kind of each, and of a single
//   incident its class.
// - "A change to the incident" (single, hold) is a change of its first report, class, time, area,
//   verification or count by kind. The same reporter's next tip is none.
// - A single alert is `of` the class it has as long as it holds; one that holds no longer is of
// what
//   it was, and shows no incident, also when it is dismissed in that very instant. Nor does one
//   that a blind source keeps open for longer than the incident's reports are kept.
// - A count rule's ground: at some time since this generation opened, the number of solid incidents
//   as now known, in the window then, that had occurred or were known then, reached `enter`.
// - Contributing orgs are those of all reports that an alert of this generation has had.
// - A source with an expected gap that was never heard counts as heard in the minute in which it
//   became known. A minute heard covers its last second: blind from minute + 1 min + gap on.
// - A resolved single alert stays with its incident and opens again only by a confirmation that
//   comes then, while the incident is not older than `max_age`. A new generation is not
//   acknowledged. When none of its reports remains it is over: if they return, that is a new alert.
// - Of two open alerts that come to one incident the younger is the one that first opened later; at
//   the same clock the one with the higher id. Of a resolved and an open one, the open one stays.
// - Commands come before the judgement of their instant: what is dismissed is dismissed, even if it
//   would have gone. A command id is taken once a picture, as long as a report is kept. An
//   alert that ended is known that long.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "picture/slow_model.h"

namespace lagesbild::picture::slow {

struct Brief {  // an incident as an alert shows it
  ReportKey first;
  std::string class_name;
  int64_t occurred_ms = 0;
  uint32_t reports = 0;
  Verification verification = Verification::kUnconfirmed;
  friend bool operator==(const Brief&, const Brief&) = default;
};

struct Transition {
  int alert = 0;  // number of the alert: stands for its id
  int generation = 1;
  int64_t sequence = 1;
  AlertState state = AlertState::kOpen;
  int64_t at_ms = 0, since_ms = 0;
  std::string rule, picture, area, of;
  int64_t window_ms = 0;  // 0: a single rule's
  int64_t observed = 0;
  std::vector<Brief> incidents;  // by occurred_ms, then first report
  KindCounts by_kind{};
  std::vector<std::string> blind;  // contributing sources that are blind
  std::set<std::string> reasons;   // empty: null; more than one: any of them will do
  bool silenced = false, acknowledged = false;
};

class Judge {
 public:
  explicit Judge(Settings settings);
  ~Judge();

  // Judges what falls due before `clock_ms`, then this instant. Clocks rise.
  std::vector<Transition> Instant(int64_t clock_ms, const Log& records);
  // What a coordinator would call this alert: commands in the log name it so.
  void Name(int alert, std::string id) { names_[std::move(id)] = alert; }
  // Commands so far for alerts that do not exist.
  int dead_letters() const { return dead_letters_; }
  // Sources that are blind at this clock.
  std::set<std::string> BlindAt(int64_t clock_ms) const;
  const Log& log() const { return log_; }
  const std::vector<Incident>& incidents(const std::string& picture) const;

 private:
  struct News {  // what makes an update when it changes
    std::set<std::tuple<ReportKey, Verification, KindCounts>> incidents;
    std::string of;  // single: the class
    friend bool operator==(const News&, const News&) = default;
  };
  struct Content {  // what an alert is about
    std::vector<const Incident*> incidents;
    std::vector<Brief> briefs;
    KindCounts by_kind{};

    News Gist() const {
      News news;
      for (const Incident* i : incidents) {
        news.incidents.insert({i->first_key(), i->verification, i->by_kind});
      }
      return news;
    }
  };
  // Of a count rule and an area, while no alert of it is open.
  struct Series {
    std::optional<int64_t> pending_since_ms;
    bool blocked = false;  // dismissed, and not at the exit since
  };
  struct Alert {
    int number = 0;
    size_t rule = 0;
    std::string picture, area, of;
    enum class Life { kOpen, kResolved, kGone } life = Life::kOpen;
    int generation = 1;
    int64_t sequence = 0, first_opened_ms = 0, since_ms = 0, ended_ms = 0;
    bool acknowledged = false;
    std::set<std::string> orgs;
    // As last judged.
    std::vector<std::string> blind;
    bool silenced = false, acknowledged_said = false;
    // single
    News shown;
    std::set<ReportKey> reports;
    std::tuple<News, int64_t, std::string> shape;  // with time and area
    int64_t changed_ms = 0;
    bool confirmed = false;
    // count
    std::optional<int64_t> low_since_ms;
  };

  void JudgeAt(int64_t clock_ms, const Log& records, std::vector<Transition>& out);
  std::optional<int64_t> NextDue() const;
  void Obey(const std::string& picture, const Command& command);
  std::set<std::string> ReasonsOf(const std::string& picture, const Log& records) const;

  void JudgeSingles(const std::string& picture, size_t rule, std::vector<Transition>& out);
  std::vector<Alert*> SinglesInOrder(const std::string& picture, size_t rule) const;
  void JudgeSingle(Alert& alert, const Incident& home, std::vector<Transition>& out);
  void JudgeCount(const std::string& picture, size_t rule, const std::string& area,
                  std::vector<Transition>& out);
  void JudgeOpenCount(Alert& alert, std::vector<Transition>& out);
  const Incident* HomeOf(const Alert& alert) const;  // by its earliest report that remains
  Content Look(const Alert& alert) const;
  // The reports of a single alert's incident are no longer kept.
  bool Forgotten(const Alert& alert) const;
  Content LookAtCount(size_t rule, const std::string& area, const std::vector<Incident>& incidents,
                      int64_t clock_ms) const;
  bool HasGround(const Alert& alert) const;
  std::vector<std::string> BlindFor(const Alert& alert) const;
  bool Silenced(const Alert& alert) const;
  bool CountsTowards(size_t rule, const std::string& area, const Incident& incident) const;

  Alert& Open(size_t rule, const std::string& picture, const std::string& area,
              const std::string& of);
  void Say(Alert& alert, AlertState state, std::set<std::string> reasons,
           std::vector<Transition>& out);
  void SayIfNews(Alert& alert, const News& before, const News& after, std::vector<Transition>& out);
  static void Note(Alert& alert, const Content& content);  // the orgs that contribute

  Settings settings_;
  std::set<std::string> pictures_;
  Log log_;
  int64_t clock_ms_;
  std::map<std::string, std::vector<Incident>> before_, now_;  // by picture
  std::set<std::string> reasons_;  // why something may have gone just now
  std::vector<std::unique_ptr<Alert>> alerts_;
  std::map<std::pair<size_t, std::string>, Series> series_;
  std::map<std::string, int> names_;
  std::map<std::pair<std::string, std::string>, int64_t>
      obeyed_;  // (picture, command id) → remembered until
  std::map<std::pair<std::string, std::string>, int64_t> silences_;  // (area, rule) → until
  std::map<std::string, int64_t> heard_ms_;                          // org → end of the minute
  std::set<int> dismissed_;                                          // in this instant
  int dead_letters_ = 0;
};

}  // namespace lagesbild::picture::slow
