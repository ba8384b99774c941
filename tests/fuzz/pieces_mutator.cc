// Changes one piece of an input that is made of pieces (forms.h), or their number, so that those
// around it stay what they are.
#include <cstddef>
#include <cstring>
#include <random>

#include "fuzz/forms.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  using lagesbild::fuzz::AppendPiece;
  std::minstd_rand random(seed);
  const std::vector<std::string_view> found =
      lagesbild::fuzz::PiecesOf({reinterpret_cast<const char*>(data), size});
  std::vector<std::string> pieces(found.begin(), found.end());
  pieces.resize(pieces.size() & ~size_t{1});
  if (pieces.empty() || random() % 50 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const size_t at = random() % pieces.size(), row = at & ~size_t{1};
  switch (random() % 8) {
    case 0:  // a row goes
      pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(row),
                   pieces.begin() + static_cast<ptrdiff_t>(row + 2));
      break;
    case 1:  // a value comes under another key
      pieces[at] = pieces[(random() % pieces.size() & ~size_t{1}) | (at & 1)];
      break;
    default: {
      std::string& piece = pieces[at];
      const size_t before = piece.size();
      piece.resize(before + 64);
      piece.resize(
          LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(piece.data()), before, piece.size()));
    }
  }
  std::string out;
  for (const std::string& piece : pieces) AppendPiece(piece, out);
  if (out.empty() || out.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, out.data(), out.size());
  return out.size();
}
