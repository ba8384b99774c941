// CsvMap: what the columns of a CSV file mean as reports. Read from a map file by
// app/csv_map_file.h; example with every key explained: deploy/san-antonio/calls-map.yaml.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace lagesbild::feeds {

// Columns whose values are joined by a space, such as a date and a time; empty: none.
using CsvColumns = std::vector<std::string>;

struct CsvMap {
  std::string org;
  std::string topic = "incidents";
  char separator = ',';
  std::vector<std::string>
      names;  // of the columns, where the file has no header; empty: its first record names them

  CsvColumns id, occurred, class_name;  // required
  CsvColumns timestamp;                 // of the record; empty: the same as occurred
  std::string lat, lon;                 // columns of the point, or
  std::string area;                     // the column of the area's id

  // "unix_ms", "unix_s", "rfc3339", or as strptime has it: "%m/%d/%y %I:%M:%S %p".
  std::string time_format = "rfc3339";
  absl::TimeZone zone;  // of times without an offset
  double precision_m = 50;
  // Area id for rows without a position (empty, not a number, or 0/0, as some systems write it);
  // empty: left out.
  std::string without_position;

  // Value of the class column → class; "" leaves the row out on purpose. "*" is for all others.
  absl::flat_hash_map<std::string, std::string> classes;
};

}  // namespace lagesbild::feeds
