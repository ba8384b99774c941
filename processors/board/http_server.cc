#include "board/http_server.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <thread>

#include "board/address.h"
#include "board/http_session.h"

namespace lagesbild::board {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using SystemError = boost::system::error_code;

// How long accepting rests when the process is out of file descriptors.
constexpr std::chrono::milliseconds kAcceptRest(100);

Status CannotListen(const HttpServerOptions& options, const HostPort& at,
                    const SystemError& error) {
  std::string text = options.key + ": cannot listen on " + ToString(at) + ": ";
  const std::string port = std::to_string(at.port);
  if (error == asio::error::address_in_use) {
    text += "another program has this port; stop it (ss -ltnp 'sport = :" + port +
            "' shows which) or set " + options.key + " to another port, or to off";
  } else if (error == asio::error::access_denied) {
    text += "ports below 1024 need a privilege; set " + options.key + " to a higher port";
  } else if (error == asio::error::host_not_found ||
             error == asio::error::host_not_found_try_again ||
             error == boost::system::errc::address_not_available) {
    text += "this machine has no such address; set " + options.key +
            " to one that it has, such as 127.0.0.1:" + port;
  } else {
    text += error.message();
  }
  return FailedPrecondition(text);
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, Handler handler, Observer observer)
      : options_(std::move(options)),
        handler_(std::move(handler)),
        observer_(std::move(observer)) {}
  ~Impl() { Stop(); }

  Status Listen() {
    LB_ASSIGN_OR_RETURN(HostPort at, ParseHostPort(options_.listen));
    SystemError error;
    tcp::resolver resolver(context_);
    const auto found =
        resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, error);
    if (error) return CannotListen(options_, at, error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    // After a restart the port must be free at once, whatever connections of before linger.
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return CannotListen(options_, at, error);
    at.port = acceptor_.local_endpoint().port();
    port_ = at.port;
    address_ = ToString(at);
    return absl::OkStatus();
  }

  void Run() {
    Accept();
    // Signals are for the thread that waits for them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { context_.run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_setname_np(thread_.native_handle(), "lb-http");
  }

  void Stop() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
    // The context runs no more, so what their closing completes is never called.
    sessions_.clear();
    SystemError ignored;
    acceptor_.close(ignored);
  }

  uint16_t port() const { return port_; }
  const std::string& address() const { return address_; }

 private:
  void Accept() {
    acceptor_.async_accept([this](const SystemError& error, tcp::socket socket) {
      if (error) {
        rest_.expires_after(kAcceptRest);
        rest_.async_wait([this](const SystemError&) { Accept(); });
        return;
      }
      if (sessions_.size() >= options_.connections_max) sessions_.front()->Cut();
      SystemError ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      sessions_.push_back(std::make_unique<HttpSession>(
          std::move(socket), options_, handler_, observer_, [this](HttpSession& s) { Remove(s); }));
      sessions_.back()->Run();
      Accept();
    });
  }

  void Remove(HttpSession& session) {
    sessions_.remove_if([&](const auto& s) { return s.get() == &session; });
  }

  const HttpServerOptions options_;
  const Handler handler_;
  const Observer observer_;
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer rest_{context_};
  // The listener thread's, once it runs: at most connections_max, and those that are being cut.
  std::list<std::unique_ptr<HttpSession>> sessions_;
  uint16_t port_ = 0;
  std::string address_;
  std::thread thread_;
};

StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpServerOptions& options,
                                                        Handler handler, Observer observer) {
  auto impl = std::make_unique<Impl>(options, std::move(handler), std::move(observer));
  LB_RETURN_IF_ERROR(impl->Listen());
  impl->Run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;
uint16_t HttpServer::port() const { return impl_->port(); }
const std::string& HttpServer::address() const { return impl_->address(); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace lagesbild::board
