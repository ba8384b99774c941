// ProtoDecoder: a report or command in Protobuf (schemas/safety/v1/{report,command}.proto).
//
// Same result as JsonDecoder gives for the same fields. Thread-compatible; keeps its messages'
// memory.
#pragma once

#include <memory>
#include <string_view>

#include "intake/problem.h"
#include "intake/raw_forms.h"

namespace lagesbild::intake {

class ProtoDecoder {
 public:
  ProtoDecoder();
  ~ProtoDecoder();
  // `out` borrows from the decoder until the next call; it is filled as far as it could be read.
  void Decode(std::string_view bytes, RawReport& out, FirstProblem& problem);
  void Decode(std::string_view bytes, RawCommand& out, FirstProblem& problem);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lagesbild::intake
