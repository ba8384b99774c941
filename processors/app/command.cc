#include "app/command.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/time.h"

namespace lagesbild::app {
namespace {

std::optional<int64_t> ToInteger(const std::string& text) {
  int64_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size() || v < 0) return std::nullopt;
  return v;
}

std::optional<double> ToNumber(const std::string& text) {
  double v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(v))
    return std::nullopt;
  return v;
}

// Empty: `value` is good for `flag`; else what is allowed.
std::string Refusal(const Flag& flag, const std::string& value) {
  switch (flag.type) {
    case FlagType::kInteger:
      return ToInteger(value) ? "" : "a whole number, such as 3";
    case FlagType::kNumber:
      return ToNumber(value) ? "" : "a number, such as 1.5";
    case FlagType::kDuration:
      return ParseDurationMs(value) ? "" : "a duration, such as 90s, 5m, 6h or 7d";
    case FlagType::kTime:
      return ParseTimeMs(value) ? "" : "a time with an offset, such as 2023-01-14T21:47:00+01:00";
    default:
      break;
  }
  if (flag.choices.empty()) return "";
  std::string allowed = "one of ";
  for (const std::string& choice : flag.choices) {
    if (choice == value) return "";
    allowed += (&choice == &flag.choices.front() ? "" : ", ") + choice;
  }
  return allowed;
}

}  // namespace

Args::Args(const std::vector<Flag>& flags) {
  for (const Flag& flag : flags) {
    Slot slot{flag, {}, false};
    if (!flag.fallback.empty()) slot.values.push_back(flag.fallback);
    slots_.emplace(flag.name, std::move(slot));
  }
}

const Args::Slot& Args::At(std::string_view name) const {
  const auto it = slots_.find(name);
  LB_CHECK(it != slots_.end());
  return it->second;
}

bool Args::Has(std::string_view name) const { return !At(name).values.empty(); }
bool Args::Given(std::string_view name) const { return At(name).given; }

const std::string& Args::Text(std::string_view name) const {
  static const std::string kNone;
  const Slot& slot = At(name);
  return slot.values.empty() ? kNone : slot.values.back();
}

const std::vector<std::string>& Args::Texts(std::string_view name) const { return At(name).values; }

int64_t Args::Integer(std::string_view name) const {
  LB_CHECK(At(name).flag.type == FlagType::kInteger);
  return ToInteger(Text(name)).value_or(0);
}

double Args::Number(std::string_view name) const {
  LB_CHECK(At(name).flag.type == FlagType::kNumber);
  return ToNumber(Text(name)).value_or(0);
}

int64_t Args::DurationMs(std::string_view name) const {
  LB_CHECK(At(name).flag.type == FlagType::kDuration);
  return ParseDurationMs(Text(name)).value_or(0);
}

std::optional<int64_t> Args::TimeMs(std::string_view name) const {
  LB_CHECK(At(name).flag.type == FlagType::kTime);
  return ParseTimeMs(Text(name));
}

bool Args::Set(std::string_view name, const std::string& value, std::string* why) {
  const auto it = slots_.find(name);
  LB_CHECK(it != slots_.end());
  Slot& slot = it->second;
  if (const std::string allowed = Refusal(slot.flag, value); !allowed.empty()) {
    *why = slot.flag.name + ": \"" + value + "\" is not " + allowed;
    return false;
  }
  if (!slot.given) slot.values.clear();
  slot.given = true;
  slot.values.push_back(value);
  return true;
}

}  // namespace lagesbild::app
