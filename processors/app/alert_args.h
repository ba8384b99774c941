// What the alert commands have in common: the flags that say where alerts are read from, and the
// reader's language and time zone; the ways to go wrong on the way there, with their exit codes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/alert_reader.h"
#include "app/alert_words.h"
#include "app/command.h"
#include "base/status.h"

namespace lagesbild::app {

// --config, --set, --from, --embedded, --lang, --time-zone, and then `more`.
std::vector<Flag> WithAlertFlags(std::vector<Flag> more);

// Where an error has been said on io.err, with its exit code.
template <typename T>
struct Opened {
  T value{};
  int exit_code = 0;
};

// --lang, else the environment's; --time-zone, else the configuration's where there is one, else
// the machine's.
Opened<Voice> VoiceOf(const Args& args, Io& io);

// The reader that the flags say; null with an exit code.
Opened<std::unique_ptr<AlertReader>> OpenAlerts(const Args& args, Io& io);

// Says on io.err why reading failed, or how many records were passed over. An exit code.
int AfterReading(const Status& status, const AlertReader& reader, Io& io);

// The one of `ids` that is `given` or begins with it. Empty: none or several, said on io.err.
std::string FindAlertId(const std::vector<std::string>& ids, const std::string& given, Io& io);

}  // namespace lagesbild::app
