#include "feeds/curl_http.h"

#include <curl/curl.h>

#include <string_view>
#include <utility>

#include "feeds/text.h"

namespace lagesbild::feeds {
namespace {

constexpr size_t kBodyBytesMax = size_t{8} << 20;
constexpr long kSecondsMax = 30;
constexpr long kConnectSecondsMax = 10;
constexpr long kRedirectsMax = 3;

size_t TakeBody(char* data, size_t, size_t bytes, void* to) {
  auto& body = static_cast<HttpAnswer*>(to)->body;
  if (body.size() + bytes > kBodyBytesMax) return 0;  // curl gives CURLE_WRITE_ERROR
  body.append(data, bytes);
  return bytes;
}

size_t TakeHeader(char* data, size_t, size_t bytes, void* to) {
  auto& answer = *static_cast<HttpAnswer*>(to);
  std::string_view line(data, bytes);
  if (line.starts_with("HTTP/")) {  // a new answer: after a redirect only the last one counts
    answer.etag.clear();
    answer.last_modified.clear();
    answer.retry_after.clear();
    return bytes;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bytes;
  const std::string name = FoldCase(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  value = Trim(value);
  if (name == "etag") answer.etag = value;
  if (name == "last-modified") answer.last_modified = value;
  if (name == "retry-after") answer.retry_after = value;
  return bytes;
}

class HeaderList {
 public:
  ~HeaderList() { curl_slist_free_all(list_); }
  void Add(const std::string& header) { list_ = curl_slist_append(list_, header.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace

class CurlHttp::Impl {
 public:
  explicit Impl(CURL* curl, std::string agent) : curl_(curl), agent_(std::move(agent)) {}
  ~Impl() { curl_easy_cleanup(curl_); }

  StatusOr<HttpAnswer> Get(const HttpRequest& request) {
    HttpAnswer answer;
    HeaderList headers;
    headers.Add("Accept: application/json");
    if (!request.etag.empty()) headers.Add("If-None-Match: " + request.etag);
    if (!request.last_modified.empty()) {
      headers.Add("If-Modified-Since: " + request.last_modified);
    }
    curl_easy_reset(curl_);  // the connection stays open
    curl_easy_setopt(curl_, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl_, CURLOPT_MAXREDIRS, kRedirectsMax);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, kSecondsMax);
    curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT, kConnectSecondsMax);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_ACCEPT_ENCODING, "");  // what libcurl can unpack
    curl_easy_setopt(curl_, CURLOPT_USERAGENT, agent_.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &TakeBody);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &TakeHeader);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
    if (const CURLcode code = curl_easy_perform(curl_); code != CURLE_OK) {
      return Unavailable(curl_easy_strerror(code));
    }
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
  }

 private:
  CURL* const curl_;
  const std::string agent_;
};

StatusOr<std::unique_ptr<CurlHttp>> CurlHttp::Create(const std::string& user_agent) {
  CURL* curl = curl_easy_init();  // sets up libcurl itself on first use
  if (curl == nullptr) return Internal("libcurl cannot be set up");
  return std::unique_ptr<CurlHttp>(new CurlHttp(std::make_unique<Impl>(curl, user_agent)));
}

CurlHttp::CurlHttp(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CurlHttp::~CurlHttp() = default;

StatusOr<HttpAnswer> CurlHttp::Get(const HttpRequest& request) { return impl_->Get(request); }

}  // namespace lagesbild::feeds
