#include "feeds/town_background.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/time.h"

namespace lagesbild::feeds {
namespace {

struct ClassShare {
  const char* class_name;
  int permille;  // of the partner's reports; what is left is `other`
};

// One partner's habits. Rates are reports a thousand minutes in each four hours of the day from
// midnight.
struct Partner {
  const char* org;
  std::array<int, 6> rate;
  int delay_minutes_min, delay_minutes_max;  // from the event to its report
  int precision_m;
  std::array<ClassShare, 6> classes;
};

constexpr std::array<Partner, 9> kPartners = {{
    {kPoliceOrg,
     {60, 24, 44, 60, 80, 110},
     1,
     60,
     50,
     {{{"disturbance", 330},
       {"theft", 240},
       {"drugs", 140},
       {"vandalism", 110},
       {"threat", 12},
       {"assault", 12}}}},
    {kRescueOrg,
     {10, 6, 10, 14, 18, 22},
     0,
     3,
     25,
     {{{"arson", 200},
       {"vehicle-fire", 20},
       {"other", 0},
       {"other", 0},
       {"other", 0},
       {"other", 0}}}},
    {kTransitOrg,
     {18, 8, 28, 36, 48, 44},
     0,
     15,
     25,
     {{{"disturbance", 500},
       {"vandalism", 250},
       {"theft", 120},
       {"threat", 7},
       {"other", 0},
       {"other", 0}}}},
    {kOwnerOrg,
     {0, 4, 26, 20, 8, 2},
     60,
     3000,
     50,
     {{{"vandalism", 300},
       {"burglary-storage", 350},
       {"burglary-dwelling", 60},
       {"disturbance", 150},
       {"other", 0},
       {"other", 0}}}},
    {kGuardOrg,
     {50, 18, 10, 16, 36, 64},
     5,
     30,
     25,
     {{{"disturbance", 600},
       {"vandalism", 150},
       {"drugs", 100},
       {"threat", 6},
       {"assault", 4},
       {"other", 0}}}},
    {kSchoolOrg,
     {0, 0, 20, 22, 4, 0},
     20,
     360,
     100,
     {{{"vandalism", 350},
       {"disturbance", 400},
       {"threat", 7},
       {"drugs", 60},
       {"other", 0},
       {"other", 0}}}},
    {kWalkersOrg,
     {12, 0, 0, 0, 4, 40},
     5,
     60,
     100,
     {{{"disturbance", 700},
       {"drugs", 150},
       {"vandalism", 100},
       {"other", 0},
       {"other", 0},
       {"other", 0}}}},
    {kBusinessOrg,
     {0, 4, 20, 36, 44, 16},
     10,
     180,
     25,
     {{{"theft", 750},
       {"disturbance", 150},
       {"threat", 5},
       {"vandalism", 60},
       {"other", 0},
       {"other", 0}}}},
    {kTipsOrg,
     {36, 14, 36, 44, 72, 80},
     0,
     5,
     50,
     {{{"disturbance", 550},
       {"drugs", 150},
       {"vandalism", 150},
       {"threat", 10},
       {"assault", 5},
       {"other", 0}}}},
}};

const char* PickClass(std::span<const ClassShare> shares, TownRandom& random) {
  int64_t at = random.Below(1000);
  for (const ClassShare& share : shares) {
    if (at < share.permille) return share.class_name;
    at -= share.permille;
  }
  return "other";
}

// The centre has three times a district's share.
int PickDistrict(TownRandom& random) {
  const int64_t at = random.Below(TownMap::kDistricts + 2);
  return at < TownMap::kDistricts ? static_cast<int>(at) : TownMap::kDistricts / 2;
}

// Half of the reports come soon, a tenth very late.
int64_t Delay(const Partner& partner, TownRandom& random) {
  const int64_t low = partner.delay_minutes_min, high = partner.delay_minutes_max;
  const int64_t kind = random.Below(10);
  int64_t minutes = random.Between(low, high);
  if (kind < 5) minutes = random.Between(low, low + (high - low) / 5);
  if (kind == 9) minutes = random.Between(high, high * 4);
  return minutes * kMinuteMs;
}

// What the police know later: confirmed, nothing in it, or another place.
void SecondThoughts(TownStage& stage, OutgoingReport report, int64_t sent_ms) {
  TownRandom& random = stage.random;
  const int64_t later_ms = sent_ms + random.Between(20, 180) * kMinuteMs;
  const int64_t what = random.Below(100);
  if (what >= 31) return;
  report.revision = 2;
  report.action = Action::kCorrect;
  if (what < 25) report.verification = Verification::kConfirmed;
  if (what >= 25 && what < 29) report.verification = Verification::kRefuted;
  if (what >= 29) {
    const TownPoint at = stage.map.PointIn(PickDistrict(random), random);
    report.lat = static_cast<double>(at.lat) / 1e6;
    report.lon = static_cast<double>(at.lon) / 1e6;
  }
  stage.desk.Send(report, later_ms);
}

// Another who saw the same: a guard, or someone who tips.
void SecondWitness(TownStage& stage, const OutgoingReport& first, TownPoint at, int64_t sent_ms) {
  TownRandom& random = stage.random;
  const char* org = random.Chance(400) ? kGuardOrg : kTipsOrg;
  const int64_t occurred_ms = first.occurred_ms + random.Between(0, 10) * kMinuteMs;
  const TownPoint there = NearBy(at, 60, random);
  OutgoingReport report = stage.desk.NewReport(org, first.class_name, occurred_ms, there, 25);
  if (std::string_view(org) == kTipsOrg) report.reporter = stage.desk.NewReporter();
  stage.desk.Send(report, std::max(sent_ms, occurred_ms) + random.Between(1, 20) * kMinuteMs);
}

}  // namespace

void OrdinaryMinute(TownStage& stage, int64_t minute_ms, int hour) {
  TownRandom& random = stage.random;
  for (const Partner& partner : kPartners) {
    if (!random.Chance(partner.rate[static_cast<size_t>(hour / 4)])) continue;
    const bool police = std::string_view(partner.org) == kPoliceOrg;
    const int64_t occurred_ms = minute_ms + random.Below(60) * kSecondMs;
    const TownPoint at = stage.map.PointIn(PickDistrict(random), random);
    OutgoingReport report = stage.desk.NewReport(partner.org, PickClass(partner.classes, random),
                                                 occurred_ms, at, partner.precision_m);
    if (std::string_view(partner.org) == kTipsOrg) report.reporter = stage.desk.NewReporter();
    if (police && random.Chance(60)) report.indoor_dwelling = true;
    const int64_t sent_ms = occurred_ms + Delay(partner, random) + kSecondMs;
    stage.desk.Send(report, sent_ms);
    if (police) SecondThoughts(stage, report, sent_ms);
    if (police && random.Chance(200)) SecondWitness(stage, report, at, sent_ms);
  }
}

void Heartbeats(TownDesk& desk, int64_t minute_ms) {
  for (const char* org : {kPoliceOrg, kRescueOrg, kTransitOrg, kGuardOrg}) {
    desk.SendHeartbeat(org, minute_ms);
  }
}

void NightSummary(TownStage& stage, int64_t at_ms) {
  OutgoingReport report = stage.desk.NewReport(kPoliceOrg, "other", at_ms - kHourMs,
                                               stage.map.PointIn(4, stage.random), 50);
  report.area = stage.map.borough().id;
  report.multi = true;
  stage.desk.Send(report, at_ms);
}

}  // namespace lagesbild::feeds
