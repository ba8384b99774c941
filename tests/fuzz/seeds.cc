// fuzz_seeds DIR: writes the inputs that the fuzz targets begin with, a folder for each target.
//
// From the corpus of the schemas, the example's files, the rows of folds that the picture's
// generator has filled, and what the codecs write. The same at each call.
#include <simdjson.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "app/town_texts.h"
#include "fuzz/forms.h"
#include "intake/town.h"
#include "io/record_format.h"
#include "picture/fold.h"
#include "picture/generator.h"
#include "safety/v1/command.pb.h"
#include "safety/v1/report.pb.h"
#include "stream/lease.h"
#include "stream/log_codec.h"
#include "stream/meta.h"
#include "stream/settings_codec.h"

namespace lagesbild::fuzz {
namespace {

namespace pb = safety::v1;

class Folder {
 public:
  Folder(const std::string& root, const std::string& target) : path_(root + "/" + target + "/") {
    std::filesystem::create_directories(path_);
  }
  void Add(const std::string& seed) {
    std::ofstream out(path_ + std::to_string(++count_), std::ios::binary);
    LB_CHECK(out << seed);
  }

 private:
  std::string path_;
  int count_ = 0;
};

std::string TextOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  LB_CHECK(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

// Each fifth record of the corpus as JSON; good ones in an envelope, too.
void JsonSeeds(const std::string& file, Folder& json, Folder& events) {
  std::ifstream in(std::string(LB_CORPUS_DIR) + "/" + file);
  LB_CHECK(in.good());
  simdjson::dom::parser parser;
  int number = 0;
  for (std::string line; std::getline(in, line); ++number) {
    const simdjson::dom::element row = parser.parse(line);
    const std::string_view topic = row["topic"], want = row["want"];
    const unsigned channel = topic == "tips" ? 1 : topic == "commands" ? 2 : 0;
    const simdjson::dom::element value = row["value"];
    const std::string text =
        value.is_string() ? std::string(std::string_view(value)) : simdjson::minify(value);
    if (text.size() > 2000) continue;
    if (number % 5 == 0) json.Add(ChoiceByte(channel, number % 2) + text);
    if (want == "ok" && number % 3 == 0) {
      events.Add(ChoiceByte(channel, 1) +
                 R"({"specversion":"1.0","id":"e1","source":"/p","type":"t","time":)"
                 R"("2023-03-01T09:00:00Z","datacontenttype":"application/json","data":)" +
                 text + "}");
    }
  }
}

void ProtobufSeeds(Folder& out) {
  pb::Report report;
  report.set_org("polisen");
  report.set_id("r1");
  report.set_class_("theft");
  report.mutable_occurred_from()->set_seconds(intake::Ms(intake::kNow) / 1000 - 900);
  report.mutable_place()->set_lat(59.35);
  report.mutable_place()->set_lon(17.82);
  out.Add(ChoiceByte(0, 0) + report.SerializeAsString());
  report.set_revision(2);
  report.set_action(pb::ACTION_CORRECT);
  report.set_verification(pb::VERIFICATION_CONFIRMED);
  report.mutable_occurred_to()->set_seconds(intake::Ms(intake::kNow) / 1000 - 60);
  report.mutable_reported_at()->set_nanos(5);
  report.mutable_place()->set_precision_m(2000);
  report.set_indoor_dwelling(true);
  out.Add(ChoiceByte(0, 1) + report.SerializeAsString());
  report.clear_place();
  report.mutable_place()->set_area("hv-2");
  report.set_reporter("somebody");
  out.Add(ChoiceByte(1, 3) + report.SerializeAsString());
  pb::Command command;
  command.set_command(pb::COMMAND_TYPE_SILENCE);
  command.set_id("c-17");
  command.set_picture("hv");
  command.set_by("duty-1");
  command.mutable_at()->set_seconds(intake::Ms(intake::kNow) / 1000);
  command.set_area("hv-1");
  command.set_rule("violence-24h");
  command.set_reason("maintenance");
  command.mutable_until()->set_seconds(intake::Ms(intake::kNow) / 1000 + 3600);
  out.Add(ChoiceByte(2, 0) + command.SerializeAsString());
}

void ConfigSeeds(Folder& out) {
  char which = 0;
  for (const auto& [name, text] : app::TownFiles()) out.Add(std::string(1, which++) + text);
  const std::string names[] = {"areas.geojson", "classes.yaml", "lagesbild.yaml", "rules.yaml",
                               "sources.yaml"};
  for (char i = 1; i < 5; ++i)
    out.Add(std::string(1, i) + TextOf(std::string(LB_EXAMPLE_DIR) + "/" + names[+i]));
}

std::string Geometry(const std::string& type, const std::string& coordinates) {
  return R"({"type":"FeatureCollection","features":[{"type":"Feature","id":7,"properties":)"
         R"({"name":"A","level":"borough"},"geometry":{"type":")" +
         type + R"(","coordinates":)" + coordinates + "}}]}";
}

void GeoJsonSeeds(Folder& out) {
  out.Add(app::TownFiles().at("areas.geojson"));
  out.Add(Geometry("MultiPolygon",
                   "[[[[1,1],[2,1],[2,2],[1,1]]],[[[3,3],[5,3],[5,5],[3,3]],"
                   "[[4,3.2],[4.5,3.2],[4.5,3.4],[4,3.2]]]]"));
  out.Add(Geometry("Polygon", "[[[0,0],[2,2],[2,0],[0,2],[0,0]]]"));
  out.Add(R"({"type":"FeatureCollection","crs":{"type":"name","properties":)"
          R"({"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[]})");
}

// A fold after some moments of the generator; its rows and its log.
void PictureSeeds(uint64_t seed, int moments, Folder& rows_out, Folder& log_out) {
  const Settings settings = picture::BusyCounty(seed);
  const std::string encoded = stream::EncodeSettings(settings);
  picture::Generator generator(seed, settings, {});
  picture::Fold fold(&stream::DecodeSettings);
  stream::LogEncoder encoder;
  std::map<std::string, std::string> rows;
  std::vector<std::string> alert_ids;
  std::string bytes;
  for (int i = 0; i < moments; ++i) {
    picture::Moment moment = generator.Next(alert_ids);
    for (LogRecord& record : moment.records) {
      record.clock_ms = moment.clock_ms;
      if (auto* c = std::get_if<Configuration>(&record.body)) c->encoded = encoded;
      encoder.Encode(record, bytes);
      if (i % 6 == 0) log_out.Add(bytes);
    }
    picture::Effects effects;
    LB_CHECK(fold.Instant(moment.clock_ms, moment.records, effects).ok());
    for (const auto& alert : effects.alerts) alert_ids.push_back(alert.alert_id);
    fold.CollectAggregates();
    fold.CollectRows(static_cast<uint64_t>(i) + 1,
                     [&](std::string_view key, const std::string* value) {
                       if (value != nullptr) rows[std::string(key)] = *value;
                       if (value == nullptr) rows.erase(std::string(key));
                     });
  }
  std::string out;
  for (const auto& [key, value] : rows) {
    AppendPiece(key, out);
    AppendPiece(value, out);
  }
  std::printf("seed %llu: %zu rows, %zu bytes\n", static_cast<unsigned long long>(seed),
              rows.size(), out.size());
  rows_out.Add(out);
}

void MetadataSeeds(Folder& out) {
  stream::LeaseState lease;
  out.Add('\0' + stream::EncodeLease(lease));
  lease = {1673730000000, "0af1", 3, true, {{"safety.incidents.v1", 12}, {"safety.tips.v1", 3}}};
  out.Add('\0' + stream::EncodeLease(lease));
  out.Add('\1' + stream::EncodeMeta({17, 4711, 1673730000000, 3, 99}));
  out.Add('\1' + stream::EncodeLocal({4711, 17}));
  out.Add('\2' + stream::SeqMetadata(17));
  out.Add('\2' + stream::EncodeRawTime(1673730000000));
  out.Add(
      "\2"
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const stream::HeaderView header = {"traceparent", "x"};
  out.Add('\3' + io::EncodeRecord({"key", "value", {&header, 1}, 5}, 0));
  out.Add('\3' + io::EncodeRecord({"key", std::nullopt, {}, std::nullopt}, 7));
}

void WriteAll(const std::string& root) {
  Folder json(root, "fuzz_json"), events(root, "fuzz_cloud_events");
  JsonSeeds("reports.ndjson", json, events);
  JsonSeeds("commands.ndjson", json, events);
  Folder protobuf(root, "fuzz_protobuf");
  ProtobufSeeds(protobuf);
  Folder config(root, "fuzz_config"), geojson(root, "fuzz_geojson");
  ConfigSeeds(config);
  GeoJsonSeeds(geojson);
  Folder rows(root, "fuzz_rows"), log(root, "fuzz_log");
  PictureSeeds(1, 4, rows, log);
  PictureSeeds(2, 12, rows, log);
  Folder metadata(root, "fuzz_metadata");
  MetadataSeeds(metadata);
}

}  // namespace
}  // namespace lagesbild::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds DIR\n");
    return 2;
  }
  lagesbild::fuzz::WriteAll(argv[1]);
  return 0;
}
