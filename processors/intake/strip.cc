#include "intake/strip.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/check.h"

namespace lagesbild::intake {
namespace {

constexpr size_t kHashBytes = 16;

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// HMAC-SHA256 under one key. OpenSSL's set-up is the slow part, so it is done once.
class Hmac {
 public:
  explicit Hmac(std::string_view key)
      : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_.get())) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
    LB_CHECK(context_ != nullptr &&
             EVP_MAC_init(context_.get(), bytes, key.size(), parameters) == 1);
  }

  std::string First16(std::initializer_list<std::string_view> parts) {
    LB_CHECK(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
    for (const std::string_view part : parts) {
      LB_CHECK(EVP_MAC_update(context_.get(), reinterpret_cast<const unsigned char*>(part.data()),
                              part.size()) == 1);
    }
    std::array<unsigned char, 32> digest;
    size_t size = 0;
    LB_CHECK(EVP_MAC_final(context_.get(), digest.data(), &size, digest.size()) == 1);
    return std::string(reinterpret_cast<const char*>(digest.data()), kHashBytes);
  }

 private:
  std::unique_ptr<EVP_MAC, FreeMac> mac_;
  std::unique_ptr<EVP_MAC_CTX, FreeMac> context_;
};

}  // namespace

class Stripper::Impl {
 public:
  Impl(std::string_view secret, std::string_view time_zone) : hmac_(secret) {
    LB_CHECK(absl::LoadTimeZone(absl::string_view(time_zone.data(), time_zone.size()), &zone_));
  }

  // "2023-01-14".
  const std::string& LocalDay(int64_t ms) {
    if (ms < day_begin_ms_ || ms >= day_end_ms_) {
      const absl::CivilDay day = absl::ToCivilDay(absl::FromUnixMillis(ms), zone_);
      day_begin_ms_ = absl::ToUnixMillis(absl::FromCivil(day, zone_));
      day_end_ms_ = absl::ToUnixMillis(absl::FromCivil(day + 1, zone_));
      day_ = absl::FormatCivilTime(day);
    }
    return day_;
  }

  Hmac hmac_;

 private:
  absl::TimeZone zone_;
  int64_t day_begin_ms_ = 0, day_end_ms_ = 0;  // [begin, end) of day_
  std::string day_;
};

Stripper::Stripper(std::string_view secret, std::string_view time_zone)
    : impl_(std::make_unique<Impl>(secret, time_zone)) {}
Stripper::~Stripper() = default;

// The first part tells the two uses apart, a zero byte ends each part but the last.
std::string Stripper::ReporterHash(int64_t occurred_ms, std::string_view reporter) {
  constexpr std::string_view kEnd("\0", 1);
  if (reporter.empty()) return {};
  return impl_->hmac_.First16({"reporter", kEnd, impl_->LocalDay(occurred_ms), kEnd, reporter});
}

std::string Stripper::KeyHash(std::string_view key) {
  constexpr std::string_view kEnd("\0", 1);
  if (key.empty()) return {};
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * kHashBytes);
  for (const char c : impl_->hmac_.First16({"key", kEnd, key})) {
    hex.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
    hex.push_back(kDigits[static_cast<unsigned char>(c) & 15]);
  }
  return hex;
}

}  // namespace lagesbild::intake
