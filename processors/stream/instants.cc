#include "stream/instants.h"

#include <utility>

#include "stream/mutant.h"

namespace lagesbild::stream {

Status Instants::Take(int64_t offset, std::string_view bytes, std::string_view traceparent) {
  if (records_.size() == count_) records_.emplace_back();
  LogRecord& record = records_[count_];
  LB_RETURN_IF_ERROR(decoder_.Decode(bytes, record));
  record.traceparent.assign(traceparent);
  if (record.clock_ms < clock_ms_) return DataLoss("the clock of the picture log goes back");
  if (count_ > 0 && (record.clock_ms > clock_ms_ || LB_MUTANT("instant_early"))) {
    LB_RETURN_IF_ERROR(JudgeOpen());
    std::swap(records_.front(), record);
  }
  if (count_ == 0) first_offset_ = offset;
  clock_ms_ = records_[count_].clock_ms;
  ++count_;
  bytes_ += static_cast<int64_t>(bytes.size());
  if (bytes_ > bytes_max_) {
    ++parts_;
    return JudgeOpen();
  }
  return absl::OkStatus();
}

Status Instants::JudgeOpen() {
  LB_RETURN_IF_ERROR(judge_(clock_ms_, std::span(records_).first(count_)));
  count_ = 0;
  bytes_ = 0;
  return absl::OkStatus();
}

void Instants::Reset(int64_t clock_ms) {
  count_ = 0;
  bytes_ = 0;
  clock_ms_ = clock_ms;
}

}  // namespace lagesbild::stream
