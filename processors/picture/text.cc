#include "picture/text.h"

#include <charconv>
#include <iterator>
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

// Writes one text, from left to right. Most transitions of a busy hour are updates whose texts
// differ in a number, so nothing is put together beside what goes out.
class Sentence {
 public:
  Sentence(absl::TimeZone zone, const AlertTransition& t, bool swedish, std::string& out)
      : t_(t), sv_(swedish), zone_(zone), out_(out) {}

  void Write() {
    Lead();
    What();
    Sources();
    Sureness();
    if (!t_.blind_sources.empty()) Blind();
  }

 private:
  void Put(std::string_view words) { out_.append(words); }
  void Put(std::string_view sv, std::string_view en) { out_.append(sv_ ? sv : en); }
  void Number(int64_t n) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, std::end(digits), n).ptr);
  }
  void Two(int n) {
    if (n < 10) out_.push_back('0');
    Number(n);
  }

  // "21.47" on the day of the transition, "14/1 21.47" otherwise.
  void Local(int64_t ms) {
    const auto at = absl::ToCivilMinute(absl::FromUnixMillis(ms), zone_);
    const auto today = absl::ToCivilDay(absl::FromUnixMillis(t_.at_ms), zone_);
    if (absl::CivilDay(at) != today) Date(at);
    Two(at.hour());
    Put(".", ":");
    Two(at.minute());
  }

  void Date(absl::CivilMinute at) {
    if (sv_) {
      Number(at.day());
      Put("/");
      Number(at.month());
    } else {
      Number(at.year());
      Put("-");
      Two(at.month());
      Put("-");
      Two(at.day());
    }
    Put(" ");
  }

  void Lead() {
    switch (t_.state) {
      case AlertState::kOpen:
        if (t_.generation > 1) Put("Åter: ", "Again: ");
        return;
      case AlertState::kUpdated:
        return Put("Uppdaterat: ", "Update: ");
      case AlertState::kResolved:
        return t_.reason == "dismissed"
                   ? Put("Avfärdat av samordnare: ", "Dismissed by a coordinator: ")
                   : Put("Avslutat: ", "Resolved: ");
      case AlertState::kCancelled:
        return Cancelled();
    }
  }

  void Cancelled() {
    Put("Återkallat", "Cancelled");
    if (t_.reason == "withdrawn") {
      Put(" (uppgiften drogs tillbaka): ", " (the report was withdrawn): ");
    } else if (t_.reason == "refuted") {
      Put(" (falskt alarm): ", " (false alarm): ");
    } else if (t_.reason == "merged") {
      Put(" (samma händelse som ett annat larm): ", " (same event as another alert): ");
    } else {
      Put(" (uppgiften rättades): ", " (the report was corrected): ");
    }
  }

  void What() {
    if (t_.window_ms == 0) {
      Put(Capital(IncidentWord(t_.of, sv_, false)));
      Place();
      Put(" kl. ", " at ");
      Local(t_.incidents.empty() ? t_.since_ms : t_.incidents.front().occurred_ms);
      return Put(".");
    }
    Number(t_.observed);
    Put(" ");
    Put(IncidentWord(t_.of, sv_, t_.observed != 1));
    Place();
    Put(" på ", " in ");
    Put(FormatDurationMs(t_.window_ms));
    Put(" (");
    Limit();
    Put(", larm sedan ", ", alert since ");
    Local(t_.since_ms);
    Put(").");
  }

  void Place() {
    Put(" i ", " in ");
    Put(t_.area_name);
  }

  void Limit() {
    if (t_.state == AlertState::kResolved) {
      Put("avslutas vid högst ", "resolves at ");
      Number(t_.exit);
      Put("", " or fewer");
    } else {
      Put("gräns ", "limit ");
      Number(t_.enter);
    }
  }

  // "polis 2, väktare 1"
  void Sources() {
    if (t_.report_count == 0) return;
    Put(" Rapporter: ", " Reports: ");
    std::string_view between;
    for (int k = 1; k < kKindCount; ++k) {
      if (t_.by_kind[k] == 0) continue;
      Put(between);
      Put(KindWord(static_cast<Kind>(k), sv_));
      Put(" ");
      Number(t_.by_kind[k]);
      between = ", ";
    }
    Put(".");
  }

  void Sureness() {
    if (t_.incidents.empty()) return;
    switch (t_.certainty) {
      case Certainty::kObserved:
        return Put(" Bekräftat.", " Confirmed.");
      case Certainty::kLikely:
        return Put(" Troligt, ej bekräftat.", " Likely, not confirmed.");
      case Certainty::kPossible:
        return Put(" Obekräftat.", " Unconfirmed.");
    }
  }

  void Blind() {
    Put(" Bilden är ofullständig: tyst källa ", " The picture is incomplete: silent source ");
    std::string_view between;
    for (const std::string& org : t_.blind_sources) {
      Put(between);
      Put(org);
      between = ", ";
    }
    Put(".");
  }

  const AlertTransition& t_;
  const bool sv_;
  const absl::TimeZone zone_;
  std::string& out_;
};

}  // namespace

void WriteTexts(const Settings& settings, AlertTransition& transition) {
  absl::TimeZone zone;
  // A zone that is not known here cannot be in a checked configuration; UTC then.
  if (!absl::LoadTimeZone(settings.time_zone, &zone)) zone = absl::UTCTimeZone();
  Sentence(zone, transition, true, transition.text_sv).Write();
  Sentence(zone, transition, false, transition.text_en).Write();
}

}  // namespace lagesbild::picture
