#include "intake/proto_decoder.h"

#include "base/time.h"
#include "intake/wire_shape.h"
#include "safety/v1/command.pb.h"
#include "safety/v1/report.pb.h"

namespace lagesbild::intake {
namespace {

using google::protobuf::Timestamp;
namespace pb = safety::v1;

void ReadText(bool present, const std::string& text, Field<std::string_view>& out) {
  if (present) out.Set(text);
}

template <typename T>
void ReadScalar(bool present, T value, Field<T>& out) {
  if (present) out.Set(value);
}

// Whole milliseconds of the years that JSON's times have, 1970 to 2200.
void ReadTime(bool present, const Timestamp& time, Field<int64_t>& out) {
  constexpr int64_t kYear2201S = 7'289'654'400;
  if (!present) return;
  if (time.seconds() < 0 || time.seconds() >= kYear2201S || time.nanos() < 0 ||
      time.nanos() > 999'999'999) {
    return out.SetBad();
  }
  out.Set(time.seconds() * kSecondMs + time.nanos() / 1'000'000);
}

// 0 is UNSPECIFIED, which is as if absent.
template <typename E>
void ReadEnum(int value, size_t count, Field<E>& out) {
  if (value == 0) return;
  value > 0 && value <= static_cast<int>(count) ? out.Set(static_cast<E>(value)) : out.SetBad();
}

void ReadPlace(const pb::Place& in, RawPlace& out) {
  ReadScalar(in.has_lat(), in.lat(), out.lat);
  ReadScalar(in.has_lon(), in.lon(), out.lon);
  ReadScalar(in.has_precision_m(), in.precision_m(), out.precision_m);
  ReadText(in.has_area(), in.area(), out.area);
}

void ReadReport(const pb::Report& in, RawReport& out) {
  ReadText(in.has_org(), in.org(), out.org);
  ReadText(in.has_id(), in.id(), out.id);
  ReadScalar(in.has_revision(), int64_t{in.revision()}, out.revision);
  ReadEnum(in.action(), kActions.size(), out.action);
  ReadText(in.has_class_(), in.class_(), out.class_name);
  ReadEnum(in.verification(), kVerifications.size(), out.verification);
  ReadTime(in.has_occurred_from(), in.occurred_from(), out.occurred_from_ms);
  ReadTime(in.has_occurred_to(), in.occurred_to(), out.occurred_to_ms);
  ReadTime(in.has_reported_at(), in.reported_at(), out.reported_at_ms);
  if (in.has_place()) {
    out.place.Set({});
    ReadPlace(in.place(), out.place.value);
  }
  ReadScalar(in.has_indoor_dwelling(), in.indoor_dwelling(), out.indoor_dwelling);
  ReadScalar(in.has_exercise(), in.exercise(), out.exercise);
  ReadScalar(in.has_multi(), in.multi(), out.multi);
  ReadText(in.has_reporter(), in.reporter(), out.reporter);
}

void ReadCommand(const pb::Command& in, RawCommand& out) {
  ReadEnum(in.command(), kCommands.size(), out.command);
  ReadText(in.has_id(), in.id(), out.id);
  ReadText(in.has_picture(), in.picture(), out.picture);
  ReadText(in.has_by(), in.by(), out.by);
  ReadTime(in.has_at(), in.at(), out.at_ms);
  ReadText(in.has_alert_id(), in.alert_id(), out.alert_id);
  ReadText(in.has_area(), in.area(), out.area);
  ReadText(in.has_rule(), in.rule(), out.rule);
  ReadText(in.has_reason(), in.reason(), out.reason);
  ReadTime(in.has_until(), in.until(), out.until_ms);
  ReadText(in.has_org(), in.org(), out.org);
}

}  // namespace

class ProtoDecoder::Impl {
 public:
  const pb::Report* ParseReport(std::string_view bytes, FirstProblem& problem) {
    return Parse(bytes, report_shape_, report_, problem);
  }
  const pb::Command* ParseCommand(std::string_view bytes, FirstProblem& problem) {
    return Parse(bytes, command_shape_, command_, problem);
  }

 private:
  template <typename M>
  static const M* Parse(std::string_view bytes, const WireShape& shape, M& message,
                        FirstProblem& problem) {
    if (!shape.Check(bytes, problem) ||
        !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      problem.Found(Reason::kNotProtobuf, "");
      return nullptr;
    }
    return &message;
  }

  const WireShape report_shape_{*pb::Report::descriptor()};
  const WireShape command_shape_{*pb::Command::descriptor()};
  pb::Report report_;
  pb::Command command_;
};

ProtoDecoder::ProtoDecoder() : impl_(std::make_unique<Impl>()) {}
ProtoDecoder::~ProtoDecoder() = default;

void ProtoDecoder::Decode(std::string_view bytes, RawReport& out, FirstProblem& problem) {
  if (const pb::Report* report = impl_->ParseReport(bytes, problem)) ReadReport(*report, out);
}

void ProtoDecoder::Decode(std::string_view bytes, RawCommand& out, FirstProblem& problem) {
  if (const pb::Command* command = impl_->ParseCommand(bytes, problem)) ReadCommand(*command, out);
}

}  // namespace lagesbild::intake
