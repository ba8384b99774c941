// Reading of single values of lagesbild.yaml by type (config_keys.h, ParseValue).
#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "app/config/config_keys.h"
#include "app/config/yaml_reader.h"
#include "base/time.h"
#include "io/kafka_properties.h"

namespace lagesbild::app {
namespace {

constexpr size_t kWindowsMax = 16;
constexpr size_t kLayersMax = 16;

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

std::optional<int64_t> ParseBytes(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  int shift = -1;
  if (unit == "B") shift = 0;
  if (unit == "KiB") shift = 10;
  if (unit == "MiB") shift = 20;
  if (unit == "GiB") shift = 30;
  if (shift < 0 || number > (INT64_MAX >> shift)) return std::nullopt;
  return number << shift;
}

std::string FormatBytes(int64_t bytes) {
  if (bytes % (int64_t{1} << 30) == 0) return std::to_string(bytes >> 30) + "GiB";
  if (bytes % (1 << 20) == 0) return std::to_string(bytes >> 20) + "MiB";
  return std::to_string(bytes >> 10) + "KiB";
}

// "host:port", "[::1]:port"; "off" becomes "".
bool ParseAddress(const std::string& text, std::string& out) {
  if (text == "off") {
    out.clear();
    return true;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const std::string host = text.substr(0, colon);
  if (host.find(':') != std::string::npos && (host.front() != '[' || host.back() != ']'))
    return false;
  int port = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + colon + 1, last, port);
  out = text;
  return error == std::errc() && end == last && port >= 0 && port <= 65535;
}

std::string InFolder(const std::string& folder, const std::string& path) {
  return folder.empty() || path.starts_with('/') ? path : folder + "/" + path;
}

class Parser {
 public:
  Parser(const RawValue& raw, Diagnostics& diagnostics, ParsedValue& out)
      : raw_(raw), spec_(*raw.spec), diagnostics_(diagnostics), out_(out) {}

  bool Parse() {
    if (spec_.type == ValueType::kDurations) return Durations();
    if (spec_.type == ValueType::kLayers) return Layers();
    if (raw_.node.kind != Yaml::Kind::kScalar || raw_.node.text.empty()) {
      return Fail("a single value is needed, this is " +
                  (raw_.node.kind == Yaml::Kind::kScalar ? "empty"
                                                         : std::string(KindText(raw_.node.kind))));
    }
    out_.text = raw_.node.text;
    switch (spec_.type) {
      case ValueType::kPath:
        out_.text = InFolder(raw_.folder, out_.text);
        return true;
      case ValueType::kDuration:
        return Duration(out_.text, out_.number);
      case ValueType::kBytes:
        return Bytes();
      case ValueType::kInteger:
        return Integer();
      case ValueType::kChoice:
        return Choice();
      case ValueType::kAddress:
        return ParseAddress(out_.text, out_.text) ||
               Fail(Quoted(raw_.node.text) + " is not host:port (such as 127.0.0.1:8080) or off");
      case ValueType::kTimeZone: {
        absl::TimeZone zone;
        return absl::LoadTimeZone(out_.text, &zone) ||
               Fail(Quoted(out_.text) +
                    " is not a time zone; a name such as Europe/Stockholm or UTC is needed");
      }
      case ValueType::kProperties:
        return Property();
      default:
        return Text();
    }
  }

 private:
  bool Fail(const std::string& what) {
    const std::string property = raw_.property.empty() ? "" : "." + raw_.property;
    diagnostics_.Error(raw_.where, spec_.path() + property + ": " + what);
    return false;
  }

  // group and topics.prefix become parts of topic names; picture_level and servers are free.
  bool Text() {
    if (spec_.path() != "group" && spec_.path() != "topics.prefix") return true;
    for (const char c : out_.text) {
      if (!std::isalnum(static_cast<unsigned char>(c)) &&
          std::string_view("._-").find(c) == std::string_view::npos) {
        return Fail(Quoted(out_.text) +
                    " has a character that a topic name may not have; allowed: A-Z a-z 0-9 . _ -");
      }
    }
    return out_.text.size() <= 100 || Fail("longer than 100 characters");
  }

  bool Duration(const std::string& text, int64_t& ms) {
    const auto parsed = ParseDurationMs(text);
    if (!parsed) return Fail(Quoted(text) + " is not a duration: " + kDurationHelp);
    ms = *parsed;
    if (ms < spec_.min || ms > spec_.max) {
      return Fail(Quoted(text) + " is outside " + FormatDurationMs(spec_.min) + " to " +
                  FormatDurationMs(spec_.max));
    }
    return true;
  }

  bool Durations() {
    if (raw_.node.kind != Yaml::Kind::kList || raw_.node.children.empty()) {
      return Fail("a list of durations is needed, such as [1h, 24h, 7d]");
    }
    if (raw_.node.children.size() > kWindowsMax)
      return Fail("more than " + std::to_string(kWindowsMax));
    for (const Yaml& item : raw_.node.children) {
      if (!Duration(item.text, out_.numbers.emplace_back())) return false;
      const int64_t ms = out_.numbers.back();
      const bool day = ms <= kDayMs;
      if (ms % (day ? kMinuteMs : kHourMs) != 0) {
        return Fail(item.text + " is not in whole " + (day ? "minutes" : "hours (beyond 24h)"));
      }
    }
    std::sort(out_.numbers.begin(), out_.numbers.end());
    const auto twice = std::adjacent_find(out_.numbers.begin(), out_.numbers.end());
    return twice == out_.numbers.end() || Fail(FormatDurationMs(*twice) + " stands twice");
  }

  bool Bytes() {
    const auto bytes = ParseBytes(out_.text);
    if (!bytes)
      return Fail(Quoted(out_.text) +
                  " is not a size: a whole number and a unit (B, KiB, MiB, GiB) is needed");
    out_.number = *bytes;
    return (*bytes >= spec_.min && *bytes <= spec_.max) ||
           Fail(Quoted(out_.text) + " is outside " + FormatBytes(spec_.min) + " to " +
                FormatBytes(spec_.max));
  }

  bool Integer() {
    const char* last = out_.text.data() + out_.text.size();
    const auto [end, error] = std::from_chars(out_.text.data(), last, out_.number);
    return (error == std::errc() && end == last && out_.number >= spec_.min &&
            out_.number <= spec_.max) ||
           Fail(Quoted(out_.text) + " is not a whole number from " + std::to_string(spec_.min) +
                " to " + std::to_string(spec_.max));
  }

  bool Choice() {
    const std::vector<std::string> choices = SplitChoices(spec_.choices);
    return std::find(choices.begin(), choices.end(), out_.text) != choices.end() ||
           Fail(Quoted(out_.text) + " is not one of " + ListOf(choices) +
                DidYouMean(out_.text, choices));
  }

  bool Property() {
    out_.property = raw_.property;
    for (const io::DeniedProperty& denied : io::kDeniedProperties) {
      if (denied.name == raw_.property) {
        return Fail("may not be set: " + std::string(denied.why));
      }
    }
    for (const std::string_view secret : io::kSecretProperties) {
      if (raw_.property == secret) {
        return Fail("a secret may not stand in the configuration; give a file: " +
                    std::string(secret) + "_file");
      }
      if (raw_.property == std::string(secret) + "_file") {
        out_.property = secret;
        out_.from_file = true;
        out_.text = InFolder(raw_.folder, out_.text);
      }
    }
    return true;
  }

  bool Layers() {
    if (raw_.node.kind != Yaml::Kind::kList || raw_.node.children.empty()) {
      return Fail("a list of {level, file, id, name, parent, where} is needed");
    }
    if (raw_.node.children.size() > kLayersMax)
      return Fail("more than " + std::to_string(kLayersMax));
    const size_t before = diagnostics_.errors().size();
    for (const Yaml& item : raw_.node.children) out_.layers.push_back(Layer(item));
    return diagnostics_.errors().size() == before;
  }

  LayerConfig Layer(const Yaml& item) {
    MapReader reader(item, raw_.where.file, diagnostics_);
    LayerConfig layer;
    layer.line = item.line;
    layer.level = reader.Text("level");
    layer.file = InFolder(raw_.folder, reader.RequiredText("file"));
    if (reader.Has("id")) layer.id = reader.Texts("id");
    if (reader.Has("name")) layer.name = reader.Texts("name");
    reader.Take("id");
    reader.Take("name");
    layer.parent = reader.Text("parent", layer.parent);
    if (const Yaml* where = reader.Take("where")) {
      MapReader conditions(*where, raw_.where.file, diagnostics_);
      for (const Yaml& condition : where->children)
        layer.where[condition.key] = conditions.Texts(condition.key);
    }
    reader.Finish();
    return layer;
  }

  const RawValue& raw_;
  const KeySpec& spec_;
  Diagnostics& diagnostics_;
  ParsedValue& out_;
};

}  // namespace

bool ParseValue(const RawValue& raw, Diagnostics& diagnostics, ParsedValue& out) {
  return Parser(raw, diagnostics, out).Parse();
}

}  // namespace lagesbild::app
