// The consumers and sinks of the embedded log. Only io/embedded_log.cc makes them.
#pragma once

#include <memory>
#include <string>

#include "io/embedded_log.h"

namespace lagesbild::io {

std::unique_ptr<stream::Consumer> NewEmbeddedConsumer(EmbeddedLog& log,
                                                      const stream::ConsumerOptions& options);
std::unique_ptr<stream::TransactionalSink> NewEmbeddedSink(EmbeddedLog& log,
                                                           const std::string& transactional_id);

}  // namespace lagesbild::io
