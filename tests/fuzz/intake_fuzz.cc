// A raw record of any bytes through the whole of intake, and what comes out of it through the log's
// codec and into a fold: three targets, one for each form that a record may have.
//
// Must hold: at most one dead letter and three log records, never both but for too-old; the log's
// codec gives back what it was given; the fold takes it.
#include <array>
#include <cstdlib>
#include <limits>
#include <span>

#include "base/check.h"
#include "fuzz/forms.h"
#include "intake/town.h"
#include "picture/fold.h"
#include "stream/log_codec.h"
#include "stream/settings_codec.h"

namespace lagesbild {
namespace {

using intake::Header;
using Headers = std::vector<Header>;

// By Choices::headers.
const std::array<Headers, 4>& HeaderSets() {
#if defined(FUZZ_json)
  static const std::array<Headers, 4> kSets = {
      {{}, {{"content-type", "application/json"}}, {{"content-type", "text/plain"}}, {}}};
#elif defined(FUZZ_protobuf)
  static const std::array<Headers, 4> kSets = {{{},
                                                {{"content-type", "application/x-protobuf"}},
                                                {{"content-type", "application/protobuf"}},
                                                {}}};
#else
  static const std::array<Headers, 4> kSets = {
      {{},
       {{"content-type", "application/cloudevents+json"}},
       {{"content-type", "application/json"}, {"ce_specversion", "1.0"}, {"ce_id", "1"}},
       {{"content-type", "application/protobuf"}, {"ce_specversion", "1.0"}}}};
#endif
  return kSets;
}

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// A broker takes any timestamp from a producer.
int64_t TimestampOf(fuzz::Choices choices) {
  static const int64_t now = intake::Ms(intake::kNow);
  const int64_t times[] = {now, now, now, 0, -1, kMin, kMax, now + 3 * kDayMs};
  return times[choices.timestamp];
}

void CheckLog(const std::vector<LogRecord>& log) {
  static stream::LogEncoder encoder;
  static stream::LogDecoder decoder;
  static std::string first, second;
  LogRecord back;
  for (const LogRecord& record : log) {
    encoder.Encode(record, first);
    LB_CHECK(decoder.Decode(first, back).ok());
    encoder.Encode(back, second);
    LB_CHECK(first == second);
  }
}

void Judge(const intake::Town& town, std::vector<LogRecord> log, int64_t clock_ms) {
  picture::Fold fold([&](std::string_view) -> StatusOr<Settings> { return town.settings; });
  LogRecord configuration;
  configuration.body = Configuration{1, "town"};
  log.insert(log.begin(), configuration);
  picture::Effects effects;
  LB_CHECK(fold.Instant(clock_ms, log, effects).ok());
  const std::vector<LogRecord> none;
  LB_CHECK(fold.Instant(clock_ms + kHourMs, none, effects).ok());
  fold.CollectAggregates();
  fold.CollectRows(1, [](std::string_view, const std::string*) {});
}

void Run(uint8_t first, std::string_view value) {
  static const intake::Town town = intake::MakeTown();
  static intake::Intake intake(intake::OptionsOf(town));
  static const std::string_view topics[] = {"incidents", "tips", "commands", "incidents-own"};
  static const Channel channels[] = {Channel::kIncidents, Channel::kTips, Channel::kCommands,
                                     Channel::kIncidents};
  const fuzz::Choices choices(first);
  const int64_t now_ms = intake::Ms(intake::kNow);
  const intake::RawRecord raw = {.channel = channels[choices.channel],
                                 .topic = topics[choices.channel],
                                 .partition = 3,
                                 .offset = 17,
                                 .timestamp_ms = TimestampOf(choices),
                                 .key = "some/key",
                                 .value = value,
                                 .headers = HeaderSets()[choices.headers]};
  intake.ForgetLiveness();
  intake::IntakeOutput out;
  intake.Process(raw, now_ms, out);
  LB_CHECK(out.dead_letters.size() <= 1);
  LB_CHECK(out.log.size() <= 3);
  LB_CHECK(out.dead_letters.empty() || out.log.empty() ||
           out.dead_letters[0].reason == Reason::kTooOld);
  if (out.log.empty()) return;
  CheckLog(out.log);
  Judge(town, std::move(out.log), now_ms);
}

}  // namespace
}  // namespace lagesbild

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string value(reinterpret_cast<const char*>(data) + 1, size - 1);
#if defined(FUZZ_json) || defined(FUZZ_protobuf)
  // The framing of schema registries; for Protobuf with the path of the first message in its file.
  if ((data[0] >> 2 & 3) == 3) value.insert(0, "\0\0\0\0\1\0", sizeof "\0\0\0\0\1");
#endif
  lagesbild::Run(data[0], value);
  return 0;
}
