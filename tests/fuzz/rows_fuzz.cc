// The rows of a fold, damaged: taken back whole, or refused with DataLoss; never a crash.
//
// What can be taken back must be able to say itself again, and to go on.
#include <map>

#include "base/check.h"
#include "base/time.h"
#include "fuzz/forms.h"
#include "picture/fold.h"
#include "picture/row_text.h"
#include "stream/settings_codec.h"

namespace lagesbild {
namespace {

Status Restore(const std::map<std::string_view, std::string_view>& rows, picture::Fold& fold) {
  for (const auto& [key, value] : rows) LB_RETURN_IF_ERROR(fold.Restore(key, value));
  return fold.FinishRestore();
}

void Run(std::string_view input) {
  std::map<std::string_view, std::string_view> rows;
  const std::vector<std::string_view> pieces = fuzz::PiecesOf(input);
  for (size_t i = 0; i + 1 < pieces.size(); i += 2) rows[pieces[i]] = pieces[i + 1];
  // Said to a person, readable or not.
  for (const auto& [key, value] : rows) {
    picture::RowName(key);
    picture::RowJson(key, value).status().IgnoreError();
    picture::ForEachItem(key, value, [](const std::string&, const std::string&) {}).IgnoreError();
  }
  picture::Fold fold(&stream::DecodeSettings);
  const Status status = Restore(rows, fold);
  if (!status.ok()) {
    LB_CHECK(status.code() == StatusCode::kDataLoss ||
             status.code() == StatusCode::kInvalidArgument);
    return;
  }
  fold.stats();
  fold.CollectAggregates();
  fold.AllRows([](std::string_view, const std::string*) {});
  fold.CollectRows(1'000'000, [](std::string_view, const std::string*) {});
}

}  // namespace
}  // namespace lagesbild

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  lagesbild::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
