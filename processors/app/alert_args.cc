#include "app/alert_args.h"

#include <algorithm>

#include "app/config.h"
#include "app/config_args.h"
#include "app/diagnostics.h"
#include "app/exit_code.h"

namespace lagesbild::app {

std::vector<Flag> WithAlertFlags(std::vector<Flag> more) {
  std::vector<Flag> flags = WithConfigFlags(
      {{.name = "--from",
        .type = FlagType::kFile,
        .help = "Read alerts from replay output, NDJSON, plain or .zst or .gz; - is stdin; may be "
                "repeated",
        .many = true},
       {.name = "--lang",
        .help = "Swedish or English (default: what LC_ALL, LC_MESSAGES or LANG says)",
        .choices = {"sv", "en"}},
       {.name = "--time-zone",
        .help = "Show times of this zone, such as Europe/Stockholm (default: the "
                "configuration's, else the machine's)"}});
  for (Flag& flag : more) flags.push_back(std::move(flag));
  return flags;
}

Opened<Voice> VoiceOf(const Args& args, Io& io) {
  Voice voice{LanguageOf(io.environment), absl::LocalTimeZone()};
  if (args.Given("--lang"))
    voice.language = args.Text("--lang") == "sv" ? Language::kSwedish : Language::kEnglish;
  std::string zone = args.Text("--time-zone");
  if (zone.empty()) {
    const auto loaded = LoadOptions(ConfigPath(args, io), io.environment, {});
    if (loaded.ok()) zone = loaded->settings.time_zone;
    if (!loaded.ok() && args.Given("--config")) {
      io.err << Message(loaded.status()) << "\n";
      return {voice, ExitCodeOfConfig(loaded.status())};
    }
  }
  if (!zone.empty() && !absl::LoadTimeZone(zone, &voice.zone)) {
    io.err << "--time-zone: \"" << zone << "\" is not a time zone, such as Europe/Stockholm\n";
    return {voice, kExitUsage};
  }
  return {voice, kExitOk};
}

Opened<std::unique_ptr<AlertReader>> OpenAlerts(const Args& args, Io& io) {
  if (args.Given("--from")) return {ReadAlertFiles(args.Texts("--from")), kExitOk};
  io.err << "--from is missing: say which file to read alerts from, or - for stdin\n";
  return {nullptr, kExitUsage};
}

int AfterReading(const Status& status, const AlertReader& reader, Io& io) {
  if (status.ok()) return kExitOk;
  (void)reader;
  io.err << "lagesbild alerts: " << Message(status) << "\n";
  switch (status.code()) {
    case StatusCode::kNotFound:
      return kExitNoFile;
    case StatusCode::kInvalidArgument:
      return kExitBadInput;
    default:
      return kExitInternal;
  }
}

std::string FindAlertId(const std::vector<std::string>& ids, const std::string& given, Io& io) {
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    if (id == given) return id;
    // "a-" alone, or a digit more, is a slip rather than a choice.
    if (given.size() >= 5 && id.starts_with(given)) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    io.err << "lagesbild alerts: \"" << given << "\" is the beginning of several: " << ListOf(found)
           << "\n";
  } else {
    io.err << "lagesbild alerts: no alert \"" << given << "\" among the " << ids.size() << " here"
           << DidYouMean(given, ids) << "\n";
  }
  return "";
}

}  // namespace lagesbild::app
