#include "sim/sim_reference.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/hash.h"
#include "intake/intake.h"
#include "sim/sim_town.h"
#include "stream/settings_codec.h"

namespace lagesbild::sim {
namespace {

class Straight {
 public:
  explicit Straight(int32_t partitions) : configuration_(SimConfiguration()) {
    reference_.log.resize(partitions);
    intake::IntakeOptions options;
    options.settings = &configuration_->settings;
    options.areas = configuration_->areas.get();
    options.secret = configuration_->secret;
    intake_ = std::make_unique<intake::Intake>(std::move(options));
  }

  void Take(const intake::RawRecord& raw) {
    if (raw.timestamp_ms > clock_ms_) clock_ms_ = raw.timestamp_ms;
    if (!configured_) {
      configured_ = true;
      LogRecord record;
      record.clock_ms = clock_ms_;
      record.body = Configuration{configuration_->settings.version,
                                  stream::EncodeSettings(configuration_->settings)};
      Append(record);
    }
    intake::IntakeOutput out;
    intake_->Process(raw, clock_ms_, out);
    for (const LogRecord& record : out.log) Append(record);
    for (const DeadLetter& letter : out.dead_letters) {
      reference_.outputs.dead_letters.insert(DeadLetterJson(letter));
    }
  }

  Reference Finish() && {
    LogRecord tick;
    tick.clock_ms = clock_ms_ + 1;
    Append(tick);
    for (const std::vector<LogRecord>& log : reference_.log) {
      LogFold fold;
      for (const LogRecord& record : log) fold.Take(record);
      reference_.outputs.Add(fold.TakeOutputs());
    }
    return std::move(reference_);
  }

 private:
  void Append(const LogRecord& record) {
    const auto partitions = static_cast<int32_t>(reference_.log.size());
    for (int32_t p = 0; p < partitions; ++p) {
      if (record.picture.empty() || PartitionOf(record.picture, partitions) == p) {
        reference_.log[p].push_back(record);
      }
    }
  }

  const std::unique_ptr<stream::IntakeConfiguration> configuration_;
  std::unique_ptr<intake::Intake> intake_;
  int64_t clock_ms_ = 0;
  bool configured_ = false;
  Reference reference_;
};

}  // namespace

Reference StraightRun(const SimWorld& world, const Plan& plan, size_t records) {
  const auto& places = world.raw_places();
  std::vector<size_t> order(records);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto key = [&](size_t i) {
      return std::tuple(places[i].timestamp_ms, "safety." + plan.records[i].topic + ".v1",
                        places[i].partition, places[i].offset);
    };
    return key(a) < key(b);
  });
  Straight straight(world.counts().picture_log);
  for (size_t i : order) {
    intake::RawRecord raw;
    for (const stream::RawTopic& topic : world.topics().raw) {
      if (topic.short_name == plan.records[i].topic) raw.channel = topic.channel;
    }
    raw.topic = plan.records[i].topic;
    raw.partition = places[i].partition;
    raw.offset = places[i].offset;
    raw.timestamp_ms = places[i].timestamp_ms;
    raw.key = "k";
    raw.value = plan.records[i].value;
    straight.Take(raw);
  }
  return std::move(straight).Finish();
}

}  // namespace lagesbild::sim
