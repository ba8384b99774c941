#include "picture/words.h"

#include <array>

namespace lagesbild::picture {
namespace {

struct Word {
  std::string_view name, sv, sv_plural, en, en_plural;
};

constexpr std::array kWords = {
    Word{"shooting", "skjutning", "skjutningar", "shooting", "shootings"},
    Word{"explosion", "explosion", "explosioner", "explosion", "explosions"},
    Word{"homicide", "mord eller dråp", "mord eller dråp", "homicide", "homicides"},
    Word{"assault", "misshandel", "misshandelsfall", "assault", "assaults"},
    Word{"knife-fight", "knivbråk", "knivbråk", "knife fight", "knife fights"},
    Word{"robbery", "rån", "rån", "robbery", "robberies"},
    Word{"threat", "hot", "hot", "threat", "threats"},
    Word{"vandalism", "skadegörelse", "skadegörelser", "vandalism", "cases of vandalism"},
    Word{"burglary-dwelling", "bostadsinbrott", "bostadsinbrott", "home burglary",
         "home burglaries"},
    Word{"burglary-storage", "förrådsinbrott", "förrådsinbrott", "storage burglary",
         "storage burglaries"},
    Word{"theft", "stöld", "stölder", "theft", "thefts"},
    Word{"disturbance", "ordningsstörning", "ordningsstörningar", "disturbance", "disturbances"},
    Word{"drugs", "narkotikahändelse", "narkotikahändelser", "drug incident", "drug incidents"},
    Word{"arson", "anlagd brand", "anlagda bränder", "arson", "arson attacks"},
    Word{"vehicle-fire", "fordonsbrand", "fordonsbränder", "vehicle fire", "vehicle fires"},
    Word{"other", "övrig händelse", "övriga händelser", "other incident", "other incidents"},
    Word{"violence", "våldshändelse", "våldshändelser", "violent incident", "violent incidents"},
    Word{"grave-violence", "grov våldshändelse", "grova våldshändelser", "grave violent incident",
         "grave violent incidents"},
    Word{"property", "egendomsbrott", "egendomsbrott", "property incident", "property incidents"},
    Word{"disorder", "ordningshändelse", "ordningshändelser", "disorder incident",
         "disorder incidents"},
    Word{"fire", "brand", "bränder", "fire", "fires"},
    Word{"attempted-homicide", "mordförsök", "mordförsök", "attempted homicide",
         "attempted homicides"},
    Word{"suspected-shooting", "misstänkt skjutning", "misstänkta skjutningar",
         "suspected shooting", "suspected shootings"},
    Word{"suspected-explosion", "misstänkt explosion", "misstänkta explosioner",
         "suspected explosion", "suspected explosions"},
    Word{"stabbing", "knivskärning", "knivskärningar", "stabbing", "stabbings"},
    Word{"armed-threat", "hot med vapen", "hot med vapen", "armed threat", "armed threats"},
    Word{"violence-against-official", "våld mot tjänsteman", "fall av våld mot tjänsteman",
         "assault on an official", "assaults on officials"},
    Word{"sexual-offence", "sexualbrott", "sexualbrott", "sexual offence", "sexual offences"},
    Word{"abduction", "människorov", "människorov", "abduction", "abductions"},
    Word{"arms", "vapenbrott", "vapenbrott", "arms offence", "arms offences"},
    Word{"weapons", "vapenhändelse", "vapenhändelser", "weapons incident", "weapons incidents"},
    Word{"bomb-threat", "bombhot", "bombhot", "bomb threat", "bomb threats"},
    Word{"burglary", "inbrott", "inbrott", "burglary", "burglaries"},
    Word{"traffic", "trafikhändelse", "trafikhändelser", "traffic incident", "traffic incidents"},
    Word{"traffic-accident", "trafikolycka", "trafikolyckor", "traffic accident",
         "traffic accidents"},
    Word{"all", "händelse", "händelser", "incident", "incidents"},
};

constexpr std::array<std::array<std::string_view, 2>, kKindCount> kKinds = {
    {{"okänd", "unknown"},
     {"polis", "police"},
     {"räddningstjänst", "rescue services"},
     {"kollektivtrafik", "transit"},
     {"fastighetsägare", "property owner"},
     {"väktare", "guards"},
     {"skola", "school"},
     {"kommunens personal", "borough staff"},
     {"förening", "association"},
     {"företag", "business"},
     {"allmänhet", "the public"}}};

}  // namespace

std::string IncidentWord(const std::string& of, bool swedish, bool plural) {
  for (const Word& w : kWords) {
    if (w.name != of) continue;
    return std::string(swedish ? (plural ? w.sv_plural : w.sv) : (plural ? w.en_plural : w.en));
  }
  return of;
}

std::string_view KindWord(Kind kind, bool swedish) {
  return kKinds[static_cast<size_t>(kind)][swedish ? 0 : 1];
}

}  // namespace lagesbild::picture
