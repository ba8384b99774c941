// JsonWriter: appends JSON to a string, in the order of the calls, without white space. No state
// but the commas. Numbers are written so that the same double gives the same bytes everywhere.
// Thread-compatible.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lagesbild {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  JsonWriter& Key(std::string_view name);
  // A name that stands in the program: it has nothing to escape.
  template <size_t N>
  JsonWriter& Key(const char (&name)[N]) {
    return PlainKey({name, N - 1});
  }
  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  JsonWriter& Double(double value);  // shortest form that reads back the same; null if not finite
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  JsonWriter& Time(int64_t ms);            // "2023-01-14T20:47:00Z"
  JsonWriter& Raw(std::string_view json);  // a value that is JSON already

 private:
  JsonWriter& Open(char c);
  JsonWriter& Close(char c);
  JsonWriter& PlainKey(std::string_view name);
  void Comma();
  void Quoted(std::string_view value);

  std::string& out_;
  bool comma_ = false;  // the next value or key needs one before it
};

}  // namespace lagesbild
