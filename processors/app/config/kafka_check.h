// CheckKafkaSettings: tries the librdkafka properties of the configuration on librdkafka itself,
// without a broker. In: a loaded configuration; out: errors at the place where each property was
// written. Thread-safe.
#pragma once

#include "app/config/config.h"
#include "app/config/diagnostics.h"

namespace lagesbild::app {

// Unknown properties, wrong values and contradictions are errors. A secret's file that is not here
// is a warning: it may be on the machine that runs.
void CheckKafkaSettings(const LoadedConfig& loaded, Diagnostics& diagnostics);

}  // namespace lagesbild::app
