// Distance on the ground between two points in WGS84 degrees.
#pragma once

namespace lagesbild {

// Metres along the great circle of a sphere of 6,371,008.8 m (mean radius, IUGG), by the haversine
// formula; symmetric.
double DistanceMetres(double lat1, double lon1, double lat2, double lon2);

}  // namespace lagesbild
