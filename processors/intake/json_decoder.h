// JsonDecoder: a report or command in JSON, plain or as the `data` of a CloudEvent in structured
// mode.
//
// Checks what a parser can see, in this order of rank: JSON at all, depth, unknown fields,
// duplicate fields. Values of a wrong type are marked in the result and judged by validate.h.
// Thread-compatible; keeps its parser's memory. The only file that includes simdjson is
// json_decoder.cc.
#pragma once

#include <memory>
#include <string_view>

#include "intake/problem.h"
#include "intake/raw_forms.h"

namespace lagesbild::intake {

inline constexpr int kLevelsMax = 8;

class JsonDecoder {
 public:
  JsonDecoder();
  ~JsonDecoder();
  // `out` borrows from the decoder until the next call; it is filled as far as it could be read.
  void Decode(std::string_view json, bool cloud_event, RawReport& out, FirstProblem& problem);
  void Decode(std::string_view json, bool cloud_event, RawCommand& out, FirstProblem& problem);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::intake
