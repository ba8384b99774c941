// A file of areas of any bytes: read, linked, checked, indexed and asked for points.
#include "app/areas/area_check.h"
#include "app/areas/areas_file.h"
#include "base/check.h"
#include "fuzz/town_folder.h"
#include "intake/area_index.h"
#include "intake/area_surface.h"

namespace lagesbild::app {
namespace {

void Ask(const LinkedAreas& linked) {
  auto index = intake::AreaIndex::Build(linked.areas, linked.shapes);
  LB_CHECK(index.ok());
  int asked = 0;
  for (const intake::AreaShape& shape : linked.shapes) {
    if (shape.polygons.empty() || ++asked > 20) continue;
    const intake::LonLat corner = shape.polygons[0].outer.front();
    const int area = (*index)->Locate(corner, 25);
    LB_CHECK(area >= -1 && area < static_cast<int>(linked.areas.size()));
    for (const auto& point : intake::InteriorPoints(shape, 9)) (*index)->Locate(point.at, 0);
  }
}

void Run(const std::string& text) {
  static const fuzz::TownFolder folder;
  static const Where named_at{"lagesbild.yaml", 1};
  folder.Write("areas.geojson", text);
  Diagnostics diagnostics;
  LayerConfig layer;
  layer.file = folder.Path("areas.geojson");
  std::vector<RawArea> raw;
  std::vector<Feature> features;
  ReadGeoJson(layer.file, named_at, diagnostics, features);
  AreasFromFeatures(std::move(features), layer, named_at, diagnostics, raw);
  const LinkedAreas linked = LinkAreas(std::move(raw), diagnostics);
  if (!diagnostics.ToStatus().ok() || linked.areas.empty()) return;
  CheckAreas(linked, "Europe/Stockholm");
  Ask(linked);
}

}  // namespace
}  // namespace lagesbild::app

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  lagesbild::app::Run(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
