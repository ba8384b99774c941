// What bench/run needs of Kafka's topics; reads with read_committed, as every reader of alerts
// must.
//
//   topics --broker HOST:PORT create TOPIC PARTITIONS [NAME=VALUE]...
//   topics --broker HOST:PORT delete TOPIC...           topics that are not there are no error
//   topics --broker HOST:PORT list
//   topics --broker HOST:PORT lag GROUP TOPIC           records that the group has not committed
//   yet topics --broker HOST:PORT count TOPIC...            records of all, the last append's time
//   topics --broker HOST:PORT ends TOPIC...             the sum of their end offsets
//   topics --broker HOST:PORT dump ALERTS AGGREGATES    one JSON a line: what recount.py compares
//   topics --broker HOST:PORT first TOPIC...            waits for a record after now, prints its
//   time
//
// dump writes of each alert transition only what is compared, and the latest aggregate of each key.
// Times are milliseconds since 1970.
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace lagesbild::bench {
namespace {

constexpr int kTimeoutMs = 30'000;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "topics: %s\n", what.c_str());
  std::exit(1);
}

void Must(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) Fail(what + ": " + rd_kafka_err2str(error));
}

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Client {
 public:
  Client(const std::string& broker, const std::string& group) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"bootstrap.servers", broker},
                                                          {"group.id", group},
                                                          {"isolation.level", "read_committed"},
                                                          {"enable.partition.eof", "true"},
                                                          {"enable.auto.commit", "false"},
                                                          {"fetch.wait.max.ms", "10"},
                                                          {"log_level", "3"}}) {
      LB_CHECK(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0) ==
               RD_KAFKA_CONF_OK);
    }
    client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
    LB_CHECK(client_ != nullptr);
    rd_kafka_poll_set_consumer(client_);
  }
  ~Client() { rd_kafka_destroy(client_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  rd_kafka_t* get() { return client_; }

  std::map<std::string, int> Topics() {
    const rd_kafka_metadata_t* metadata = nullptr;
    Must(rd_kafka_metadata(client_, 1, nullptr, &metadata, kTimeoutMs), "metadata");
    std::map<std::string, int> topics;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      topics[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    return topics;
  }
  std::pair<int64_t, int64_t> Bounds(const std::string& topic, int partition) {
    int64_t low = 0, high = 0;
    Must(rd_kafka_query_watermark_offsets(client_, topic.c_str(), partition, &low, &high,
                                          kTimeoutMs),
         topic);
    return {low, high};
  }
  // Hands over every record of the topics, from their beginning or their end; until their end, or
  // until `take` says false.
  void Read(const std::vector<std::string>& topics, bool from_end,
            const std::function<bool(const rd_kafka_message_t&)>& take) {
    const auto known = Topics();
    auto* list = rd_kafka_topic_partition_list_new(8);
    for (const std::string& topic : topics) {
      const auto it = known.find(topic);
      if (it == known.end()) Fail(topic + ": no such topic");
      for (int p = 0; p < it->second; ++p) {
        rd_kafka_topic_partition_list_add(list, topic.c_str(), p)->offset =
            from_end ? Bounds(topic, p).second : RD_KAFKA_OFFSET_BEGINNING;
      }
    }
    int open = list->cnt;
    Must(rd_kafka_assign(client_, list), "assign");
    if (from_end) {
      std::printf("waiting\n");
      std::fflush(stdout);
    }
    while (open > 0 || from_end) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(client_, 1000);
      if (message == nullptr) continue;
      bool more = true;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        --open;
      } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        more = take(*message);
      }
      rd_kafka_message_destroy(message);
      if (!more) break;
    }
    rd_kafka_topic_partition_list_destroy(list);
  }

 private:
  rd_kafka_t* client_ = nullptr;
};

std::string_view ValueOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}
std::string KeyOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.key), message.key == nullptr ? 0 : message.key_len};
}

void WaitFor(rd_kafka_queue_t* queue, bool missing_is_fine) {
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kTimeoutMs);
  if (event == nullptr) Fail("no answer");
  Must(rd_kafka_event_error(event), "admin");
  size_t count = 0;
  const rd_kafka_topic_result_t** results = nullptr;
  if (const auto* created = rd_kafka_event_CreateTopics_result(event)) {
    results = rd_kafka_CreateTopics_result_topics(created, &count);
  } else if (const auto* deleted = rd_kafka_event_DeleteTopics_result(event)) {
    results = rd_kafka_DeleteTopics_result_topics(deleted, &count);
  }
  for (size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (missing_is_fine && error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    Must(error, rd_kafka_topic_result_name(results[i]));
  }
  rd_kafka_event_destroy(event);
}

void Create(Client& client, const std::vector<std::string>& args) {
  char error[512];
  rd_kafka_NewTopic_t* topic =
      rd_kafka_NewTopic_new(args.at(0).c_str(), std::atoi(args.at(1).c_str()), 1, error, 512);
  if (topic == nullptr) Fail(error);
  for (size_t i = 2; i < args.size(); ++i) {
    const size_t equals = args[i].find('=');
    Must(rd_kafka_NewTopic_set_config(topic, args[i].substr(0, equals).c_str(),
                                      args[i].substr(equals + 1).c_str()),
         args[i]);
  }
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client.get());
  rd_kafka_CreateTopics(client.get(), &topic, 1, nullptr, queue);
  WaitFor(queue, false);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(topic);
}

void Delete(Client& client, const std::vector<std::string>& names) {
  std::vector<rd_kafka_DeleteTopic_t*> topics;
  for (const std::string& name : names) topics.push_back(rd_kafka_DeleteTopic_new(name.c_str()));
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client.get());
  rd_kafka_DeleteTopics(client.get(), topics.data(), topics.size(), nullptr, queue);
  WaitFor(queue, true);
  rd_kafka_queue_destroy(queue);
  for (auto* topic : topics) rd_kafka_DeleteTopic_destroy(topic);
}

int64_t Lag(Client& client, const std::string& topic) {
  const int partitions = client.Topics()[topic];
  auto* list = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p) {
    rd_kafka_topic_partition_list_add(list, topic.c_str(), p);
  }
  Must(rd_kafka_committed(client.get(), list, kTimeoutMs), "committed");
  int64_t lag = 0;
  for (int p = 0; p < partitions; ++p) {
    const auto [low, high] = client.Bounds(topic, p);
    lag += high - std::max(low, list->elems[p].offset);
  }
  rd_kafka_topic_partition_list_destroy(list);
  return lag;
}

// The first field of this name; enough for records whose outer fields come first.
std::string_view Field(std::string_view json, const std::string& name) {
  const size_t at = json.find("\"" + name + "\":");
  if (at == std::string_view::npos) return "null";
  const size_t from = at + name.size() + 3;
  const size_t to =
      json[from] == '"' ? json.find('"', from + 1) + 1 : json.find_first_of(",}", from);
  return json.substr(from, to - from);
}

void Dump(Client& client, const std::string& alerts, const std::string& aggregates) {
  std::map<std::string, std::string> latest;
  int64_t sent = 0, bytes = 0, alert_bytes = 0, last_ms = 0;
  client.Read({alerts, aggregates}, false, [&](const rd_kafka_message_t& message) {
    const std::string_view value = ValueOf(message);
    last_ms = std::max(last_ms, rd_kafka_message_timestamp(&message, nullptr));
    if (rd_kafka_topic_name(message.rkt) == aggregates) {
      latest[KeyOf(message)] = value;
      ++sent;
      bytes += static_cast<int64_t>(value.size());
      return true;
    }
    alert_bytes += static_cast<int64_t>(value.size());
    std::printf("{\"alert\":{");
    const char* comma = "";
    for (const char* name :
         {"alert_id", "sequence", "state", "at", "rule", "area", "of", "observed"}) {
      const std::string_view field = Field(value, name);
      std::printf("%s\"%s\":%.*s", comma, name, static_cast<int>(field.size()), field.data());
      comma = ",";
    }
    std::printf("}}\n");
    return true;
  });
  for (const auto& [key, value] : latest) std::printf("{\"aggregate\":%s}\n", value.c_str());
  std::printf(
      "{\"end\":{\"aggregates\":%lld,\"aggregate_bytes\":%lld,\"alert_bytes\":%lld,\"last_ms\":%"
      "lld}"
      "}\n",
      static_cast<long long>(sent), static_cast<long long>(bytes),
      static_cast<long long>(alert_bytes), static_cast<long long>(last_ms));
}

int64_t Ends(Client& client, const std::vector<std::string>& topics) {
  const auto known = client.Topics();
  int64_t ends = 0;
  for (const std::string& topic : topics) {
    const auto it = known.find(topic);
    for (int p = 0; it != known.end() && p < it->second; ++p)
      ends += client.Bounds(topic, p).second;
  }
  return ends;
}

void Main(const std::vector<std::string>& args) {
  if (args.size() < 3 || args[0] != "--broker") Fail("usage: see the head of bench/topics.cc");
  const std::string& command = args[2];
  const std::vector<std::string> rest(args.begin() + 3, args.end());
  Client client(args[1], command == "lag" ? rest.at(0) : "bench-topics");
  if (command == "create") {
    Create(client, rest);
  } else if (command == "delete") {
    Delete(client, rest);
  } else if (command == "list") {
    for (const auto& [name, partitions] : client.Topics()) {
      std::printf("%s %d\n", name.c_str(), partitions);
    }
  } else if (command == "lag") {
    std::printf("%lld\n", static_cast<long long>(Lag(client, rest.at(1))));
  } else if (command == "ends") {
    std::printf("%lld\n", static_cast<long long>(Ends(client, rest)));
  } else if (command == "dump") {
    Dump(client, rest.at(0), rest.at(1));
  } else if (command == "first") {
    client.Read(rest, true, [](const rd_kafka_message_t&) { return false; });
    std::printf("%lld\n", static_cast<long long>(NowMs()));
  } else {
    Fail("no such command: " + command);
  }
}

}  // namespace
}  // namespace lagesbild::bench

int main(int argc, char** argv) {
  lagesbild::bench::Main(std::vector<std::string>(argv + 1, argv + argc));
}
