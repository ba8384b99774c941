// WireShape: what the generated Protobuf parser lets pass and the contract does not: fields that
// the schema does not name, fields sent twice, text that is not UTF-8. One walk over the bytes
// before they are parsed.
//
// In: the bytes and the message's descriptor. Out: problems. Immutable once built;
// thread-compatible. Source of the rule: contract, Report ("any other field, a duplicate field …
// rejects the record").
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "intake/problem.h"

namespace google::protobuf {
class Descriptor;
}

namespace lagesbild::intake {

class WireShape {
 public:
  // The message may have singular fields with numbers below 32 only, and may not contain itself
  // (CHECK).
  explicit WireShape(const google::protobuf::Descriptor& message);
  ~WireShape();

  // False: not this message at all (cut off, a wrong wire type, bad UTF-8). Else unknown and
  // duplicate fields are added to `problem`; a field without a name is pointed at by its number.
  bool Check(std::string_view bytes, FirstProblem& problem) const {
    return Check(bytes, "", problem);
  }

 private:
  struct Known {
    int wire_type = -1;  // -1: no such field
    bool text = false;
    std::string name;
    std::unique_ptr<WireShape> message;
  };
  bool Check(std::string_view bytes, const std::string& prefix, FirstProblem& problem) const;

  std::array<Known, 32> fields_;
};

}  // namespace lagesbild::intake
