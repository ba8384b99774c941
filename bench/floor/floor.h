// What the two sketches share: a consumer of the raw topic, a transactional producer, a report.
//
// Only librdkafka and simdjson, and none of lagesbild's code: the floor must not move with it.
// Nothing is restored and no error is survived; a sketch shows what it costs when all is well.
#pragma once

#include <librdkafka/rdkafka.h>
#include <simdjson.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace floor_sketch {

inline constexpr int64_t kMinuteMs = 60'000;
inline constexpr size_t kBatch = 1000;
inline constexpr int64_t kCommitMs = 100;

[[noreturn]] inline void Fail(const std::string& what) {
  std::fprintf(stderr, "floor: %s\n", what.c_str());
  std::exit(1);
}
inline void Must(rd_kafka_error_t* error) {
  if (error != nullptr) Fail(rd_kafka_error_string(error));
}

inline int64_t SteadyMs() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

struct Arguments {
  std::string broker, group, raw, alerts, aggregates, state;
};
inline Arguments Parse(int argc, char** argv) {
  if (argc != 7) Fail("usage: BROKER GROUP RAW ALERTS AGGREGATES STATE_DIR");
  return {argv[1], argv[2], argv[3], argv[4], argv[5], argv[6]};
}

using Properties = std::vector<std::pair<std::string, std::string>>;
inline rd_kafka_t* Open(rd_kafka_type_t type, const Properties& properties) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char error[512];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof(error)) != 0) {
      Fail(error);
    }
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, error, sizeof(error));
  if (client == nullptr) Fail(error);
  return client;
}

// Reads batches in a group; writes transactions with the offsets of what was read.
class Loop {
 public:
  explicit Loop(const Arguments& args) {
    consumer_ = Open(RD_KAFKA_CONSUMER, {{"bootstrap.servers", args.broker},
                                         {"group.id", args.group},
                                         {"enable.auto.commit", "false"},
                                         {"auto.offset.reset", "earliest"},
                                         {"isolation.level", "read_committed"},
                                         {"fetch.wait.max.ms", "50"},
                                         {"queued.max.messages.kbytes", "32768"},
                                         {"socket.nagle.disable", "true"}});
    rd_kafka_poll_set_consumer(consumer_);
    auto* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, args.raw.c_str(), RD_KAFKA_PARTITION_UA);
    if (rd_kafka_subscribe(consumer_, topics) != 0) Fail("subscribe");
    rd_kafka_topic_partition_list_destroy(topics);
    queue_ = rd_kafka_queue_get_consumer(consumer_);
    producer_ = Open(RD_KAFKA_PRODUCER, {{"bootstrap.servers", args.broker},
                                         {"transactional.id", args.group},
                                         {"transaction.timeout.ms", "10000"},
                                         {"linger.ms", "1"},
                                         {"retry.backoff.ms", "2"},
                                         {"queue.buffering.max.messages", "1000000"},
                                         {"socket.nagle.disable", "true"}});
    Must(rd_kafka_init_transactions(producer_, 30'000));
  }

  // Calls `take(message)` for each record, `before_commit()` before each commit and `committed()`
  // after it; until the process is ended.
  template <typename Take, typename Before, typename After>
  void Run(Take take, Before before_commit, After committed) {
    std::array<rd_kafka_message_t*, kBatch> batch;
    std::vector<int64_t> next(64, -1);
    int64_t began = 0;
    bool open = false;
    std::string topic;
    while (true) {
      const ssize_t count = rd_kafka_consume_batch_queue(queue_, 10, batch.data(), kBatch);
      for (ssize_t i = 0; i < count; ++i) {
        rd_kafka_message_t& message = *batch[static_cast<size_t>(i)];
        if (message.err == 0) {
          if (!open) {
            Must(rd_kafka_begin_transaction(producer_));
            open = true;
            began = SteadyMs();
            topic = rd_kafka_topic_name(message.rkt);
          }
          take(message);
          next[static_cast<size_t>(message.partition)] = message.offset + 1;
        }
        rd_kafka_message_destroy(&message);
      }
      rd_kafka_poll(producer_, 0);
      if (!open || (count > 0 && SteadyMs() - began < kCommitMs)) continue;
      before_commit();
      SendOffsets(topic, next);
      Must(rd_kafka_commit_transaction(producer_, 30'000));
      committed();
      open = false;
    }
  }

  void Produce(const std::string& topic, std::string_view key, std::string_view value) {
    while (true) {
      const auto error = rd_kafka_producev(
          producer_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_KEY(key.data(), key.size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      if (error == 0) return;
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) Fail(rd_kafka_err2str(error));
      rd_kafka_poll(producer_, 10);
    }
  }

 private:
  void SendOffsets(const std::string& topic, std::vector<int64_t>& next) {
    auto* offsets = rd_kafka_topic_partition_list_new(8);
    for (size_t p = 0; p < next.size(); ++p) {
      if (next[p] < 0) continue;
      rd_kafka_topic_partition_list_add(offsets, topic.c_str(), static_cast<int32_t>(p))->offset =
          next[p];
      next[p] = -1;
    }
    auto* member = rd_kafka_consumer_group_metadata(consumer_);
    Must(rd_kafka_send_offsets_to_transaction(producer_, offsets, member, 30'000));
    rd_kafka_consumer_group_metadata_destroy(member);
    rd_kafka_topic_partition_list_destroy(offsets);
  }

  rd_kafka_t* consumer_ = nullptr;
  rd_kafka_t* producer_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

struct Report {
  std::string_view org, id, class_name;  // into the parser
  int64_t revision = 0, minute = 0;      // of its occurrence, since 1970
  int area = 0;                          // by bench/grid.h's arithmetic
};

class Parser {
 public:
  Report Parse(const rd_kafka_message_t& message) {
    buffer_.resize(message.len + simdjson::SIMDJSON_PADDING);
    std::memcpy(buffer_.data(), message.payload, message.len);
    const simdjson::dom::element json =
        parser_.parse(buffer_.data(), message.len, /*realloc_if_needed=*/false).value();
    Report report;
    report.org = json["org"].get_string().value();
    report.id = json["id"].get_string().value();
    report.class_name = json["class"].get_string().value();
    report.revision = json["revision"].get_int64().value();
    report.minute = MinuteOf(json["occurred_from"].get_string().value());
    const double lat = json["place"]["lat"].get_double().value();
    const double lon = json["place"]["lon"].get_double().value();
    const int row = static_cast<int>((lat - 58) / 0.05),
              column = static_cast<int>((lon - 17) / 0.04);
    report.area = (row / 2 * 10 + column / 5) * 10 + row % 2 * 5 + column % 5;
    return report;
  }

 private:
  // 2026-01-05T00:00:20.584Z
  int64_t MinuteOf(std::string_view text) {
    if (text.substr(0, 10) != day_) {
      tm parts = {};
      day_ = text.substr(0, 10);
      strptime(day_.c_str(), "%Y-%m-%d", &parts);
      day_minute_ = timegm(&parts) / 60;
    }
    const auto two = [&](size_t at) { return (text[at] - '0') * 10 + text[at + 1] - '0'; };
    return day_minute_ + two(11) * 60 + two(14);
  }

  simdjson::dom::parser parser_;
  std::string buffer_, day_;
  int64_t day_minute_ = 0;
};

}  // namespace floor_sketch
