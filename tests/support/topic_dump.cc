// Prints all of a topic that is committed, a line a record: KEY<TAB>VALUE. Partitions one after the
// other.
//
//   topic_dump HOST:PORT TOPIC
#include <cstdio>
#include <string>

#include "base/check.h"
#include "io/kafka_log.h"

namespace lagesbild {
namespace {

void Dump(const std::string& broker, const std::string& topic) {
  io::KafkaLogOptions options;
  options.config.bootstrap_servers = broker;
  auto log = io::KafkaLog::Open(std::move(options));
  LB_CHECK(log.ok());
  auto info = (*log)->Describe(topic);
  LB_CHECK(info.ok());
  auto reader = (*log)->OpenConsumer({});
  LB_CHECK(reader.ok());
  for (int32_t p = 0; p < info->partitions; ++p) {
    const stream::TopicPartition at{topic, p};
    LB_CHECK((*reader)->Start(at, stream::kFromBeginning).ok());
    for (bool drained = false; !drained;) {
      LB_CHECK((*reader)->Poll(absl::Milliseconds(100)).ok());
      auto batch = (*reader)->Read(at, 1000);
      LB_CHECK(batch.ok());
      for (const auto& record : batch->records) {
        std::printf("%.*s\t%.*s\n", static_cast<int>(record.key.size()), record.key.data(),
                    static_cast<int>(record.value.value_or("").size()),
                    record.value.value_or("").data());
      }
      drained = batch->drained;
    }
    (*reader)->Released(at);
  }
}

}  // namespace
}  // namespace lagesbild

int main(int argc, char** argv) {
  LB_CHECK(argc == 3);
  lagesbild::Dump(argv[1], argv[2]);
}
