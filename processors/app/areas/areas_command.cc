// lagesbild areas check. (areas grid: area_grid_command.cc.)
#include <cstdio>
#include <filesystem>

#include "app/areas/area_check.h"
#include "app/areas/layer_guess.h"
#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"
#include "base/json_writer.h"

namespace lagesbild::app {
namespace {

struct Areas {
  LinkedAreas linked;
  std::string time_zone;
  int exit_code = kExitOk;  // not ok: nothing could be read, and that was said
};

Areas FromFile(const Args& args, Diagnostics& diagnostics, Io& io) {
  const std::string& file = args.Text("file");
  Areas areas;
  areas.time_zone = args.Text("--time-zone");
  if (!std::filesystem::exists(file)) {
    io.err << file << ": no such file\n";
    areas.exit_code = kExitNoFile;
    return areas;
  }
  std::vector<Feature> features;
  const GeoJsonFile read = ReadGeoJson(file, {file, 0}, diagnostics, features);
  if (read == GeoJsonFile::kUnreadable) {
    io.err << Message(diagnostics.ToStatus()) << "\n";
    areas.exit_code = kExitBadInput;
  }
  if (read != GeoJsonFile::kRead) return areas;
  const LayerConfig layer = GuessLayer(file, features, LayerHintsOf(args));
  io.err << file << ": " << LayerText(layer, features) << "\n";
  std::vector<RawArea> raw;
  AreasFromFeatures(std::move(features), layer, {file, 0}, diagnostics, raw);
  areas.linked = LinkAreas(std::move(raw), diagnostics);
  return areas;
}

Areas FromConfig(const Args& args, Diagnostics& diagnostics, Io& io) {
  Areas areas;
  const auto options = LoadOptions(ConfigPath(args, io), io.environment, {});
  if (!options.ok()) {
    io.err << Message(options.status()) << "\n";
    areas.exit_code = ExitCodeOfConfig(options.status());
    return areas;
  }
  areas.time_zone =
      args.Given("--time-zone") ? args.Text("--time-zone") : options->settings.time_zone;
  std::vector<RawArea> raw;
  for (const LayerConfig& layer : options->config.layers) {
    ReadAreaLayer(layer, options->config.file, diagnostics, raw);
  }
  areas.linked = LinkAreas(std::move(raw), diagnostics);
  return areas;
}

void WriteText(const AreaFindings& findings, std::ostream& out) {
  for (const std::string& problem : findings.problems) out << "problem: " << problem << "\n";
  for (const std::string& warning : findings.warnings) out << "warning: " << warning << "\n";
  char line[256];
  std::snprintf(line, sizeof line, "%-24s %8s %14s %12s %12s\n", "level", "areas", "km²",
                "smallest", "largest");
  out << line;
  for (const LevelSummary& s : findings.levels) {
    std::snprintf(line, sizeof line, "%-24s %8d %13.2f %12.3f %12.3f\n", s.level.c_str(), s.areas,
                  s.km2, s.km2_min, s.km2_max);
    out << line;
  }
}

void WriteJson(const AreaFindings& findings, std::ostream& out) {
  std::string text;
  JsonWriter json(text);
  const auto list = [&](const char* key, const std::vector<std::string>& lines) {
    json.Key(key).BeginArray();
    for (const std::string& line : lines) json.String(line);
    json.EndArray();
  };
  json.BeginObject().Key("ok").Bool(findings.problems.empty());
  list("problems", findings.problems);
  list("warnings", findings.warnings);
  json.Key("levels").BeginArray();
  for (const LevelSummary& s : findings.levels) {
    json.BeginObject().Key("level").String(s.level).Key("areas").Int(s.areas).Key("km2").Double(
        s.km2);
    json.Key("km2_min").Double(s.km2_min).Key("km2_max").Double(s.km2_max).EndObject();
  }
  json.EndArray().EndObject();
  out << text << "\n";
}

int RunAreasCheck(const Args& args, Io& io) {
  if (args.Given("file") == args.Given("--config")) {
    io.err << "areas check: give either a GeoJSON file or --config FILE\nTry: lagesbild areas "
              "check --help\n";
    return kExitUsage;
  }
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(args.Text("--time-zone"), &zone)) {
    io.err << "--time-zone: \"" << args.Text("--time-zone")
           << "\" is not a time zone, such as Europe/Stockholm\n";
    return kExitUsage;
  }
  Diagnostics diagnostics;
  const Areas areas =
      args.Given("file") ? FromFile(args, diagnostics, io) : FromConfig(args, diagnostics, io);
  if (areas.exit_code != kExitOk) return areas.exit_code;
  AreaFindings findings = CheckAreas(areas.linked, areas.time_zone);
  findings.problems.insert(findings.problems.begin(), diagnostics.errors().begin(),
                           diagnostics.errors().end());
  args.Switch("--json") ? WriteJson(findings, io.out) : WriteText(findings, io.out);
  io.err << findings.problems.size() << " problems, " << findings.warnings.size() << " warnings\n";
  return findings.problems.empty() ? kExitOk : kExitProblems;
}

}  // namespace

Command AreasCheckCommand() {
  std::vector<Flag> flags = {
      {.name = "file", .type = FlagType::kFile, .help = "A GeoJSON file of areas"},
      {.name = "--config",
       .type = FlagType::kFile,
       .help = "The areas of this configuration instead of a file"},
      {.name = "--time-zone",
       .help = "Of the place, to tell swapped coordinates; of the configuration, if there is one",
       .fallback = "Europe/Stockholm"},
      {.name = "--json",
       .type = FlagType::kSwitch,
       .help = "Findings and levels as one JSON object"}};
  for (Flag& flag : LayerFlags()) flags.push_back(std::move(flag));
  return {"areas check", "Find what is wrong with areas; print areas and km² a level",
          "  lagesbild areas check areas.geojson\n"
          "  lagesbild areas check kommuner.geojson --level municipality --name kom_namn\n"
          "  lagesbild areas check --config lagesbild.yaml",
          std::move(flags), RunAreasCheck};
}

}  // namespace lagesbild::app
