#include "picture/generator.h"

#include <cmath>
#include <cstdlib>

#include "base/time.h"
#include "picture/world.h"

namespace lagesbild::picture {
namespace {

Rule Count(std::string id, Of of, std::string level, int64_t window_ms, int64_t enter, int64_t exit,
           int64_t hold_ms) {
  Rule rule;
  rule.id = std::move(id);
  rule.type = RuleType::kCount;
  rule.of = std::move(of);
  rule.level = std::move(level);
  rule.window_ms = window_ms;
  rule.enter = enter;
  rule.exit = exit;
  rule.hold_ms = hold_ms;
  return rule;
}

}  // namespace

Settings BusyCounty(uint64_t seed) {
  std::mt19937_64 random(seed);
  Settings s = SmallCounty();
  s.rules[0].hold_ms = 3 * kHourMs;
  s.rules[1].hold_ms = 4 * kHourMs;
  s.rules.push_back(
      Count("assaults-6h", {Of::What::kClass, "assault"}, "district", 6 * kHourMs, 2, 0, kHourMs));
  s.rules.push_back(Count("all-7d", {}, "borough", 7 * kDayMs, 6, 3, 5 * kHourMs));
  s.rules.push_back(Count("square-1h", {}, "place", kHourMs, 2, 1, 0));
  s.rules.back().for_ms = 7 * kMinuteMs;
  s.rules.back().no_reraise_ms = 2 * kHourMs;
  if (random() % 3 == 0) {  // reports are forgotten soon
    s.windows_ms.pop_back();
    s.grace_ms = 12 * kHourMs;
  }
  if (random() % 2 == 0) s.sources[s.FindSource("polisen")].expected_gap_ms = 5 * kHourMs;
  if (random() % 2 == 0) s.sources[s.FindSource("vakt")].expected_gap_ms = 9 * kHourMs;
  if (random() % 3 == 0) s.sources[s.FindSource("vakt")].feeds = {"violence"};
  if (random() % 3 == 0) s.sources[s.FindSource("polisen")].feeds = {"shooting", "property"};
  return s;
}

Generator::Generator(uint64_t seed, const Settings& settings, GeneratorOptions options)
    : settings_(settings), options_(options), random_(seed), clock_ms_(kStart) {}

Moment Generator::Next(const std::vector<std::string>& alert_ids) {
  Moment out;
  if (!began_) {
    began_ = true;
    out.clock_ms = clock_ms_;
    out.records.push_back(ToAll(clock_ms_, Configuration{settings_.version, "0"}));
    return out;
  }
  const double hours = std::exponential_distribution<double>(1 / options_.hours_between)(random_);
  int64_t step_ms = static_cast<int64_t>(hours * kHourMs);
  if (Chance(0.3)) step_ms = FloorTo(step_ms, kMinuteMs);  // meets the ends of panes
  if (Chance(0.2)) step_ms = 1;
  clock_ms_ += std::max<int64_t>(step_ms, 1);
  out.clock_ms = clock_ms_;

  const int events = Chance(0.1) ? 8 : Below(4);
  for (int i = 0; i < events; ++i) {
    if (sent_.empty() || Chance(0.55)) {
      sent_.push_back(NewReport());
      Sent& sent = sent_.back();
      if (Chance(0.08)) Withdraw(sent, out);  // before it came
      Send(sent.report, out);
      if (Chance(0.1)) Send(sent.report, out);
    } else {
      SomethingAbout(sent_[random_() % sent_.size()], out);
    }
  }
  if (options_.commands && Chance(0.15)) SomeCommand(alert_ids, out);
  return out;
}

void Generator::SomethingAbout(Sent& sent, Moment& out) {
  // Of what is forgotten nothing can be said any more: incidents have counted that cannot be taken
  // back.
  if (clock_ms_ - sent.report.occurred_ms > settings_.retention_ms() - 2 * kHourMs) return;
  const int what = Below(10);
  if (what < 2) {
    Send(sent.report, out);  // a duplicate
  } else if (what < 4) {
    Withdraw(sent, out);
  } else if (what < 5) {
    if (!options_.same_revision_twice) return;
    Sent other = sent;
    Report twin = Revised(other);
    twin.revision = sent.report.revision;
    Send(twin, out);
  } else if (what < 6) {
    const Report overtaken = Revised(sent);
    Send(Revised(sent), out);
    Send(overtaken, out);
  } else {
    Send(Revised(sent), out);
  }
}

Generator::Sent Generator::NewReport() {
  static const std::vector<std::string> kClasses = {"shooting", "shooting", "explosion",
                                                    "assault",  "assault",  "theft"};
  const std::string id = Numbered("n", next_id_++);
  Report report;
  switch (Below(7)) {
    case 0:
    case 1:
      report = Police(id);
      break;
    case 2:
      report = Guard(id);
      break;
    case 3:
      report = Below(2) ? Rescue(id) : Transit(id);
      break;
    default:
      // One reporter and local day, one hash: of a few who are busy, or unknown.
      report = Tip(id, "");
      break;
  }
  report.class_name = Pick(kClasses);
  When(report);
  Place(report);
  if (report.key.tip && Chance(0.85)) {
    report.reporter =
        Numbered(Numbered("reporter", Below(6)) + "@", FloorTo(report.occurred_ms, kDayMs));
  }
  if (Chance(0.1)) report.verification = Verification::kConfirmed;
  if (Chance(0.05) && (options_.refutations_by_police || TierOf(report.kind) != Tier::kA)) {
    report.verification = Verification::kRefuted;
  }
  return {report, 1};
}

Report Generator::Revised(Sent& sent) {
  Report& report = sent.report;
  static const std::vector<std::string> kClasses = {"shooting", "explosion", "assault", "theft"};
  report.revision = ++sent.revision;
  report.action = Action::kCorrect;
  if (report.verification == Verification::kRefuted && Chance(0.5)) {
    report.verification = Verification::kUnconfirmed;
  }
  switch (Below(7)) {
    case 0:
      report.class_name = Pick(kClasses);
      break;
    case 1:
      report.occurred_ms += (Below(9) - 6) * 10 * kMinuteMs;
      if (!options_.future || report.occurred_ms > clock_ms_ + 10 * kMinuteMs) {
        report.occurred_ms = std::min(report.occurred_ms, clock_ms_);
      }
      break;
    case 2:
      Place(report);
      break;
    case 3:
      if (options_.refutations_by_police || TierOf(report.kind) != Tier::kA) {
        report.verification = Verification::kRefuted;
      }
      break;
    case 4:
      report.verification = Verification::kConfirmed;
      break;
    case 5:
      if (report.has_point && report.area != "lan") report.precision_m = 10 + 20 * Below(4);
      break;
    default:
      break;  // says the same again
  }
  return report;
}

void Generator::When(Report& report) {
  int64_t ago_ms = Below(6) * 10 * kMinuteMs + Below(3) * 20 * kSecondMs;
  if (Chance(0.1)) ago_ms += Below(30) * kHourMs;  // late
  if (Chance(0.03)) ago_ms += Below(10) * kDayMs;  // very late
  if (options_.future && Chance(0.05)) ago_ms = -Below(10) * kMinuteMs;
  report.occurred_ms = clock_ms_ - ago_ms;
  if (Chance(0.5)) report.occurred_ms = FloorTo(report.occurred_ms, kMinuteMs);
  report.reported_ms = clock_ms_;
}

// A street of seven places 90 m apart that crosses a district border; in each of two pictures.
void Generator::Place(Report& report) {
  const bool hv = Chance(0.75);
  const int step = Below(7);
  const double away_m = 90.0 * step, north_m = hv ? 0 : 20000;
  ReportBuilder at(report.kind, "", "");
  at.Where(away_m, north_m, 10 + 20 * Below(4));
  const Report placed = at;
  report.has_point = true;
  report.lat = placed.lat;
  report.lon = placed.lon;
  report.precision_m = placed.precision_m;
  if (hv) {
    report.area = step < 2 ? "torget" : step < 4 ? "gard" : "strand";
  } else {
    report.area = step < 3 ? "akalla" : "kista";
  }
  report.indoor_dwelling = false;
  if (Chance(0.04)) {
    report.area = "lan";  // a centroid
    report.precision_m = 20000;
  } else if (Chance(0.05)) {
    report.indoor_dwelling = true;
    report.area = hv ? "hv" : "ja";
  } else if (Chance(0.12)) {
    report.has_point = false;
    report.lat = report.lon = report.precision_m = 0;
    if (Chance(0.2)) report.area = hv ? "hv" : "ja";
  }
}

void Generator::Send(const Report& report, Moment& out) {
  const std::string picture = PictureOf(settings_, report.area);
  const bool refuted = report.verification == Verification::kRefuted;
  const int64_t minute_ms = FloorTo(clock_ms_, kMinuteMs);
  out.records.push_back(ToAll(clock_ms_, Liveness{report.key.org, minute_ms}));
  const bool too_old =
      clock_ms_ - report.occurred_ms > settings_.longest_window_ms() + settings_.grace_ms;
  if (too_old) {
    out.records.push_back(
        ToAll(clock_ms_, Superseded{report.key, report.revision, false, refuted, ""}));
  } else if (report.revision > 1 || refuted) {
    const bool first = Chance(0.5);
    const Superseded superseded{report.key, report.revision, false, refuted, picture};
    if (first) out.records.push_back(ToAll(clock_ms_, superseded));
    out.records.push_back(Record(clock_ms_, settings_, report));
    if (!first) out.records.push_back(ToAll(clock_ms_, superseded));
  } else {
    out.records.push_back(Record(clock_ms_, settings_, report));
  }
}

void Generator::Withdraw(Sent& sent, Moment& out) {
  const Report& report = sent.report;
  out.records.push_back(ToAll(clock_ms_, Liveness{report.key.org, FloorTo(clock_ms_, kMinuteMs)}));
  out.records.push_back(ToAll(clock_ms_, Withdrawn(report, ++sent.revision)));
}

void Generator::SomeCommand(const std::vector<std::string>& alert_ids, Moment& out) {
  static const std::vector<std::string> kAreas = {"hv", "gard", "torget", "ja", "kista"};
  static const std::vector<std::string> kRules = {"", "grave-single", "violence-24h", "all-7d"};
  Command c;
  c.id = Numbered("c", Chance(0.9) ? next_command_++ : Below(next_command_ + 1));
  c.by = "duty-1";
  c.at_ms = clock_ms_;
  c.type = static_cast<CommandType>(1 + Below(4));
  std::string picture = Chance(0.75) ? "hv" : "ja";
  if (c.type == CommandType::kSilence || c.type == CommandType::kUnsilence) {
    c.area = Pick(kAreas);
    c.rule = Pick(kRules);
    c.reason = "known";
    c.until_ms = clock_ms_ + Below(12) * kHourMs;
    picture = PictureOf(settings_, c.area);
  } else {
    // Of the latest, most likely still open.
    c.alert_id = "a-0123456789abcdef";
    if (!alert_ids.empty() && Chance(0.9)) {
      const size_t back = random_() % std::min<size_t>(alert_ids.size(), 6);
      c.alert_id = alert_ids[alert_ids.size() - 1 - back];
    }
    c.reason = c.type == CommandType::kDismiss ? "handled" : "";
  }
  LogRecord record = ToAll(clock_ms_, c);
  record.picture = picture;
  out.records.push_back(std::move(record));
}

uint64_t SeedFromEnvironment(uint64_t fallback) {
  const char* text = std::getenv("LAGESBILD_SEED");
  return text ? std::strtoull(text, nullptr, 10) : fallback;
}

int IterationsFromEnvironment(int fallback) {
  const char* text = std::getenv("LAGESBILD_ITERATIONS");
  return text ? std::atoi(text) : fallback;
}

}  // namespace lagesbild::picture
