// CsvFeed: rows of a CSV file → reports.
//
// A row whose id was there before is a correction if anything that is passed on differs, else a
// duplicate and left out. Nothing is lost in silence: rows that cannot become a report are counted
// by reason with their first lines. Memory: 24 bytes a row's id. In: a file and a CsvMap; out:
// records in the order of the file. Thread-compatible.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "feeds/csv_map.h"
#include "feeds/publisher.h"

namespace lagesbild::feeds {

struct CsvCounts {
  int64_t rows = 0;
  int64_t reports = 0;         // sent; of them
  int64_t corrections = 0;     //   a further revision
  int64_t placed_by_area = 0;  //   without a position, sent with the area of the map
  int64_t duplicates = 0;      // the same row again: not sent
  int64_t left_out = 0;        // by the map's own wish
  struct Rejected {
    int64_t rows = 0;
    std::vector<int64_t> lines;  // the first ten, from 1
  };
  std::map<std::string, Rejected> rejected;  // by reason; no value of the row is in it
};

// NotFound: no such file. InvalidArgument (file:line): no CSV, or a column of the map that the file
// does not have. What Publish and Flush give is passed on.
StatusOr<CsvCounts> PlayCsv(const std::string& file, const CsvMap& map, Publisher& to);

}  // namespace lagesbild::feeds
