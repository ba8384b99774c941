#include "io/kafka_handle.h"

#include <syslog.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/time/clock.h"
#include "io/kafka_errors.h"

namespace lagesbild::io {
namespace {

constexpr absl::Duration kQuiet = absl::Seconds(10);

// librdkafka's lines about single connections: BrokersAway and BrokersBack say what matters of
// them.
bool IsConnectionChatter(std::string_view topic) {
  return topic == "ERROR" || topic == "BROKERFAIL" || topic == "REQTMOUT" || topic == "TIMEOUT";
}

}  // namespace

void KafkaLineToStderr(std::string_view line) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void KafkaWatch::Failure(std::string_view reason) {
  absl::MutexLock lock(&mutex_);
  reason_.assign(reason);
}

void KafkaWatch::BrokersAway() {
  absl::MutexLock lock(&mutex_);
  if (away_.exchange(true)) return;
  line_("kafka: no broker answers, trying on: " + reason_);
}

void KafkaWatch::BrokersBack() {
  if (!away()) return;
  absl::MutexLock lock(&mutex_);
  if (!away_.exchange(false)) return;
  back_at_ = absl::Now();
  line_("kafka: a broker answers again");
}

bool KafkaWatch::AwaySince(absl::Time since) {
  absl::MutexLock lock(&mutex_);
  return away() || back_at_ >= since;
}

void KafkaWatch::Say(std::string_view topic, std::string_view text) {
  absl::MutexLock lock(&mutex_);
  if (said_.size() >= kSaidMax) said_.clear();
  Said& said = said_[std::string(topic)];
  const absl::Time now = absl::Now();
  if (now - said.at < kQuiet) {
    ++said.left_out;
    return;
  }
  std::string line = "kafka: " + std::string(text);
  if (said.left_out > 0) line += " (" + std::to_string(said.left_out) + " like it left out)";
  said = {.at = now, .left_out = 0};
  line_(line);
}

void KafkaWatch::Mute() {
  absl::MutexLock lock(&mutex_);
  line_ = [](std::string_view) {};
}

StatusOr<std::shared_ptr<KafkaHandle>> KafkaHandle::Make(rd_kafka_type_t type, KafkaConf conf,
                                                         std::shared_ptr<KafkaWatch> watch,
                                                         Callbacks callbacks) {
  std::shared_ptr<KafkaHandle> handle(new KafkaHandle(std::move(watch), std::move(callbacks)));
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_error_cb(conf.get(), OnError);
  rd_kafka_conf_set_log_cb(conf.get(), OnLog);
  rd_kafka_conf_interceptor_add_on_new(conf.get(), "brokers", OnNew, handle.get());
  if (handle->callbacks_.configure) handle->callbacks_.configure(conf.get());
  char error[512];
  handle->client_ = rd_kafka_new(type, conf.get(), error, sizeof(error));
  if (handle->client_ == nullptr) return InvalidArgument(std::string("kafka: ") + error);
  (void)conf.release();  // the client owns it now
  return handle;
}

KafkaHandle::~KafkaHandle() {
  closing_ = true;
  // Consumers are closed by their owner; closing here could wait for a callback into an object that
  // is gone.
  if (client_ != nullptr) rd_kafka_destroy_flags(client_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

Status KafkaHandle::Fatal() const {
  char reason[512];
  const auto code = rd_kafka_fatal_error(client_, reason, sizeof(reason));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  return FailedPrecondition(std::string("kafka: ") + reason + " (" + rd_kafka_err2name(code) + ")");
}

// A connection that was up and ends may have been idle; only a failed attempt tells that nobody
// answers. A broker that got another address goes down without an attempt.
void KafkaHandle::BrokerChanged(const std::string& broker, Link now) {
  bool changed = false;
  {
    absl::MutexLock lock(&mutex_);
    const Link before = std::exchange(links_[broker], now);
    if (now == Link::kUp) {
      changed = brokers_away_.exchange(false);
      watch_->BrokersBack();
    } else if (now == Link::kDown && before == Link::kUp) {
      ++disconnects_;
    } else if (now == Link::kDown && before == Link::kTrying && !closing_) {
      const bool any_up = std::any_of(links_.begin(), links_.end(),
                                      [](const auto& each) { return each.second == Link::kUp; });
      if (!any_up) {
        changed = !brokers_away_.exchange(true);
        watch_->BrokersAway();
      }
    }
  }
  if (changed && callbacks_.wake) callbacks_.wake();
}

void KafkaHandle::OnError(rd_kafka_t*, int code, const char* reason, void* opaque) {
  switch (static_cast<rd_kafka_resp_err_t>(code)) {
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__FATAL:  // asked for by Fatal
      break;
    default:
      static_cast<KafkaHandle*>(opaque)->watch_->Say(
          rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code)), reason);
  }
}

void KafkaHandle::OnLog(const rd_kafka_t* client, int level, const char* topic, const char* text) {
  KafkaWatch& watch = *static_cast<KafkaHandle*>(rd_kafka_opaque(client))->watch_;
  if (std::string_view(topic) == "FAIL") return watch.Failure(text);
  // CONFWARN tells a producer that it has a consumer's property: `common` is for both.
  if (level > LOG_WARNING || IsConnectionChatter(topic) || std::string_view(topic) == "CONFWARN")
    return;
  watch.Say(topic, text);
}

rd_kafka_resp_err_t KafkaHandle::OnNew(rd_kafka_t* client, const rd_kafka_conf_t*, void* handle,
                                       char*, size_t) {
  return rd_kafka_interceptor_add_on_broker_state_change(client, "brokers", OnBroker, handle);
}

rd_kafka_resp_err_t KafkaHandle::OnBroker(rd_kafka_t*, int32_t, const char*, const char* name,
                                          int port, const char* state, void* handle) {
  const std::string_view named = state;
  const Link link = named == "UP" || named == "UPDATE"   ? Link::kUp
                    : named == "INIT" || named == "DOWN" ? Link::kDown
                                                         : Link::kTrying;
  static_cast<KafkaHandle*>(handle)->BrokerChanged(std::string(name) + ":" + std::to_string(port),
                                                   link);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

}  // namespace lagesbild::io
