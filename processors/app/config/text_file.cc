#include "app/config/text_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace lagesbild::app {
namespace {
constexpr uintmax_t kBytesMax = 256 * 1024 * 1024;
}

StatusOr<std::string> ReadTextFile(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) return NotFound(path + ": no such file");
  if (std::filesystem::is_directory(status))
    return InvalidArgument(path + ": is a folder, not a file");
  if (std::filesystem::is_regular_file(status) &&
      std::filesystem::file_size(path, error) > kBytesMax) {
    return InvalidArgument(path + ": larger than 256 MiB");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in && in.peek() != std::ifstream::traits_type::eof()) text << in.rdbuf();
  if (!in.is_open() || in.bad()) {
    return InvalidArgument(path + ": cannot be read: " + std::string(std::strerror(errno)));
  }
  return std::move(text).str();
}

std::string FolderOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}
std::string FileNameOf(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

}  // namespace lagesbild::app
