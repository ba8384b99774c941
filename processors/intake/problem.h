// Problem: why a record is refused, and the rule which of several problems is named.
// Source of the rule: contract, Dead letter ("the first failing check is named, in this order").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/dead_letter.h"

namespace lagesbild::intake {

struct Problem {
  Reason reason = Reason::kNotJson;
  std::string pointer;  // JSON pointer into the payload; "" is the whole. Never a value.
  friend bool operator==(const Problem&, const Problem&) = default;
};

// Keeps the problem whose check comes first; of equal checks the one found first.
class FirstProblem {
 public:
  bool Outranked(Reason reason) const { return found_ && found_->reason <= reason; }
  void Found(Reason reason, std::string pointer) {
    if (!Outranked(reason)) found_ = Problem{reason, std::move(pointer)};
  }
  const std::optional<Problem>& get() const { return found_; }

 private:
  std::optional<Problem> found_;
};

// A sender's field name as it may be repeated: cut to 32 bytes; "?" if any byte of it is not of
// [a-zA-Z0-9_-].
std::string SafeName(std::string_view name);

// In which stage a check is made: a literal for DeadLetter::stage.
std::string_view StageOf(Reason reason);

}  // namespace lagesbild::intake
