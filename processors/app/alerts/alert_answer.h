// AlertAnswer: what a coordinator tells the picture: acknowledge, dismiss, silence, unsilence; and
// the record of the topic commands that it becomes.
//
// In: a checked answer; out: a RawMessage for a feeds::Publisher. Thread-compatible. Form:
// contract, "Command"; schemas/json/command.schema.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"
#include "base/status.h"
#include "feeds/publisher.h"

namespace lagesbild::app {

struct AlertAnswer {
  std::string command;  // "acknowledge", "dismiss", "silence", "unsilence"
  std::string id;       // NewCommandId()
  std::string picture, by;
  int64_t at_ms = 0;
  std::string alert_id;             // acknowledge, dismiss
  std::string area, rule;           // silence, unsilence; rule empty: all rules
  std::string reason;               // dismiss, silence
  std::optional<int64_t> until_ms;  // silence
};

// The reasons that a command may give, as the flag shows them.
const std::vector<std::string>& DismissReasons();
const std::vector<std::string>& SilenceReasons();

// Random, so that two coordinators' commands are two: "c-" and 16 hex digits.
std::string NewCommandId();

// 1 to 128 of [A-Za-z0-9._:-].
bool IsRole(std::string_view by);

feeds::RawMessage ToMessage(const AlertAnswer& answer);

// The area that `given` is the id or the only name of, and its picture. NotFound: none, with a
// suggestion; InvalidArgument: several have the name, or it is wider than a picture.
struct FoundArea {
  std::string id, name, picture;
};
StatusOr<FoundArea> FindArea(const Settings& settings, const std::string& given);

// NotFound: no such rule, with a suggestion.
Status CheckRule(const Settings& settings, const std::string& rule);

}  // namespace lagesbild::app
