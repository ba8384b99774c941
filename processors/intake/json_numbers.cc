#include "intake/json_numbers.h"

#include <charconv>
#include <cmath>

namespace lagesbild::intake {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNumberByte(char c) {
  return IsDigit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

// RFC 8259: [ minus ] int [ frac ] [ exp ].
bool IsJsonNumber(std::string_view text) {
  size_t at = 0;
  const auto digits = [&] {
    const size_t start = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    return at - start;
  };
  if (at < text.size() && text[at] == '-') ++at;
  const size_t int_start = at;
  const size_t int_digits = digits();
  if (int_digits == 0 || (int_digits > 1 && text[int_start] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

bool IsHuge(std::string_view number) {
  if (number.find_first_of(".eE") == std::string_view::npos)
    return number.size() > 18;  // maybe beyond 64 bits
  if (number.find("e-") != std::string_view::npos || number.find("E-") != std::string_view::npos)
    return false;
  double value = 0;
  const auto end = number.data() + number.size();
  return std::from_chars(number.data(), end, value).ec != std::errc() || std::isinf(value);
}

}  // namespace

std::string ReplaceHugeNumbers(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (in_string) {
      const size_t n = c == '\\' && at + 1 < json.size() ? 2 : 1;
      in_string = c != '"';
      out.append(json.substr(at, n));
      at += n;
      continue;
    }
    if (c != '-' && !IsDigit(c)) {
      in_string = c == '"';
      out.push_back(c);
      ++at;
      continue;
    }
    size_t end = at;
    while (end < json.size() && IsNumberByte(json[end])) ++end;
    const std::string_view token = json.substr(at, end - at);
    if (IsJsonNumber(token) && IsHuge(token)) {
      out.append("1e308");
    } else {
      out.append(token);
    }
    at = end;
  }
  return out;
}

}  // namespace lagesbild::intake
