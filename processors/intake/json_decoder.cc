#include "intake/json_decoder.h"

#include <simdjson.h>

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "intake/json_numbers.h"
#include "intake/payload.h"

namespace lagesbild::intake {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

// The attributes of CloudEvents 1.0 and its tracing extension. All but `data` and the version are
// left unread.
constexpr NameTable kEventFields(std::to_array<std::string_view>({"specversion", "id", "source",
                                                                  "type", "data", "datacontenttype",
                                                                  "dataschema", "subject", "time",
                                                                  "traceparent", "tracestate"}));

std::string Pointer(std::string_view prefix, std::string_view name) {
  std::string out(prefix);
  out.push_back('/');
  out.append(name);
  return out;
}

// True if the value reaches below kLevelsMax, being itself at `level` if it is a container (the
// root is at 1).
bool TooDeep(element value, int level) {
  const element_type type = value.type();
  if (type != element_type::ARRAY && type != element_type::OBJECT) return false;
  if (level > kLevelsMax) return true;
  if (type == element_type::ARRAY) {
    for (const element child : simdjson::dom::array(value)) {
      if (TooDeep(child, level + 1)) return true;
    }
    return false;
  }
  for (const auto field : object(value)) {
    if (TooDeep(field.value, level + 1)) return true;
  }
  return false;
}

// Calls `take(index, value)` for each known field that is not null; finds the rest to be problems.
// `level`: of `fields`.
template <size_t N, typename Take>
void ForEachField(object fields, int level, const NameTable<N>& names, std::string_view prefix,
                  FirstProblem& problem, Take take) {
  uint64_t seen = 0;
  for (const auto field : fields) {
    if (TooDeep(field.value, level + 1)) problem.Found(Reason::kTooDeep, "");
    const int index = names.Find(field.key);
    if (index < 0) {
      problem.Found(Reason::kUnknownField, Pointer(prefix, SafeName(field.key)));
      continue;
    }
    const uint64_t bit = uint64_t{1} << index;
    if (seen & bit) {
      problem.Found(Reason::kDuplicateField, Pointer(prefix, names.name(index)));
      continue;
    }
    seen |= bit;
    if (!field.value.is_null()) take(index, field.value);
  }
}

void Read(element value, Field<std::string_view>& out) {
  std::string_view text;
  value.get(text) == simdjson::SUCCESS ? out.Set(text) : out.SetBad();
}

void Read(element value, Field<bool>& out) {
  bool b;
  value.get(b) == simdjson::SUCCESS ? out.Set(b) : out.SetBad();
}

void Read(element value, Field<double>& out) {
  double d;
  value.get(d) == simdjson::SUCCESS ? out.Set(d) : out.SetBad();
}

// 3 and 3.0 are the same number in JSON.
void Read(element value, Field<int64_t>& out) {
  int64_t i;
  double d;
  if (value.get(i) == simdjson::SUCCESS) return out.Set(i);
  if (value.is_double() && value.get(d) == simdjson::SUCCESS && std::floor(d) == d &&
      std::abs(d) < 0x1p62) {
    return out.Set(static_cast<int64_t>(d));
  }
  out.SetBad();
}

void ReadTime(element value, Field<int64_t>& out) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return out.SetBad();
  const std::optional<int64_t> ms = ParseTimeMs(text);
  ms ? out.Set(*ms) : out.SetBad();
}

template <typename E, size_t N>
void ReadName(element value, const NameTable<N>& names, Field<E>& out) {
  std::string_view text;
  const int i = value.get(text) == simdjson::SUCCESS ? names.Find(text) : -1;
  i >= 0 ? out.Set(static_cast<E>(i + 1)) : out.SetBad();
}

void ReadPlace(element value, int level, std::string_view prefix, FirstProblem& problem,
               Field<RawPlace>& out) {
  object fields;
  if (value.get(fields) != simdjson::SUCCESS) return out.SetBad();
  out.Set({});
  RawPlace& place = out.value;
  ForEachField(fields, level, kPlaceFields, Pointer(prefix, "place"), problem,
               [&](int index, element v) {
                 switch (index) {
                   case 0:
                     return Read(v, place.lat);
                   case 1:
                     return Read(v, place.lon);
                   case 2:
                     return Read(v, place.precision_m);
                   case 3:
                     return Read(v, place.area);
                 }
               });
}

void ReadReport(object fields, int level, std::string_view prefix, FirstProblem& problem,
                RawReport& out) {
  ForEachField(fields, level, kReportFields, prefix, problem, [&](int index, element v) {
    switch (index) {
      case 0:
        return Read(v, out.org);
      case 1:
        return Read(v, out.id);
      case 2:
        return Read(v, out.revision);
      case 3:
        return ReadName(v, kActions, out.action);
      case 4:
        return Read(v, out.class_name);
      case 5:
        return ReadName(v, kVerifications, out.verification);
      case 6:
        return ReadTime(v, out.occurred_from_ms);
      case 7:
        return ReadTime(v, out.occurred_to_ms);
      case 8:
        return ReadTime(v, out.reported_at_ms);
      case 9:
        return ReadPlace(v, level + 1, prefix, problem, out.place);
      case 10:
        return Read(v, out.indoor_dwelling);
      case 11:
        return Read(v, out.exercise);
      case 12:
        return Read(v, out.multi);
      case 13:
        return Read(v, out.reporter);
    }
  });
}

void ReadCommand(object fields, int level, std::string_view prefix, FirstProblem& problem,
                 RawCommand& out) {
  ForEachField(fields, level, kCommandFields, prefix, problem, [&](int index, element v) {
    switch (index) {
      case 0:
        return ReadName(v, kCommands, out.command);
      case 1:
        return Read(v, out.id);
      case 2:
        return Read(v, out.picture);
      case 3:
        return Read(v, out.by);
      case 4:
        return ReadTime(v, out.at_ms);
      case 5:
        return Read(v, out.alert_id);
      case 6:
        return Read(v, out.area);
      case 7:
        return Read(v, out.rule);
      case 8:
        return Read(v, out.reason);
      case 9:
        return ReadTime(v, out.until_ms);
      case 10:
        return Read(v, out.org);
    }
  });
}

// The `data` of a CloudEvent, if it is an object.
std::optional<object> UnwrapEvent(object event, FirstProblem& problem) {
  std::optional<element> data;
  uint32_t present = 0;
  bool version = true;
  ForEachField(event, 1, kEventFields, "", problem, [&](int index, element v) {
    present |= 1u << index;
    if (index == 0) version = v.is_string() && std::string_view(v) == "1.0";
    if (index == 4) data = v;
  });
  constexpr int kRequired = 5;  // the first five
  for (int i = 0; i < kRequired; ++i) {
    if (!(present >> i & 1))
      problem.Found(Reason::kMissingField, Pointer("", kEventFields.name(i)));
  }
  if (!version) problem.Found(Reason::kBadValue, "/specversion");
  if (!data) return std::nullopt;
  object fields;
  if (data->get(fields) != simdjson::SUCCESS) {
    problem.Found(Reason::kBadValue, "/data");
    return std::nullopt;
  }
  return fields;
}

}  // namespace

class JsonDecoder::Impl {
 public:
  Impl() : parser_(kValueBytesMax) {
    // As deep as a value can be, so that depth is told apart from bad JSON.
    constexpr size_t kDepth = kValueBytesMax + 1;
    if (parser_.allocate(kValueBytesMax, kDepth) != simdjson::SUCCESS) std::abort();
  }

  // Calls `read(fields, level, prefix)` with the object that holds the payload.
  template <typename ReadFields>
  void Decode(std::string_view json, bool cloud_event, FirstProblem& problem, ReadFields read) {
    element root;
    auto error = parser_.parse(json.data(), json.size()).get(root);
    if (error == simdjson::NUMBER_ERROR) {
      repaired_ = ReplaceHugeNumbers(json);
      error = parser_.parse(repaired_.data(), repaired_.size()).get(root);
    }
    if (error != simdjson::SUCCESS) return problem.Found(Reason::kNotJson, "");
    object fields;
    if (root.get(fields) != simdjson::SUCCESS) {
      return problem.Found(TooDeep(root, 1) ? Reason::kTooDeep : Reason::kBadValue, "");
    }
    if (!cloud_event) return read(fields, 1, "");
    if (const auto data = UnwrapEvent(fields, problem)) read(*data, 2, "/data");
  }

 private:
  simdjson::dom::parser parser_;
  std::string repaired_;
};

JsonDecoder::JsonDecoder() : impl_(std::make_unique<Impl>()) {}
JsonDecoder::~JsonDecoder() = default;

void JsonDecoder::Decode(std::string_view json, bool cloud_event, RawReport& out,
                         FirstProblem& problem) {
  impl_->Decode(json, cloud_event, problem, [&](object fields, int level, std::string_view prefix) {
    ReadReport(fields, level, prefix, problem, out);
  });
}

void JsonDecoder::Decode(std::string_view json, bool cloud_event, RawCommand& out,
                         FirstProblem& problem) {
  impl_->Decode(json, cloud_event, problem, [&](object fields, int level, std::string_view prefix) {
    ReadCommand(fields, level, prefix, problem, out);
  });
}

}  // namespace lagesbild::intake
