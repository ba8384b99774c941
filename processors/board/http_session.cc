#include "board/http_session.h"

#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <exception>

#include "absl/time/time.h"
#include "base/json_writer.h"

namespace lagesbild::board {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kDrainBytesMax = 256 << 10;
constexpr absl::Duration kDrainMax = absl::Seconds(2);

auto Chrono(absl::Duration d) { return absl::ToChronoMilliseconds(d); }

HttpResponse ErrorResponse(int code, std::string_view why) {
  HttpResponse response;
  response.code = code;
  response.content_type = "application/json";
  JsonWriter(response.body).BeginObject().Key("error").String(why).EndObject();
  response.body += "\n";
  return response;
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, const HttpServerOptions& options,
                         const HttpServer::Handler& handler, const HttpServer::Observer& observer,
                         Ended ended)
    : stream_(std::move(socket)),
      options_(options),
      handler_(handler),
      observer_(observer),
      ended_(std::move(ended)),
      // One header of the next request may come along with this one's.
      buffer_(2 * options.header_bytes_max) {}

void HttpSession::Run() { AwaitRequest(); }

void HttpSession::Cut() {
  Error ignored;
  stream_.socket().close(ignored);
}

void HttpSession::AwaitRequest() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
  if (buffer_.size() > 0) {  // the next request came along with the one before
    ReadHeader();
    return;
  }
  stream_.expires_after(Chrono(options_.idle_max));
  stream_.async_read_some(buffer_.prepare(1024), [this](const Error& error, size_t bytes) {
    if (error) {
      End();
      return;
    }
    buffer_.commit(bytes);
    ReadHeader();
  });
}

void HttpSession::ReadHeader() {
  stream_.expires_after(Chrono(options_.request_max));
  http::async_read_header(stream_, buffer_, *parser_,
                          [this](const Error& error, size_t) { OnHeader(error); });
}

void HttpSession::OnHeader(const Error& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    Refuse(431, "the header is too long");
  } else if (error == http::error::body_limit || error == http::error::unexpected_body) {
    Refuse(413, "no body is taken here");
  } else if (error == http::error::end_of_stream || error == http::error::partial_message ||
             error == beast::error::timeout) {
    End();
  } else if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    Refuse(400, "this is not HTTP/1.1");
  } else if (error) {
    End();
  } else if (const http::verb verb = parser_->get().method();
             verb != http::verb::get && verb != http::verb::head) {
    Refuse(405, "only GET and HEAD");
  } else if (parser_->chunked() || parser_->content_length().value_or(0) > 0) {
    Refuse(413, "no body is taken here");
  } else {
    Answer(Decide(), parser_->keep_alive());
  }
}

HttpResponse HttpSession::Decide() {
  const auto target = parser_->get().target();
  const std::string_view whole(target.data(), target.size());
  const size_t mark = whole.find('?');
  HttpRequest request;
  request.path = whole.substr(0, mark);
  if (mark != std::string_view::npos) request.query = whole.substr(mark + 1);
  try {
    return handler_(request);
  } catch (const std::exception&) {  // the project throws nothing; a library may (out of memory)
    return ErrorResponse(500, "this could not be answered");
  }
}

void HttpSession::Refuse(int code, std::string_view why) {
  Answer(ErrorResponse(code, why), /*keep_alive=*/false);
}

void HttpSession::Answer(const HttpResponse& response, bool keep_alive) {
  observer_(response.route, response.code);
  answer_ = {};
  answer_.version(11);
  answer_.result(static_cast<unsigned>(response.code));
  answer_.keep_alive(keep_alive);
  answer_.set(http::field::content_type, response.content_type);
  answer_.set(http::field::cache_control, "no-store");
  answer_.set("X-Content-Type-Options", "nosniff");
  if (response.code == 405) answer_.set(http::field::allow, "GET, HEAD");
  answer_.content_length(response.body.size());
  if (parser_->get().method() != http::verb::head) answer_.body() = response.body;
  stream_.expires_after(Chrono(options_.answer_max));
  http::async_write(stream_, answer_, [this, keep_alive](const Error& error, size_t) {
    if (error) {
      End();
    } else if (keep_alive) {
      AwaitRequest();
    } else {
      Error ignored;
      stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
      stream_.expires_after(Chrono(kDrainMax));
      Drain();
    }
  });
}

void HttpSession::Drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096), [this](const Error& error, size_t bytes) {
    drained_bytes_ += bytes;
    if (error || drained_bytes_ > kDrainBytesMax) {
      End();
    } else {
      Drain();
    }
  });
}

void HttpSession::End() { ended_(*this); }

}  // namespace lagesbild::board
