#include "intake/decode.h"

#include <array>
#include <cstdint>
#include <string>

#include "intake/payload.h"

namespace lagesbild::intake {
namespace {

constexpr uint32_t Bits(std::initializer_list<std::string_view> names) {
  uint32_t bits = 0;
  for (const std::string_view name : names) bits |= 1u << kCommandFields.Find(name);
  return bits;
}

// Which fields a command may have, by RawCommandType.
constexpr std::array<uint32_t, 6> kFieldsOf = {
    0,
    Bits({"command", "id", "picture", "by", "at", "alert_id"}),
    Bits({"command", "id", "picture", "by", "at", "alert_id", "reason"}),
    Bits({"command", "id", "picture", "by", "at", "area", "rule", "until", "reason"}),
    Bits({"command", "id", "picture", "by", "at", "area", "rule"}),
    Bits({"command", "id", "by", "at", "org"}),
};

uint32_t FieldsIn(const RawCommand& c) {
  const std::array present = {!c.command.absent(),  !c.id.absent(),    !c.picture.absent(),
                              !c.by.absent(),       !c.at_ms.absent(), !c.alert_id.absent(),
                              !c.area.absent(),     !c.rule.absent(),  !c.reason.absent(),
                              !c.until_ms.absent(), !c.org.absent()};
  static_assert(present.size() == kCommandFields.size());
  uint32_t bits = 0;
  for (size_t i = 0; i < present.size(); ++i) bits |= static_cast<uint32_t>(present[i]) << i;
  return bits;
}

}  // namespace

template <typename Form>
void Decoder::DecodeForm(std::string_view value, std::span<const Header> headers, Form& out,
                         FirstProblem& problem) {
  out = {};
  prefix_ = {};
  Payload payload;
  if (const auto found = OpenPayload(value, headers, payload)) {
    problem.Found(found->reason, found->pointer);
    if (found->reason != Reason::kBadValue) return;  // what follows may be worse
  }
  if (payload.protobuf) return proto_.Decode(payload.bytes, out, problem);
  if (payload.cloud_event) prefix_ = "/data";
  json_.Decode(payload.bytes, payload.cloud_event, out, problem);
}

std::optional<Problem> Decoder::Decode(std::string_view value, std::span<const Header> headers,
                                       RawReport& out) {
  FirstProblem problem;
  DecodeForm(value, headers, out, problem);
  return problem.get();
}

std::optional<Problem> Decoder::Decode(std::string_view value, std::span<const Header> headers,
                                       RawCommand& out) {
  FirstProblem problem;
  DecodeForm(value, headers, out, problem);
  if (out.command.good()) {
    const uint32_t strange = FieldsIn(out) & ~kFieldsOf[static_cast<size_t>(out.command.value)];
    for (size_t i = 0; i < kCommandFields.size(); ++i) {
      if (strange >> i & 1) {
        problem.Found(Reason::kUnknownField,
                      std::string(prefix_) + "/" + std::string(kCommandFields.name(i)));
      }
    }
  }
  return problem.get();
}

}  // namespace lagesbild::intake
