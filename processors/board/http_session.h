// HttpSession: one connection of HttpServer: read a header, answer, again. For http_server.cc only.
//
// At most one asynchronous operation is under way at any time; when the last one ends, the session
// says so to its owner, which may then destroy it. Thread: the listener's.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>  // Asio 1.74 needs it first

#include "board/http_server.h"

namespace lagesbild::board {

class HttpSession {
 public:
  using Ended = std::function<void(HttpSession&)>;

  // `options`, `handler`, `observer` outlive it. `ended` is the last thing it calls.
  HttpSession(boost::asio::ip::tcp::socket socket, const HttpServerOptions& options,
              const HttpServer::Handler& handler, const HttpServer::Observer& observer,
              Ended ended);
  void Run();
  void Cut();  // ends it soon, by way of `ended`

 private:
  using Error = boost::system::error_code;

  void AwaitRequest();
  void ReadHeader();
  void OnHeader(const Error& error);
  HttpResponse Decide();
  void Refuse(int code, std::string_view why);
  void Answer(const HttpResponse& response, bool keep_alive);
  void Drain();  // reads away what still comes, so that the answer is not lost to a reset
  void End();

  boost::beast::tcp_stream stream_;
  const HttpServerOptions& options_;
  const HttpServer::Handler& handler_;
  const HttpServer::Observer& observer_;
  const Ended ended_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::empty_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> answer_;
  size_t drained_bytes_ = 0;
};

}  // namespace lagesbild::board
