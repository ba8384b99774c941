// AdminServer: what operators and their tools ask, on a listener of its own (http.admin).
//
//   GET /metrics   the metrics, as Prometheus reads them
//   GET /livez     200 as long as the process serves: while restoring, and with the broker down,
//   too
//                  (a restart would mend neither)
//   GET /readyz    200 once every part is ready; else 503; both JSON (readiness.h), or plain text
//                  with ?format=text
//
// In: the HealthBoard that the workers write, the metrics port, the text of the metrics. Sources:
// design/interfaces.md, HTTP and Metrics.
//
// How `run` uses it: first of all, before any worker, so that probes are answered from the start:
//
//   io::PrometheusMetrics metrics({.version = …, .consumed_topics = …, …});
//   stream::HealthBoard health;
//   if (!config.http_admin.empty()) {
//     LB_ASSIGN_OR_RETURN(admin, board::AdminServer::Start(
//         config.http_admin, {health, metrics, clock, [&] { return metrics.Text(); },
//                             io::PrometheusMetrics::kContentType}));
//   }
//   // … the workers, with World{…, metrics, reporter, health} …
//   // At the end: workers closed, then admin->Stop() (or its destructor), then the rest.
//
// A failed Start is FailedPrecondition (the port is taken; exit 78). Threads: Start and Stop by one
// thread; what AdminWorld refers to is used on the listener's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "board/http_server.h"
#include "stream/health.h"
#include "stream/metrics.h"
#include "stream/ports.h"

namespace lagesbild::board {

// All of it outlives the server.
struct AdminWorld {
  const stream::HealthBoard& health;
  stream::Metrics& metrics;
  stream::Clock& clock;  // may be asked by any thread
  std::function<std::string()> metrics_text;
  std::string metrics_content_type;
};

class AdminServer {
 public:
  // `listen`: "127.0.0.1:9464"; port 0: any that is free. Serves when it returns. InvalidArgument:
  // not an address. FailedPrecondition: cannot listen there; the message says what to do.
  static StatusOr<std::unique_ptr<AdminServer>> Start(const std::string& listen, AdminWorld world);
  ~AdminServer();

  uint16_t port() const { return server_->port(); }
  const std::string& address() const { return server_->address(); }
  void Stop() { server_->Stop(); }

 private:
  class Routes;
  explicit AdminServer(std::unique_ptr<Routes> routes);

  const std::unique_ptr<Routes> routes_;
  std::unique_ptr<HttpServer> server_;  // after the routes, so that it stops before they go
};

}  // namespace lagesbild::board
