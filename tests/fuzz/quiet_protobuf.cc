#include <google/protobuf/stubs/logging.h>

// Protobuf says a line on stderr for each text that is not UTF-8.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}
