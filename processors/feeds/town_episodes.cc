#include "feeds/town_episodes.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/time.h"

namespace lagesbild::feeds {
namespace {

constexpr int64_t kRoomM = 250;  // around the spot of an episode: all of it stays in the district

struct Tips {
  std::string class_name;
  TownPoint at;
  int64_t from_ms = 0;
  int64_t minutes = 0;
  int count = 0;
  int reporters = 0;
};

void SendTips(TownStage& stage, const Tips& tips) {
  std::vector<std::string> reporters;
  for (int i = 0; i < tips.reporters; ++i) reporters.push_back(stage.desk.NewReporter());
  for (int i = 0; i < tips.count; ++i) {
    const int64_t at_ms = tips.from_ms + tips.minutes * kMinuteMs * i / tips.count +
                          stage.random.Below(20) * kSecondMs;
    OutgoingReport tip = stage.desk.NewReport(kTipsOrg, tips.class_name, at_ms - 30 * kSecondMs,
                                              NearBy(tips.at, 80, stage.random), 20);
    tip.reporter = reporters[static_cast<size_t>(i) % reporters.size()];
    stage.desk.Send(tip, at_ms);
  }
}

void Revise(OutgoingReport report, Verification verification, int64_t at_ms, TownDesk& desk) {
  ++report.revision;
  report.action = Action::kCorrect;
  report.verification = verification;
  desk.Send(report, at_ms);
}

}  // namespace

void Shooting(TownStage& stage, int64_t at_ms, int district) {
  const TownPoint spot = stage.map.PointIn(district, stage.random, kRoomM);
  const OutgoingReport police = stage.desk.NewReport(kPoliceOrg, "shooting", at_ms, spot, 25);
  stage.desk.Send(police, at_ms + 30 * kSecondMs);
  SendTips(stage, {"shooting", spot, at_ms + 2 * kMinuteMs, 16, 10, 10});
  stage.desk.Send(stage.desk.NewReport(kGuardOrg, "shooting", at_ms + 3 * kMinuteMs,
                                       NearBy(spot, 60, stage.random), 25),
                  at_ms + 33 * kMinuteMs);
  Revise(police, Verification::kConfirmed, at_ms + 83 * kMinuteMs, stage.desk);
}

void Aftermath(TownStage& stage, int64_t at_ms, int district) {
  const TownPoint first = stage.map.PointIn(district, stage.random, kRoomM);
  stage.desk.Send(stage.desk.NewReport(kPoliceOrg, "assault", at_ms, first, 25),
                  at_ms + 2 * kMinuteMs);
  stage.desk.Send(stage.desk.NewReport(kGuardOrg, "assault", at_ms + kMinuteMs,
                                       NearBy(first, 40, stage.random), 25),
                  at_ms + 9 * kMinuteMs);
  const TownPoint second = stage.map.PointIn(district, stage.random, kRoomM);
  stage.desk.Send(stage.desk.NewReport(kPoliceOrg, "robbery", at_ms + 6 * kMinuteMs, second, 25),
                  at_ms + 8 * kMinuteMs);
}

void LateBatch(TownStage& stage, int64_t at_ms, int district) {
  std::vector<OutgoingReport> batch;
  for (int i = 0; i < 14; ++i) {
    const int64_t occurred = at_ms - stage.random.Between(8 * 60, 6 * 24 * 60) * kMinuteMs;
    batch.push_back(stage.desk.NewReport(kOwnerOrg, "vandalism", occurred,
                                         stage.map.PointIn(district, stage.random), 50));
  }
  for (const int64_t minutes : {int64_t{0}, int64_t{20}}) {
    for (const OutgoingReport& report : batch) {
      stage.desk.Send(report, at_ms + minutes * kMinuteMs);  // one upload, one moment
    }
  }
}

void FalseAlarm(TownStage& stage, int64_t at_ms, int district) {
  const TownPoint spot = stage.map.PointIn(district, stage.random, kRoomM);
  SendTips(stage, {"explosion", spot, at_ms, 5, 5, 5});
  stage.desk.Send(stage.desk.NewReport(kOwnerOrg, "explosion", at_ms + kMinuteMs,
                                       NearBy(spot, 60, stage.random), 50),
                  at_ms + 6 * kMinuteMs);
  OutgoingReport police = stage.desk.NewReport(kPoliceOrg, "explosion", at_ms, spot, 25);
  police.verification = Verification::kRefuted;
  stage.desk.Send(police, at_ms + 50 * kMinuteMs);
}

void MovedAssault(TownStage& stage, int64_t at_ms, int district, int really_in) {
  OutgoingReport last;
  std::vector<TownPoint> spots;
  while (spots.size() < 3) {  // apart, or two of them were one incident
    const TownPoint spot = stage.map.PointIn(district, stage.random, kRoomM);
    const bool apart = std::all_of(spots.begin(), spots.end(), [&](TownPoint other) {
      const TownPoint far = Offset(other, 300, 300);
      return std::abs(spot.lat - other.lat) > far.lat - other.lat ||
             std::abs(spot.lon - other.lon) > far.lon - other.lon;
    });
    if (apart) spots.push_back(spot);
  }
  for (int i = 0; i < 3; ++i) {
    const int64_t occurred = at_ms + i * 11 * kMinuteMs;
    last = stage.desk.NewReport(kPoliceOrg, "assault", occurred, spots[static_cast<size_t>(i)], 50);
    stage.desk.Send(last, occurred + stage.random.Between(1, 4) * kMinuteMs);
  }
  const TownPoint really = stage.map.PointIn(really_in, stage.random, kRoomM);
  last.lat = static_cast<double>(really.lat) / 1e6;
  last.lon = static_cast<double>(really.lon) / 1e6;
  Revise(last, Verification::kUnconfirmed, at_ms + 70 * kMinuteMs, stage.desk);
}

void TipBrigade(TownStage& stage, int64_t at_ms, int district, int reporters) {
  const TownPoint spot = stage.map.PointIn(district, stage.random, kRoomM);
  SendTips(stage, {"knife-fight", spot, at_ms, 20, 60, reporters});
}

void CarFires(TownStage& stage, int64_t at_ms) {
  const int64_t first = stage.random.Below(TownMap::kDistricts);
  for (int i = 0; i < 3; ++i) {
    const auto district = static_cast<int>((first + i * 4) % TownMap::kDistricts);
    const int64_t occurred = at_ms + i * 24 * kMinuteMs;
    const TownPoint spot = stage.map.PointIn(district, stage.random, kRoomM);
    SendTips(stage, {"vehicle-fire", spot, occurred, 3, 3, 3});
    stage.desk.Send(stage.desk.NewReport(kRescueOrg, "vehicle-fire", occurred, spot, 25),
                    occurred + 2 * kMinuteMs);
  }
}

void Exercise(TownStage& stage, int64_t at_ms, int district) {
  OutgoingReport report = stage.desk.NewReport(
      kRescueOrg, "explosion", at_ms, stage.map.PointIn(district, stage.random, kRoomM), 25);
  report.exercise = true;
  stage.desk.Send(report, at_ms + kMinuteMs);
}

void OverfullTip(TownStage& stage, int64_t at_ms, int district) {
  const TownPoint at = stage.map.PointIn(district, stage.random);
  RawMessage tip = ReportMessage(
      stage.desk.NewReport(kTipsOrg, "disturbance", at_ms - kMinuteMs, at, 50), "tips", at_ms);
  tip.value.insert(tip.value.size() - 1, R"(,"name":"this field is not in the schema")");
  stage.desk.SendRaw(std::move(tip));
}

void Handover(TownStage& stage, int64_t at_ms) {
  struct Share {
    const char* org;
    const char* class_name;
    int count;
  };
  constexpr std::array<Share, 8> kShares = {{{kPoliceOrg, "disturbance", 9},
                                             {kPoliceOrg, "theft", 7},
                                             {kPoliceOrg, "drugs", 3},
                                             {kOwnerOrg, "vandalism", 8},
                                             {kOwnerOrg, "burglary-storage", 4},
                                             {kBusinessOrg, "theft", 6},
                                             {kTransitOrg, "disturbance", 5},
                                             {kSchoolOrg, "vandalism", 2}}};
  int64_t sent = 0;
  for (const Share& share : kShares) {
    for (int i = 0; i < share.count; ++i) {
      const auto district = static_cast<int>(stage.random.Below(TownMap::kDistricts));
      const int64_t occurred = at_ms - stage.random.Between(30, 24 * 60) * kMinuteMs;
      stage.desk.Send(stage.desk.NewReport(share.org, share.class_name, occurred,
                                           stage.map.PointIn(district, stage.random), 50),
                      at_ms + ++sent * kSecondMs);
    }
  }
}

void FirstEvening(TownStage& stage, int64_t at_ms) {
  const auto minute = [&](int64_t n) { return at_ms + n * kMinuteMs; };
  stage.desk.SetSilent(kGuardOrg, minute(70), minute(150));
  Handover(stage, at_ms);
  Shooting(stage, minute(2), 4);
  Aftermath(stage, minute(8), 4);
  LateBatch(stage, minute(20), 1);
  FalseAlarm(stage, minute(26), 8);
  MovedAssault(stage, minute(38), 6, 3);
  OverfullTip(stage, minute(45), 2);
  TipBrigade(stage, minute(52), 5, 60);
  Exercise(stage, minute(80), 0);
  CarFires(stage, minute(95));
  TipBrigade(stage, minute(170), 7, 3);
  FalseAlarm(stage, minute(200), 2);
}

void LaterEvening(TownStage& stage, int64_t at_ms) {
  TownRandom& random = stage.random;
  struct Occasion {
    int64_t at_ms;
    int district;
  };
  // Braces: the order in which random numbers are drawn is the order of writing.
  const auto occasion = [&] {
    return Occasion{at_ms + random.Between(5, 8 * 60) * kMinuteMs,
                    static_cast<int>(random.Below(TownMap::kDistricts))};
  };
  constexpr std::array<const char*, 4> kLines = {kGuardOrg, kTransitOrg, kRescueOrg, kPoliceOrg};
  const Occasion down = occasion();
  const int64_t minutes = random.Between(60, 150);
  stage.desk.SetSilent(kLines[static_cast<size_t>(down.district) % kLines.size()], down.at_ms,
                       down.at_ms + minutes * kMinuteMs);
  if (random.Chance(350)) {
    const Occasion o = occasion();
    Shooting(stage, o.at_ms, o.district);
    if (random.Chance(500)) Aftermath(stage, o.at_ms + 7 * kMinuteMs, o.district);
  }
  if (random.Chance(300)) {
    const Occasion o = occasion();
    LateBatch(stage, o.at_ms, o.district);
  }
  if (random.Chance(300)) {
    const Occasion o = occasion();
    FalseAlarm(stage, o.at_ms, o.district);
  }
  if (random.Chance(300)) {
    const Occasion o = occasion();
    MovedAssault(stage, o.at_ms, o.district, (o.district + 4) % TownMap::kDistricts);
  }
  if (random.Chance(250)) {
    const Occasion o = occasion();
    TipBrigade(stage, o.at_ms, o.district, random.Chance(500) ? 60 : 3);
  }
  if (random.Chance(200)) CarFires(stage, occasion().at_ms);
  if (random.Chance(150)) {
    const Occasion o = occasion();
    Exercise(stage, o.at_ms, o.district);
  }
  if (random.Chance(400)) {
    const Occasion o = occasion();
    OverfullTip(stage, o.at_ms, o.district);
  }
}

}  // namespace lagesbild::feeds
