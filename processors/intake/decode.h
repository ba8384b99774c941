// Decoder: the first stage; a record's bytes and headers → RawReport or RawCommand, or the problem
// with their form.
//
// Finds too-large, not-json, not-protobuf, too-deep, unknown-field, duplicate-field (and the bad
// version or missing attribute of a CloudEvent); the values are validate.h's business.
// Thread-compatible.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "intake/intake.h"
#include "intake/json_decoder.h"
#include "intake/problem.h"
#include "intake/proto_decoder.h"
#include "intake/raw_forms.h"

namespace lagesbild::intake {

class Decoder {
 public:
  // `out` is reset, filled, and borrows from the record and the decoder until the next call.
  std::optional<Problem> Decode(std::string_view value, std::span<const Header> headers,
                                RawReport& out);
  // A field that the command does not have (contract, Command) is unknown, too.
  std::optional<Problem> Decode(std::string_view value, std::span<const Header> headers,
                                RawCommand& out);

  // Where in the last payload the decoded form's fields are: "" or "/data"; pointers to them begin
  // with it.
  std::string_view prefix() const { return prefix_; }

 private:
  template <typename Form>
  void DecodeForm(std::string_view value, std::span<const Header> headers, Form& out,
                  FirstProblem& problem);

  JsonDecoder json_;
  ProtoDecoder proto_;
  std::string_view prefix_;
};

}  // namespace lagesbild::intake
