#include "feeds/town.h"

#include "base/time.h"
#include "feeds/town_background.h"
#include "feeds/town_episodes.h"

namespace lagesbild::feeds {

StatusOr<std::unique_ptr<Town>> Town::Create(const Options& options) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("Europe/Stockholm", &zone)) {
    return FailedPrecondition("no time zone data for Europe/Stockholm (package tzdata)");
  }
  return std::unique_ptr<Town>(new Town(options, zone));
}

Town::Town(const Options& options, const absl::TimeZone& zone)
    : options_(options), zone_(zone), map_(options.seed), minute_ms_(options.start_ms) {}

int Town::LocalHour() const { return zone_.At(absl::FromUnixMillis(minute_ms_)).cs.hour(); }

void Town::Minute() {
  const int64_t minute = (minute_ms_ - options_.start_ms) / kMinuteMs;
  TownRandom random(options_.seed, static_cast<uint64_t>(minute) + 0x1000);
  TownStage stage{desk_, map_, random};
  if (minute == 0) {
    FirstEvening(stage, minute_ms_);
  } else if (minute % (24 * 60) == 0) {
    LaterEvening(stage, minute_ms_);
  }
  const bool full_hour = zone_.At(absl::FromUnixMillis(minute_ms_)).cs.minute() == 0;
  if (full_hour && LocalHour() == 7) NightSummary(stage, minute_ms_);
  if (minute % 5 == 0) Heartbeats(desk_, minute_ms_);
  OrdinaryMinute(stage, minute_ms_, LocalHour());
  minute_ms_ += kMinuteMs;
}

void Town::Prepare() {
  while (desk_.empty() || desk_.next_ms() >= minute_ms_) Minute();
}

int64_t Town::NextMs() {
  Prepare();
  return desk_.next_ms();
}

RawMessage Town::Next() {
  Prepare();
  return desk_.TakeNext();
}

}  // namespace lagesbild::feeds
