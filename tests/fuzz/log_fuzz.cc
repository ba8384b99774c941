// A record of the picture log of any bytes: read or refused; what is read comes back the same from
// the codec, and settings that are read are ones that a fold can live with.
#include "base/check.h"
#include "base/time.h"
#include "picture/fold.h"
#include "stream/log_codec.h"
#include "stream/settings_codec.h"

namespace lagesbild {
namespace {

constexpr int64_t kNowMs = 1'673'730'000'000;

void CheckSettings(const std::string& encoded) {
  const StatusOr<Settings> settings = stream::DecodeSettings(encoded);
  if (!settings.ok()) {
    LB_CHECK(settings.status().code() == StatusCode::kInvalidArgument);
    return;
  }
  const std::string once = stream::EncodeSettings(*settings);
  const StatusOr<Settings> again = stream::DecodeSettings(once);
  LB_CHECK(again.ok() && stream::EncodeSettings(*again) == once);
  picture::Fold fold(&stream::DecodeSettings);
  picture::Effects effects;
  std::vector<LogRecord> records(1);
  records[0].body = Configuration{1, once};
  Report report;
  report.key = {false, "org", "id"};
  report.kind = Kind::kPolice;
  report.occurred_ms = report.reported_ms = kNowMs;
  report.has_point = true;
  report.precision_m = 25;
  for (const Area& area : settings->areas) {
    for (const IncidentClass& c : settings->classes) {
      if (records.size() > 30) break;
      report.key.id = area.id + c.name;
      report.area = area.id;
      report.class_name = c.name;
      LogRecord record;
      record.picture = settings->areas[area.picture].id;
      record.body = report;
      records.push_back(record);
    }
  }
  LB_CHECK(fold.Instant(kNowMs, records, effects).ok());
  LB_CHECK(fold.Instant(kNowMs + 30 * kDayMs, {}, effects).ok());
  fold.CollectAggregates();
  fold.CollectRows(1, [](std::string_view, const std::string*) {});
}

void Run(std::string_view bytes) {
  static stream::LogEncoder encoder;
  static stream::LogDecoder decoder;
  LogRecord record, again;
  const Status status = decoder.Decode(bytes, record);
  if (!status.ok()) {
    LB_CHECK(status.code() == StatusCode::kDataLoss);
    return;
  }
  std::string once, twice;
  encoder.Encode(record, once);
  LB_CHECK(decoder.Decode(once, again).ok());
  encoder.Encode(again, twice);
  LB_CHECK(once == twice);
  if (const auto* c = std::get_if<Configuration>(&record.body)) CheckSettings(c->encoded);
}

}  // namespace
}  // namespace lagesbild

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  lagesbild::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
