// The town's episodes: what happens on an evening beside the usual, each told by the partners who
// would notice it.
//
// In: a moment and a district; out: reports at the desk. The first evening is a fixed script
// (FirstEvening), later ones pick some episodes at random. Source of the cases: domain.md §7.
#pragma once

#include <cstdint>

#include "feeds/town_desk.h"
#include "feeds/town_map.h"
#include "feeds/town_random.h"

namespace lagesbild::feeds {

struct TownStage {
  TownDesk& desk;
  const TownMap& map;
  TownRandom& random;
};

// One shooting, twelve reports: police unconfirmed at once, ten tips, a guard half an hour late;
// confirmed later.
void Shooting(TownStage& stage, int64_t at_ms, int district);
// Two more violent incidents after it: with a shooting three in the district.
void Aftermath(TownStage& stage, int64_t at_ms, int district);
// An owner registers a week's vandalism at once, and sends the same file again.
void LateBatch(TownStage& stage, int64_t at_ms, int district);
// Tips and an owner report an explosion; the police find fireworks and refute it.
void FalseAlarm(TownStage& stage, int64_t at_ms, int district);
// Three assaults, of which the police later move one to another district.
void MovedAssault(TownStage& stage, int64_t at_ms, int district, int really_in);
// Sixty tips of one knife fight that nobody else sees, from sixty reporters or from three.
void TipBrigade(TownStage& stage, int64_t at_ms, int district, int reporters);
// Cars burn in three districts.
void CarFires(TownStage& stage, int64_t at_ms);
// The rescue service practises.
void Exercise(TownStage& stage, int64_t at_ms, int district);
// A tip form that sends more than it may: the record will be refused.
void OverfullTip(TownStage& stage, int64_t at_ms, int district);
// What the partners registered in the 24 hours before, handed over as the evening begins.
void Handover(TownStage& stage, int64_t at_ms);

// The script: the first alert opens two minutes in, the last thread ends after five hours.
void FirstEvening(TownStage& stage, int64_t at_ms);
// Some of it, at random times in the eight hours that follow.
void LaterEvening(TownStage& stage, int64_t at_ms);

}  // namespace lagesbild::feeds
