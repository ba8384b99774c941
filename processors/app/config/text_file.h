// Whole text files, for configuration. Thread-safe.
#pragma once

#include <string>

#include "base/status.h"

namespace lagesbild::app {

// NotFound: there is no such file. InvalidArgument: it is a folder, cannot be read, or is larger
// than 256 MiB.
StatusOr<std::string> ReadTextFile(const std::string& path);

// "a/b/c.yaml" → "a/b"; "c.yaml" → "".
std::string FolderOf(const std::string& path);
// "a/b/c.yaml" → "c.yaml".
std::string FileNameOf(const std::string& path);

}  // namespace lagesbild::app
