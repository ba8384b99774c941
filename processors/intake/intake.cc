#include "intake/intake.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/time.h"
#include "intake/decode.h"
#include "intake/locate.h"
#include "intake/problem.h"
#include "intake/route.h"
#include "intake/strip.h"
#include "intake/validate.h"

namespace lagesbild::intake {

class Intake::Impl {
 public:
  explicit Impl(const IntakeOptions& options)
      : settings_(*options.settings),
        areas_(*options.areas),
        validator_(settings_),
        stripper_(options.secret, settings_.time_zone),
        router_(settings_) {}

  void Process(const RawRecord& raw, int64_t clock_ms, IntakeOutput& out) {
    const std::optional<Problem> problem = raw.channel == Channel::kCommands
                                               ? ProcessCommand(raw, clock_ms, out)
                                               : ProcessReport(raw, clock_ms, out);
    if (problem) out.dead_letters.push_back(DeadLetterOf(*problem, raw));
  }

  void ForgetLiveness() { router_.ForgetLiveness(); }

 private:
  std::optional<Problem> ProcessReport(const RawRecord& raw, int64_t clock_ms, IntakeOutput& out) {
    if (auto problem = decoder_.Decode(raw.value, raw.headers, raw_report_)) return problem;
    const Arrival arrival = {.channel = raw.channel,
                             .topic = raw.topic,
                             .timestamp_ms = std::clamp(raw.timestamp_ms, int64_t{0}, kTimeMsMax),
                             .clock_ms = clock_ms};
    CheckedReport report;
    if (auto problem = validator_.Check(raw_report_, arrival, report)) {
      // Too old to count, but an earlier revision of it may be counted as something younger.
      if (problem->reason == Reason::kTooOld && !report.PlainlyNew() &&
          !validator_.CheckSender(report, arrival)) {
        router_.AddSuperseded(report, -1, raw, clock_ms, out.log);
      }
      if (problem->reason == Reason::kTooOld) {
        out.notes.emplace_back(Note::kLateTooOld, report.source);
      }
      return InPayload(std::move(*problem));
    }
    const int area = AddReport(report, raw, clock_ms, out);
    if (!report.PlainlyNew()) router_.AddSuperseded(report, area, raw, clock_ms, out.log);
    // A tip says nothing about the feed of the org that it names.
    if (!report.tip || settings_.sources[report.source].kind == Kind::kPublic) {
      router_.AddLiveness(report.source, raw, clock_ms, out.log);
    }
    return std::nullopt;
  }

  // The area in which it counts; -1: nowhere.
  int AddReport(const CheckedReport& report, const RawRecord& raw, int64_t clock_ms,
                IntakeOutput& out) {
    if (report.action == Action::kWithdraw || report.multi || report.exercise) return -1;
    const int area = Locate(settings_, areas_, report);
    if (area < 0) {
      out.notes.emplace_back(Note::kOutOfArea, report.source);
      return -1;
    }
    if (!settings_.areas[area].leaf) {
      out.notes.emplace_back(report.indoor_dwelling ? Note::kIndoor : Note::kImprecise,
                             report.source);
    }
    if (!settings_.windows_ms.empty() &&
        report.occurred_ms < clock_ms - settings_.windows_ms.front()) {
      out.notes.emplace_back(Note::kLateAccepted, report.source);
    }
    router_.Add(report, area, stripper_.ReporterHash(report.occurred_ms, report.reporter), raw,
                clock_ms, out.log);
    return area;
  }

  std::optional<Problem> ProcessCommand(const RawRecord& raw, int64_t clock_ms, IntakeOutput& out) {
    if (auto problem = decoder_.Decode(raw.value, raw.headers, raw_command_)) return problem;
    CheckedCommand command;
    if (auto problem = validator_.Check(raw_command_, command))
      return InPayload(std::move(*problem));
    if (command.type == RawCommandType::kHeartbeat) {
      router_.AddLiveness(command.source, raw, clock_ms, out.log);
    } else {
      router_.Add(command, raw, clock_ms, out.log);
    }
    return std::nullopt;
  }

  // A problem of the form as one of the payload that holds it.
  Problem InPayload(Problem problem) const {
    problem.pointer.insert(0, decoder_.prefix());
    return problem;
  }

  DeadLetter DeadLetterOf(const Problem& problem, const RawRecord& raw) {
    return {.topic = std::string(raw.topic),
            .partition = raw.partition,
            .offset = raw.offset,
            .stage = StageOf(problem.reason),
            .reason = problem.reason,
            .pointer = problem.pointer,
            .key_hash = stripper_.KeyHash(raw.key)};
  }

  const Settings& settings_;
  const AreaIndex& areas_;
  Decoder decoder_;
  Validator validator_;
  Stripper stripper_;
  Router router_;
  RawReport raw_report_;
  RawCommand raw_command_;
};

Intake::Intake(IntakeOptions options) {
  LB_CHECK(options.settings != nullptr && options.areas != nullptr);
  impl_ = std::make_unique<Impl>(options);
}
Intake::~Intake() = default;

void Intake::Process(const RawRecord& raw, int64_t clock_ms, IntakeOutput& out) {
  impl_->Process(raw, clock_ms, out);
}

void Intake::ForgetLiveness() { impl_->ForgetLiveness(); }

}  // namespace lagesbild::intake
