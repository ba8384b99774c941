#include "board/admin_server.h"

#include <utility>

#include "board/readiness.h"

namespace lagesbild::board {

// The listener thread's, once it runs.
class AdminServer::Routes {
 public:
  explicit Routes(AdminWorld world) : world_(std::move(world)), readiness_(world_.health) {
    for (const std::string& state : ServiceStates()) {
      states_.emplace_back(&state, &world_.metrics.gauge("state", {{"state", state}}));
    }
    for (const char* route : {"/metrics", "/livez", "/readyz"}) {
      world_.metrics.counter("http_requests_total", {{"route", route}, {"code", "200"}});
    }
  }

  HttpResponse Handle(const HttpRequest& request) {
    if (request.path == "/metrics") return Metrics();
    if (request.path == "/livez") return {.body = "alive\n", .route = "/livez"};
    if (request.path == "/readyz") return Ready(request.query == "format=text");
    return {.code = 404, .body = "Here are /metrics, /livez and /readyz.\n"};
  }

  void Count(std::string_view route, int code) {
    world_.metrics
        .counter("http_requests_total",
                 {{"route", std::string(route)}, {"code", std::to_string(code)}})
        .Add(1);
  }

 private:
  HttpResponse Metrics() {
    const ReadyAnswer answer = readiness_.Ask(world_.clock.Monotonic());
    for (const auto& [state, gauge] : states_) gauge->Set(*state == answer.state ? 1 : 0);
    return {.content_type = world_.metrics_content_type,
            .body = world_.metrics_text(),
            .route = "/metrics"};
  }

  HttpResponse Ready(bool as_text) {
    const ReadyAnswer answer = readiness_.Ask(world_.clock.Monotonic());
    HttpResponse response;
    response.code = answer.ready ? 200 : 503;
    if (!as_text) response.content_type = "application/json";
    response.body = as_text ? ReadyText(answer) : ReadyJson(answer);
    response.route = "/readyz";
    return response;
  }

  AdminWorld world_;
  Readiness readiness_;
  std::vector<std::pair<const std::string*, stream::Gauge*>> states_;
};

AdminServer::AdminServer(std::unique_ptr<Routes> routes) : routes_(std::move(routes)) {}
AdminServer::~AdminServer() = default;

StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(const std::string& listen,
                                                          AdminWorld world) {
  auto admin =
      std::unique_ptr<AdminServer>(new AdminServer(std::make_unique<Routes>(std::move(world))));
  Routes& routes = *admin->routes_;
  HttpServerOptions options;
  options.listen = listen;
  options.key = "http.admin";
  LB_ASSIGN_OR_RETURN(
      admin->server_,
      HttpServer::Start(
          options, [&routes](const HttpRequest& request) { return routes.Handle(request); },
          [&routes](std::string_view route, int code) { routes.Count(route, code); }));
  return admin;
}

}  // namespace lagesbild::board
