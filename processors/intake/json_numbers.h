// Numbers that are JSON but that no double or 64-bit integer holds ("1e999", 30 digits): the parser
// calls the whole document malformed. They are rewritten here so that the document can be read and
// the one field be named. Pure; called only after the parser has failed on a number.
#pragma once

#include <string>
#include <string_view>

namespace lagesbild::intake {

// The document with each number that is too long or too large for a double replaced by 1e308 (which
// no field allows). Numbers that are not JSON ("01", "1.", "-") stay as they are.
std::string ReplaceHugeNumbers(std::string_view json);

}  // namespace lagesbild::intake
