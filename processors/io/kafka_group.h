// KafkaGroup: what a group's coordinator says of it; how it is asked, and how its answer is read.
// Used by KafkaAdmin, which waits for the answer, and KafkaGroupLook, which does not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/kafka_event.h"
#include "io/kafka_handle.h"
#include "stream/ports.h"

namespace lagesbild::io {

struct KafkaGroup {
  struct Member {
    std::string id;           // what the coordinator calls it
    std::string instance_id;  // empty: none
    std::string host;
    std::vector<stream::TopicPartition> partitions;
  };
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;  // if any, the rest is empty
  std::string error_text;
  bool stable = false;  // no rebalance is on
  std::vector<Member> members;
};

// The answer comes to `answers`, at the latest after `limit_ms`.
void AskForGroup(rd_kafka_t* client, const std::string& group, int limit_ms,
                 rd_kafka_queue_t* answers);

// nullopt: no answer to that, or about another number of groups. The event's own error is not
// looked at.
std::optional<KafkaGroup> GroupIn(rd_kafka_event_t* answer);

}  // namespace lagesbild::io
