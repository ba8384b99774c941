#include "feeds/csv_feed.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/hash.h"
#include "base/time.h"
#include "feeds/csv_reader.h"
#include "feeds/report.h"
#include "feeds/text.h"

namespace lagesbild::feeds {
namespace {

constexpr size_t kLinesMax = 10;
constexpr double kNullIsland = 1e-3;  // degrees around 0/0: no position

// The map's columns as places in a record.
struct Places {
  std::vector<size_t> id, occurred, class_name, timestamp;
  std::optional<size_t> lat, lon, area;
  size_t columns = 0;
};

class Columns {
 public:
  explicit Columns(const std::vector<std::string>& names) : names_(names) {}

  std::vector<size_t> Find(const CsvColumns& wanted) {
    std::vector<size_t> out;
    for (const std::string& name : wanted) {
      if (const auto at = FindOne(name)) out.push_back(*at);
    }
    return out;
  }
  std::optional<size_t> FindOne(const std::string& name) {
    if (name.empty()) return std::nullopt;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (Trim(names_[i]) == name) return i;
    }
    missing_ += (missing_.empty() ? "" : ", ") + name;
    return std::nullopt;
  }
  const std::string& missing() const { return missing_; }

 private:
  const std::vector<std::string>& names_;
  std::string missing_;
};

std::string Joined(const std::vector<std::string>& row, const std::vector<size_t>& at) {
  std::string out;
  for (const size_t i : at) {
    if (!out.empty()) out.push_back(' ');
    out += Trim(row[i]);
  }
  return out;
}

std::optional<double> Degrees(const std::string& text, double max) {
  const std::string_view t = Trim(text);
  double value = 0;
  const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
  if (error != std::errc() || end != t.data() + t.size() || !(std::abs(value) <= max)) {
    return std::nullopt;
  }
  return value;
}

std::optional<int64_t> ParseTime(const std::string& text, const CsvMap& map) {
  if (map.time_format == "rfc3339") return ParseTimeMs(text);
  if (map.time_format == "unix_ms" || map.time_format == "unix_s") {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    const int64_t scale = map.time_format == "unix_s" ? kSecondMs : 1;
    constexpr int64_t kYear2200Ms = 7'258'118'400'000;
    if (value < 0 || value > kYear2200Ms / scale) return std::nullopt;
    return value * scale;
  }
  absl::Time time;
  std::string problem;
  if (!absl::ParseTime(map.time_format, text, map.zone, &time, &problem)) return std::nullopt;
  return absl::ToUnixMillis(time);
}

class CsvFeed {
 public:
  CsvFeed(const CsvMap& map, const Places& places) : map_(map), places_(places) {}

  // The row's record; nullopt: none (counted).
  std::optional<RawMessage> Take(const std::vector<std::string>& row, int64_t line) {
    ++counts_.rows;
    OutgoingReport report;
    report.org = map_.org;
    const char* problem = Fill(row, report);
    if (problem != nullptr) {
      if (*problem == 0) {
        ++counts_.left_out;
        return std::nullopt;
      }
      CsvCounts::Rejected& rejected = counts_.rejected[problem];
      ++rejected.rows;
      if (rejected.lines.size() < kLinesMax) rejected.lines.push_back(line);
      return std::nullopt;
    }
    const int64_t at_ms = timestamp_ms_;
    RawMessage message = ReportMessage(report, map_.topic, at_ms);
    const uint64_t fingerprint = StableHash({message.value});
    const auto [known, fresh] = known_.try_emplace(StableHash({report.id}), Known{fingerprint, 1});
    if (!fresh) {
      if (known->second.fingerprint == fingerprint) {
        ++counts_.duplicates;
        return std::nullopt;
      }
      known->second.fingerprint = fingerprint;
      report.revision = ++known->second.revision;
      report.action = Action::kCorrect;
      message = ReportMessage(report, map_.topic, at_ms);
      ++counts_.corrections;
    }
    ++counts_.reports;
    counts_.placed_by_area += placed_by_area_ ? 1 : 0;
    return message;
  }

  CsvCounts TakeCounts() { return std::move(counts_); }

 private:
  struct Known {
    uint64_t fingerprint = 0;
    int64_t revision = 1;
  };

  // nullptr: filled; "": left out on purpose; else why it cannot become a report.
  const char* Fill(const std::vector<std::string>& row, OutgoingReport& report) {
    if (row.size() != places_.columns) return "another number of fields than the header";
    report.id = Joined(row, places_.id);
    if (!IsIdentifier(report.id))
      return "the id is empty, too long or has other signs than A-Za-z0-9._:-";
    const auto occurred = ParseTime(Joined(row, places_.occurred), map_);
    if (!occurred) return "the time cannot be read";
    report.occurred_ms = timestamp_ms_ = *occurred;
    if (!places_.timestamp.empty()) {
      const auto at = ParseTime(Joined(row, places_.timestamp), map_);
      if (!at) return "the record's time cannot be read";
      timestamp_ms_ = *at;
    }
    auto target = map_.classes.find(Joined(row, places_.class_name));
    if (target == map_.classes.end()) target = map_.classes.find("*");
    if (target == map_.classes.end())
      return "the class column holds a value that the map does not have";
    if (target->second.empty()) return "";
    report.class_name = target->second;
    return FillPlace(row, report);
  }

  const char* FillPlace(const std::vector<std::string>& row, OutgoingReport& report) {
    placed_by_area_ = false;
    if (places_.area) {
      report.area = std::string(Trim(row[*places_.area]));
      if (IsIdentifier(report.area)) return nullptr;
      report.area.clear();
    } else {
      const auto lat = Degrees(row[*places_.lat], 90), lon = Degrees(row[*places_.lon], 180);
      if (lat && lon && (std::abs(*lat) > kNullIsland || std::abs(*lon) > kNullIsland)) {
        report.lat = *lat;
        report.lon = *lon;
        report.precision_m = map_.precision_m;
        return nullptr;
      }
    }
    if (map_.without_position.empty()) return "no position";
    report.area = map_.without_position;
    placed_by_area_ = true;
    return nullptr;
  }

  const CsvMap& map_;
  const Places& places_;
  absl::flat_hash_map<uint64_t, Known> known_;  // by hash of the id
  CsvCounts counts_;
  int64_t timestamp_ms_ = 0;
  bool placed_by_area_ = false;
};

}  // namespace

StatusOr<CsvCounts> PlayCsv(const std::string& file, const CsvMap& map, Publisher& to) {
  LB_ASSIGN_OR_RETURN(auto reader, CsvReader::Open(file, {.separator = map.separator}));
  std::vector<std::string> row = map.names;
  if (row.empty()) {
    LB_ASSIGN_OR_RETURN(const bool more, reader->Next(row));
    if (!more) return InvalidArgument(file + ": empty, not even a header");
  }
  Columns columns(row);
  const Places places{columns.Find(map.id),         columns.Find(map.occurred),
                      columns.Find(map.class_name), columns.Find(map.timestamp),
                      columns.FindOne(map.lat),     columns.FindOne(map.lon),
                      columns.FindOne(map.area),    row.size()};
  if (!columns.missing().empty()) {
    return InvalidArgument(
        file + ": the map names columns that are not in the file: " + columns.missing());
  }
  CsvFeed feed(map, places);
  std::vector<std::string> fields;
  for (;;) {
    LB_ASSIGN_OR_RETURN(const bool more, reader->Next(fields));
    if (!more) break;
    if (const auto message = feed.Take(fields, reader->line())) {
      LB_RETURN_IF_ERROR(to.Publish(*message));
    }
  }
  LB_RETURN_IF_ERROR(to.Flush());
  return feed.TakeCounts();
}

}  // namespace lagesbild::feeds
