// The floor without state: consume, parse, one output an event, in transactions with the offsets.
//
//   floor_stateless BROKER GROUP RAW ALERTS AGGREGATES STATE_DIR
#include "floor.h"

int main(int argc, char** argv) {
  const auto args = floor_sketch::Parse(argc, argv);
  floor_sketch::Loop loop(args);
  floor_sketch::Parser parser;
  const auto nothing = [] {};
  loop.Run(
      [&](const rd_kafka_message_t& message) {
        const auto report = parser.Parse(message);
        char key[16], value[256];
        const int key_size = std::snprintf(key, sizeof(key), "a-%03d", report.area);
        const int size = std::snprintf(
            value, sizeof(value), R"({"area":"%s","class":"%.*s","minute":%lld,"revision":%lld})",
            key, static_cast<int>(report.class_name.size()), report.class_name.data(),
            static_cast<long long>(report.minute), static_cast<long long>(report.revision));
        loop.Produce(args.aggregates, {key, static_cast<size_t>(key_size)},
                     {value, static_cast<size_t>(size)});
      },
      nothing, nothing);
}
