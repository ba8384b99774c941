#include "intake/locate.h"

namespace lagesbild::intake {

int Locate(const Settings& settings, const AreaIndex& areas, const CheckedReport& report) {
  const int area = report.has_point
                       ? areas.Locate({.lon = report.lon, .lat = report.lat}, report.precision_m)
                       : report.area;
  if (area < 0 || !report.indoor_dwelling) return area;
  return settings.areas[area].picture;
}

}  // namespace lagesbild::intake
