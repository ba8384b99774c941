// Partner: an ordinary producer as a partner has one, without transactions, that notes when each of
// its records was appended. One thread.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>

#include "base/check.h"
#include "stream/ports.h"

namespace lagesbild::bench {

class Partner {
 public:
  explicit Partner(const std::string& broker) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] :
         {std::make_pair("bootstrap.servers", broker.c_str()), std::make_pair("linger.ms", "0"),
          std::make_pair("socket.nagle.disable", "true"), std::make_pair("acks", "all")}) {
      LB_CHECK(rd_kafka_conf_set(conf, name, value, nullptr, 0) == RD_KAFKA_CONF_OK);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      // Appended now: the clock of this record starts here.
      static_cast<std::atomic<int64_t>*>(message->_private)
          ->store(std::chrono::steady_clock::now().time_since_epoch().count());
    });
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    LB_CHECK(client_ != nullptr);
  }
  ~Partner() {
    rd_kafka_flush(client_, 10000);
    rd_kafka_destroy(client_);
  }
  // `appended` gets the steady clock's nanoseconds of the broker's answer, from within Serve.
  void Send(const stream::TopicPartition& to, const std::string& value,
            std::atomic<int64_t>* appended) {
    rd_kafka_producev(
        client_, RD_KAFKA_V_TOPIC(to.topic.c_str()), RD_KAFKA_V_PARTITION(to.partition),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(appended), RD_KAFKA_V_END);
  }
  void Serve(int ms) { rd_kafka_poll(client_, ms); }

 private:
  rd_kafka_t* client_ = nullptr;
};

}  // namespace lagesbild::bench
