#include "picture/town.h"

#include <charconv>
#include <utility>

#include "base/check.h"

namespace lagesbild::picture {
namespace {

std::string MinutesText(int64_t ms) {
  const double minutes = static_cast<double>(ms - kStart) / kMinuteMs;
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, minutes).ptr};
}

std::string StateText(AlertState state) {
  switch (state) {
    case AlertState::kOpen:
      return "open";
    case AlertState::kUpdated:
      return "updated";
    case AlertState::kResolved:
      return "resolved";
    case AlertState::kCancelled:
      return "cancelled";
  }
  return "?";
}

Command Make(CommandType type, std::string id) {
  Command c;
  c.type = type;
  c.id = std::move(id);
  c.by = "duty-1";
  return c;
}

}  // namespace

std::string Line(const AlertTransition& t) {
  std::string out =
      MinutesText(t.at_ms) + ": " + StateText(t.state) + " " + t.rule + " in " + t.area;
  if (t.enter > 0) out += ", " + std::to_string(t.observed);
  if (!t.reason.empty()) out += ", " + t.reason;
  if (t.generation > 1) out += ", generation " + std::to_string(t.generation);
  if (t.silenced) out += ", silenced";
  if (t.acknowledged) out += ", acknowledged";
  if (t.completeness != Completeness::kComplete) {
    out += ", without";
    for (const std::string& org : t.blind_sources) out += " " + org;
  }
  return out;
}

Town::Town(Settings settings)
    : fold_([this](std::string_view encoded) -> StatusOr<Settings> {
        return configurations_[std::stoul(std::string(encoded))];
      }),
      clock_ms_(At(-1)) {
  Configure(-1, std::move(settings));
}

void Town::Configure(double minutes, Settings settings) {
  const Configuration c{settings.version, std::to_string(configurations_.size())};
  configurations_.push_back(std::move(settings));
  Put(minutes, ToAll(At(minutes), c));
}

void Town::Send(double minutes, const Report& report) {
  Put(minutes, Record(At(minutes), configurations_.back(), report));
}
void Town::Send(double minutes, Superseded superseded) {
  Put(minutes, ToAll(At(minutes), std::move(superseded)));
}
void Town::Send(double minutes, Command command, const std::string& picture) {
  LogRecord record = ToAll(At(minutes), std::move(command));
  record.picture = picture;
  record.raw = {"commands", 0, commands_++};
  Put(minutes, std::move(record));
}
void Town::Heard(double minutes, const std::string& org) {
  Put(minutes, ToAll(At(minutes), Liveness{org, FloorTo(At(minutes), kMinuteMs)}));
}
void Town::Pass(double minutes) { Put(minutes, ToAll(At(minutes), Tick{})); }

void Town::Put(double minutes, LogRecord record) {
  LB_CHECK(At(minutes) >= clock_ms_);
  if (At(minutes) > clock_ms_) Flush();
  clock_ms_ = At(minutes);
  pending_.push_back(std::move(record));
}

void Town::Flush() {
  if (pending_.empty()) return;
  LB_CHECK(fold_.Instant(clock_ms_, pending_, effects_).ok());
  pending_.clear();
  for (AlertTransition& t : effects_.alerts) all_.push_back(std::move(t));
  effects_.alerts.clear();
  for (Aggregate& a : fold_.CollectAggregates()) {
    std::erase_if(aggregates_, [&](const Aggregate& old) { return old.area == a.area; });
    aggregates_.push_back(std::move(a));
  }
}

std::vector<AlertTransition> Town::Transitions() {
  Flush();
  std::vector<AlertTransition> out(all_.begin() + static_cast<ptrdiff_t>(told_), all_.end());
  told_ = all_.size();
  return out;
}

std::vector<std::string> Town::Said() {
  std::vector<std::string> out;
  for (const AlertTransition& t : Transitions()) out.push_back(Line(t));
  return out;
}

std::vector<std::string> Town::DeadLetters() {
  Flush();
  std::vector<std::string> out;
  for (const DeadLetter& d : effects_.dead_letters) {
    out.push_back(std::string(ReasonName(d.reason)) + " " + std::to_string(d.offset));
  }
  effects_.dead_letters.clear();
  return out;
}

std::string Town::AlertId(const std::string& rule, const std::string& area) {
  Flush();
  std::string id;
  for (const AlertTransition& t : all_) {
    if (t.rule == rule && t.area == area) id = t.alert_id;
  }
  return id;
}

uint32_t Town::Count(const std::string& area, int64_t window_ms, const std::string& of) {
  Flush();
  for (const Aggregate& a : aggregates_) {
    for (const WindowCells& w : a.windows) {
      for (const NamedCell& c : w.cells) {
        if (a.area == area && w.window_ms == window_ms && c.of == of) return c.cell.incidents;
      }
    }
  }
  return 0;
}

Command Acknowledge(std::string id, std::string alert_id) {
  Command c = Make(CommandType::kAcknowledge, std::move(id));
  c.alert_id = std::move(alert_id);
  return c;
}

Command Dismiss(std::string id, std::string alert_id, std::string reason) {
  Command c = Make(CommandType::kDismiss, std::move(id));
  c.alert_id = std::move(alert_id);
  c.reason = std::move(reason);
  return c;
}

Command Silence(std::string id, std::string area, std::string rule, double until_minutes) {
  Command c = Make(CommandType::kSilence, std::move(id));
  c.area = std::move(area);
  c.rule = std::move(rule);
  c.reason = "known";
  c.until_ms = At(until_minutes);
  return c;
}

Command Unsilence(std::string id, std::string area, std::string rule) {
  Command c = Make(CommandType::kUnsilence, std::move(id));
  c.area = std::move(area);
  c.rule = std::move(rule);
  return c;
}

}  // namespace lagesbild::picture
