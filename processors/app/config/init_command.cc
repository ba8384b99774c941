// lagesbild init DIR --areas FILE: a starter configuration that passes `config check`.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/areas/areas_file.h"
#include "app/areas/geojson_writer.h"
#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/config/init_files.h"
#include "app/exit_code.h"

namespace lagesbild::app {
namespace {

namespace fs = std::filesystem;

constexpr char kConfigName[] = "lagesbild.yaml";
constexpr char kAreasName[] = "areas.geojson";

struct Mapped {
  LinkedAreas linked;
  int exit_code = kExitOk;
};

// "borough=FILE" or "FILE".
struct AreasArgument {
  std::string level, file;
};
AreasArgument ParseAreasArgument(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || fs::exists(text)) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void ReadLayer(const AreasArgument& areas, LayerHints hints, Diagnostics& diagnostics, Io& io,
               std::vector<RawArea>& out) {
  if (!areas.level.empty()) hints.level = areas.level;
  std::vector<Feature> features;
  const Where where{areas.file, 0};
  if (ReadGeoJson(areas.file, where, diagnostics, features) != GeoJsonFile::kRead) return;
  const LayerConfig layer = GuessLayer(areas.file, features, hints);
  io.err << areas.file << ": " << LayerText(layer, features) << "\n";
  AreasFromFeatures(std::move(features), layer, where, diagnostics, out);
}

Mapped ReadAreas(const Args& args, Io& io) {
  Mapped mapped;
  Diagnostics diagnostics;
  std::vector<RawArea> raw;
  for (const std::string& text : args.Texts("--areas")) {
    const AreasArgument areas = ParseAreasArgument(text);
    if (!fs::exists(areas.file)) {
      io.err << areas.file << ": no such file\n";
      mapped.exit_code = kExitNoFile;
      return mapped;
    }
    ReadLayer(areas, LayerHintsOf(args), diagnostics, io, raw);
  }
  mapped.linked = LinkAreas(std::move(raw), diagnostics);
  if (!diagnostics.ok()) {
    io.err << Message(diagnostics.ToStatus())
           << "\nMore about a file: lagesbild areas check FILE\n";
    mapped.exit_code = kExitBadInput;
  }
  return mapped;
}

// The level above the finest, so that a picture has areas in it; the only one where there is no
// other.
std::string PictureLevel(const Args& args, const std::vector<std::string>& levels) {
  if (args.Given("--picture-level")) return args.Text("--picture-level");
  return levels[levels.size() >= 2 ? levels.size() - 2 : 0];
}

// An area of a level finer than the picture's that no picture holds; empty: none.
std::string Homeless(const LinkedAreas& linked, const std::string& picture_level) {
  const auto rank = [&](const std::string& level) {
    return std::find(linked.levels.begin(), linked.levels.end(), level) - linked.levels.begin();
  };
  for (const Area& area : linked.areas) {
    const Area* at = &area;
    while (at->parent >= 0 && at->level != picture_level) at = &linked.areas[at->parent];
    if (at->level != picture_level && rank(area.level) > rank(picture_level)) return area.id;
  }
  return "";
}

std::vector<NamedShape> Named(const LinkedAreas& linked) {
  std::vector<NamedShape> areas;
  for (size_t i = 0; i < linked.areas.size(); ++i) {
    const Area& area = linked.areas[i];
    areas.push_back({area.id, area.name, area.level,
                     area.parent < 0 ? "" : linked.areas[area.parent].id, linked.shapes[i]});
  }
  return areas;
}

// False, and said why: a file cannot be written.
bool WriteAll(const std::string& dir, const std::vector<std::pair<std::string, std::string>>& files,
              Io& io) {
  std::error_code error;
  fs::create_directories(dir, error);
  for (const auto& [name, text] : files) {
    std::ofstream out(dir + "/" + name, std::ios::binary);
    out << text;
    out.close();
    if (!out) {
      io.err << dir << "/" << name << ": cannot be written\n";
      return false;
    }
  }
  return true;
}

int RunInit(const Args& args, Io& io) {
  const std::string& dir = args.Text("dir");
  for (const char* name : {kConfigName, "classes.yaml", "sources.yaml", "rules.yaml", kAreasName}) {
    if (!fs::exists(dir + "/" + name)) continue;
    io.err << dir << "/" << name << " is there already; init overwrites nothing\n";
    return kExitUsage;
  }
  const Mapped mapped = ReadAreas(args, io);
  if (mapped.exit_code != kExitOk) return mapped.exit_code;
  const std::vector<std::string>& levels = mapped.linked.levels;
  StarterOptions options;
  options.time_zone = args.Text("--time-zone");
  options.picture_level = PictureLevel(args, levels);
  options.rule_level = levels.back();
  if (std::find(levels.begin(), levels.end(), options.picture_level) == levels.end()) {
    io.err << "--picture-level: no area is of level \"" << options.picture_level << "\", there are "
           << ListOf(levels) << "\n";
    return kExitUsage;
  }
  if (const std::string id = Homeless(mapped.linked, options.picture_level); !id.empty()) {
    io.err << "area " << id << " lies in no area of level " << options.picture_level
           << "; give it a parent, or choose another --picture-level\n";
    return kExitBadInput;
  }
  auto files = StarterFiles(options);
  files.emplace_back(kAreasName, ToGeoJson(Named(mapped.linked)));
  if (!WriteAll(dir, files, io)) return kExitUsage;
  const std::string config = dir + "/" + kConfigName;
  const auto loaded = LoadConfig(config, {}, {});
  if (!loaded.ok()) {
    io.err << Message(loaded.status()) << "\n";
    return ExitCodeOfConfig(loaded.status());
  }
  for (const auto& [name, text] : files) io.out << dir << "/" << name << "\n";
  if (levels.size() == 1 && mapped.linked.areas.size() > 1) {
    io.err << "note: all areas are of one level, so each is a picture of its own, and reports are "
              "never merged across "
              "their borders; give the level above too (--areas LEVEL=FILE) to share one\n";
  }
  io.err << "One picture for each area of level " << options.picture_level
         << "; the count rule watches level " << options.rule_level
         << ".\nNext: lagesbild config check --config " << config
         << "\n      lagesbild rules check --config " << config
         << "\n      lagesbild areas check --config " << config << "\n";
  return kExitOk;
}

}  // namespace

Command InitCommand() {
  std::vector<Flag> flags = {
      {.name = "dir", .help = "The folder to write; made if it is not there", .required = true},
      {.name = "--areas",
       .type = FlagType::kFile,
       .help = "A GeoJSON file of areas, or LEVEL=FILE; may be repeated (for a city without one: "
               "lagesbild areas grid)",
       .required = true,
       .many = true},
      {.name = "--picture-level",
       .help =
           "The level whose areas are one shared picture each (default: the one above the finest)"},
      {.name = "--time-zone", .help = "For the texts of alerts", .fallback = "Europe/Stockholm"}};
  for (Flag& flag : LayerFlags()) flags.push_back(std::move(flag));
  return {"init", "Write a commented starter configuration from a GeoJSON file of areas",
          "  lagesbild init my-town --areas borough=boroughs.geojson --areas "
          "district=districts.geojson\n"
          "  lagesbild init sweden --areas kommuner.geojson --name kom_namn --level municipality",
          std::move(flags), RunInit};
}

}  // namespace lagesbild::app
