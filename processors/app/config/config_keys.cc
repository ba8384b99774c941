#include "app/config/config_keys.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/time.h"

namespace lagesbild::app {
namespace {

using L = LoadedConfig;
using V = ParsedValue;

void SetProperty(KafkaProperties& properties, const V& v) {
  (v.from_file ? properties.files : properties.values)[v.property] = v.text;
}

constexpr int64_t kMiB = 1024 * 1024;

constexpr KeySpec kKeys[] = {
    {"", "version", ValueType::kInteger, "",
     "Version of the whole; raise it when areas, windows or time zone change. In force is the "
     "highest of all files.",
     1, 1'000'000'000'000, "", [](L& l, const V& v) { l.config.version = v.number; }},
    {"", "group", ValueType::kText, "lagesbild",
     "Name of the deployment: consumer groups and transactional ids begin with it.", 0, 0, "",
     [](L& l, const V& v) { l.config.group = v.text; }},
    {"kafka", "bootstrap.servers", ValueType::kText, "",
     "Brokers, host:port, with commas between. Needed by run, feed, topics, alerts.", 0, 0, "",
     [](L& l, const V& v) { l.config.kafka.bootstrap_servers = v.text; }},
    {"kafka", "common", ValueType::kProperties, "",
     "Properties for librdkafka, for every client. Secrets only as files: sasl.password_file: "
     "PATH.",
     0, 0, "", [](L& l, const V& v) { SetProperty(l.config.kafka.common, v); }},
    {"kafka", "consumer", ValueType::kProperties, "", "The same, for consumers only.", 0, 0, "",
     [](L& l, const V& v) { SetProperty(l.config.kafka.consumer, v); }},
    {"kafka", "producer", ValueType::kProperties, "", "The same, for producers only.", 0, 0, "",
     [](L& l, const V& v) { SetProperty(l.config.kafka.producer, v); }},
    {"topics", "prefix", ValueType::kText, "safety.", "Topic names begin with it.", 0, 0, "",
     [](L& l, const V& v) { l.config.topics_prefix = v.text; }},
    {"areas", "file", ValueType::kPath, "areas.geojson",
     "GeoJSON with id, name, level, parent. Instead of layers.", 0, 0, "",
     [](L& l, const V& v) {
       LayerConfig layer;
       layer.file = v.text;
       l.config.layers = {layer};
     }},
    {"areas", "picture_level", ValueType::kText, "",
     "The level whose areas are one shared picture each: borough, municipality. Required.", 0, 0,
     "", [](L& l, const V& v) { l.config.picture_level = v.text; }},
    {"areas", "layers", ValueType::kLayers, "",
     "List of {level, file, id, name, parent, where}: several files, other property names.", 0, 0,
     "", [](L& l, const V& v) { l.config.layers = v.layers; }},
    {"classes", "file", ValueType::kPath, "classes.yaml", "Families and classes of incidents.", 0,
     0, "", [](L& l, const V& v) { l.config.classes_file = v.text; }},
    {"sources", "file", ValueType::kPath, "sources.yaml", "Who may report.", 0, 0, "",
     [](L& l, const V& v) { l.config.sources_file = v.text; }},
    {"rules", "file", ValueType::kPath, "rules.yaml", "What raises an alert.", 0, 0, "",
     [](L& l, const V& v) { l.config.rules_file = v.text; }},
    {"", "windows", ValueType::kDurations, "[1h, 6h, 24h, 7d, 28d]",
     "Lengths of the rolling counts: whole minutes up to 24h, whole hours beyond.", kMinuteMs,
     366 * kDayMs, "", [](L& l, const V& v) { l.settings.windows_ms = v.numbers; }},
    {"state", "dir", ValueType::kPath, "/var/lib/lagesbild", "Folder of the state.", 0, 0, "",
     [](L& l, const V& v) { l.config.state_dir = v.text; }},
    {"state", "memory", ValueType::kBytes, "512MiB", "Memory for the state's caches and buffers.",
     16 * kMiB, 1024 * 1024 * kMiB, "",
     [](L& l, const V& v) { l.config.state_memory_bytes = v.number; }},
    {"", "clock", ValueType::kChoice, "wall",
     "records: a backtest on topics with CreateTime, time never runs past the input.", 0, 0,
     "wall|records",
     [](L& l, const V& v) {
       l.config.clock = v.text == "records" ? ClockMode::kRecords : ClockMode::kWall;
     }},
    {"order", "max_wait", ValueType::kDuration, "5s",
     "How long a raw partition that cannot be read may hold up the others.", 0, kDayMs, "",
     [](L& l, const V& v) { l.config.order_max_wait = absl::Milliseconds(v.number); }},
    {"tick", "interval", ValueType::kDuration, "1s", "How often every picture hears the time.", 10,
     kHourMs, "", [](L& l, const V& v) { l.config.tick_interval = absl::Milliseconds(v.number); }},
    {"", "grace", ValueType::kDuration, "7d",
     "How long beyond the longest window reports are kept and corrections accepted.", 0,
     366 * kDayMs, "", [](L& l, const V& v) { l.settings.grace_ms = v.number; }},
    {"", "max_future", ValueType::kDuration, "10m",
     "How far ahead of its record's time a report may lie.", 0, kDayMs, "",
     [](L& l, const V& v) { l.settings.max_future_ms = v.number; }},
    {"tips", "per_day", ValueType::kInteger, "5",
     "Tips of one reporter and day that may join incidents.", 1, 1000, "",
     [](L& l, const V& v) { l.settings.tips_per_day = static_cast<int>(v.number); }},
    {"tips", "secret_file", ValueType::kPath, "",
     "File with the key that hides who reported. Needed by run on Kafka.", 0, 0, "",
     [](L& l, const V& v) { l.config.tips_secret_file = v.text; }},
    {"commit", "interval", ValueType::kDuration, "100ms",
     "At the latest so often a commit while input comes.", 1, kMinuteMs, "",
     [](L& l, const V& v) { l.config.commit_interval = absl::Milliseconds(v.number); }},
    {"commit", "bytes", ValueType::kBytes, "16MiB", "… and at the latest after so much input.",
     64 * 1024, 1024 * kMiB, "", [](L& l, const V& v) { l.config.commit_bytes = v.number; }},
    {"http", "listen", ValueType::kAddress, "127.0.0.1:8080", "Page and API; off: none.", 0, 0, "",
     [](L& l, const V& v) { l.config.http_listen = v.text; }},
    {"http", "admin", ValueType::kAddress, "127.0.0.1:9464",
     "/metrics, /livez, /readyz; off: none.", 0, 0, "",
     [](L& l, const V& v) { l.config.http_admin = v.text; }},
    {"", "time_zone", ValueType::kTimeZone, "UTC",
     "For texts, and for the local day of tips: Europe/Stockholm.", 0, 0, "",
     [](L& l, const V& v) { l.settings.time_zone = v.text; }},
};

}  // namespace

std::span<const KeySpec> ConfigKeys() { return kKeys; }

std::string KeySpec::variable() const {
  std::string name =
      "LAGESBILD_" + (section.empty() ? "" : std::string(section) + "__") + std::string(key);
  for (char& c : name) {
    const auto u = static_cast<unsigned char>(c);
    c = std::isalnum(u) ? static_cast<char>(std::toupper(u)) : '_';
  }
  return name;
}

const KeySpec* FindKey(std::string_view section, std::string_view key) {
  const auto* it = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const KeySpec& s) {
    return s.section == section && s.key == key;
  });
  return it == std::end(kKeys) ? nullptr : it;
}

bool IsSection(std::string_view name) {
  return !name.empty() && std::any_of(std::begin(kKeys), std::end(kKeys),
                                      [&](const KeySpec& s) { return s.section == name; });
}

std::vector<std::string> KeyNames(std::string_view section) {
  std::vector<std::string> names;
  for (const KeySpec& spec : kKeys) {
    if (spec.section == section) {
      names.emplace_back(spec.key);
    } else if (section.empty() && (names.empty() || names.back() != spec.section)) {
      names.emplace_back(spec.section);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> SplitChoices(std::string_view choices) {
  std::vector<std::string> names;
  while (!choices.empty()) {
    const size_t bar = std::min(choices.find('|'), choices.size());
    names.emplace_back(choices.substr(0, bar));
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return names;
}

}  // namespace lagesbild::app
