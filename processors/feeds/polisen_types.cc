#include "feeds/polisen_types.h"

#include <utility>

#include "feeds/csv_reader.h"
#include "feeds/text.h"

namespace lagesbild::feeds {

StatusOr<PolisenTypes> PolisenTypes::Load(const std::string& path) {
  LB_ASSIGN_OR_RETURN(auto reader, CsvReader::Open(path, {.separator = ',', .comments = true}));
  PolisenTypes table;
  std::vector<std::string> fields;
  bool header = false;
  for (;;) {
    LB_ASSIGN_OR_RETURN(const bool more, reader->Next(fields));
    if (!more) break;
    const auto bad = [&](std::string_view what) {
      return InvalidArgument(path + ":" + std::to_string(reader->line()) + ": " +
                             std::string(what));
    };
    if (!header) {
      if (fields != std::vector<std::string>{"type", "class", "multi"}) {
        return bad("the first line must be type,class,multi");
      }
      header = true;
      continue;
    }
    if (fields.size() != 3 || fields[0].empty() || fields[1].empty()) {
      return bad("want type,class,multi (quote a type that holds a comma)");
    }
    if (!fields[2].empty() && fields[2] != "yes") return bad("multi is \"yes\" or empty");
    Target target{std::string(Trim(fields[1])), fields[2] == "yes"};
    const std::string type(Trim(fields[0]));
    if (!table.by_type_.emplace(FoldCase(type), target).second) {
      return bad("the type is in the table twice");
    }
    table.entries_.push_back({type, std::move(target), static_cast<int>(reader->line())});
  }
  if (table.by_type_.find("*") == table.by_type_.end()) {
    return InvalidArgument(path +
                           ": needs a line for \"*\", the types that the table does not have");
  }
  return table;
}

const PolisenTypes::Target* PolisenTypes::Find(std::string_view type) const {
  const auto at = by_type_.find(FoldCase(Trim(type)));
  return at == by_type_.end() ? nullptr : &at->second;
}

PolisenTypes::Target PolisenTypes::Fallback(std::string_view type) const {
  Target target = by_type_.find("*")->second;
  target.multi = target.multi || FoldCase(Trim(type)).starts_with("sammanfattning");
  return target;
}

}  // namespace lagesbild::feeds
