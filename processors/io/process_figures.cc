#include "io/process_figures.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace lagesbild::io {
namespace {

// proc(5), /proc/pid/stat: fields are numbered from 1; these follow the name in brackets, which may
// hold blanks and brackets itself.
constexpr size_t kFirstField = 3, kUserTime = 14, kSystemTime = 15, kThreads = 20, kStartTime = 22,
                 kVirtualBytes = 23, kResidentPages = 24;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

// The number after `word` at the start of a line.
std::optional<int64_t> NumberAfter(const std::string& text, std::string_view word) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(word)) continue;
    std::istringstream rest(line.substr(word.size()));
    int64_t value = 0;
    if (rest >> value) return value;
  }
  return std::nullopt;
}

void ReadStat(const std::string& proc, ProcessFigures& figures) {
  const std::string stat = ReadAll(proc + "/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream rest(stat.substr(name_end + 1));
  std::vector<std::string> fields;
  for (std::string field; rest >> field;) fields.push_back(field);
  if (fields.size() + kFirstField <= kResidentPages) return;
  const auto number = [&](size_t field) {
    return static_cast<int64_t>(std::strtoll(fields[field - kFirstField].c_str(), nullptr, 10));
  };
  const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  figures.cpu_seconds = static_cast<double>(number(kUserTime) + number(kSystemTime)) / ticks;
  figures.threads = number(kThreads);
  figures.virtual_bytes = number(kVirtualBytes);
  figures.resident_bytes = number(kResidentPages) * sysconf(_SC_PAGESIZE);
  if (const auto boot = NumberAfter(ReadAll(proc + "/stat"), "btime ")) {
    figures.start_time_seconds =
        static_cast<double>(*boot) + static_cast<double>(number(kStartTime)) / ticks;
  }
}

std::optional<int64_t> CountFiles(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator at(folder, error);
  if (error) return std::nullopt;
  int64_t count = 0;
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) ++count;
  return count;
}

}  // namespace

ProcessFigures ReadProcessFigures(const std::string& proc) {
  ProcessFigures figures;
  ReadStat(proc, figures);
  figures.open_fds = CountFiles(proc + "/self/fd");
  figures.fds_max = NumberAfter(ReadAll(proc + "/self/limits"), "Max open files");
  return figures;
}

}  // namespace lagesbild::io
