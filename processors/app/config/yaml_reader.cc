#include "app/config/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/time.h"

namespace lagesbild::app {
namespace {

std::string Quoted(std::string_view text) { return "\"" + std::string(text.substr(0, 80)) + "\""; }

}  // namespace

MapReader::MapReader(const Yaml& map, std::string file, Diagnostics& diagnostics)
    : map_(map), file_(std::move(file)), diagnostics_(diagnostics) {
  if (map.kind != Yaml::Kind::kMap && map.kind != Yaml::Kind::kNull) {
    Error(nullptr, "a map (key: value) is needed here, this is " + std::string(KindText(map.kind)));
  }
}

Where MapReader::At(const Yaml* node) const {
  if (node == nullptr) node = &map_;
  return {file_, node->key_line > 0 ? node->key_line : node->line};
}

void MapReader::Error(const Yaml* at, std::string_view what) { diagnostics_.Error(At(at), what); }

const Yaml* MapReader::Take(std::string_view key) {
  allowed_.emplace_back(key);
  return map_.kind == Yaml::Kind::kMap ? map_.Find(key) : nullptr;
}

const Yaml* MapReader::Required(std::string_view key) {
  const Yaml* node = Take(key);
  if (node == nullptr) Error(nullptr, std::string(key) + " is missing");
  return node;
}

std::string MapReader::Text(std::string_view key, std::string_view fallback) {
  const Yaml* node = Take(key);
  if (node == nullptr) return std::string(fallback);
  if (node->kind != Yaml::Kind::kScalar || node->text.empty()) {
    Error(node,
          std::string(key) + ": a single value is needed, this is " +
              (node->kind == Yaml::Kind::kScalar ? "empty" : std::string(KindText(node->kind))));
    return std::string(fallback);
  }
  return node->text;
}

std::string MapReader::RequiredText(std::string_view key) {
  return Required(key) == nullptr ? "" : Text(key);
}

std::string MapReader::Choice(std::string_view key, const std::vector<std::string>& choices,
                              std::string_view fallback) {
  const std::string text = Text(key, fallback);
  if (std::find(choices.begin(), choices.end(), text) != choices.end() || !Has(key)) return text;
  if (!text.empty()) {
    Error(map_.Find(key), std::string(key) + ": " + Quoted(text) + " is not one of " +
                              ListOf(choices) + DidYouMean(text, choices));
  }
  return std::string(fallback);
}

int64_t MapReader::Integer(std::string_view key, int64_t fallback, int64_t min, int64_t max) {
  const std::string text = Text(key);
  if (text.empty()) return fallback;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= min && value <= max)
    return value;
  Error(map_.Find(key), std::string(key) + ": " + Quoted(text) + " is not a whole number from " +
                            std::to_string(min) + " to " + std::to_string(max));
  return fallback;
}

double MapReader::Number(std::string_view key, double fallback, double min, double max) {
  const std::string text = Text(key);
  if (text.empty()) return fallback;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value) &&
      value >= min && value <= max) {
    return value;
  }
  Error(map_.Find(key), std::string(key) + ": " + Quoted(text) + " is not a number from " +
                            std::to_string(static_cast<int64_t>(min)) + " to " +
                            std::to_string(static_cast<int64_t>(max)));
  return fallback;
}

bool MapReader::Bool(std::string_view key, bool fallback) {
  return Choice(key, {"true", "false"}, fallback ? "true" : "false") == "true";
}

int64_t MapReader::DurationMs(std::string_view key, int64_t fallback) {
  const std::string text = Text(key);
  if (text.empty()) return fallback;
  if (const auto ms = ParseDurationMs(text)) {
    if (*ms <= kSpanMsMax) return *ms;
    Error(map_.Find(key), std::string(key) + ": " + Quoted(text) + " is longer than " +
                              FormatDurationMs(kSpanMsMax));
    return fallback;
  }
  Error(map_.Find(key),
        std::string(key) + ": " + Quoted(text) + " is not a duration: " + kDurationHelp);
  return fallback;
}

std::vector<std::string> MapReader::Texts(std::string_view key) {
  const Yaml* node = Take(key);
  if (node == nullptr) return {};
  if (node->kind == Yaml::Kind::kScalar) return {node->text};
  std::vector<std::string> texts;
  if (node->kind == Yaml::Kind::kList) {
    for (const Yaml& child : node->children) {
      if (child.kind == Yaml::Kind::kScalar) texts.push_back(child.text);
    }
  }
  if (node->kind != Yaml::Kind::kList || texts.size() != node->children.size()) {
    Error(node, std::string(key) + ": a list of single values is needed");
  }
  return texts;
}

void MapReader::Finish() {
  if (map_.kind != Yaml::Kind::kMap) return;
  std::sort(allowed_.begin(), allowed_.end());
  allowed_.erase(std::unique(allowed_.begin(), allowed_.end()), allowed_.end());
  for (size_t i = 0; i < map_.children.size(); ++i) {
    const Yaml& child = map_.children[i];
    if (std::find(allowed_.begin(), allowed_.end(), child.key) == allowed_.end()) {
      Error(&child, "unknown key " + Quoted(child.key) + ", allowed: " + ListOf(allowed_) +
                        DidYouMean(child.key, allowed_));
    }
    for (size_t j = 0; j < i; ++j) {
      if (map_.children[j].key == child.key) {
        Error(&child, Quoted(child.key) + " stands twice (first in line " +
                          std::to_string(map_.children[j].key_line) + ")");
        break;
      }
    }
  }
}

}  // namespace lagesbild::app
