#include "intake/wire_shape.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "base/check.h"

namespace lagesbild::intake {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::IsStructurallyValidUTF8;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

WireShape::WireShape(const Descriptor& message) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    LB_CHECK(!field.is_repeated() && field.number() < static_cast<int>(fields_.size()));
    Known& known = fields_[field.number()];
    known.name = field.name();
    known.text = field.type() == FieldDescriptor::TYPE_STRING;
    known.wire_type =
        WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()));
    if (field.message_type() != nullptr)
      known.message = std::make_unique<WireShape>(*field.message_type());
  }
}

WireShape::~WireShape() = default;

bool WireShape::Check(std::string_view bytes, const std::string& prefix,
                      FirstProblem& problem) const {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  uint32_t seen = 0;
  while (const uint32_t tag = in.ReadTagNoLastTag()) {
    const auto number = static_cast<uint32_t>(WireFormatLite::GetTagFieldNumber(tag));
    const Known* known =
        number < fields_.size() && fields_[number].wire_type >= 0 ? &fields_[number] : nullptr;
    if (known == nullptr) {
      if (number == 0) return false;
      problem.Found(Reason::kUnknownField, prefix + "/" + std::to_string(number));
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    if (known->wire_type != WireFormatLite::GetTagWireType(tag)) return false;
    if (seen >> number & 1) problem.Found(Reason::kDuplicateField, prefix + "/" + known->name);
    seen |= 1u << number;
    if (known->wire_type != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    uint32_t size;
    if (!in.ReadVarint32(&size)) return false;
    const auto at = static_cast<size_t>(in.CurrentPosition());
    if (size > bytes.size() - at) return false;
    const std::string_view inner = bytes.substr(at, size);
    if (!in.Skip(static_cast<int>(size))) return false;
    if (known->text && !IsStructurallyValidUTF8(inner.data(), static_cast<int>(inner.size())))
      return false;
    if (known->message && !known->message->Check(inner, prefix + "/" + known->name, problem))
      return false;
  }
  return in.ConsumedEntireMessage();
}

}  // namespace lagesbild::intake
