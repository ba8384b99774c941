// Refold: a log partition folded again from its beginning, that stops at asked offsets.
//
// In: the records of the partition; out: the fold at each checkpoint, and every transition, in
// order. Instants are cut as the picture's task cuts them (commit.bytes). Thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "picture/fold.h"
#include "stream/instants.h"
#include "stream/ports.h"

namespace lagesbild::app {

class Refold {
 public:
  struct Options {
    int64_t commit_bytes = 16 << 20;
    // Called for each transition; `before`: the offset before which all is judged then.
    std::function<void(const picture::AlertTransition& transition, int64_t before)> transition;
    // Called after each instant.
    std::function<Status(picture::Fold& fold, int64_t before)> instant;
  };
  explicit Refold(Options options);

  // For a log whose beginning is gone: rows that stand for what came before, as of Fold::Restore.
  Status Seed(const std::map<std::string, std::string>& rows);
  // `reached` is called once all records before `offset` are judged, and none from it on.
  using Reached = std::function<Status(picture::Fold& fold)>;
  void At(int64_t offset, Reached reached);

  // DataLoss: a record that cannot be taken.
  Status Take(int64_t offset, std::string_view bytes);
  // Offsets asked for that no instant ended at.
  std::vector<int64_t> Missed() const;

 private:
  const Options options_;
  picture::Fold fold_;
  picture::Effects effects_;
  stream::Instants instants_;
  std::multimap<int64_t, Reached> checkpoints_;
  bool judged_ = false;
  int64_t taken_before_ = -1;  // the record before the one that is being taken
};

}  // namespace lagesbild::app
