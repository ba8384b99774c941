#include "base/geo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lagesbild {

double DistanceMetres(double lat1, double lon1, double lat2, double lon2) {
  constexpr double kRadiusMetres = 6371008.8;
  constexpr double kRadians = std::numbers::pi / 180;
  const double sin_lat = std::sin((lat2 - lat1) * kRadians / 2);
  const double sin_lon = std::sin((lon2 - lon1) * kRadians / 2);
  const double h =
      sin_lat * sin_lat + std::cos(lat1 * kRadians) * std::cos(lat2 * kRadians) * sin_lon * sin_lon;
  return 2 * kRadiusMetres * std::asin(std::sqrt(std::min(1.0, h)));
}

}  // namespace lagesbild
