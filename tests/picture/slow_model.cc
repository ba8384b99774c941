#include "picture/slow_model.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <tuple>

#include "base/geo.h"
#include "base/time.h"

namespace lagesbild::picture::slow {
namespace {

// What is known of one report key in one picture.
struct Held {
  enum class What { kNothing, kReport, kMadeRoom, kWithdrawn };
  What what = What::kNothing;
  int64_t revision = std::numeric_limits<int64_t>::min();
  Report report;
  int64_t accepted_ms = 0;
  int64_t latest_ms = 0;
  std::optional<int64_t> first_accepted_ms;
  std::optional<int64_t> gone_ms;  // clock at which a report was last taken away
};

void Take(Held& held, const Report& report, int64_t clock_ms) {
  const bool newer = report.revision > held.revision;
  const bool awaited = report.revision == held.revision && held.what == Held::What::kMadeRoom;
  if (!newer && !awaited) return;
  const bool held_before = held.what == Held::What::kReport || held.gone_ms == clock_ms;
  held.latest_ms = held_before ? std::max(held.latest_ms, report.occurred_ms) : report.occurred_ms;
  held.what = Held::What::kReport;
  held.revision = report.revision;
  held.report = report;
  held.accepted_ms = clock_ms;
  const bool was_gone = held.gone_ms && *held.gone_ms < clock_ms;
  if (!held.first_accepted_ms || was_gone) held.first_accepted_ms = clock_ms;
  held.gone_ms.reset();
}

void Take(Held& held, const Superseded& superseded, int64_t clock_ms) {
  if (superseded.revision <= held.revision) return;
  if (held.what == Held::What::kReport) held.gone_ms = clock_ms;
  held.what = superseded.withdrawn ? Held::What::kWithdrawn : Held::What::kMadeRoom;
  held.revision = superseded.revision;
}

bool Refuted(const Standing& s) { return s.report.verification == Verification::kRefuted; }

// Could `report` belong to the incident that `first` began? Both of the same class.
bool Matches(const IncidentClass& of, const Report& first, const Report& report) {
  if (of.merge_ms == 0 || of.merge_metres == 0) return false;
  if (std::abs(report.occurred_ms - first.occurred_ms) > of.merge_ms) return false;
  if (!first.has_point || !report.has_point) return first.area == report.area;
  return DistanceMetres(first.lat, first.lon, report.lat, report.lon) <=
         of.merge_metres + first.precision_m + report.precision_m;
}

// The sweep: each report joins the earliest incident whose first report it matches, else begins
// one.
std::vector<std::vector<Standing>> Sweep(const IncidentClass& of, std::vector<Standing> reports) {
  std::sort(reports.begin(), reports.end(),
            [](const auto& a, const auto& b) { return ReportBefore(a.report, b.report); });
  std::vector<std::vector<Standing>> incidents;
  for (const Standing& s : reports) {
    auto home = std::find_if(incidents.begin(), incidents.end(), [&](const auto& incident) {
      return Matches(of, incident.front().report, s.report);
    });
    if (home == incidents.end()) {
      incidents.push_back({s});
    } else {
      home->push_back(s);
    }
  }
  return incidents;
}

// Reports that stand by themselves: not refuted, and not beyond the limit on tips. `held` in report
// order.
std::vector<Standing> WithoutRefutedAndExcessTips(const Settings& settings,
                                                  const std::vector<Standing>& held) {
  std::vector<Standing> out;
  std::map<std::string, int> tips_by_reporter;
  for (const Standing& s : held) {
    if (Refuted(s)) continue;
    if (s.report.key.tip && !s.report.reporter.empty() &&
        ++tips_by_reporter[s.report.reporter] > settings.tips_per_day) {
      continue;
    }
    out.push_back(s);
  }
  return out;
}

// The refuted reports of tier A, in the order in which their refutations were accepted.
std::vector<Standing> Refuters(const std::vector<Standing>& held) {
  std::vector<Standing> out;
  for (const Standing& s : held) {
    if (Refuted(s) && TierOf(s.report.kind) == Tier::kA) out.push_back(s);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.accepted_ms < b.accepted_ms; });
  return out;
}

// The keys of the reports that refuted reports of tier A take with them. `candidates` stand by
// themselves.
std::set<ReportKey> TakenByRefutations(const Settings& settings, const std::vector<Standing>& held,
                                       const std::vector<Standing>& candidates) {
  std::set<ReportKey> taken;
  for (const Standing& refuter : Refuters(held)) {
    const int class_id = settings.FindClass(refuter.report.class_name);
    if (class_id < 0) continue;
    std::vector<Standing> with_it = {refuter};
    for (const Standing& s : candidates) {
      if (s.report.class_name == refuter.report.class_name &&
          s.first_accepted_ms <= refuter.accepted_ms && !taken.contains(s.report.key)) {
        with_it.push_back(s);
      }
    }
    for (const auto& incident : Sweep(settings.classes[class_id], with_it)) {
      const bool its_own = std::any_of(incident.begin(), incident.end(), [&](const auto& s) {
        return s.report.key == refuter.report.key;
      });
      if (!its_own) continue;
      for (const Standing& s : incident) {
        if (s.report.key != refuter.report.key) taken.insert(s.report.key);
      }
    }
  }
  return taken;
}

// Tier, then precision (a report without a point is the least precise), then report order.
bool BetterPlaced(const Report& a, const Report& b) {
  const auto rank = [](const Report& r) {
    return std::make_pair(TierOf(r.kind),
                          r.has_point ? r.precision_m : std::numeric_limits<double>::infinity());
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  return ReportBefore(a, b);
}

Incident Describe(int class_id, std::vector<Standing> reports) {
  Incident out;
  out.class_id = class_id;
  out.occurred_ms = reports.front().report.occurred_ms;
  const Report* best = &reports.front().report;
  std::set<std::string> reporters;
  bool tier_a = false;
  for (const Standing& s : reports) {
    const Report& r = s.report;
    if (BetterPlaced(r, *best)) best = &r;
    const bool counted_already =
        r.kind == Kind::kPublic && !r.reporter.empty() && !reporters.insert(r.reporter).second;
    if (!counted_already) ++out.by_kind[static_cast<size_t>(r.kind)];
    tier_a = tier_a || TierOf(r.kind) == Tier::kA;
    if (r.verification == Verification::kConfirmed && r.kind != Kind::kPublic) {
      out.verification = Verification::kConfirmed;
    }
  }
  const auto kinds =
      std::count_if(out.by_kind.begin(), out.by_kind.end(), [](auto n) { return n > 0; });
  out.area = best->area;
  out.corroborated = kinds >= 2 || out.verification == Verification::kConfirmed;
  out.trusted = tier_a || out.corroborated;
  out.tips_alone = kinds == 1 && out.by_kind[static_cast<size_t>(Kind::kPublic)] > 0;
  out.reports = std::move(reports);
  return out;
}

void Add(Cell& cell, const Incident& incident) {
  ++cell.incidents;
  cell.corroborated += incident.corroborated;
  for (size_t k = 0; k < cell.reports.size(); ++k) cell.reports[k] += incident.by_kind[k];
}

// Classes, then families, then all; each as the settings list them.
std::vector<std::pair<std::string, Of>> Measures(const Settings& settings) {
  std::vector<std::pair<std::string, Of>> out;
  for (const auto& c : settings.classes) out.push_back({c.name, {Of::What::kClass, c.name}});
  for (const auto& f : settings.families) out.push_back({f.name, {Of::What::kFamily, f.name}});
  out.push_back({"all", {}});
  return out;
}

}  // namespace

uint32_t Incident::report_count() const {
  uint32_t n = 0;
  for (uint32_t k : by_kind) n += k;
  return n;
}

bool ReportBefore(const Report& a, const Report& b) {
  return std::tie(a.occurred_ms, a.key.org, a.key.id, a.key.tip) <
         std::tie(b.occurred_ms, b.key.org, b.key.id, b.key.tip);
}

std::vector<Standing> Revise(const Log& log, const std::string& picture) {
  std::map<ReportKey, Held> held;
  for (const LogRecord& record : log) {
    if (const auto* report = std::get_if<Report>(&record.body)) {
      if (record.picture == picture) Take(held[report->key], *report, record.clock_ms);
    } else if (const auto* superseded = std::get_if<Superseded>(&record.body)) {
      Take(held[superseded->key], *superseded, record.clock_ms);
    }
  }
  std::vector<Standing> out;
  for (const auto& [key, h] : held) {
    if (h.what == Held::What::kReport)
      out.push_back({h.report, *h.first_accepted_ms, h.accepted_ms, h.latest_ms});
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return ReportBefore(a.report, b.report); });
  return out;
}

std::vector<Incident> Merge(const Settings& settings, const std::vector<Standing>& held) {
  const std::vector<Standing> candidates = WithoutRefutedAndExcessTips(settings, held);
  const std::set<ReportKey> taken = TakenByRefutations(settings, held, candidates);
  std::vector<Incident> out;
  for (size_t c = 0; c < settings.classes.size(); ++c) {
    std::vector<Standing> reports;
    for (const Standing& s : candidates) {
      if (s.report.class_name == settings.classes[c].name && !taken.contains(s.report.key)) {
        reports.push_back(s);
      }
    }
    for (auto& incident : Sweep(settings.classes[c], reports)) {
      out.push_back(Describe(static_cast<int>(c), std::move(incident)));
    }
  }
  return out;
}

std::vector<std::string> CountedIn(const Settings& settings, const std::string& area) {
  std::vector<std::string> out;
  const int leaf = settings.FindArea(area);
  if (leaf < 0) return out;
  for (int at = leaf;; at = settings.areas[at].parent) {
    out.push_back(settings.areas[at].id);
    if (at == settings.areas[leaf].picture) return out;
  }
}

bool InWindow(int64_t occurred_ms, int64_t window_ms, int64_t clock_ms) {
  const int64_t pane = FloorTo(occurred_ms, window_ms <= kDayMs ? kMinuteMs : kHourMs);
  return clock_ms - pane < window_ms;
}

std::vector<WindowCells> WindowsOf(const Settings& settings, const std::vector<Incident>& incidents,
                                   const std::string& area, int64_t clock_ms, bool own_only) {
  std::vector<WindowCells> out;
  for (int64_t window_ms : settings.windows_ms) {
    WindowCells window{window_ms, {}};
    for (const auto& [name, of] : Measures(settings)) {
      Cell cell;
      for (const Incident& incident : incidents) {
        const auto areas = CountedIn(settings, incident.area);
        const bool here = own_only ? incident.area == area
                                   : std::find(areas.begin(), areas.end(), area) != areas.end();
        if (here && settings.Covers(of, incident.class_id) &&
            InWindow(incident.occurred_ms, window_ms, clock_ms)) {
          Add(cell, incident);
        }
      }
      if (cell.incidents > 0) window.cells.push_back({name, cell});
    }
    if (!window.cells.empty()) out.push_back(std::move(window));
  }
  return out;
}

}  // namespace lagesbild::picture::slow
