// Random tests: damaged records, and the area index against a plain model. LAGESBILD_SEED repeats a
// run.
#include <gmock/gmock.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "intake/area_surface.h"
#include "intake/town.h"
#include "safety/v1/report.pb.h"
#include "support/shapes.h"

namespace lagesbild::intake {
namespace {

std::mt19937_64 Seeded() {
  const char* given = std::getenv("LAGESBILD_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("LAGESBILD_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return std::mt19937_64(seed);
}

std::vector<std::string> GoodRecords() {
  safety::v1::Report report;
  report.set_org("polisen");
  report.set_id("r1");
  report.set_class_("theft");
  report.mutable_occurred_from()->set_seconds(Ms(kNow) / 1000);
  report.mutable_place()->set_lat(59.35);
  report.mutable_place()->set_lon(17.82);
  const std::string json =
      R"({"org":"polisen","id":"r1","revision":2,"class":"theft","occurred_from":"2023-03-01T09:30:00+01:00",)"
      R"("place":{"lat":59.35,"lon":1.782e1,"precision_m":25},"multi":false,"reported_at":null})";
  return {json, report.SerializeAsString(),
          std::string("\0\0\0\1\2\0", 6) + report.SerializeAsString(),
          R"({"specversion":"1.0","id":"e","source":"/p","type":"t","data":)" + json + "}"};
}

TEST(Random, ADamagedRecordIsTakenOrRefusedOnceAndNeverMore) {
  auto random = Seeded();
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  const Town town = MakeTown();
  Intake intake(OptionsOf(town));
  const std::vector<std::string> good = GoodRecords();
  const std::string alphabet = "{}[]\",:0123456789eE.-+\\/ntrufalse\0\x0a\x12\xc3\x28\xff ";
  const std::vector<std::string> types = {"", "application/json", "application/protobuf",
                                          "application/cloudevents+json"};
  constexpr int kRuns = 30'000;
  int taken = 0;
  for (int run = 0; run < kRuns; ++run) {
    TestRecord record = {.topic = below(8) == 0 ? "commands" : "incidents",
                         .value = good[below(good.size())]};
    if (const std::string& type = types[below(types.size())]; !type.empty()) {
      record.headers.emplace_back("content-type", type);
    }
    for (size_t damage = below(4); damage > 0; --damage) {
      const size_t at = below(record.value.size() + 1);
      const char byte =
          below(2) == 0 ? alphabet[below(alphabet.size())] : static_cast<char>(below(256));
      switch (below(4)) {
        case 0:
          record.value.insert(at, 1 + below(3), byte);
          break;
        case 1:
          record.value.erase(at, 1 + below(3));
          break;
        case 2:
          record.value.insert(at, record.value.substr(below(record.value.size() + 1), below(12)));
          break;
        case 3:
          if (at < record.value.size()) record.value[at] = byte;
          break;
      }
    }
    const IntakeOutput out = Process(intake, record);
    ASSERT_LE(out.dead_letters.size(), 1u);
    ASSERT_LE(out.log.size(), 3u);
    if (out.dead_letters.empty()) {
      ++taken;
    } else {
      ASSERT_TRUE(out.log.empty() || out.dead_letters[0].reason == Reason::kTooOld);
    }
  }
  EXPECT_GT(taken, kRuns / 100);
  EXPECT_LT(taken, kRuns);
}

// The deepest area by asking each in turn.
int LocateSlowly(const std::vector<Area>& areas, const std::vector<AreaShape>& shapes,
                 LonLat point) {
  const auto depth = [&](int i) {
    int d = 0;
    for (i = areas[i].parent; i >= 0; i = areas[i].parent) ++d;
    return d;
  };
  int best = -1;
  for (int i = 0; i < static_cast<int>(areas.size()); ++i) {
    if (Covers(shapes[i], point) && (best < 0 || depth(i) > depth(best))) best = i;
  }
  return best;
}

void ExpectSameAsSlow(const std::vector<test::NamedShape>& named, int points) {
  auto random = Seeded();
  std::vector<Area> areas(named.size());
  std::vector<AreaShape> shapes;
  Bounds box;
  for (size_t i = 0; i < named.size(); ++i) {
    areas[i].id = named[i].name;
    areas[i].radius_m = 1e6;
    for (size_t p = i + 1; p < named.size(); ++p) {
      if (!named[i].parent.empty() && named[p].name == named[i].parent)
        areas[i].parent = static_cast<int>(p);
    }
    const Bounds b = BoundsOf(named[i].shape);
    box = {std::min(box.west, b.west), std::min(box.south, b.south), std::max(box.east, b.east),
           std::max(box.north, b.north)};
    shapes.push_back(named[i].shape);
  }
  const auto index = AreaIndex::Build(areas, shapes);
  ASSERT_TRUE(index.ok());
  int found = 0;
  for (int i = 0; i < points; ++i) {
    LonLat p = {std::uniform_real_distribution(box.west, box.east)(random),
                std::uniform_real_distribution(box.south, box.north)(random)};
    if (i % 10 == 0) {  // a corner of some border
      const auto& ring = shapes[random() % shapes.size()].polygons[0].outer;
      p = ring[random() % ring.size()];
    }
    const int got = (*index)->Locate(p, 0);
    ASSERT_EQ(got, LocateSlowly(areas, shapes, p)) << p.lon << " " << p.lat;
    found += got >= 0;
  }
  EXPECT_GT(found, points / 10);
}

// A skyline of whole numbers, steps and slopes, turned by a quarter at times, with a hole; asked at
// whole and half numbers, so that many points lie on corners and edges.
TEST(Random, ThePointsOfARaggedShapeAreThoseOfThePlainModel) {
  auto random = Seeded();
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  for (int run = 0; run < 300; ++run) {
    const int width = 4 + below(40);
    const bool turned = below(2) == 0;
    const auto at = [&](double x, double y) { return turned ? LonLat{y, x} : LonLat{x, y}; };
    Polygon polygon;
    polygon.outer = {at(0, 0), at(width, 0)};
    for (int x = width; x >= 0; --x) {
      polygon.outer.push_back(at(x, 4 + below(6)));
      if (below(3) == 0) polygon.outer.push_back(at(x, 4 + below(6)));
    }
    polygon.outer.push_back(polygon.outer.front());
    const int west = 1 + below(width - 2), east = west + 1;
    polygon.holes.push_back({at(west, 1), at(east, 1), at(east, 2), at(west, 3), at(west, 1)});
    const AreaShape shape = {.polygons = {polygon}};
    const std::vector<Area> areas = {{.id = "a", .radius_m = 1}};
    const auto index = AreaIndex::Build(areas, {shape});
    ASSERT_TRUE(index.ok());
    for (double x = -1; x <= width + 1; x += 0.5) {
      for (double y = -1; y <= 11; y += 0.5) {
        const LonLat p = at(x, y);
        ASSERT_EQ((*index)->Locate(p, 0) == 0, Covers(shape, p))
            << "run " << run << ": " << x << " " << y;
      }
    }
  }
}

TEST(Random, TheAreaIndexFindsWhatAskingEachAreaFinds) {
  const std::string dir = std::string(LB_SHARED_DIR) + "/data/areas/";
  auto areas = test::ReadShapes(dir + "stadsdelar_wgs84.geojson", "name", "stadsdelsomrade");
  const auto boroughs = test::ReadShapes(dir + "stadsdelsomraden_wgs84.geojson", "name");
  const auto municipalities = test::ReadShapes(dir + "kommuner_wgs84.geojson", "kom_namn");
  if (!areas || !boroughs || !municipalities) GTEST_SKIP() << "no shapes in ../shared/data/areas";
  areas->insert(areas->end(), boroughs->begin(), boroughs->end());
  ExpectSameAsSlow(*areas, 3'000);
  ExpectSameAsSlow(*municipalities, 3'000);
}

}  // namespace
}  // namespace lagesbild::intake
