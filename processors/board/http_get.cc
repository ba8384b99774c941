#include "board/http_get.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include "board/address.h"

namespace lagesbild::board {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr size_t kBodyBytesMax = 4 << 20;

class Getter {
 public:
  explicit Getter(const HttpUrl& url) : url_(url) { parser_.body_limit(kBodyBytesMax); }

  StatusOr<HttpGetAnswer> Run(absl::Duration timeout) {
    Resolve();
    context_.run_for(absl::ToChronoMilliseconds(timeout));
    if (!done_) {
      return Unavailable("no answer from " + ToString(url_.at) + " within " +
                         std::string(absl::FormatDuration(timeout)));
    }
    LB_RETURN_IF_ERROR(status_);
    const auto& answer = parser_.get();
    const auto type = answer[http::field::content_type];
    return HttpGetAnswer{static_cast<int>(answer.result_int()),
                         std::string(type.data(), type.size()), answer.body()};
  }

 private:
  // The steps; each goes on to the next or ends with the error.
  void Resolve() {
    resolver_.async_resolve(url_.at.host, std::to_string(url_.at.port),
                            [this](const Error& error, const tcp::resolver::results_type& found) {
                              if (error) return Finish("no such host: " + url_.at.host);
                              Connect(found);
                            });
  }
  void Connect(const tcp::resolver::results_type& found) {
    stream_.async_connect(found, [this](const Error& error, const tcp::endpoint&) {
      if (error) {
        return Finish("nobody answers at " + ToString(url_.at) + ": " + error.message());
      }
      Write();
    });
  }
  void Write() {
    request_.version(11);
    request_.method(http::verb::get);
    request_.target(url_.path);
    request_.set(http::field::host, ToString(url_.at));
    request_.set(http::field::user_agent, "lagesbild");
    request_.keep_alive(false);
    http::async_write(stream_, request_, [this](const Error& error, size_t) {
      if (error) return Finish("the connection to " + ToString(url_.at) + " broke");
      Read();
    });
  }
  void Read() {
    http::async_read(stream_, buffer_, parser_, [this](const Error& error, size_t) {
      if (error) return Finish("no whole HTTP answer from " + ToString(url_.at));
      done_ = true;
    });
  }
  void Finish(const std::string& why) {
    status_ = Unavailable(why);
    done_ = true;
  }

  const HttpUrl& url_;
  bool done_ = false;
  Status status_;
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  beast::tcp_stream stream_{context_};
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  http::response_parser<http::string_body> parser_;
};

}  // namespace

StatusOr<HttpGetAnswer> HttpGet(const std::string& url, absl::Duration timeout) {
  LB_ASSIGN_OR_RETURN(const HttpUrl parsed, ParseHttpUrl(url));
  return Getter(parsed).Run(timeout);
}

}  // namespace lagesbild::board
