// lagesbild areas grid.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <optional>

#include "app/areas/area_grid.h"
#include "app/areas/areas_file.h"
#include "app/commands.h"
#include "app/config/config_args.h"
#include "app/exit_code.h"

namespace lagesbild::app {
namespace {

std::optional<double> ToDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1km", "500m", "1.5km"; 10 m to 1000 km.
std::optional<double> ParseLengthM(std::string_view text) {
  double scale = 0;
  if (text.ends_with("km")) {
    scale = 1000;
    text.remove_suffix(2);
  } else if (text.ends_with("m")) {
    scale = 1;
    text.remove_suffix(1);
  }
  const auto value = ToDouble(text);
  if (!value || scale == 0 || *value * scale < 10 || *value * scale > 1e6) return std::nullopt;
  return *value * scale;
}

// "W,S,E,N"
std::optional<std::array<double, 4>> ParseBox(std::string_view text) {
  std::array<double, 4> box{};
  for (size_t i = 0; i < 4; ++i) {
    const size_t comma = std::min(text.find(','), text.size());
    const auto value = ToDouble(text.substr(0, comma));
    if (!value || (i < 3) == (comma == text.size())) return std::nullopt;
    box[i] = *value;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  const auto [w, s, e, n] = box;
  if (w < -180 || e > 180 || s < -85 || n > 85 || w >= e || s >= n) return std::nullopt;
  return box;
}

// "San Antonio" → "san-antonio"; letters beyond ASCII stay as they are.
std::string Slug(const std::string& name) {
  std::string slug;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    slug += u >= 0x80 || std::isalnum(u) ? static_cast<char>(u < 0x80 ? std::tolower(u) : u) : '-';
  }
  return slug;
}

int FromBox(const Args& args, const GridOptions& options, Io& io, std::vector<NamedShape>& out) {
  const auto box = ParseBox(args.Text("--bbox"));
  if (!box) {
    io.err << "--bbox: \"" << args.Text("--bbox")
           << "\" is not WEST,SOUTH,EAST,NORTH in degrees, such as "
           << "-98.8,29.2,-98.2,29.7\n";
    return kExitUsage;
  }
  NamedShape city;
  city.name = args.Text("--city");
  city.id = Slug(city.name);
  city.level = args.Text("--city-level");
  auto areas = GridOfBox(city, (*box)[0], (*box)[1], (*box)[2], (*box)[3], options);
  if (!areas.ok()) {
    io.err << "areas grid: " << Message(areas.status()) << "\n";
    return kExitUsage;
  }
  out = std::move(areas).value();
  return kExitOk;
}

// The areas of the file's coarsest level become cities; a file without levels has those of
// --city-level.
int FromFile(const Args& args, const GridOptions& options, Io& io, std::vector<NamedShape>& out) {
  const std::string& file = args.Text("--from");
  if (!std::filesystem::exists(file)) {
    io.err << file << ": no such file\n";
    return kExitNoFile;
  }
  Diagnostics diagnostics;
  std::vector<Feature> features;
  std::vector<RawArea> raw;
  if (ReadGeoJson(file, {file, 0}, diagnostics, features) == GeoJsonFile::kRead) {
    LayerConfig layer =
        GuessLayer(file, features, {args.Text("--id"), args.Text("--name"), "", ""});
    if (layer.level == "area") layer.level = args.Text("--city-level");
    AreasFromFeatures(std::move(features), layer, {file, 0}, diagnostics, raw);
  }
  if (!diagnostics.ok()) {
    io.err << Message(diagnostics.ToStatus()) << "\n";
    return kExitBadInput;
  }
  const std::string coarsest = LevelsOf(raw).front();
  for (RawArea& area : raw) {
    if (area.level != coarsest) continue;
    auto areas = GridOfShape({area.id, area.name, area.level, "", std::move(area.shape)}, options);
    if (!areas.ok()) {
      io.err << area.where.Text() << ": " << Message(areas.status()) << "\n";
      return kExitUsage;
    }
    std::move(areas->begin(), areas->end(), std::back_inserter(out));
  }
  return kExitOk;
}

int RunAreasGrid(const Args& args, Io& io) {
  if (args.Given("--bbox") == args.Given("--from")) {
    io.err << "areas grid: give either --bbox or --from\nTry: lagesbild areas grid --help\n";
    return kExitUsage;
  }
  const auto cell_m = ParseLengthM(args.Text("--cell"));
  if (!cell_m) {
    io.err << "--cell: \"" << args.Text("--cell")
           << "\" is not a length, such as 1km or 500m (10m to 1000km)\n";
    return kExitUsage;
  }
  const GridOptions options{*cell_m, args.Text("--level")};
  if (options.cell_level == args.Text("--city-level")) {
    io.err << "--level: cells and city cannot both be of level " << options.cell_level << "\n";
    return kExitUsage;
  }
  std::vector<NamedShape> areas;
  const int code =
      args.Given("--bbox") ? FromBox(args, options, io, areas) : FromFile(args, options, io, areas);
  if (code != kExitOk) return code;
  io.out << ToGeoJson(areas);
  const auto cities = std::count_if(areas.begin(), areas.end(),
                                    [](const NamedShape& a) { return a.parent.empty(); });
  io.err << areas.size() - static_cast<size_t>(cities) << " cells of level " << options.cell_level
         << " in " << cities << (cities == 1 ? " city\n" : " cities\n");
  return kExitOk;
}

}  // namespace

Command AreasGridCommand() {
  return {
      "areas grid",
      "Make a grid of areas for a city that has no districts drawn, as GeoJSON",
      "  lagesbild areas grid --bbox=-98.8,29.2,-98.2,29.7 --city \"San Antonio\" --cell 2km > "
      "areas.geojson\n"
      "  lagesbild areas grid --from city.geojson --cell 500m --level square > areas.geojson",
      {{.name = "--bbox",
        .help = "WEST,SOUTH,EAST,NORTH in degrees (write --bbox=… where it begins with a minus)"},
       {.name = "--from",
        .type = FlagType::kFile,
        .help = "A GeoJSON file; cells are cut at the borders in it"},
       {.name = "--cell", .help = "Length of a cell's side", .fallback = "1km"},
       {.name = "--level", .help = "Level of the cells", .fallback = "cell"},
       {.name = "--city", .help = "Name of the city, with --bbox", .fallback = "City"},
       {.name = "--city-level", .help = "Level of the city", .fallback = "city"},
       {.name = "--id", .help = "With --from: the property that is the id (default: guessed)"},
       {.name = "--name", .help = "With --from: the property that is the name (default: guessed)"}},
      RunAreasGrid};
}

}  // namespace lagesbild::app
