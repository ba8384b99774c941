#include "picture/text.h"

#include <string>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/time.h"
#include "picture/words.h"

namespace lagesbild::picture {
namespace {

std::string Capital(std::string s) {
  if (!s.empty() && s[0] >= 'a' && s[0] <= 'z') s[0] = static_cast<char>(s[0] - 'a' + 'A');
  if (s.starts_with("ö")) s.replace(0, 2, "Ö");
  return s;
}

// "polis 2, väktare 1"
std::string Kinds(const KindCounts& by_kind, bool swedish) {
  std::string out;
  for (int k = 1; k < kKindCount; ++k) {
    if (by_kind[k] == 0) continue;
    if (!out.empty()) out += ", ";
    out += std::string(KindWord(static_cast<Kind>(k), swedish)) + " " + std::to_string(by_kind[k]);
  }
  return out;
}

std::string Two(int v) { return (v < 10 ? "0" : "") + std::to_string(v); }

class Sentence {
 public:
  Sentence(absl::TimeZone zone, const AlertTransition& t, bool swedish)
      : t_(t), sv_(swedish), zone_(zone) {}

  std::string Write() const {
    std::string s = Lead() + What() + Sources() + Sureness();
    if (!t_.blind_sources.empty()) s += Blind();
    return s;
  }

 private:
  std::string Pick(std::string_view sv, std::string_view en) const {
    return std::string(sv_ ? sv : en);
  }

  // "21.47" on the day of the transition, "14/1 21.47" otherwise.
  std::string Local(int64_t ms) const {
    const auto at = absl::ToCivilMinute(absl::FromUnixMillis(ms), zone_);
    const auto today = absl::ToCivilDay(absl::FromUnixMillis(t_.at_ms), zone_);
    const std::string time = Two(at.hour()) + (sv_ ? "." : ":") + Two(at.minute());
    if (absl::CivilDay(at) == today) return time;
    const std::string date =
        sv_ ? std::to_string(at.day()) + "/" + std::to_string(at.month())
            : std::to_string(at.year()) + "-" + Two(at.month()) + "-" + Two(at.day());
    return date + " " + time;
  }

  std::string Lead() const {
    switch (t_.state) {
      case AlertState::kOpen:
        return t_.generation > 1 ? Pick("Åter: ", "Again: ") : "";
      case AlertState::kUpdated:
        return Pick("Uppdaterat: ", "Update: ");
      case AlertState::kResolved:
        return t_.reason == "dismissed"
                   ? Pick("Avfärdat av samordnare: ", "Dismissed by a coordinator: ")
                   : Pick("Avslutat: ", "Resolved: ");
      case AlertState::kCancelled:
        return Cancelled();
    }
    return "";
  }

  std::string Cancelled() const {
    const std::string lead = Pick("Återkallat", "Cancelled");
    if (t_.reason == "withdrawn")
      return lead + Pick(" (uppgiften drogs tillbaka): ", " (the report was withdrawn): ");
    if (t_.reason == "refuted") return lead + Pick(" (falskt alarm): ", " (false alarm): ");
    if (t_.reason == "merged")
      return lead +
             Pick(" (samma händelse som ett annat larm): ", " (same event as another alert): ");
    return lead + Pick(" (uppgiften rättades): ", " (the report was corrected): ");
  }

  std::string What() const {
    const std::string place = Pick(" i ", " in ") + t_.area_name;
    if (t_.window_ms == 0) {
      std::string s = Capital(IncidentWord(t_.of, sv_, false)) + place;
      const int64_t at = t_.incidents.empty() ? t_.since_ms : t_.incidents.front().occurred_ms;
      return s + Pick(" kl. ", " at ") + Local(at) + ".";
    }
    const std::string window = FormatDurationMs(t_.window_ms);
    const std::string limit = t_.state == AlertState::kResolved
                                  ? Pick("avslutas vid högst ", "resolves at ") +
                                        std::to_string(t_.exit) + Pick("", " or fewer")
                                  : Pick("gräns ", "limit ") + std::to_string(t_.enter);
    return std::to_string(t_.observed) + " " + IncidentWord(t_.of, sv_, t_.observed != 1) + place +
           Pick(" på ", " in ") + window + " (" + limit + Pick(", larm sedan ", ", alert since ") +
           Local(t_.since_ms) + ").";
  }

  std::string Sources() const {
    if (t_.report_count == 0) return "";
    return Pick(" Rapporter: ", " Reports: ") + Kinds(t_.by_kind, sv_) + ".";
  }

  std::string Sureness() const {
    if (t_.incidents.empty()) return "";
    switch (t_.certainty) {
      case Certainty::kObserved:
        return Pick(" Bekräftat.", " Confirmed.");
      case Certainty::kLikely:
        return Pick(" Troligt, ej bekräftat.", " Likely, not confirmed.");
      case Certainty::kPossible:
        return Pick(" Obekräftat.", " Unconfirmed.");
    }
    return "";
  }

  std::string Blind() const {
    std::string list;
    for (const std::string& org : t_.blind_sources) list += (list.empty() ? "" : ", ") + org;
    return Pick(" Bilden är ofullständig: tyst källa ",
                " The picture is incomplete: silent source ") +
           list + ".";
  }

  const AlertTransition& t_;
  const bool sv_;
  const absl::TimeZone zone_;
};

}  // namespace

void WriteTexts(const Settings& settings, AlertTransition& transition) {
  absl::TimeZone zone;
  // A zone that is not known here cannot be in a checked configuration; UTC then.
  if (!absl::LoadTimeZone(settings.time_zone, &zone)) zone = absl::UTCTimeZone();
  transition.text_sv = Sentence(zone, transition, true).Write();
  transition.text_en = Sentence(zone, transition, false).Write();
}

}  // namespace lagesbild::picture
