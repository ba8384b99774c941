#include "app/feed/csv_map_file.h"

#include "app/config/text_file.h"
#include "app/config/yaml.h"
#include "app/config/yaml_reader.h"
#include "feeds/text.h"

namespace lagesbild::app {
namespace {

constexpr char kTimeFormatHelp[] =
    "time_format: unix_ms, unix_s, rfc3339 or a format such as \"%m/%d/%y %I:%M:%S %p\" is needed";

void ReadClasses(const Yaml* node, MapReader& reader, const Settings* settings,
                 feeds::CsvMap& map) {
  if (node == nullptr) return;
  if (node->kind != Yaml::Kind::kMap) {
    reader.Error(node, "classes: a map is needed: value of the class column: class");
    return;
  }
  std::vector<std::string> names;
  if (settings != nullptr) {
    for (const IncidentClass& c : settings->classes) names.push_back(c.name);
  }
  for (const Yaml& entry : node->children) {
    if (entry.kind != Yaml::Kind::kScalar) {
      reader.Error(&entry, "classes: " + entry.key + ": a class is needed, or leave-out");
      continue;
    }
    const bool leave_out = entry.text == "leave-out";
    if (!leave_out && settings != nullptr && settings->FindClass(entry.text) < 0) {
      reader.Error(&entry, "classes: \"" + entry.text + "\" is not a class of the configuration" +
                               DidYouMean(entry.text, names));
    }
    if (!map.classes.emplace(entry.key, leave_out ? "" : entry.text).second) {
      reader.Error(&entry, "classes: \"" + entry.key + "\" stands twice");
    }
  }
}

void ReadTime(MapReader& reader, feeds::CsvMap& map) {
  map.time_format = reader.Text("time_format", "rfc3339");
  const bool named =
      map.time_format == "unix_ms" || map.time_format == "unix_s" || map.time_format == "rfc3339";
  if (!named && map.time_format.find('%') == std::string::npos) {
    reader.Error(reader.Take("time_format"), kTimeFormatHelp);
  }
  const std::string zone = reader.Text("time_zone", "UTC");
  if (!absl::LoadTimeZone(zone, &map.zone)) {
    reader.Error(
        reader.Take("time_zone"),
        "time_zone: \"" + zone + "\" is not known; a name such as Europe/Stockholm is needed");
  }
}

void ReadPlace(MapReader& reader, const Settings* settings, feeds::CsvMap& map) {
  map.lat = reader.Text("lat");
  map.lon = reader.Text("lon");
  map.area = reader.Text("area");
  if (map.area.empty() ? map.lat.empty() || map.lon.empty()
                       : !map.lat.empty() || !map.lon.empty()) {
    reader.Error(nullptr, "the columns lat and lon are needed, or the column area instead");
  }
  map.precision_m = reader.Number("precision_m", 50, 0, 1'000'000);
  map.without_position = reader.Text("without_position");
  if (!map.without_position.empty() && settings != nullptr &&
      settings->FindArea(map.without_position) < 0) {
    reader.Error(reader.Take("without_position"), "without_position: \"" + map.without_position +
                                                      "\" is not an area of the configuration");
  }
}

void ReadSource(MapReader& reader, const Settings* settings, feeds::CsvMap& map) {
  map.org = reader.RequiredText("org");
  if (!map.org.empty() && !feeds::IsIdentifier(map.org)) {
    reader.Error(reader.Take("org"), "org: 1 to 128 of A-Z a-z 0-9 . _ : - are allowed");
  } else if (!map.org.empty() && settings != nullptr && settings->FindSource(map.org) < 0) {
    reader.Error(reader.Take("org"), "org: \"" + map.org + "\" is not in sources.yaml");
  }
  map.topic = reader.Text("topic", "incidents");
}

}  // namespace

StatusOr<feeds::CsvMap> LoadCsvMap(const std::string& path, const Settings* settings) {
  LB_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path));
  LB_ASSIGN_OR_RETURN(const Yaml root, ParseYaml(text, path));
  Diagnostics diagnostics;
  MapReader reader(root, path, diagnostics);
  feeds::CsvMap map;
  ReadSource(reader, settings, map);
  const std::string separator = reader.Text("separator", ",");
  if (separator != "tab" && separator.size() != 1) {
    reader.Error(reader.Take("separator"), "separator: one sign is needed, or tab");
  } else {
    map.separator = separator == "tab" ? '\t' : separator[0];
  }
  map.names = reader.Texts("columns");
  const auto required = [&](const char* key) {
    reader.Required(key);
    return reader.Texts(key);
  };
  map.id = required("id");
  map.occurred = required("occurred");
  map.class_name = required("class");
  map.timestamp = reader.Texts("timestamp");
  ReadPlace(reader, settings, map);
  ReadTime(reader, map);
  ReadClasses(reader.Required("classes"), reader, settings, map);
  reader.Finish();
  LB_RETURN_IF_ERROR(diagnostics.ToStatus());
  return map;
}

}  // namespace lagesbild::app
