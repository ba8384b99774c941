// Harness: a Fold fed moment by moment, and what it said, in forms that tests compare.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "picture/fold.h"
#include "picture/generator.h"

namespace lagesbild::picture {

using Rows = std::map<std::string, std::string>;

class Harness {
 public:
  // Puts reports away into `rows` as soon as it may, a few to a shelf.
  explicit Harness(const Settings& settings);
  // Configurations in the stream name these by their place: "0" is the one of the constructor.
  void AddSettings(const Settings& settings) { settings_.push_back(settings); }

  // The transitions of this moment and of what fell due before it.
  std::vector<AlertTransition> Feed(const Moment& moment);
  // Takes what a commit would take: aggregates into `latest`, changed rows into `rows`.
  void Commit();
  // Goes on as after a restart: a new fold from `rows`. Call Commit before.
  void Restart();
  // What Fold::stats says.
  Fold::Stats stats() const { return fold_->stats(); }

  std::map<std::string, Aggregate> latest;  // by area
  bool sequences_whole =
      true;  // each aggregate so far was numbered one after the one before of its area
  Rows rows;
  size_t dead_letters = 0;

 private:
  std::unique_ptr<Fold> NewFold() const;

  std::vector<Settings> settings_;
  std::unique_ptr<Fold> fold_;
  uint64_t commits_ = 0;
};

// The latest aggregates' windows in one text: areas, windows, and measures that count something.
std::string PictureText(const std::map<std::string, Aggregate>& latest);
std::string CompletenessText(const std::map<std::string, Aggregate>& latest);
std::string WindowsText(const std::vector<WindowCells>& windows);

// A stream as a fold sees it when coordinators answer its alerts: moments of `generator`, with the
// ids of `fold`.
std::vector<Moment> RecordStream(const Settings& settings, Generator& generator, int moments);
// All transitions of a stream, as JSON lines.
std::vector<std::string> JsonOf(const std::vector<AlertTransition>& transitions);

// A record in a line, to be read in a failure.
std::string Text(const LogRecord& record);
// All that `log` says of the reports that `moment` says something of, and its commands.
std::string HistoryOf(const Moment& moment, const std::vector<LogRecord>& log);

// Success, or the first line that differs.
testing::AssertionResult SameLines(const std::vector<std::string>& got,
                                   const std::vector<std::string>& want);

}  // namespace lagesbild::picture
