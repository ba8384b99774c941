// A configuration with one of its files damaged: an answer, and never a crash.
//
// The files are real ones, in a folder of this process, for that is how they are read.
#include <iterator>

#include "app/config/config.h"
#include "base/check.h"
#include "fuzz/town_folder.h"

namespace lagesbild::app {
namespace {

void Run(uint8_t which, const std::string& text) {
  static const fuzz::TownFolder folder;
  const auto file = std::next(TownFiles().begin(), which % TownFiles().size());
  folder.Write(file->first, text);
  const auto loaded = LoadConfig(folder.Path("lagesbild.yaml"), {}, {});
  LB_CHECK(loaded.ok() || !loaded.status().message().empty());
  if (loaded.ok()) {
    LB_CHECK(intake::AreaIndex::Build(loaded->settings.areas, loaded->shapes).ok());
    LB_CHECK(!ConfigurationHash(*loaded, "secret").empty());
    for (const EffectiveValue& value : loaded->values) FlowYaml(value.value);
  }
  folder.Write(file->first, file->second);
}

}  // namespace
}  // namespace lagesbild::app

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  lagesbild::app::Run(data[0], std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
