// A converter as `feed polisen` sets it up, and time that passes as soon as it is waited for.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "feeds/feeds_testing.h"
#include "feeds/polisen_feed.h"

namespace lagesbild::feeds {

class LeapingTime : public Waiting {
 public:
  explicit LeapingTime(int64_t now_ms) : now_ms(now_ms) {}
  int64_t NowMs() override { return now_ms; }
  bool WaitUntil(int64_t at_ms) override {
    waits.push_back(at_ms - now_ms);
    if (at_ms >= stop_ms) return false;
    now_ms = std::max(now_ms, at_ms);
    return true;
  }
  int64_t now_ms;
  int64_t stop_ms = INT64_MAX;
  std::vector<int64_t> waits;
};

class PolisenFeedTesting : public ::testing::Test {
 protected:
  PolisenFeedTesting() {
    types_ = PolisenTypes::Load(DeployFile("sweden/polisen-types.csv")).value();
    absl::TimeZone zone;
    absl::LoadTimeZone("Europe/Stockholm", &zone);
    settings_ = {.types = &types_, .places = &places_, .zone = zone};
    options_.state_file = dir_.Path("state.json");
    options_.random = [] { return 0.5; };
    options_.say = [this](const std::string& line) { said_.push_back(line); };
  }

  // A new process on the same state file.
  StatusOr<PolisenFeedCounts> Run(Http& http, int64_t rounds) {
    PolisenConverter converter(settings_);
    options_.rounds_max = rounds;
    return RunPolisenFeed(options_, converter, http, out_, time_);
  }
  int Reports() const {
    int n = 0;
    for (const RawMessage& message : out_.messages) n += message.topic == "incidents" ? 1 : 0;
    return n;
  }

  static std::string Event(int id, const std::string& type) {
    return R"({"id":)" + std::to_string(id) +
           R"(,"datetime":"2023-11-14 8:00:00 +01:00","name":"14 november 07.00, x",)" +
           R"("summary":"s","url":"/","type":")" + type +
           R"(","location":{"name":"Umeå","gps":"63.8,20.2"}})";
  }

  TempDir dir_;
  PolisenTypes types_;
  PlaceNames places_;
  PolisenSettings settings_;
  PolisenFeedOptions options_;
  KeepingPublisher out_;
  LeapingTime time_{1'700'000'000'000};
  std::vector<std::string> said_;
};

}  // namespace lagesbild::feeds
