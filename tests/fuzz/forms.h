// How the fuzz targets read their input: the forms that fuzz_seeds writes, too.
//
// A raw record: a byte of Choices, then the value. A configuration: a byte, which of the town's
// files, then its text. Rows: pieces, each two bytes of length (most significant first) and so many
// bytes; a key, its value, a key, its value. Metadata: a byte, which codec, then the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lagesbild::fuzz {

// Bits of the first byte of a raw record.
struct Choices {
  unsigned channel : 2;    // incidents, tips, commands, the topic of a source of its own
  unsigned headers : 2;    // by the target: content types and framing
  unsigned timestamp : 3;  // now, at and beyond the ends of what a record may say
  explicit Choices(uint8_t byte)
      : channel(byte & 3), headers(byte >> 2 & 3), timestamp(byte >> 4 & 7) {}
};
inline std::string ChoiceByte(unsigned channel, unsigned headers) {
  return std::string(1, static_cast<char>(channel | headers << 2));
}

inline void AppendPiece(std::string_view piece, std::string& out) {
  out += static_cast<char>(piece.size() >> 8);
  out += static_cast<char>(piece.size());
  out += piece;
}

// The last piece is cut where the input ends.
inline std::vector<std::string_view> PiecesOf(std::string_view in) {
  std::vector<std::string_view> out;
  while (in.size() >= 2) {
    const size_t size = static_cast<uint8_t>(in[0]) << 8 | static_cast<uint8_t>(in[1]);
    out.push_back(in.substr(2, size));
    in.remove_prefix(2 + out.back().size());
  }
  return out;
}

}  // namespace lagesbild::fuzz
