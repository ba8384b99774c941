// What a record costs in intake, stage by stage, and a point in the area index. CPU time of one
// thread, the median of many rounds and the least.
//
//   ninja -C build intake_bench && build/bench/intake_bench
//
// The area figures need the public shapes in ../shared/data/areas; without them they are left out,
// aloud.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "intake/area_surface.h"
#include "intake/decode.h"
#include "intake/locate.h"
#include "intake/strip.h"
#include "intake/town.h"
#include "intake/validate.h"
#include "safety/v1/report.pb.h"
#include "support/shapes.h"

namespace lagesbild::intake {
namespace {

volatile int64_t sink = 0;  // keeps results alive

double ThreadCpuNs() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

void Measure(const char* what, int calls, const std::function<void(int)>& call) {
  constexpr int kRounds = 101;
  std::vector<double> rounds_ns;
  for (int round = 0; round < kRounds; ++round) {
    const double begin_ns = ThreadCpuNs();
    for (int i = 0; i < calls; ++i) call(i);
    rounds_ns.push_back((ThreadCpuNs() - begin_ns) / calls);
  }
  std::ranges::sort(rounds_ns);
  std::printf("%-60s %6.0f ns (least %.0f)\n", what, rounds_ns[kRounds / 2], rounds_ns[0]);
}

constexpr std::string_view kJson =
    R"({"org":"polisen","id":"2023-0114-2147","revision":1,"action":"new","class":"shooting",)"
    R"("verification":"unconfirmed","occurred_from":"2023-03-01T09:47:00+01:00",)"
    R"("reported_at":"2023-03-01T09:49:00+01:00","place":{"lat":59.3668,"lon":17.8440,"precision_m":25},)"
    R"("indoor_dwelling":false})";

std::string Protobuf() {
  safety::v1::Report report;
  report.set_org("polisen");
  report.set_id("2023-0114-2147");
  report.set_revision(1);
  report.set_action(safety::v1::ACTION_NEW);
  report.set_class_("shooting");
  report.set_verification(safety::v1::VERIFICATION_UNCONFIRMED);
  report.mutable_occurred_from()->set_seconds(Ms("2023-03-01T09:47:00+01:00") / 1000);
  report.mutable_reported_at()->set_seconds(Ms("2023-03-01T09:49:00+01:00") / 1000);
  report.mutable_place()->set_lat(59.3668);
  report.mutable_place()->set_lon(17.8440);
  report.mutable_place()->set_precision_m(25);
  report.set_indoor_dwelling(false);
  return report.SerializeAsString();
}

void MeasureRecords() {
  constexpr int kCalls = 5'000;
  const Town town = MakeTown();
  const std::string protobuf = Protobuf();
  const std::string_view json = kJson;
  const std::string tip =
      std::string(kJson.substr(0, kJson.size() - 1)) + R"(,"reporter":"a-reporter-of-tips"})";
  std::printf("records of %zu B (JSON), %zu B (Protobuf)\n", json.size(), protobuf.size());

  Decoder decoder;
  RawReport raw_report;
  Measure("decode, JSON", kCalls,
          [&](int) { sink = sink + decoder.Decode(json, {}, raw_report).has_value(); });
  Measure("decode, Protobuf", kCalls,
          [&](int) { sink = sink + decoder.Decode(protobuf, {}, raw_report).has_value(); });
  Validator validator(town.settings);
  const int64_t now_ms = Ms(kNow);
  const Arrival arrival = {.topic = "incidents", .timestamp_ms = now_ms, .clock_ms = now_ms};
  CheckedReport checked;
  Measure("validate", kCalls,
          [&](int) { sink = sink + validator.Check(raw_report, arrival, checked).has_value(); });
  Measure("locate (the test's five squares)", kCalls,
          [&](int) { sink = sink + Locate(town.settings, *town.areas, checked); });
  Stripper stripper("a secret", "Europe/Stockholm");
  Measure("strip (tips only)", kCalls, [&](int i) {
    sink = sink + stripper.ReporterHash(now_ms + i, "a-reporter-of-tips").size();
  });

  Intake intake(OptionsOf(town));
  IntakeOutput out;
  RawRecord record = {
      .topic = "incidents", .timestamp_ms = now_ms, .key = "polisen/2023-0114-2147", .value = json};
  const auto process = [&](int i) {
    record.offset = i;
    intake.Process(record, now_ms, out);
    if (out.log.size() >= 1000) {
      sink = sink + static_cast<int64_t>(out.log.size());
      out.log.clear();
    }
  };
  Measure("whole, JSON (five squares)", kCalls, process);
  record.value = protobuf;
  Measure("whole, Protobuf (five squares)", kCalls, process);
  record.value = tip;
  record.topic = "tips";
  record.channel = Channel::kTips;
  Measure("whole, JSON tip with a reporter (five squares)", kCalls, process);
  if (!out.dead_letters.empty())
    std::printf("bench: a record was refused: the figures are of no use\n");
}

// Points spread evenly over the box of the shapes.
void MeasureShapes(const char* what, const std::vector<test::NamedShape>& named) {
  std::vector<Area> areas;
  std::vector<AreaShape> shapes;
  Bounds box;
  for (const test::NamedShape& n : named) {
    Area& area = areas.emplace_back();
    area.id = n.name;
    for (size_t i = 0; i < named.size(); ++i) {
      if (!n.parent.empty() && named[i].name == n.parent) area.parent = static_cast<int>(i);
    }
    area.radius_m = EqualAreaRadiusM(SurfaceM2(n.shape));
    const Bounds b = BoundsOf(n.shape);
    box = {std::min(box.west, b.west), std::min(box.south, b.south), std::max(box.east, b.east),
           std::max(box.north, b.north)};
    shapes.push_back(n.shape);
  }
  const auto index = AreaIndex::Build(areas, std::move(shapes));
  if (!index.ok()) return;
  std::mt19937_64 random(7);
  std::vector<LonLat> inside, anywhere;
  while (inside.size() < 10'000) {
    const LonLat p = {std::uniform_real_distribution(box.west, box.east)(random),
                      std::uniform_real_distribution(box.south, box.north)(random)};
    if (anywhere.size() < 10'000) anywhere.push_back(p);
    if ((*index)->Locate(p, 25) >= 0) inside.push_back(p);
  }
  const auto measure = [&](const char* which, const std::vector<LonLat>& points) {
    Measure((std::string(what) + ", " + which).c_str(), static_cast<int>(points.size()),
            [&](int i) { sink = sink + (*index)->Locate(points[i], 25); });
  };
  measure("points inside", inside);
  measure("points anywhere in their box", anywhere);
}

void MeasureAreas() {
  const std::string dir = std::string(LB_SHARED_DIR) + "/data/areas/";
  auto districts = test::ReadShapes(dir + "stadsdelar_wgs84.geojson", "name", "stadsdelsomrade");
  const auto boroughs = test::ReadShapes(dir + "stadsdelsomraden_wgs84.geojson", "name");
  const auto municipalities = test::ReadShapes(dir + "kommuner_wgs84.geojson", "id");
  if (!districts || !boroughs || !municipalities) {
    std::printf("bench: no shapes in ../shared/data/areas: the area figures are left out\n");
    return;
  }
  MeasureShapes("locate, 290 municipalities", *municipalities);
  MeasureShapes("locate, 117 districts",
                *test::ReadShapes(dir + "stadsdelar_wgs84.geojson", "name"));
  districts->insert(districts->end(), boroughs->begin(), boroughs->end());
  MeasureShapes("locate, 117 districts below 13 boroughs", *districts);
}

}  // namespace
}  // namespace lagesbild::intake

int main() {
  lagesbild::intake::MeasureRecords();
  lagesbild::intake::MeasureAreas();
}
